package redactionprocessor

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	// Characters after a label in which its value begins and ends; around a street in which its address does.
	window = 128
	// The same for what databases print of a row.
	rowWindow = 512
)

// around is text between two places, no further than the text goes and not within a character.
func (s *scan) around(from, to int) (string, int) {
	from, to = max(0, from), min(len(s.text), to)
	for from < to && from > 0 && !utf8.RuneStart(s.text[from]) {
		from++
	}
	for to < len(s.text) && to > from && !utf8.RuneStart(s.text[to]) {
		to--
	}
	return s.text[from:to], from
}

// labelled masks the value behind a label.
func (s *scan) labelled(from, end int, rule *labelledRule) {
	size := window
	if rule.Label == "row" {
		if size = rowWindow; end < s.rows {
			return // within one before
		}
	}
	if rule.Label == "code" {
		s.codeBefore(from, rule.Kind)
	}
	if rule.unless != nil {
		if before, _ := s.around(from-16, from); rule.unless.MatchString(before) {
			return
		}
	}
	text, from := s.around(end, end+size)
	at := rule.after.FindStringSubmatchIndex(text)
	if at == nil {
		return
	}
	start, stop := valueOf(at)
	value := strings.TrimRight(text[start:stop], " \t\r\n\"',;")
	if rule.refuse != nil && rule.refuse.MatchString(value) || !s.scrubber.check(rule.Check, value) {
		return
	}
	if rule.Check == "assigned-person" && !strings.ContainsAny(text[:start], "=:\"'>：") {
		return // prose
	}
	if rule.Label == "row" {
		s.rows = from + stop
	}
	s.mask(from+start, from+start+len(value), rule.Kind)
}

// valueOf a match. Of a pattern with groups the value is what they hold.
func valueOf(at []int) (start, stop int) {
	start, stop = at[2], at[3]
	for i := 4; i < len(at); i += 2 {
		if at[i] >= 0 {
			start, stop = at[i], at[i+1]
		}
	}
	return start, stop
}

// What stands between a code and the word for it: "551903 is your verification code".
var codeBefore = regexp.MustCompile(`(?:^|[^0-9A-Za-z.:-]|\bG-)(\d{4,8})(?: (?:is|as) (?:your|the)(?: [A-Za-z]+){0,2} ?| ?(?:是|为|為)(?:您|你)的[^\d\n]{0,12})$`)

// codeBefore masks the code before the word for it.
func (s *scan) codeBefore(end int, kind string) {
	text, from := s.around(end-64, end)
	if at := codeBefore.FindStringSubmatchIndex(text); at != nil && !calendar.MatchString(text[at[2]:at[3]]) {
		s.mask(from+at[2], from+at[3], kind)
	}
}

// calendar: years and dates, which are no codes.
var calendar = regexp.MustCompile(`^(?:19|20)\d\d(?:[01]\d[0-3]\d)?$`)

// street masks the address around a word of a street.
func (s *scan) street(from, end int, word *keyword) {
	if from < s.streets {
		return // looked at with the word before
	}
	text, start := s.around(from-96, end+64)
	s.streets = start + len(text) - 48
	pattern := s.list.hanStreet
	if word.purpose == forLatinStreet {
		pattern = s.list.latinStreet
	}
	for _, at := range pattern.FindAllStringIndex(text, -1) {
		// An address has a number. Ideographs alone are a district, or prose.
		if address := text[at[0]:at[1]]; strings.ContainsAny(address, "0123456789") && start+at[0] <= from && from <= start+at[1] {
			s.mask(start+at[0], start+len(strings.TrimRight(text[:at[1]], " ,;")), "postal-address")
		}
	}
}

// floor masks an address that is known by its flat and floor: estates have no street.
func (s *scan) floor(from, end int) {
	if from == 0 || !isDigit(s.text[from-1]) && lower(s.text[from-1]) != 'g' || end < len(s.text) && isAlnum(s.text[end]) || from < s.floors || from < s.streets {
		return
	}
	text, start := s.around(from-24, end+72)
	s.floors = from + 40 // a match that begins before is in this window
	if at := s.list.floor.FindStringIndex(text); at != nil {
		s.mask(start+at[0], start+len(strings.TrimRight(text[:at[1]], " ,;")), "postal-address")
	}
}

// wordAt is the run of characters that a token may hold.
func (s *scan) wordAt(at int, of string) int {
	for at < len(s.text) && (isAlnum(s.text[at]) || strings.IndexByte(of, s.text[at]) >= 0) {
		at++
	}
	return at
}

func (s *scan) token(from, end int, word *keyword) {
	rule := word.token
	if s.text[from:end] != word.text {
		return // prefixes are written exactly so
	}
	to := end
	switch rule.Chars {
	case "hex":
		for to < len(s.text) && isHex(s.text[to]) {
			to++
		}
	case "alnum":
		to = s.wordAt(end, "")
	case "url":
		to = s.wordAt(end, "_-")
	default:
		to = s.wordAt(end, "_-.~+/")
	}
	size := to - end
	if size < rule.Min || rule.Max > 0 && (size > rule.Max || to < len(s.text) && isAlnum(s.text[to])) {
		return
	}
	if rule.Kind == "jwt" && strings.IndexByte(s.text[end:to], '.') < 0 {
		return
	}
	s.mask(from, to, rule.Kind)
}

// varied is true for what no word of a language looks like.
func varied(text string) bool {
	var upper, lower, other bool
	for i := range len(text) {
		switch c := text[i]; {
		case isUpper(c):
			upper = upper || i > 0
		case isLetter(c):
			lower = true
		default:
			other = true
		}
	}
	return other || upper && lower
}

func (s *scan) skip(at int, of string, most int) int {
	for from := at; at < len(s.text) && at-from < most && strings.IndexByte(of, s.text[at]) >= 0; {
		at++
	}
	return at
}

func (s *scan) bearer(end int) {
	from := s.skip(end, " \t:=\"'", 4)
	to := s.wordAt(from, "._~+/=-")
	if from > end && to-from >= 8 && varied(strings.TrimRight(s.text[from:to], ".")) {
		s.mask(from, to, "bearer-token")
	}
}

func (s *scan) basic(end int) {
	from := s.skip(end, " \t", 2)
	to := s.wordAt(from, "+/_-")
	if from == end || to-from < 6 {
		return
	}
	text := strings.NewReplacer("-", "+", "_", "/").Replace(s.text[from:to])
	if decoded, err := base64.RawStdEncoding.DecodeString(text); err != nil || strings.IndexByte(string(decoded), ':') < 0 {
		return
	}
	s.mask(from, s.skip(to, "=", 2), "basic-credentials")
}

// privateKey masks a block to its end, or to the end of the text where it was cut short.
func (s *scan) privateKey(from int) {
	if from < s.block {
		return
	}
	head, _ := s.around(from, from+64)
	if !strings.Contains(strings.ToUpper(head), "PRIVATE KEY") {
		return
	}
	to := len(s.text)
	if i := strings.Index(s.text[from:], "-----END"); i >= 0 {
		to = from + i
		if j := strings.Index(s.text[min(len(s.text), to+8):], "-----"); j >= 0 && j < 48 {
			to += 8 + j + 5
		}
	}
	s.block = to
	s.mask(from, to, "private-key")
}

// alone is what a key says about its value: the key is the label.
func (s *scrubber) alone(rules []*labelledRule, value string) string {
	if len(value) > window {
		return ""
	}
	for _, rule := range rules {
		parts := []string{value}
		if rule.Check == "public-address" {
			parts = strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(", []", r) }) // a client, and who handed its call on
		}
		for _, part := range parts {
			at := rule.alone.FindStringSubmatchIndex(part)
			if at == nil {
				continue
			}
			start, stop := valueOf(at)
			if found := strings.TrimSpace(part[start:stop]); found != "" && (rule.refuse == nil || !rule.refuse.MatchString(found)) && s.check(rule.Check, found) {
				return rule.Kind
			}
		}
	}
	return ""
}
