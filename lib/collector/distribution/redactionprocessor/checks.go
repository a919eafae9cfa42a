package redactionprocessor

import (
	"net/netip"
	"slices"
	"strings"
)

// luhn is the check of ISO/IEC 7812-1.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		digit := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}

// isMainlandNumber is the check of GB 11643-1999, with a date of birth that exists.
func isMainlandNumber(number string) bool {
	if len(number) != 18 {
		return false
	}
	year, month, day := number[6:10], number[10:12], number[12:14]
	if year < "1880" || year > "2039" || month < "01" || month > "12" || day < "01" || day > "31" {
		return false
	}
	sum, weight := 0, 1
	for i := 16; i >= 0; i-- {
		weight = weight * 2 % 11
		sum += int(number[i]-'0') * weight
	}
	check := number[17]
	if check == 'x' {
		check = 'X'
	}
	return "10X98765432"[sum%11] == check
}

// isHkid is the check of Hong Kong's identity cards: letters count from A = 10, a missing first one as 36, with weights
// from 9 down to 1 (the check character, A = 10); the sum is divisible by 11.
func isHkid(body, check string) bool {
	whole := strings.ToUpper(body + check)
	if len(whole) > 9 {
		return false
	}
	sum := 0
	for i, missing := 0, 9-len(whole); i < 9; i++ {
		digit := 36
		if i >= missing {
			switch c := whole[i-missing]; {
			case '0' <= c && c <= '9':
				digit = int(c - '0')
			case 'A' <= c && c <= 'Z':
				digit = int(c-'A') + 10
			}
		}
		sum += digit * (9 - i)
	}
	return sum%11 == 0
}

// isIban is the check of ISO 13616: the first four characters come last, letters count from A = 10, modulo 97 it is 1.
func isIban(account []byte) bool {
	rest := 0
	for i := range account {
		switch c := lower(account[(i+4)%len(account)]); {
		case isDigit(c):
			rest = (rest*10 + int(c-'0')) % 97
		default:
			rest = (rest*100 + int(c-'a') + 10) % 97
		}
	}
	return rest == 1
}

// isIdentity is any of the numbers that people in Hong Kong and the mainland have, as text.
func isIdentity(text string) bool {
	var plain strings.Builder
	for i := range len(text) {
		if c := text[i]; isAlnum(c) {
			plain.WriteByte(c)
		}
	}
	number := plain.String()
	if digits := strings.TrimRight(number, "Xx"); len(digits) >= 15 && allDigits(digits) {
		return true // what a label says and a date confirms
	}
	return len(number) >= 8 && isHkid(number[:len(number)-1], number[len(number)-1:])
}

// isClientAddress is true for a public address that is none of the deployment's own: private ones say nothing of a person.
func (s *scrubber) isClientAddress(text string) bool {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, ":") && !strings.HasPrefix(text, "::") {
		text = ":" + text // the first of two colons was taken for what stands between a label and its value
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return false
	}
	address = address.Unmap()
	return !address.IsPrivate() && !address.IsLoopback() && !address.IsUnspecified() && !address.IsLinkLocalUnicast() && !address.IsMulticast() &&
		!slices.ContainsFunc(s.own, func(own netip.Prefix) bool { return own.Contains(address) })
}

// Words that follow a label for a person and are no name.
var noName = map[string]bool{
	"not": true, "found": true, "is": true, "error": true, "failed": true, "invalid": true, "unknown": true, "service": true,
	"account": true, "bank": true, "id": true, "api": true, "name": true, "number": true, "missing": true, "support": true,
	"unavailable": true, "data": true, "type": true, "does": true, "has": true, "was": true, "must": true, "request": true,
	"agent": true, "team": true, "group": true, "department": true, "queue": true, "topic": true, "kafka": true, "server": true, "pool": true, "role": true, "gateway": true,
	"null": true, "none": true, "string": true, "required": true, "undefined": true, "true": true, "false": true, "text": true,
	"post": true, "get": true, "put": true, "http": true, "order": true, "payment": true, "balance": true, "limit": true,
}

func isPerson(name string) bool {
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == ',' || r == '-' }) {
		if noName[strings.ToLower(word)] {
			return false
		}
	}
	return true
}

func (s *scrubber) check(name, text string) bool {
	switch name {
	case "identity":
		return isIdentity(text)
	case "public-address":
		return s.isClientAddress(text)
	case "person", "assigned-person":
		return isPerson(text)
	case "random":
		return isRandom(text)
	case "surname":
		for _, first := range text {
			return shared().surnames[first]
		}
		return false
	default:
		return true
	}
}

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}
