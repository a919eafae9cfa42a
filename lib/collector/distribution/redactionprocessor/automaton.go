package redactionprocessor

// automaton finds all keywords of the list in one pass (Aho and Corasick, 1975), whatever their case in ASCII.
type automaton struct {
	classes [256]uint8
	width   int
	next    []uint16  // by state and class: the next state
	ends    [][]int16 // by state: keywords that end there
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func newAutomaton(words []keyword) *automaton {
	a := &automaton{width: 1}
	for _, word := range words {
		for i := range len(word.text) {
			if c := lower(word.text[i]); a.classes[c] == 0 {
				a.classes[c] = uint8(a.width)
				a.width++
			}
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		a.classes[c] = a.classes[lower(c)]
	}
	state := func() uint16 {
		a.next = append(a.next, make([]uint16, a.width)...)
		a.ends = append(a.ends, nil)
		return uint16(len(a.ends) - 1)
	}
	state()
	for id, word := range words {
		at := 0
		for i := range len(word.text) {
			cell := at*a.width + int(a.classes[word.text[i]])
			if a.next[cell] == 0 {
				made := state()
				a.next[cell] = made
			}
			at = int(a.next[cell])
		}
		a.ends[at] = append(a.ends[at], int16(id))
	}
	// Breadth first: where a keyword goes on no more, the longest suffix that is the beginning of one goes on.
	fail := make([]uint16, len(a.ends))
	var queue []uint16
	for class := range a.width {
		if to := a.next[class]; to != 0 {
			queue = append(queue, to)
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		a.ends[at] = append(a.ends[at], a.ends[fail[at]]...)
		for class := range a.width {
			cell := int(at)*a.width + class
			behind := a.next[int(fail[at])*a.width+class]
			if to := a.next[cell]; to != 0 {
				fail[to] = behind
				queue = append(queue, to)
			} else {
				a.next[cell] = behind
			}
		}
	}
	return a
}
