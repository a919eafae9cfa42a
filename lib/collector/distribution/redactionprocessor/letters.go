package redactionprocessor

import "strings"

// withLetters masks what has letters before or a check character in brackets behind: Hong Kong's and Macao's identity
// cards, Octopus cards.
func (s *scan) withLetters(groups []group, i int) int {
	g := groups[i]
	size, used, digits := g.to-g.from, 1, s.text[g.from:g.to]
	if size == 3 && i+1 < len(groups) && groups[i+1].separator == " " && groups[i+1].to-groups[i+1].from == 3 {
		g.to, size, used = groups[i+1].to, 6, 2
		digits += s.text[groups[i+1].from:groups[i+1].to]
	}
	if size < 6 || size > 8 {
		return 0
	}
	check, end, bracketed := s.checkCharacter(g.to)
	// The check digit may be the next group of digits.
	if i+used < len(groups) && end > groups[i+used].from {
		used++
	}
	if size >= 7 {
		if bracketed && isDigit(check) && (size == 8 || digits[0] == '1' || digits[0] == '5' || digits[0] == '7') && (g.from == 0 || !isAlnum(s.text[g.from-1])) {
			s.mask(g.from, end, "identity-card")
			return used
		}
		if size != 7 {
			return 0
		}
		// Seven digits in a row: the last is the check digit.
		check, digits, end, bracketed = digits[6], digits[:6], g.to, false
	} else if check == 0 {
		return 0
	}
	from, count, spaced := g.from, 0, false
	if from > 1 && (s.text[from-1] == ' ' || s.text[from-1] == '-') && isLetter(s.text[from-2]) {
		from, spaced = from-1, true
	}
	for from > 0 && count < 2 && isLetter(s.text[from-1]) {
		from, count = from-1, count+1
	}
	for ; count > 0; from, count = from+1, count-1 {
		letters := s.text[from : from+count]
		glued := from > 0 && isAlnum(s.text[from-1])
		apart := bracketed || spaced && size == 6 || end > g.to+1
		if glued && (!apart || isUpper(s.text[from-1]) == isUpper(letters[0]) && isLetter(s.text[from-1])) || spaced && glued {
			continue
		}
		if !apart && (count == 2 || !isUpper(letters[0]) || spaced || end < len(s.text) && (isAlnum(s.text[end]) || s.text[end] == '.' && end+1 < len(s.text) && isDigit(s.text[end+1]))) {
			continue
		}
		if isHkid(letters+digits, string(check)) {
			s.mask(from, end, "hkid")
			return used
		}
	}
	return 0
}

// iban masks an account by its country's length and its check digits. Letters may stand between its groups of digits.
func (s *scan) iban(from int) {
	text := s.text
	if from < 0 || !isLetter(text[from]) || !isLetter(text[from+1]) || from > 0 && isAlnum(text[from-1]) {
		return
	}
	length := s.list.ibans[strings.ToUpper(text[from:from+2])]
	var account [34]byte
	at, n := from, 0
	for ; at < len(text) && n < length; at++ {
		if c := text[at]; isAlnum(c) {
			account[n] = c
			n++
		} else if c != ' ' && c != '-' || n%4 != 0 || !isAlnum(text[at-1]) {
			return
		}
	}
	if length == 0 || n < length || at < len(text) && isAlnum(text[at]) || !isIban(account[:n]) {
		return
	}
	s.mask(from, at, "iban")
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// checkCharacter at a place, in brackets or after a hyphen or as it is; zero where there is none.
func (s *scan) checkCharacter(at int) (check byte, end int, bracketed bool) {
	text := s.text
	i := at
	if i < len(text) && text[i] == ' ' {
		i++
	}
	if i < len(text) && strings.IndexByte("([{", text[i]) >= 0 {
		inside := s.skip(i+1, " ", 1)
		if closing := s.skip(inside+1, " ", 1); closing < len(text) && isCheck(text[inside]) && strings.IndexByte(")]}", text[closing]) >= 0 {
			return text[inside], closing + 1, true
		}
	}
	if i = at; i < len(text) && (text[i] == '-' || text[i] == '/') {
		i++
	}
	if i < len(text) && isCheck(text[i]) && (i+1 == len(text) || !isAlnum(text[i+1])) {
		return text[i], i + 1, false
	}
	return 0, at, false
}

func isCheck(c byte) bool { return isDigit(c) || c == 'A' || c == 'a' }
