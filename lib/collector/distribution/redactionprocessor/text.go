package redactionprocessor

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What stands in the place of a masked value.
const mask = "****"

// What follows "://", as far as a URL goes in prose, JSON or markup.
var (
	urlRest  = regexp.MustCompile(`://[^\s"'<>]*`)
	userInfo = regexp.MustCompile(`^[^/]*@`)
	encoded  = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+`)
	hkid     = regexp.MustCompile(`(?:\b|_)([A-Z]{1,2}[0-9]{6})([0-9A])\b`)
)

// What a string may hold that has to be looked at.
type signs uint8

const (
	hasURL     signs = 1 << iota // "://"
	hasEncoded                   // not ASCII (full-width digits), or URL-encoded
	hasOther                     // at signs, tokens, six digits in a row, two groups of four
)

// signsOf looks for signs of what a pattern could find. One pass, no allocation: most strings are clean.
func signsOf(s string) (found signs) {
	digits := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if '0' <= c && c <= '9' {
			if digits++; digits >= 6 {
				found |= hasOther
			}
			continue
		}
		switch {
		case c >= utf8.RuneSelf:
			found |= hasEncoded
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			found |= hasEncoded | hasOther
		case c == '@':
			found |= hasOther
		case (c == 'A' || c == 's' || c == 'g') && startsKey(s[i:]):
			found |= hasOther
		case c == ':' && strings.HasPrefix(s[i:], "://"):
			found |= hasURL
		case c == 'e' && (strings.HasPrefix(s[i:], "earer") || strings.HasPrefix(s[i:], "eyJ")):
			found |= hasOther
		case (c == ' ' || c == '.' || c == '-') && digits >= 3 && i+3 < len(s) && allDigits(s[i+1:i+4]):
			found |= hasOther
		}
		digits = 0
	}
	return found
}

// startsKey is true where a provider's API key may begin.
func startsKey(s string) bool {
	return strings.HasPrefix(s, "AKIA") || strings.HasPrefix(s, "ASIA") || strings.HasPrefix(s, "sk_") ||
		len(s) > 4 && s[:2] == "gh" && s[3] == '_'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// text masks one string. What its URL-encoded or full-width form hides is masked in the decoded form, which is then what
// is kept; a string that hides nothing is kept as it came.
func (s *scrubber) text(text string) string {
	found := signsOf(text)
	if found == 0 {
		return text
	}
	masked := s.masked(text, found)
	if found&hasEncoded == 0 {
		return masked
	}
	plain := normalised(masked)
	if plain == masked {
		return masked
	}
	if plainMasked := s.masked(plain, signsOf(plain)); plainMasked != plain {
		return plainMasked
	}
	return masked
}

func (s *scrubber) masked(text string, found signs) string {
	if found&hasURL != 0 {
		text = urlRest.ReplaceAllStringFunc(text, func(whole string) string {
			rest := whole[3:]
			kept := rest
			if i := strings.IndexAny(kept, "?#"); i >= 0 {
				kept = kept[:i]
			}
			kept = userInfo.ReplaceAllString(kept, "")
			if kept == rest {
				return whole
			}
			s.counts.value("url")
			return "://" + kept
		})
	}
	if found&hasOther == 0 {
		return text
	}
	for _, value := range s.values {
		text = value.pattern.ReplaceAllStringFunc(text, func(string) string {
			s.counts.value(value.kind)
			return mask
		})
	}
	return hkid.ReplaceAllStringFunc(text, func(whole string) string {
		card := strings.TrimPrefix(whole, "_")
		if !isHkid(card[:len(card)-1], card[len(card)-1:]) {
			return whole
		}
		s.counts.value("hkid")
		return mask
	})
}

// Hong Kong identity card: letters count from A = 10, a missing first one as 36, with weights from 9 down to 1 (the check
// character, A = 10); the sum is divisible by 11.
func isHkid(body, check string) bool {
	whole := strings.Repeat(" ", 8-len(body)) + body + check
	sum := 0
	for i := 0; i < len(whole); i++ {
		digit := 36
		switch c := whole[i]; {
		case '0' <= c && c <= '9':
			digit = int(c - '0')
		case 'A' <= c && c <= 'Z':
			digit = int(c-'A') + 10
		}
		sum += digit * (9 - i)
	}
	return sum%11 == 0
}

// NFKC (full-width forms) and URL-decoding, up to three times: encoded values get encoded again on their way.
func normalised(text string) string {
	for round, before := 0, ""; round < 3 && before != text; round++ {
		before = text
		text = encoded.ReplaceAllStringFunc(norm.NFKC.String(text), func(part string) string {
			decoded, err := url.PathUnescape(part)
			if err != nil || !utf8.ValidString(decoded) {
				return part
			}
			return decoded
		})
	}
	return text
}
