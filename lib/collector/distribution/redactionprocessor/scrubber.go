package redactionprocessor

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Attributes whose value is a query or fragment, whole; and the one that is a path with a query.
const (
	urlQuery      = "url.query"
	urlFragment   = "url.fragment"
	pathWithQuery = "http.target"
)

type pattern struct {
	kind    string
	pattern *regexp.Regexp
}

// scrubber masks sensitive data in place. It looks at every string that a service can supply: ids, times and counts of
// the protocol are not strings and not looked at.
type scrubber struct {
	values    []pattern
	cards     []*regexp.Regexp
	sensitive *regexp.Regexp
	allowed   *regexp.Regexp
	untouched map[string]struct{}
	pseudonym pseudonyms
	counts    *counts

	// What was decided about keys: services use the same ones all the time.
	keys   sync.Map
	cached atomic.Int64
}

// Keys whose decision is remembered. Beyond them decisions are made anew, so that nobody can fill the memory with keys.
const maxCachedKeys = 10_000

type decision struct {
	sensitive, unknown, pseudonymous bool
	masked                           string
}

func (s *scrubber) decide(key string) decision {
	if known, ok := s.keys.Load(key); ok {
		return known.(decision)
	}
	made := decision{
		sensitive: s.sensitive != nil && s.sensitive.MatchString(key),
		unknown:   s.allowed != nil && !s.allowed.MatchString(key),
		masked:    s.text(key),

		pseudonymous: s.pseudonym.has(key),
	}
	if s.cached.Load() < maxCachedKeys {
		if _, loaded := s.keys.LoadOrStore(strings.Clone(key), made); !loaded {
			s.cached.Add(1)
		}
	}
	return made
}

func newScrubber(cfg *Config, counts *counts) (*scrubber, error) {
	s := &scrubber{
		counts: counts, untouched: map[string]struct{}{},
		pseudonym: newPseudonyms(cfg.PseudonymKeys, cfg.PseudonymSecret),
	}
	for _, value := range cfg.Values {
		// Groups of digits may be separated by dots too.
		compiled, err := regexp.Compile(strings.ReplaceAll(value.Pattern, `(?:[ -]|%20)?`, `(?:[ .-]|%20)?`))
		if err != nil {
			return nil, err
		}
		s.values = append(s.values, pattern{value.Kind, compiled})
		if strings.HasPrefix(value.Kind, "bank-card") {
			s.cards = append(s.cards, compiled)
		}
	}
	for _, each := range []struct {
		text string
		into **regexp.Regexp
	}{{cfg.SensitiveKeys, &s.sensitive}, {cfg.AllowedKeys, &s.allowed}} {
		if each.text == "" {
			continue
		}
		compiled, err := regexp.Compile(each.text)
		if err != nil {
			return nil, err
		}
		*each.into = compiled
	}
	for _, key := range cfg.UntouchedKeys {
		s.untouched[key] = struct{}{}
	}
	return s, nil
}

func (s *scrubber) traces(_ context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	for _, resource := range td.ResourceSpans().All() {
		s.attributes(resource.Resource().Attributes(), s.untouched, true)
		for _, scoped := range resource.ScopeSpans().All() {
			scope := scoped.Scope()
			set(scope.Name(), s.text(scope.Name()), scope.SetName)
			set(scope.Version(), s.text(scope.Version()), scope.SetVersion)
			s.attributes(scope.Attributes(), nil, true)
			for _, span := range scoped.Spans().All() {
				s.span(span)
			}
		}
	}
	return td, nil
}

func (s *scrubber) span(span ptrace.Span) {
	set(span.Name(), s.text(span.Name()), span.SetName)
	set(span.Status().Message(), s.text(span.Status().Message()), span.Status().SetMessage)
	set(span.TraceState().AsRaw(), s.text(span.TraceState().AsRaw()), span.TraceState().FromRaw)
	s.attributes(span.Attributes(), nil, true)
	for _, event := range span.Events().All() {
		set(event.Name(), s.text(event.Name()), event.SetName)
		s.attributes(event.Attributes(), nil, true)
	}
	for _, link := range span.Links().All() {
		set(link.TraceState().AsRaw(), s.text(link.TraceState().AsRaw()), link.TraceState().FromRaw)
		s.attributes(link.Attributes(), nil, true)
	}
}

// set writes only what changed.
func set(before, after string, write func(string)) {
	if before != after {
		write(after)
	}
}

// attributes masks a map. The keys of a map that is itself a value are the service's own: no allow-list knows them.
func (s *scrubber) attributes(attributes pcommon.Map, untouched map[string]struct{}, allowList bool) {
	var renamed map[string]string
	attributes.RemoveIf(func(key string, _ pcommon.Value) bool {
		if key == urlQuery || key == urlFragment {
			s.counts.value("url")
			return true
		}
		return false
	})
	for key, value := range attributes.All() {
		if _, ok := untouched[key]; ok {
			continue
		}
		decided := s.decide(key)
		switch {
		case decided.pseudonymous:
			s.counts.value("pseudonym")
			value.SetStr(s.pseudonym.of(value))
		case decided.sensitive:
			s.counts.value("sensitive-key")
			value.SetStr(mask)
		case allowList && decided.unknown:
			s.counts.unknownKey(decided.masked)
			value.SetStr(mask)
		default:
			s.value(value)
			if isStatement(key) && value.Type() == pcommon.ValueTypeStr {
				set(value.Str(), s.withoutLiterals(value.Str()), value.SetStr)
			}
			if key == pathWithQuery && value.Type() == pcommon.ValueTypeStr {
				path, _, _ := strings.Cut(value.Str(), "?")
				path, _, _ = strings.Cut(path, "#")
				set(value.Str(), path, value.SetStr)
			}
		}
		if decided.masked != key {
			if renamed == nil {
				renamed = map[string]string{}
			}
			renamed[key] = decided.masked
		}
	}
	for from, to := range renamed {
		value, ok := attributes.Get(from)
		if !ok {
			continue
		}
		copied := pcommon.NewValueEmpty()
		value.CopyTo(copied)
		attributes.Remove(from)
		copied.CopyTo(attributes.PutEmpty(to))
	}
}

// Statements of databases: current and older semantic conventions.
func isStatement(key string) bool { return key == "db.query.text" || key == "db.statement" }

// A literal may be anybody's name: patterns know numbers that have a shape, not names.
var literal = regexp.MustCompile(`'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b`)

func (s *scrubber) withoutLiterals(statement string) string {
	masked := literal.ReplaceAllString(statement, "?")
	if masked != statement {
		s.counts.value("sql-literal")
	}
	return masked
}

func (s *scrubber) value(value pcommon.Value) {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		set(value.Str(), s.text(value.Str()), value.SetStr)
	case pcommon.ValueTypeInt:
		s.number(value, strconv.FormatInt(value.Int(), 10))
	case pcommon.ValueTypeDouble:
		s.number(value, strconv.FormatFloat(value.Double(), 'f', -1, 64))
	case pcommon.ValueTypeSlice:
		for _, item := range value.Slice().All() {
			s.value(item)
		}
	case pcommon.ValueTypeMap:
		s.attributes(value.Map(), nil, false)
	case pcommon.ValueTypeBytes:
		raw := value.Bytes().AsRaw()
		if text := string(raw); utf8.ValidString(text) {
			if masked := s.text(text); masked != text {
				value.Bytes().FromRaw([]byte(masked))
			}
		}
	}
}

// number masks what looks like a card, 13 to 19 digits of an issuer: other numbers are amounts, sizes and times.
func (s *scrubber) number(value pcommon.Value, digits string) {
	if len(digits) < 13 || len(digits) > 19 || !allDigits(digits) {
		return
	}
	for _, card := range s.cards {
		if card.MatchString(digits) {
			s.counts.value("bank-card")
			value.SetStr(mask)
			return
		}
	}
}
