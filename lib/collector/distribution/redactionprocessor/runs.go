package redactionprocessor

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// runs looks into long words that are text in base64 or hexadecimal digits, as deep as that goes: each layer is shorter.
func (s *scan) runs() {
	text := s.text
	for i := 0; i < len(text); {
		if characters[text[i]]&isRunBit == 0 {
			i++
			continue
		}
		from := i
		for i < len(text) && characters[text[i]]&isRunBit != 0 {
			i++
		}
		if i-from >= shortestRun {
			s.run(from, i)
		}
	}
}

func (s *scan) run(from, to int) {
	word := s.text[from:to]
	if s.hides(word) {
		s.mask(from, to, "encoded")
		return
	}
	// Parts of a path, values behind an equals sign, the ends of a URN.
	for _, separators := range []string{"=", "/", "/=_-"} {
		if !strings.ContainsAny(strings.TrimRight(word, "="), separators) {
			continue
		}
		found := false
		for at := 0; at < len(word); {
			end := strings.IndexAny(word[at:], separators)
			if end < 0 {
				end = len(word) - at
			}
			stop := at + end
			for stop < len(word) && word[stop] == '=' {
				stop++
			}
			if end >= shortestRun-2 && s.hides(word[at:stop]) {
				s.mask(from+at, from+stop, "encoded")
				found = true
			}
			at = max(stop, at+end+1)
		}
		if found {
			return
		}
	}
}

// opened is the text with the text in place of long words that hold text.
func (s *scan) opened() string {
	var out strings.Builder
	text, at := s.text, 0
	for i := 0; i < len(text); {
		if characters[text[i]]&isRunBit == 0 {
			i++
			continue
		}
		from := i
		for i < len(text) && characters[text[i]]&isRunBit != 0 {
			i++
		}
		// What a key is assigned to begins behind the equals sign.
		if n := strings.LastIndexByte(strings.TrimRight(text[from:i], "="), '='); n >= 0 {
			from += n + 1
		}
		if i-from < shortestRun {
			continue
		}
		if inside := s.inside(text[from:i]); inside != "" {
			out.WriteString(text[at:from])
			out.WriteString(inside)
			at = i
		}
	}
	if at == 0 {
		return text
	}
	out.WriteString(text[at:])
	return out.String()
}

// inside is the text that a word is the encoded form of, through all layers; empty where it is none.
func (s *scan) inside(word string) (text string) {
	for {
		bytes := decodings(word)[0]
		if bytes == nil {
			bytes = decodings(word)[1]
		}
		if len(bytes) < 6 || !readable(bytes) || *s.budget < len(bytes) {
			return text
		}
		*s.budget -= len(bytes)
		text = string(bytes)
		word = text
	}
}

// hides is true for a word that is the encoded form of text in which something would be masked.
func (s *scan) hides(word string) bool {
	for _, decoded := range decodings(word) {
		if decoded != nil && s.scrubber.holds(decoded, s.budget) {
			return true
		}
	}
	return false
}

// decodings of a word: from hexadecimal digits and from base64, where it may be of text.
func decodings(word string) (found [2][]byte) {
	word = strings.TrimRight(word, "=")
	if hexText(word) {
		found[0], _ = hex.DecodeString(word[:len(word)/2*2])
	}
	if !base64Text(word) {
		return found
	}
	if len(word)%4 == 1 {
		word = word[:len(word)-1]
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(word, "-_") {
		encoding = base64.RawURLEncoding
	}
	if decoded, err := encoding.DecodeString(word); err == nil {
		found[1] = decoded
	}
	return found
}

// holds is true for text in which something is masked, and for what would take more than its share of time to look into.
// Bytes that are no text hold nothing.
func (s *scrubber) holds(bytes []byte, budget *int) bool {
	if len(bytes) < 8 || !readable(bytes) {
		return false
	}
	if *budget -= len(bytes); *budget < 0 {
		return true
	}
	text := string(bytes)
	return s.clean(text, func(string) {}, budget) != text
}

func readable(bytes []byte) bool {
	odd := 0
	for _, c := range bytes {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return false
		}
		if c >= utf8.RuneSelf {
			odd++
		}
	}
	return odd == 0 || utf8.Valid(bytes)
}

// hexText: pairs of digits that stand for printable characters, at the beginning.
func hexText(word string) bool {
	if len(word) < 16 {
		return false
	}
	for i := range len(word) {
		if !isHex(word[i]) || i%2 == 0 && i < 16 && word[i] < '2' && !(word[i] == '0' && i+1 < len(word) && strings.IndexByte("9aAdD", word[i+1]) >= 0) {
			return false
		}
	}
	return true
}

// base64Text: text begins with a character of "I" to "f" where it is of ASCII, of "w" to "9" where it is not; no character
// in each fourth place is of "A" to "H", but for tabs and line breaks. Upper case and lower case are mixed.
func base64Text(word string) bool {
	if len(word) < 10 || !('I' <= word[0] && word[0] <= 'Z' || 'a' <= word[0] && word[0] <= 'f' || 'w' <= word[0] && word[0] <= 'z' || isDigit(word[0])) {
		return false
	}
	upper, small := false, false
	for i := 0; i < len(word) && i < 32; i++ {
		upper, small = upper || isUpper(word[i]), small || 'a' <= word[i] && word[i] <= 'z'
		if i%4 == 0 && 'A' <= word[i] && word[i] <= 'H' && word[i] != 'C' && word[i] != 'D' {
			return false
		}
	}
	return upper && small
}
