package redactionprocessor

import (
	"regexp"
	"strings"
)

// Values that are no secrets, whatever their key: placeholders and what programs print in their place.
var placeholders = map[string]bool{
	"": true, "none": true, "null": true, "nil": true, "true": true, "false": true, "undefined": true, "?": true, "...": true,
	"yes": true, "no": true, "on": true, "off": true, "enabled": true, "disabled": true, "redacted": true, "hidden": true, "masked": true, "filtered": true, "[filtered]": true, "omitted": true, "empty": true,
	"bearer": true, "basic": true, "digest": true, // a scheme without credentials
}

// Words of prose behind "password:".
var prose = map[string]bool{
	"required": true, "missing": true, "invalid": true, "expired": true, "must": true, "not": true, "is": true, "wrong": true,
	"incorrect": true, "mismatch": true, "unknown": true, "optional": true, "string": true, "rejected": true, "denied": true,
	"failed": true, "error": true, "too": true, "cannot": true, "should": true, "changed": true, "reset": true, "updated": true,
	"refreshed": true, "issued": true, "revoked": true, "valid": true, "ok": true, "granted": true, "allowed": true, "unexpected": true, "the": true, "no": true, "a": true,
}

// Keys of text only: too short to be judged by themselves as keys of attributes.
var shortKeys = map[string]bool{"sign": true, "signature": true, "sig": true, "sid": true, "auth": true, "dsn": true, "pass": true}

const longestKey = 64

func isKeyCharacter(c byte) bool { return isAlnum(c) || c == '_' || c == '-' || c == '.' || c >= 0x80 }

// secret masks what follows a sensitive key in text: assignments, JSON, repr, forms, headers, flags, prose.
func (s *scan) secret(from, end int) {
	if from < s.assigned {
		return
	}
	text := s.text
	if end-from == 4 && strings.EqualFold(text[from:end], "pass") && end < len(text) && isLetter(text[end]) {
		return // a passport: the words that begin so are on the list themselves
	}
	for start := from; from > 0 && start-from < longestKey && isKeyCharacter(text[from-1]) && text[from-1] < 0x80; {
		from--
	}
	for stop := end; end < len(text) && end-stop < longestKey && (isAlnum(text[end]) || text[end] == '_' || text[end] == '-' && end+1 < len(text) && isAlnum(text[end+1])); {
		end++
	}
	dashed := text[from] == '-'
	key := strings.Trim(text[from:end], "-_.")
	short := shortKeys[strings.ToLower(key)]
	if !short && !s.list.isSensitiveKey(key, false) {
		last := key[strings.LastIndexAny(key, "._-")+1:]
		if short = shortKeys[strings.ToLower(last)]; !short {
			return
		}
	}
	at := end
	closing := byte(0)
	if at < len(text) && (text[at] == '"' || text[at] == '\'' || text[at] == '`') {
		closing = text[at]
		at++
	}
	at = s.skip(at, " \t", 3)
	at, assigned, colon := s.assignment(at)
	beyond := 0
	if !assigned {
		if beyond = s.elementEnd(from, end); beyond > 0 && beyond < len(text) && text[beyond] == ' ' {
			if rest, _ := s.around(beyond, beyond+window); !strings.Contains(rest, "</") {
				return // "<password> is missing": what stands in its place
			}
		}
		if beyond == 0 && (closing != 0 || at < len(text) && (text[at] == '\n' || text[at] == '\r')) {
			beyond = s.pairEnd(at)
		}
	}
	switch {
	case assigned:
	case beyond > 0:
		at = beyond
	case closing != 0 && at < len(text) && (text[at] == ',' || text[at] == ' ') && dashed:
		at++ // the next argument of a list
	case closing == 0 && dashed && at > end:
	case closing == 0 && at < len(text) && (at > end || copula(text[at:]) > 0):
		s.announced(at, short && !s.redis(key, &at))
		return
	default:
		return
	}
	spaced := at
	at = s.skip(at, " \t\r\n", 4)
	spaced = at - spaced
	least := 0
	if short {
		least = 12
		if (spaced == 0 || len(key) > 4) && len(key) >= 4 && strings.EqualFold(key[len(key)-4:], "pass") {
			least = 6
		}
	}
	if short && (at+least > len(text) || !assigned) {
		return
	}
	valueFrom, valueTo := s.valueAt(at, key)
	value := text[valueFrom:valueTo]
	if isPlaceholder(value) || len(value) < least || least == 6 && !mixed(value) {
		return
	}
	if quoted := valueFrom > at; !quoted && colon && spaced > 0 && !looksSecret(value, valueTo == len(text) || text[valueTo] == '\n') {
		return
	}
	if from > 1 && text[from-1] == ':' && isDigit(text[from-2]) && at == end+1 {
		return // arn:aws:secretsmanager:ap-east-1:123456789012:secret:name
	}
	if strings.HasSuffix(strings.ToLower(key), "pin") && (len(value) < 4 && allDigits(value) || len(value) < 8 && isLetter(value[0])) {
		return // so often; of a processor
	}
	if value[0] == '/' && strings.EqualFold(key, "pwd") {
		return // where a shell is
	}
	if allDigits(value) && plural(key) || dashed && !assigned && value[0] == '-' {
		return
	}
	s.assigned = valueTo
	s.mask(valueFrom, valueTo, "secret")
}

// elementEnd is where the start tag of an element of XML ends whose name is the key; 0 where it is none.
func (s *scan) elementEnd(from, end int) int {
	start := from
	if start > 0 && s.text[start-1] == ':' {
		for start--; start > 0 && from-start < longestKey && isAlnum(s.text[start-1]); {
			start--
		}
	}
	if start == 0 || s.text[start-1] != '<' || end >= len(s.text) || s.text[end] != '>' && s.text[end] != ' ' {
		return 0
	}
	rest, _ := s.around(end, end+2*window)
	if i := strings.IndexAny(rest, "<>"); i >= 0 && rest[i] == '>' && (i == 0 || rest[i-1] != '/') {
		return end + i + 1
	}
	return 0
}

// What stands between a name and its value where both are values: {"name": "DB_PASSWORD", "value": "…"}; in YAML, in text
// of Protobuf, in a part of a form.
var pair = regexp.MustCompile(`^(?:\r?\n\r?\n|\s{0,16}(?:,\s{0,16})?["']?(?i:value|val|v)["']?\s{0,4}(?:\{ ?string_value)?[:=])`)

func (s *scan) pairEnd(at int) int {
	rest, _ := s.around(at, at+48)
	if found := pair.FindStringIndex(rest); found != nil {
		return at + found[1]
	}
	return 0
}

// assignment skips what stands between a key and its value.
func (s *scan) assignment(at int) (next int, found, colon bool) {
	for _, sign := range []string{"是：", "是:", "为：", "为:", "為：", "=>", ":=", "==", "->", "=", ":", "："} {
		if strings.HasPrefix(s.text[at:], sign) {
			return at + len(sign), true, strings.HasSuffix(sign, ":") || strings.HasSuffix(sign, "：")
		}
	}
	return at, false, false
}

// valueAt is what is assigned: within quotes, a whole header, or a word.
func (s *scan) valueAt(at int, key string) (from, to int) {
	text := s.text
	if at < len(text) && (text[at] == '[' || text[at] == '(') {
		at++
	}
	if at < len(text) && strings.IndexByte("bruBRU", text[at]) >= 0 && at+1 < len(text) && (text[at+1] == '\'' || text[at+1] == '"') {
		at++
	}
	if at < len(text) && strings.IndexByte("\"'`", text[at]) >= 0 {
		quote := text[at]
		for to = at + 1; to < len(text) && text[to] != quote; to++ {
			if text[to] == '\\' {
				to++
			}
		}
		return at + 1, min(to, len(text))
	}
	// Quotes that were escaped once more.
	for n := at; n < len(text) && n-at < 4 && text[n] == '\\'; n++ {
		if n+1 < len(text) && strings.IndexByte("\"'", text[n+1]) >= 0 {
			rest := text[n+2:]
			if i := strings.IndexByte(rest, text[n+1]); i >= 0 {
				rest = rest[:i]
			}
			return n + 2, n + 2 + len(strings.TrimRight(rest, "\\"))
		}
	}
	stop := " \t\r\n,;&)}]\"'<>|"
	if lowered := strings.ToLower(key); strings.HasSuffix(lowered, "cookie") || strings.HasSuffix(lowered, "authorization") {
		stop = "\r\n\"'"
	}
	to = len(text)
	if i := strings.IndexAny(text[at:], stop); i >= 0 {
		to = at + i
	}
	// Authorization: Digest username="…", response="…"
	if stop == "\r\n\"'" && to < len(text) && to > at && (text[to-1] == '=' || text[to-1] == '\\') && text[to] != '\r' && text[to] != '\n' {
		if i := strings.IndexAny(text[to:], "\r\n"); i >= 0 {
			return at, to + i
		}
		return at, len(text)
	}
	// Authorization: Basic "…"
	if stop == "\r\n\"'" && to < len(text) && to > at && text[to-1] == ' ' && strings.IndexByte(text[at:to-1], ' ') < 0 {
		if i := strings.IndexByte(text[to+1:], text[to]); i >= 0 {
			to += 1 + i
		} else {
			to = len(text)
		}
	}
	return at, to
}

// announced masks a value behind a sensitive word of prose, where it looks like one: "password hunter2".
func (s *scan) announced(at int, short bool) {
	for _, word := range []string{"is ", "was ", "of ", "key "} {
		if strings.HasPrefix(s.text[at:], word) {
			at += len(word)
		}
	}
	at = s.skip(at+copula(s.text[at:]), " \"'", 2)
	to := s.wordAt(at, "_-+/=.!@#$%^&*~")
	value := strings.TrimRight(s.text[at:to], ".!")
	if short || len(value) < 6 || !mixed(value) {
		return
	}
	s.mask(at, at+len(value), "secret")
}

// redis is true behind the command AUTH, with or without the name of a user, which is skipped. Names of mechanisms
// (SCRAM-SHA-256) are in capitals, others (scheme2) in small letters.
func (s *scan) redis(key string, at *int) bool {
	if key != "AUTH" {
		return false
	}
	lowered := func(at int) (int, bool) {
		to := s.wordAt(at, "_-+/=.!@#$%^&*~")
		return to, isRandom(s.text[at:to]) || mixed(s.text[at:to]) && strings.ContainsAny(s.text[at:to], "!@#$%^&*~")
	}
	to, is := lowered(*at)
	if !is && to < len(s.text) && s.text[to] == ' ' && !prose[strings.ToLower(s.text[*at:to])] {
		if _, is = lowered(to + 1); is {
			*at = to + 1
		}
	}
	return is
}

// copula is the length of a Chinese "is" that the text begins with: 密码是abc123.
func copula(text string) int {
	for _, word := range []string{"是", "为", "為"} {
		if strings.HasPrefix(text, word) {
			return len(word)
		}
	}
	return 0
}

// mixed text has letters and digits, as passwords and keys do and words and numbers do not.
func mixed(text string) bool {
	letters, digits := false, false
	for i := range len(text) {
		letters = letters || isLetter(text[i])
		digits = digits || isDigit(text[i])
	}
	return letters && digits && strings.IndexByte(text, '/') != 0
}

// isRandom: mixed, in small and capital letters.
func isRandom(text string) bool {
	return mixed(text) && strings.ToLower(text) != text && strings.ToUpper(text) != text
}

func isPlaceholder(value string) bool {
	lowered := strings.ToLower(strings.Trim(value, " "))
	if placeholders[lowered] || strings.Trim(lowered, "*•x.") == "" {
		return true
	}
	return strings.HasPrefix(lowered, "${") || strings.HasPrefix(lowered, "{{") || strings.HasPrefix(lowered, "{") && strings.HasSuffix(lowered, "}") ||
		strings.HasPrefix(lowered, "%s") || strings.HasPrefix(lowered, "%(") || lowered[0] == '<' && strings.HasSuffix(lowered, ">") ||
		lowered[0] == '$' && allDigits(lowered[1:]) || lowered[0] == ':' && len(lowered) > 1 && isLetter(lowered[1]) || lowered[0] == '{' || lowered[0] == '['
}

// looksSecret says no to prose behind a colon: "password: must not be empty".
func looksSecret(value string, last bool) bool {
	if strings.ToLower(value) != value || strings.ContainsAny(value, "0123456789_-+/=.!@#$%^&*") {
		return !prose[strings.ToLower(value)]
	}
	return last && !prose[value]
}

func plural(key string) bool { return strings.HasSuffix(strings.ToLower(key), "tokens") }

// isSensitiveKey judges keys by the list's patterns, in snake case: `accessToken` is `access_token`. Of numbers, `tokens`
// are a count.
func (l *list) isSensitiveKey(key string, number bool) bool {
	key = plain(key) // full-width letters and digits
	if l.asWritten.MatchString(key) {
		return true
	}
	snake := snakeCase(key)
	return l.sensitive.MatchString(snake) && !l.harmless.MatchString(snake) && !(number && plural(snake))
}

func isLower(key string, i int) bool { return i < len(key) && isLetter(key[i]) && !isUpper(key[i]) }

// snakeCase takes `PANs` for `pans`: the plural of an abbreviation is one word.
func snakeCase(key string) string {
	var out strings.Builder
	out.Grow(len(key) + 4)
	for i := 0; i < len(key); i++ {
		c := key[i]
		switch {
		case isUpper(c):
			if i > 0 && (!isUpper(key[i-1]) && isAlnum(key[i-1]) || isUpper(key[i-1]) && isLower(key, i+1) && !(key[i+1] == 's' && !isLower(key, i+2))) {
				out.WriteByte('_')
			}
			out.WriteByte(lower(c))
		case isAlnum(c) || c >= 0x80:
			out.WriteByte(c)
		case out.Len() == 0 || i > 0 && (isAlnum(key[i-1]) || key[i-1] >= 0x80):
			out.WriteByte('_')
		}
	}
	return out.String()
}
