package redactionprocessor

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"
)

// decoded is the text behind encodings, however often they were applied, in one pass: whatever a character completes is
// put in its place at once, and may complete another. Each replacement is shorter, so that it ends, in linear time.
func decoded(text string) string {
	if !strings.ContainsAny(text, `%\&`) {
		return plain(text)
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		out = append(out, text[i])
		for changed := true; changed; {
			out, changed = reduce(out)
		}
	}
	return plain(string(out))
}

// reduce puts one character in the place of an escape that ends here.
func reduce(out []byte) ([]byte, bool) {
	n := len(out)
	last := out[n-1]
	if last == ';' {
		return entity(out)
	}
	if isHex(last) {
		if n >= 3 && out[n-3] == '%' && isHex(out[n-2]) {
			return append(out[:n-3], unhex(out[n-2])<<4|unhex(last)), true
		}
		if n >= 4 && out[n-4] == '\\' && out[n-3] == 'x' && isHex(out[n-2]) {
			return append(out[:n-4], unhex(out[n-2])<<4|unhex(last)), true
		}
		if n >= 6 && (out[n-6] == '\\' || out[n-6] == '%') && (out[n-5] == 'u' || out[n-5] == 'U') && isHex(out[n-4]) && isHex(out[n-3]) && isHex(out[n-2]) {
			r := rune(unhex(out[n-4]))<<12 | rune(unhex(out[n-3]))<<8 | rune(unhex(out[n-2]))<<4 | rune(unhex(last))
			if out[n-5] == 'U' && r == 0 {
				return out, false // the first half of eight digits
			}
			return utf8.AppendRune(out[:n-6], r), true
		}
		if n >= 10 && out[n-10] == '\\' && out[n-9] == 'U' {
			r := rune(0)
			for _, c := range out[n-8:] {
				if !isHex(c) {
					return out, false
				}
				r = r<<4 | rune(unhex(c))
			}
			return utf8.AppendRune(out[:n-10], r), true
		}
	}
	if n >= 4 && out[n-4] == '\\' && isOctal(out[n-3]) && isOctal(out[n-2]) && isOctal(last) && out[n-3] <= '3' {
		return append(out[:n-4], (out[n-3]-'0')<<6|(out[n-2]-'0')<<3|last-'0'), true
	}
	if n >= 2 && out[n-2] == '\\' {
		if i := strings.IndexByte(`nrt"'/\`, last); i >= 0 {
			return append(out[:n-2], "\n\r\t\"'/\\"[i]), last != '\\'
		}
	}
	return out, false
}

// entity puts a character in the place of an HTML entity. The longest name that is looked for is 8 characters.
func entity(out []byte) ([]byte, bool) {
	for i := len(out) - 2; i >= 0 && len(out)-i <= 12; i-- {
		if out[i] == '&' {
			whole := string(out[i:])
			if plain := html.UnescapeString(whole); len(plain) < len(whole) {
				return append(out[:i], plain...), true
			}
			return out, false
		}
	}
	return out, false
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }

func unhex(c byte) byte {
	switch {
	case isDigit(c):
		return c - '0'
	default:
		return lower(c) - 'a' + 10
	}
}

// plain is text in one form: full-width and other compatible characters, digits of any script, hyphens and spaces of any
// kind are what they stand for, and what has no width is gone. Bytes that are no UTF-8 may be GBK.
func plain(text string) string {
	if isASCII(text) {
		return text
	}
	if !utf8.ValidString(text) {
		text = withoutGBK(text)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			return r
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			return -1
		case unicode.Is(unicode.Pd, r) || r == '−':
			return '-'
		case unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.Is(unicode.Nd, r):
			return '0' + digitOf(r)
		default:
			return r
		}
	}, norm.NFKC.String(text))
}

// withoutGBK reads what is no UTF-8 as GBK, two bytes at a time; what is UTF-8 beside it stays.
func withoutGBK(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	for i := 0; i < len(text); {
		if _, size := utf8.DecodeRuneInString(text[i:]); text[i] < utf8.RuneSelf || size > 2 {
			out.WriteString(text[i : i+size])
			i += size
			continue
		}
		from := i
		for i+1 < len(text) && text[i] > 0x80 && text[i+1] >= 0x30 {
			if _, size := utf8.DecodeRuneInString(text[i:]); size > 2 {
				break
			}
			i += 2
		}
		i = max(i, from+1)
		run := text[from:i]
		if !utf8.ValidString(run) {
			if read, err := simplifiedchinese.GB18030.NewDecoder().String(run); err == nil {
				run = read
			}
		}
		out.WriteString(run)
	}
	return out.String()
}

// digitOf a decimal digit of any script: they come in tens.
func digitOf(r rune) rune {
	first := r
	for first > 0 && r-first < 9 && unicode.Is(unicode.Nd, first-1) {
		first--
	}
	return (r - first) % 10
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unfolded text has its lines in one: mail, headers, shells and logs break them anywhere.
func unfolded(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if (c == '\\' || c == '=') && i+1 < len(text) && (text[i+1] == '\n' || text[i+1] == '\r') {
			continue
		}
		if c != '\n' && c != '\r' {
			out.WriteByte(c)
			continue
		}
		for i+1 < len(text) && strings.IndexByte("\r\n \t", text[i+1]) >= 0 {
			i++
		}
	}
	return out.String()
}
