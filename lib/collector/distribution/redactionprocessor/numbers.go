package redactionprocessor

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// Longest number with a meaning: 19 digits of a card; +00 and a country before a phone number.
	maxNumber = 19
	// Groups that one number is written in, at the most.
	maxGroups = 7
)

// group is a run of digits, and how it is separated from the one before.
type group struct {
	from, to  int
	separator string
}

// numbers masks the numbers that are known by their own shape and check digits.
func (s *scan) numbers() {
	text := s.text
	groups := s.groups[:0]
	for i := 0; i < len(text); {
		if !isDigit(text[i]) {
			i++
			continue
		}
		from := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		separator := ""
		if n := len(groups); n > 0 {
			if separator = text[groups[n-1].to:from]; !isSeparator(separator) {
				s.chain(groups)
				groups, separator = groups[:0], ""
			}
		}
		groups = append(groups, group{from, i, separator})
	}
	s.chain(groups)
	s.groups = groups[:0]
}

// isSeparator is what stands between groups of digits: one character, or a bracket or line break with space around it.
func isSeparator(s string) bool {
	if len(s) > 4 {
		return false
	}
	for _, r := range s {
		if !strings.ContainsRune(" -._\t\r\n()/:,|+*·~", r) {
			return false
		}
	}
	return utf8.RuneCountInString(s) <= 2 || strings.ContainsAny(s, "()\n ")
}

// chain looks at numbers within groups that follow each other, the longest first.
func (s *scan) chain(groups []group) {
	if len(groups) > 0 {
		s.iban(groups[0].from - 2)
	}
	digits, longest := 0, 0
	for _, g := range groups {
		digits, longest = digits+g.to-g.from, max(longest, g.to-g.from)
	}
	if digits < 6 || digits < 10 && longest < 6 && (len(groups) == 1 || groups[1].separator == ".") && !s.plus(groups) {
		return // an address, a time, a small number
	}
	for i := 0; i < len(groups); {
		i += max(1, s.numberAt(groups, i))
	}
}

func (s *scan) plus(groups []group) bool {
	return groups[0].from > 0 && s.text[groups[0].from-1] == '+'
}

// numberAt masks the longest number that begins with group i, and says how many groups it has.
func (s *scan) numberAt(groups []group, i int) int {
	if n := s.withLetters(groups, i); n > 0 {
		return n
	}
	var digits [maxNumber]byte
	var shape [4 * maxGroups]byte
	length, written, found := 0, 0, 0
	var kind string
	end := 0
	for j := i; j < len(groups) && j < i+maxGroups; j++ {
		g := groups[j]
		size := g.to - g.from
		if length+size > maxNumber {
			break
		}
		// Groups of one number are separated alike; after the first, a country or an area, it may differ.
		if j > i+2 && !s.plus(groups[i:]) && strings.TrimSpace(g.separator) != strings.TrimSpace(groups[j-1].separator) {
			break
		}
		length += copy(digits[length:], s.text[g.from:g.to])
		if j > i {
			shape[written] = '-'
			written++
		}
		written += len(strconv.AppendInt(shape[written:written], int64(size), 10))
		if length < 8 || length < 10 && !s.plus(groups[i:]) {
			continue
		}
		if k, to := s.kindOf(digits[:length], string(shape[:written]), groups[i:j+1]); k != "" {
			kind, end, found = k, to, j-i+1
		}
	}
	if found == 0 {
		return 0
	}
	from := groups[i].from
	if from > 0 && s.text[from-1] == '(' && strings.IndexByte(s.text[from:end], ')') >= 0 {
		from--
	}
	if from > 0 && s.text[from-1] == '+' {
		from--
	}
	s.mask(from, end, kind)
	return found
}

// kindOf a number in groups, and where it ends: a check character may follow its digits.
func (s *scan) kindOf(digits []byte, shape string, groups []group) (string, int) {
	first, last := groups[0], groups[len(groups)-1]
	end := last.to
	alone := len(groups) == 1
	if alone && s.isPart(first) {
		return "", 0
	}
	number := string(digits)
	if s.plus(groups) && len(number) >= 8 && len(number) <= 15 && number[0] != '0' && !oddly(groups) &&
		(first.from < 2 || !isAlnum(s.text[first.from-2]) && s.text[first.from-2] != '%') {
		kind := "phone"
		for _, each := range shared().byLength[len(number)] {
			if each.rule.Check == "" && inRanges(number, each.ranges) {
				kind = each.rule.Kind
			}
		}
		return kind, end
	}
	if len(number) == 17 && end < len(s.text) && (s.text[end] == 'X' || s.text[end] == 'x') {
		number, end = number+"X", end+1
	}
	for _, each := range shared().byLength[len(number)] {
		rule := each.rule
		if !inRanges(number, each.ranges) || rule.shapes != nil && !rule.shapes[shape] {
			continue
		}
		if rule.Only != "" && separatorOf(groups) != rule.Only {
			continue
		}
		switch rule.Check {
		case "luhn":
			if !luhn(number) || !alone && !cardShape(shape, groups) {
				continue
			}
		case "mainland":
			if !isMainlandNumber(number) || oddly(groups) {
				continue
			}
		default:
			if oddly(groups) || alone && (s.afterAmount(first.from) || s.beforeUnit(first.to) || s.inCode(first)) || s.inHex(first) || s.inHex(last) {
				continue
			}
		}
		if alone && s.inHex(first) {
			continue
		}
		return rule.Kind, end
	}
	return "", 0
}

func separatorOf(groups []group) string {
	separator := ""
	for _, g := range groups[1:] {
		if separator != "" && g.separator != separator {
			return ""
		}
		separator = g.separator
	}
	return separator
}

// oddly separated: as dates, times, addresses and decimal numbers are.
func oddly(groups []group) bool {
	for _, g := range groups[1:] {
		if strings.ContainsAny(g.separator, ":,|*~/") || g.separator == "." && len(groups) < 3 {
			return true
		}
	}
	return false
}

// cardShape is false for groups that nobody writes a card in.
func cardShape(shape string, groups []group) bool {
	switch shape {
	case "4-4-4-4", "4-6-5", "4-4-4-4-3", "4-4-4-4-2", "4-4-4-4-1", "6-4-4-5", "6-13", "4-6-4", "8-8":
		return true
	}
	if strings.Contains(separatorOf(groups), "\n") {
		return true // folded anywhere
	}
	for _, g := range groups {
		if size := g.to - g.from; size < 2 || size > 8 {
			return false
		}
	}
	return !oddly(groups) && len(groups) > 2
}

// isPart is true for a run of digits that is a part of a decimal number or of an id in hexadecimal digits.
func (s *scan) isPart(g group) bool {
	before, after := byte(0), byte(0)
	if g.from > 1 && s.text[g.from-1] == '.' && isDigit(s.text[g.from-2]) {
		before = '.'
	}
	// A number that went through a table is written as a float: 13812345678.0.
	whole := g.to+1 < len(s.text) && s.text[g.to+1] == '0' && (g.to+2 == len(s.text) || !isAlnum(s.text[g.to+2]))
	if g.to+1 < len(s.text) && s.text[g.to] == '.' && isDigit(s.text[g.to+1]) && !whole {
		after = '.'
	}
	return before == '.' || after == '.'
}

// inHex is true within what reads as an id: a UUID, a hash, a trace id.
func (s *scan) inHex(g group) bool {
	from, to := g.from, g.to
	for from > 0 && g.from-from < 40 && (isHex(s.text[from-1]) || s.text[from-1] == '-') {
		from--
	}
	for to < len(s.text) && to-g.to < 40 && (isHex(s.text[to]) || s.text[to] == '-') {
		to++
	}
	word := strings.Trim(s.text[from:to], "-")
	if from > 1 && lower(s.text[from-1]) == 'x' && s.text[from-2] == '0' {
		return true // an address of memory
	}
	letters, hyphens := 0, strings.Count(word, "-")
	for i := range len(word) {
		if isLetter(word[i]) {
			letters++
		}
	}
	if hyphens >= 4 && len(word) >= 36 {
		return true // a UUID, maybe with more behind
	}
	return letters > 1 && hyphens == 0 && len(word) >= 16
}

// afterAmount is true behind a word that says what the number counts.
func (s *scan) afterAmount(at int) bool {
	end := at
	for end > 0 && at-end < 3 && strings.IndexByte(" =:\"'-_#", s.text[end-1]) >= 0 {
		end--
	}
	from := end
	for from > 0 && end-from < 12 && isLetter(s.text[from-1]) {
		from--
	}
	if from < end {
		word := strings.ToLower(s.text[from:end])
		if end == at && end-from <= 4 && strings.ToUpper(word) == s.text[from:end] && !persons[word] {
			return true // RMA13812345678
		}
		if (word == "number" || word == "no" || word == "id") && from > 0 && (s.text[from-1] == ' ' || s.text[from-1] == '_') {
			return s.afterAmount(from)
		}
		return shared().amounts[word]
	}
	before := strings.TrimSpace(strings.TrimSuffix(s.text[:end], "："))
	bare := strings.TrimSuffix(strings.TrimSuffix(before, "号"), "號") // 批次号
	for _, word := range shared().hanAmounts {
		if strings.HasSuffix(before, word) || strings.HasSuffix(bare, word) {
			return true
		}
	}
	return false
}

// Words in capitals that a telephone number is glued to; others are of codes.
var persons = map[string]bool{
	"tel": true, "mob": true, "cell": true, "sms": true, "call": true, "fax": true, "gsm": true, "ph": true, "uid": true, "id": true,
	"user": true, "cust": true, "vip": true, "wx": true, "cn": true, "to": true, "no": true, "m": true, "t": true, "p": true,
}

var units = regexp.MustCompile(`^ ?(?:(?:[KMGT]?i?B|ns|us|µs|ms|bytes?|rows|records|items|messages|requests|hits|events|samples|packets|iterations|ops|ticks|cycles)\b|(?:元|分|分钟|分鐘|条|條|次)(?:[^\p{Han}]|$)|字节|字節|纳秒|納秒|微秒|毫秒)`)

// beforeUnit is true before a word that says what the number counts.
func (s *scan) beforeUnit(at int) bool {
	after, _ := s.around(at, at+12)
	return units.MatchString(after)
}

// inCode is true before a capital letter that ends the word: codes of goods do, telephone numbers do not.
func (s *scan) inCode(g group) bool {
	return g.to < len(s.text) && isUpper(s.text[g.to]) && (g.to+1 == len(s.text) || !isAlnum(s.text[g.to+1]))
}
