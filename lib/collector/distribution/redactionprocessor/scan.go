package redactionprocessor

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// What a string may hold that has to be looked at.
type signs uint8

const (
	hasAt      signs = 1 << iota // "@"
	hasEncoded                   // not ASCII, "%", a backslash, "&": maybe another text behind it
	hasLine                      // a line break
	hasRun                       // a long word: maybe base64 or hexadecimal digits
	hasNumber                    // six digits or more in all
	hasWord                      // a keyword
	hasFiller                    // "<": maybe a machine-readable zone
)

// Fewer characters hold nothing that would be masked, in base64 or hexadecimal digits.
const shortestRun = 12

// Bits of a character.
const (
	isDigitBit uint8 = 1 << iota
	isAtBit
	isEncodedBit
	isLineBit
	isRunBit
	isFillerBit
)

var characters = func() (table [256]uint8) {
	for c := range 256 {
		b := byte(c)
		switch {
		case isDigit(b):
			table[c] = isDigitBit | isRunBit
		case isLetter(b) || strings.IndexByte("+/_-=", b) >= 0:
			table[c] = isRunBit
		case b == '<':
			table[c] = isFillerBit
		case b == '@':
			table[c] = isAtBit
		case b == '\n' || b == '\r':
			table[c] = isLineBit
		case b >= utf8.RuneSelf || b == '%' || b == '\\' || b == '&':
			table[c] = isEncodedBit
		}
	}
	return table
}()

// hit is a keyword and where it ends.
type hit struct {
	end int
	id  int16
}

// cut is a part of the text that is masked.
type cut struct {
	from, to int
	kind     string
}

// scan is one look at one text. They are used again and again.
type scan struct {
	scrubber *scrubber
	list     *list
	text     string
	signs    signs
	hits     []hit
	cuts     []cut
	groups   []group
	url      bool
	budget   *int // bytes that may still be decoded
	share    int
	// Where the last private key, secret and street ended: what was looked at is not looked at again.
	block, assigned, streets, floors, rows, statements, copies int
	// The last quote of the text, where a statement was looked for.
	lastQuote int
}

var scans = sync.Pool{New: func() any { return &scan{list: shared()} }}

// look goes over the text once. Most strings are clean, and this is all that they cost.
func (s *scan) look(text string) {
	s.text, s.signs, s.hits, s.cuts, s.url = text, 0, s.hits[:0], s.cuts[:0], false
	s.block, s.assigned, s.streets, s.floors, s.rows, s.statements, s.copies, s.lastQuote = 0, 0, 0, 0, 0, 0, 0, 0
	a := s.list.automaton
	var seen uint8
	at, digits, run := 0, 0, 0
	for i := range len(text) {
		c := text[i]
		bits := characters[c]
		seen |= bits
		digits += int(bits & isDigitBit)
		if bits&isRunBit == 0 {
			if i-run >= shortestRun {
				s.signs |= hasRun
			}
			run = i + 1
		}
		at = int(a.next[at*a.width+int(a.classes[c])])
		if ends := a.ends[at]; ends != nil {
			for _, id := range ends {
				s.hits = append(s.hits, hit{i + 1, id})
				s.url = s.url || s.list.words[id].purpose == forURL
			}
		}
	}
	if len(text)-run >= shortestRun {
		s.signs |= hasRun
	}
	if len(s.hits) > 0 {
		s.signs |= hasWord
	}
	if digits >= 6 {
		s.signs |= hasNumber
	}
	for bit, sign := range otherSigns {
		if sign != 0 && seen&(1<<bit) != 0 {
			s.signs |= sign
		}
	}
}

var otherSigns = [...]signs{1: hasAt, 2: hasEncoded, 3: hasLine, 5: hasFiller}

func (s *scan) mask(from, to int, kind string) {
	s.cuts = append(s.cuts, cut{from, to, kind})
}

// find looks for all that is masked. In unfolded text not for secrets, which have no shape of their own: the next line may
// be anything.
func (s *scan) find(unfolded bool) {
	if s.signs&hasWord != 0 {
		for _, each := range s.hits {
			s.keyword(each, unfolded)
		}
	}
	if s.signs&hasNumber != 0 {
		s.numbers()
	}
	if s.signs&hasAt != 0 {
		s.emails()
	}
	if s.signs&hasFiller != 0 {
		s.zones()
	}
	if s.signs&hasRun != 0 {
		s.runs()
	}
}

// masked is the text without what was found.
func (s *scan) masked(count func(kind string)) string {
	if len(s.cuts) == 0 {
		return s.text
	}
	slices.SortFunc(s.cuts, func(a, b cut) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	var out strings.Builder
	out.Grow(len(s.text))
	at := 0
	for _, each := range s.cuts {
		if each.to <= at {
			continue // within one before
		}
		if each.from >= at {
			count(each.kind)
			out.WriteString(s.text[at:each.from])
			out.WriteString(mask)
		}
		at = each.to
	}
	out.WriteString(s.text[at:])
	return out.String()
}

// keyword looks at what a keyword announces.
func (s *scan) keyword(h hit, unfolded bool) {
	word := &s.list.words[h.id]
	from := h.end - len(word.text)
	if word.latin && from > 0 && isAlnum(s.text[from-1]) && word.purpose != forURL && word.purpose != forFloor &&
		!(word.purpose == forSecret) && !(isUpper(s.text[from]) && !isUpper(s.text[from-1]) && word.purpose == forLabel) {
		return
	}
	switch word.purpose {
	case forToken:
		s.token(from, h.end, word)
	case forBearer:
		s.bearer(h.end)
	case forBasic:
		s.basic(h.end)
	case forPrivateKey:
		s.privateKey(from)
	case forStatement:
		s.statement(from)
	case forCopy:
		s.copied(from, h.end)
	case forFloor:
		s.floor(from, h.end)
	case forLabel:
		for _, rule := range word.rules {
			s.labelled(from, h.end, rule)
		}
	case forLatinStreet, forHanStreet:
		s.street(from, h.end, word)
	case forSecret:
		if !unfolded {
			s.secret(from, h.end)
		}
	}
}

func (s *scan) putBack() {
	s.text, s.scrubber, s.budget = "", nil, nil
	scans.Put(s)
}
