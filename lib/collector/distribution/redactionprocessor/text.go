package redactionprocessor

import "strings"

// What stands in the place of a masked value.
var mask = shared().Mask

// text masks one string. What an encoded form hides is masked in the decoded form, which is then what is kept; a string
// that hides nothing is kept as it came.
func (s *scrubber) text(text string) string { return s.clean(text, s.counts.value, nil) }

// quietly is the same without counting.
func (s *scrubber) quietly(text string) string { return s.clean(text, func(string) {}, nil) }

// Bytes that may be decoded of a text, for each of its own: text in base64 in base64 in base64 is three times as long.
const decodedShare = 4

// clean masks. The budget is what may still be decoded; nil at the outermost layer.
func (s *scrubber) clean(text string, count func(kind string), budget *int) string {
	look := scans.Get().(*scan)
	defer look.putBack()
	look.scrubber = s
	look.look(text)
	if look.signs == 0 {
		return text
	}
	look.budget = budget
	if budget == nil {
		look.share = decodedShare*len(text) + 1<<10
		look.budget = &look.share
	}
	coded := look.signs&hasEncoded != 0
	masked := look.one(text, count)
	readable := masked
	if coded {
		if readable = decoded(masked); readable != masked {
			look.look(readable)
			if again := look.one(readable, count); again != readable {
				masked, readable = again, again
			}
		}
	}
	// A label outside, its value in base64: in one text they are known.
	if look.text != readable {
		look.look(readable)
	}
	if look.signs&(hasWord|hasRun) == hasWord|hasRun {
		if open := look.opened(); open != readable {
			look.look(open)
			if again := look.one(open, count); again != open {
				masked, readable = again, again
			}
		}
	}
	if look.signs&hasLine != 0 {
		if whole := unfolded(readable); whole != readable {
			look.look(whole)
			look.find(true)
			if again := look.masked(count); again != whole {
				return again
			}
		}
	}
	return masked
}

// one layer of a text that was looked at.
func (s *scan) one(text string, count func(kind string)) string {
	if s.url {
		if bare := withoutQueries(text, count); bare != text {
			s.look(bare)
		}
	}
	s.find(false)
	return s.masked(count)
}

// withoutQueries cuts user information, query and fragment of each URL, as far as one goes in prose, JSON or markup.
func withoutQueries(text string, count func(kind string)) string {
	if strings.IndexByte(text, '?') < 0 && strings.IndexByte(text, '#') < 0 && strings.IndexByte(text, '@') < 0 {
		return text
	}
	var out strings.Builder
	at := 0
	for {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			break
		}
		from := at + i + 3
		to := from
		for to < len(text) && strings.IndexByte(" \t\r\n\f\v\"'<>", text[to]) < 0 {
			to++
		}
		rest := text[from:to]
		kept := rest
		if i := strings.IndexAny(kept, "?#"); i >= 0 {
			kept = kept[:i]
		}
		authority := len(kept)
		if i := strings.IndexByte(kept, '/'); i >= 0 {
			authority = i
		}
		if i := strings.LastIndexByte(kept[:authority], '@'); i >= 0 {
			kept = kept[i+1:]
		}
		out.WriteString(text[at:from])
		out.WriteString(kept)
		if kept != rest {
			count("url")
		}
		at = to
	}
	if at == 0 {
		return text
	}
	out.WriteString(text[at:])
	return out.String()
}
