package redactionprocessor

import (
	"regexp"
	"strings"
)

// Lines of a machine-readable zone (ICAO 9303): of passports, of visas and large cards, of cards.
var zoneLines = []int{44, 36, 30}

// zones masks machine-readable zones, line by line: a line is told by its check digits, one of names by its shape.
func (s *scan) zones() {
	text := s.text
	for i := 0; i < len(text); {
		if !isZone(text[i]) {
			i++
			continue
		}
		from := i
		for i < len(text) && isZone(text[i]) {
			i++
		}
		// Lines may have been joined.
		for _, length := range zoneLines {
			for at := from; (i-from)%length == 0 && at < i; at += length {
				if isZoneLine(text[at : at+length]) {
					s.mask(at, at+length, "travel-document")
				}
			}
		}
	}
}

func isZone(c byte) bool { return isUpper(c) || isDigit(c) || c == '<' }

func isZoneLine(line string) bool {
	last := len(line) - 1
	names := !strings.ContainsAny(line, "0123456789") && strings.Contains(line, "<<") && isUpper(line[0])
	if len(line) == 30 {
		return names ||
			strings.IndexByte("ACI", line[0]) >= 0 && isCountry(line[2:5]) && checked(line[5:14], line[14]) ||
			checked(line[:6], line[6]) && checked(line[8:14], line[14]) && isCountry(line[15:18])
	}
	return names && strings.IndexByte("PVACI", line[0]) >= 0 ||
		checked(line[:9], line[9]) && isCountry(line[10:13]) && checked(line[13:19], line[19]) && checked(line[21:27], line[27]) &&
			(line[0] == 'V' || checked(line[:10]+line[13:20]+line[21:last], line[last]))
}

func isCountry(code string) bool { return isUpper(code[0]) && !strings.ContainsAny(code, "0123456789") }

// checked is the check of ICAO 9303, part 3: letters count from A = 10, a filler 0, with weights 7, 3 and 1.
func checked(field string, check byte) bool {
	sum := 0
	for i := range len(field) {
		value := 0
		switch c := field[i]; {
		case isDigit(c):
			value = int(c - '0')
		case isUpper(c):
			value = int(c-'A') + 10
		}
		sum += value * [3]int{7, 3, 1}[i%3]
	}
	return check == byte('0'+sum%10)
}

// What may stand behind `FROM stdin` in a statement: no code goes on there.
var copyOptions = regexp.MustCompile(`^(?i)(?: with)?(?: (?:csv|header|binary|delimiter '[^'\n]+'|null '[^'\n]*'|\([^()"\n]*\)))* *;? *\r?\n`)

// copied masks the rows behind PostgreSQL's COPY … FROM stdin.
func (s *scan) copied(from, end int) {
	before, _ := s.around(from-rowWindow, from)
	after, start := s.around(end, end+window)
	at := copyOptions.FindStringIndex(after)
	if at == nil || end < s.copies || !strings.Contains(strings.ToLower(before), "copy ") {
		return
	}
	start += at[1]
	to := len(s.text)
	if i := strings.Index(s.text[start:], "\n\\."); i >= 0 {
		to = start + i
	}
	if s.copies = to; strings.TrimSpace(s.text[start:to]) != "" {
		s.mask(start, to, "row")
	}
}
