package redactionprocessor

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bytes of a local part and of a domain that are looked at: RFC 5321 has 64 and 255 octets.
const (
	longestLocal  = 192
	longestDomain = 255
)

func (s *scan) emails() {
	for at := 0; ; at++ {
		i := strings.IndexByte(s.text[at:], '@')
		if i < 0 {
			return
		}
		at += i
		from := s.localPart(at)
		if from == at || s.text[from:at] == "git" {
			continue
		}
		if to := s.domain(at + 1); to > at+1 {
			s.mask(from, to, "email")
		} else {
			s.userInfo(at)
		}
	}
}

// localPart is where it begins: quoted, or of letters of any script.
func (s *scan) localPart(at int) int {
	text := s.text
	if at > 1 && text[at-1] == '"' {
		if from := strings.LastIndexByte(text[max(0, at-longestLocal):at-1], '"'); from >= 0 {
			return max(0, at-longestLocal) + from
		}
	}
	from := at
	for from > 0 && at-from < longestLocal {
		r, size := utf8.DecodeLastRuneInString(text[:from])
		if r == utf8.RuneError || !(r < utf8.RuneSelf && (isAlnum(byte(r)) || strings.ContainsRune("._%+-'!#$&*^~", r)) || r >= utf8.RuneSelf && unicode.IsLetter(r)) {
			break
		}
		from -= size
	}
	for from < at && strings.IndexByte("'._%+-!#$&*^~", text[from]) >= 0 {
		from++
	}
	return from
}

// domain is where it ends; where there is none, where it would begin. Versions are none: "1.2.3.RELEASE".
func (s *scan) domain(at int) int {
	text := s.text
	if at < len(text) && text[at] == '[' {
		if i := strings.IndexByte(text[at:min(len(text), at+48)], ']'); i > 0 && strings.Trim(text[at+1:at+i], "0123456789abcdefABCDEFIPv.:") == "" {
			return at + i + 1
		}
		return at
	}
	end, label, labels, numbers := at, at, 0, 0
	lastLabel := ""
	for i := at; i <= len(text) && i-at <= longestDomain; {
		r, size := rune(0), 1
		if i < len(text) {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if r == '-' || r < utf8.RuneSelf && isAlnum(byte(r)) || r >= utf8.RuneSelf && r != utf8.RuneError && unicode.IsLetter(r) {
			i += size
			continue
		}
		if i == label {
			break
		}
		if lastLabel != "" && allDigits(lastLabel) && len(lastLabel) < 3 {
			numbers++
		}
		lastLabel = text[label:i]
		if labels++; labels > 1 && utf8.RuneCountInString(lastLabel) >= 2 && strings.IndexFunc(lastLabel, unicode.IsLetter) == 0 && numbers == 0 {
			end = i
		}
		if r != '.' {
			break
		}
		i++
		label = i
	}
	return end
}

// userInfo masks user and password before a host that is no domain: "pay:hunter2@tcp(db:3306)", "scott/tiger@db:1521".
func (s *scan) userInfo(at int) {
	text := s.text
	from := at
	for from > 0 && at-from < longestLocal && strings.IndexByte(" \t\r\n\"'<>=,;(@", text[from-1]) < 0 {
		from--
	}
	credentials := text[from:at]
	// What comes before the user is no secret: a scheme, a driver.
	if i := strings.LastIndex(credentials, "//"); i >= 0 {
		from, credentials = from+i+2, credentials[i+2:]
	}
	if i := strings.LastIndex(credentials, "thin:"); i >= 0 {
		from, credentials = from+i+5, credentials[i+5:]
	}
	i := strings.IndexAny(credentials, ":/")
	if i <= 0 || i == len(credentials)-1 {
		return
	}
	rest := text[at+1 : min(len(text), at+80)]
	host := 0
	for host < len(rest) && (isAlnum(rest[host]) || strings.IndexByte("-._/", rest[host]) >= 0) {
		host++
	}
	if host == 6 && (rest[:host] == "sha256" || rest[:host] == "sha512") {
		return // an image by its digest
	}
	if host == 0 || host == len(rest) && credentials[i] != ':' || host < len(rest) && strings.IndexByte("(:/ \t\"',;)", rest[host]) < 0 {
		return
	}
	if port := strings.TrimLeft(rest[min(len(rest), host+1):], "0123456789"); credentials[i] == '/' && (host == len(rest) || rest[host] != ':' || port == rest[host+1:] || port != "" && isAlnum(port[0])) {
		return
	}
	s.mask(from, at, "secret")
}
