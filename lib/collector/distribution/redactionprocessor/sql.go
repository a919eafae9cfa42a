package redactionprocessor

import (
	"regexp"
	"strings"
)

// Keys of statements of databases: current and older semantic conventions.
func isStatement(key string) bool { return key == "db.query.text" || key == "db.statement" }

// dialect is how a database reads quotes.
type dialect uint8

const (
	unknownDialect   dialect = iota
	standardDialect          // '' doubles, "…" is a name
	backslashDialect         // \' too, "…" is a literal
	documentDialect          // JSON: what follows a colon or stands in a list is a literal
	commandDialect           // a word, then arguments
)

var dialects = map[string]dialect{
	"postgresql": standardDialect, "oracle": standardDialect, "oracle.db": standardDialect, "sqlite": standardDialect,
	"mssql": standardDialect, "microsoft.sql_server": standardDialect, "db2": standardDialect, "ibm.db2": standardDialect,
	"cockroachdb": standardDialect, "redshift": standardDialect, "aws.redshift": standardDialect, "trino": standardDialect,
	"h2": standardDialect, "derby": standardDialect, "hsqldb": standardDialect, "teradata": standardDialect,
	"mysql": backslashDialect, "mariadb": backslashDialect, "clickhouse": backslashDialect, "hive": backslashDialect,
	"spanner": backslashDialect, "gcp.spanner": backslashDialect, "spark": backslashDialect, "tidb": backslashDialect, "oceanbase": backslashDialect,
	"mongodb": documentDialect, "elasticsearch": documentDialect, "opensearch": documentDialect, "couchdb": documentDialect,
	"redis": commandDialect, "memcached": commandDialect,
}

// withoutLiterals puts "?" in the place of each literal: it may be anybody's name. Where a statement can be read in two
// ways and nobody says which, what follows is masked.
func withoutLiterals(text string, d dialect) string {
	if d == commandDialect {
		command, rest, _ := strings.Cut(text, " ")
		if strings.Trim(rest, "? ") == "" {
			return text
		}
		return command + " ?"
	}
	if trimmed := strings.TrimLeft(text, " \t\r\n"); d == unknownDialect && trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[') {
		d = documentDialect
	}
	l := lexer{text: text, dialect: d}
	l.out.Grow(len(text))
	for l.at < len(text) {
		l.step()
	}
	if !l.changed {
		return text
	}
	return l.out.String()
}

type lexer struct {
	text    string
	dialect dialect
	at      int
	out     strings.Builder
	changed bool
	before  byte // last character that is no space
	word    string
}

func (l *lexer) write(s string) {
	l.out.WriteString(s)
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] > ' ' {
			l.before = s[i]
			return
		}
	}
}

func (l *lexer) hide(to int) {
	if l.text[l.at:to] != "?" {
		l.changed = true
	}
	l.at = to
	l.write("?")
	l.word = ""
}

func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.text) {
		return l.text[l.at+n]
	}
	return 0
}

func (l *lexer) step() {
	c := l.text[l.at]
	switch {
	case c == '\'':
		l.hide(l.quoted(l.at, l.dialect == backslashDialect || strings.EqualFold(l.word, "e")))
	case c == '"' && l.isLiteral():
		l.hide(l.quoted(l.at, l.dialect != standardDialect))
	case c == '"' || c == '`':
		end := l.quoted(l.at, false)
		l.write(l.text[l.at:end])
		l.at = end
	case c == '$' && l.dollar() > 0:
		l.hide(l.dollar())
	case c == '-' && l.peek(1) == '-' && l.dialect != documentDialect, c == '#' && l.dialect == backslashDialect:
		l.comment("\n", 0)
	case c == '/' && l.peek(1) == '*':
		l.comment("*/", 2)
	case isDigit(c) || c == '.' && isDigit(l.peek(1)):
		l.number()
	case isLetter(c) || c == '_' || c >= 0x80 || c == ':' || c == '@' || c == '$' || c == '%':
		l.name()
	default:
		l.write(l.text[l.at : l.at+1])
		l.at++
		if c > ' ' {
			l.word = ""
		}
	}
}

// quoted is where a quoted text ends. Not closed, or closed in a way that depends on the dialect: at the end of all.
func (l *lexer) quoted(from int, backslash bool) int {
	quote := l.text[from]
	if quote == '\'' && (strings.EqualFold(l.word, "q") || strings.EqualFold(l.word, "nq")) && from+1 < len(l.text) {
		closing := string(l.text[from+1])
		if i := strings.IndexByte("[({<", l.text[from+1]); i >= 0 {
			closing = "])}>"[i : i+1]
		}
		if i := strings.Index(l.text[from+2:], closing+"'"); i >= 0 {
			return from + 2 + i + 2
		}
		return len(l.text)
	}
	for i := from + 1; i < len(l.text); i++ {
		switch l.text[i] {
		case '\\':
			if i+1 >= len(l.text) {
				return len(l.text)
			}
			if backslash {
				i++
			} else if l.text[i+1] == quote && l.dialect == unknownDialect {
				return len(l.text) // MySQL and PostgreSQL disagree
			}
		case quote:
			if i+1 < len(l.text) && l.text[i+1] == quote {
				i++
				continue
			}
			return i + 1
		}
	}
	return len(l.text)
}

// isLiteral: text in double quotes is a name in standard SQL, a literal in MySQL, and in documents unless a colon follows.
func (l *lexer) isLiteral() bool {
	end := l.quoted(l.at, l.dialect != standardDialect)
	inside := strings.Trim(l.text[l.at:end], `"`)
	switch l.dialect {
	case standardDialect:
		return false
	case backslashDialect:
		return l.before != '.' && !(end < len(l.text) && l.text[end] == '.')
	case documentDialect:
		rest := strings.TrimLeft(l.text[end:min(len(l.text), end+8)], " \t\r\n")
		return !strings.HasPrefix(rest, ":") && !strings.HasPrefix(inside, "$")
	default:
		if l.before == '.' || end < len(l.text) && l.text[end] == '.' {
			return false
		}
		switch strings.ToLower(l.word) {
		case "like", "ilike", "in", "between", "values", "then", "else", "regexp", "rlike":
			return true
		}
		if strings.IndexByte("=<>!~", l.before) >= 0 && l.before != 0 {
			return true
		}
		for i := range len(inside) {
			if !isAlnum(inside[i]) && inside[i] != '_' && inside[i] != '$' {
				return true
			}
		}
		return false
	}
}

// dollar is the end of PostgreSQL's $tag$…$tag$, or 0.
func (l *lexer) dollar() int {
	if l.dialect == backslashDialect || l.dialect == documentDialect {
		return 0
	}
	end := l.at + 1
	for end < len(l.text) && end-l.at < 64 && (isAlnum(l.text[end]) || l.text[end] == '_') {
		end++
	}
	if end >= len(l.text) || l.text[end] != '$' || end > l.at+1 && isDigit(l.text[l.at+1]) {
		return 0
	}
	tag := l.text[l.at : end+1]
	if i := strings.Index(l.text[end+1:], tag); i >= 0 {
		return end + 1 + i + len(tag)
	}
	return len(l.text)
}

// comment goes: people put values into them. Hints of optimisers and of tracing are comments too.
func (l *lexer) comment(closing string, size int) {
	end := len(l.text)
	if i := strings.Index(l.text[l.at+size:], closing); i >= 0 {
		end = l.at + size + i + size
	}
	inside := strings.Trim(l.text[l.at:end], "-/*# \t\r\n")
	if inside == "" || inside == "?" {
		l.write(l.text[l.at:end])
	} else {
		l.changed = true
		if size == 2 {
			l.write("/*?*/")
		} else {
			l.write("--?")
		}
	}
	l.at = end
}

func (l *lexer) number() {
	end := l.at
	for end < len(l.text) && (isAlnum(l.text[end]) || l.text[end] == '.' || l.text[end] == '_' || (l.text[end] == '+' || l.text[end] == '-') && lower(l.text[end-1]) == 'e' && l.text[l.at] != '0') {
		end++
	}
	l.hide(end)
}

// name is a word, a placeholder, a variable: digits in it are part of it.
func (l *lexer) name() {
	end := l.at + 1
	for end < len(l.text) && (isAlnum(l.text[end]) || l.text[end] == '_' || l.text[end] == '$' || l.text[end] >= 0x80) {
		end++
	}
	word := l.text[l.at:end]
	if strings.EqualFold(word, "x") || strings.EqualFold(word, "b") || strings.EqualFold(word, "n") || strings.EqualFold(word, "e") || strings.EqualFold(word, "q") || strings.EqualFold(word, "nq") {
		if end < len(l.text) && l.text[end] == '\'' {
			l.word = word
			l.changed = true
			l.at = l.quotedAfter(end)
			l.write("?")
			l.word = ""
			return
		}
	}
	l.write(word)
	l.word = word
	l.at = end
}

func (l *lexer) quotedAfter(at int) int {
	return l.quoted(at, l.dialect == backslashDialect || strings.EqualFold(l.word, "e"))
}

// The beginning of a statement in other text: an exception's message, a log line.
var statementHead = regexp.MustCompile(`(?is)^(?:select\b.*?\bfrom\s+["\x60\[(]?\w|(?-i:select|SELECT)\s+(?:\$|[neqx]{0,2}'|[^\s']+\s*\(\s*')|(?:insert|replace)\s+into\s+\S+\s*(?:\(|values|select)|update\s+\S+\s+(?:\w+\s+)?set\s+\S+\s*=|delete\s+from\s+\S+\s+where|merge\s+into\s+\S+\s|(?-i:EXEC(?:UTE)?|CALL)\s+[\w.\[\]"]+\s*(?:\(|n?'|@\w+\s*=))`)

// statement masks what is quoted in a statement within other text. Its numbers stay: where it ends nobody says.
func (s *scan) statement(from int) {
	if s.lastQuote == 0 {
		// One at the very beginning is behind no statement.
		if s.lastQuote = strings.LastIndexAny(s.text, `'"$`); s.lastQuote <= 0 {
			s.lastQuote = -1
		}
	}
	if from < s.statements || from > s.lastQuote {
		return
	}
	head, _ := s.around(from, from+rowWindow)
	if !statementHead.MatchString(head) {
		return
	}
	text := s.text
	opener := byte(0) // of the text that the statement is in
	if from > 0 && (text[from-1] == '"' || text[from-1] == '\'') {
		opener = text[from-1]
	}
	l := lexer{text: text}
	for i := from; i < len(text); {
		c := text[i]
		to := 0
		switch {
		case c == opener && c != 0 && (c == '"' || !isAlnum(text[i-1])):
			s.statements = i
			return
		case c == '\'':
			if l.word = prefixOf(text[from:i]); l.word != "" || !isAlnum(text[i-1]) && text[i-1] != ')' {
				to = l.quoted(i, strings.EqualFold(l.word, "e"))
			}
		case c == '"':
			before := strings.TrimRight(text[max(from, i-16):i], " \t\r\n")
			if end := len(before); end > 0 && (strings.IndexByte("=<>(,!~", before[end-1]) >= 0 || strings.HasSuffix(strings.ToLower(before), "like")) {
				to = l.quoted(i, true)
			}
		case c == '$':
			l.at = i
			to = l.dollar()
		}
		if to > i {
			if strings.Trim(text[i:to], `'"?%s`) != "" {
				s.mask(i, to, "sql-literal")
			}
			i = to
			continue
		}
		i++
	}
	s.statements = len(text)
}

// prefixOf a literal: N'…', E'…', X'…', q'[…]'.
func prefixOf(before string) string {
	n := len(before)
	for n > 0 && isLetter(before[n-1]) && len(before)-n < 3 {
		n--
	}
	word := before[n:]
	if len(word) > 2 || n > 0 && isAlnum(before[n-1]) {
		return ""
	}
	switch strings.ToLower(word) {
	case "e", "n", "x", "b", "q", "nq":
		return word
	}
	return ""
}
