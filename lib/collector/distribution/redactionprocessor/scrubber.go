package redactionprocessor

import (
	"context"
	"net/netip"
	"regexp"
	"slices"
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

// Values nested deeper are masked whole: limits at the first hop are far below it.
const deepest = 64

// scrubber masks sensitive data in place. It looks at every string that a service can supply: ids, times and counts of
// the protocol are not strings and not looked at.
type scrubber struct {
	allowed   *regexp.Regexp
	untouched map[string]struct{}
	own       []netip.Prefix
	pseudonym pseudonyms
	counts    *counts

	// What was decided about keys: services use the same ones all the time.
	keys   sync.Map
	cached atomic.Int64
}

// Keys whose decision is remembered. Beyond them decisions are made anew, so that nobody can fill the memory with keys.
const maxCachedKeys = 10_000

type decision struct {
	sensitive, harmlessNumber, unknown, pseudonymous, measure bool
	masked                                                    string
	labels                                                    []*labelledRule
}

// Last words of keys of measurements: their numbers are no telephone numbers.
var measures = regexp.MustCompile(`(?:^|_)(?:size|bytes|count|offset|length|duration|time|timestamp|ns|ms|us|port|pid|tid|id|line|lineno|number|version|total|amount|sum|sequence|epoch|limit|nanos|millis|micros|rows|partition|generation|hash)$`)

func (s *scrubber) decide(key string) decision {
	if known, ok := s.keys.Load(key); ok {
		return known.(decision)
	}
	list := shared()
	snake := snakeCase(key)
	made := decision{
		sensitive:      list.isSensitiveKey(key, false),
		harmlessNumber: !list.isSensitiveKey(key, true),
		unknown:        s.allowed != nil && !s.allowed.MatchString(key),
		masked:         s.quietly(key),
		measure:        measures.MatchString(snake),
		labels:         list.labelsOf(snake),

		pseudonymous: s.pseudonym.has(key),
	}
	if s.cached.Load() < maxCachedKeys {
		if _, loaded := s.keys.LoadOrStore(strings.Clone(key), made); !loaded {
			s.cached.Add(1)
		}
	}
	return made
}

// labelsOf a key: what follows a label in text follows it as the value of a key.
func (l *list) labelsOf(snake string) (rules []*labelledRule) {
	for _, rule := range l.Labelled {
		for _, word := range l.Labels[rule.Label] {
			label := snakeCase(word)
			if label[0] >= utf8.RuneSelf && strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(snake, "码"), "碼"), "号"), label) {
				rules = append(rules, rule)
				break
			}
			if snake == label || strings.HasSuffix(snake, "_"+label) || strings.HasSuffix(snake, "_"+label+"_number") || strings.HasSuffix(snake, "_"+label+"_no") || snake == label+"_number" || snake == label+"_no" {
				rules = append(rules, rule)
				break
			}
		}
	}
	return rules
}

func newScrubber(cfg *Config, counts *counts) (*scrubber, error) {
	s := &scrubber{
		counts: counts, untouched: map[string]struct{}{},
		pseudonym: newPseudonyms(cfg.PseudonymKeys, cfg.PseudonymSecret),
	}
	if cfg.AllowedKeys != "" {
		compiled, err := regexp.Compile(cfg.AllowedKeys)
		if err != nil {
			return nil, err
		}
		s.allowed = compiled
	}
	for _, text := range cfg.OwnPrefixes {
		prefix, err := ownPrefix(text)
		if err != nil {
			return nil, err
		}
		s.own = append(s.own, prefix)
	}
	for _, key := range cfg.UntouchedKeys {
		s.untouched[key] = struct{}{}
	}
	return s, nil
}

func (s *scrubber) traces(_ context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	for _, resource := range td.ResourceSpans().All() {
		s.attributes(resource.Resource().Attributes(), s.untouched, true, 0)
		for _, scoped := range resource.ScopeSpans().All() {
			scope := scoped.Scope()
			set(scope.Name(), s.text(scope.Name()), scope.SetName)
			set(scope.Version(), s.text(scope.Version()), scope.SetVersion)
			s.attributes(scope.Attributes(), nil, true, 0)
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
	s.attributes(span.Attributes(), nil, true, 0)
	for _, event := range span.Events().All() {
		set(event.Name(), s.text(event.Name()), event.SetName)
		s.attributes(event.Attributes(), nil, true, 0)
	}
	for _, link := range span.Links().All() {
		set(link.TraceState().AsRaw(), s.text(link.TraceState().AsRaw()), link.TraceState().FromRaw)
		s.attributes(link.Attributes(), nil, true, 0)
	}
}

// set writes only what changed.
func set(before, after string, write func(string)) {
	if before != after {
		write(after)
	}
}

// attributes masks a map. The keys of a map that is itself a value are the service's own: no allow-list knows them.
func (s *scrubber) attributes(attributes pcommon.Map, untouched map[string]struct{}, allowList bool, depth int) {
	renamed, queries := false, false
	system := unknownDialect
	for key, value := range attributes.All() {
		if key == "db.system.name" || key == "db.system" {
			system = dialects[strings.ToLower(value.AsString())]
		}
	}
	for key, value := range attributes.All() {
		if _, ok := untouched[key]; ok {
			continue
		}
		if key == urlQuery || key == urlFragment {
			queries = true
			continue
		}
		decided := s.decide(key)
		renamed = renamed || decided.masked != key
		switch {
		case decided.pseudonymous:
			s.counts.value("pseudonym")
			value.SetStr(s.pseudonym.of(value))
		case decided.sensitive && !(decided.harmlessNumber && isNumber(value)):
			s.counts.value("sensitive-key")
			value.SetStr(mask)
		case allowList && decided.unknown:
			s.counts.unknownKey(decided.masked)
			value.SetStr(mask)
		default:
			s.valueOf(key, value, decided, system, depth)
		}
	}
	if queries {
		attributes.RemoveIf(func(key string, _ pcommon.Value) bool {
			if key == urlQuery || key == urlFragment {
				s.counts.value("url")
				return true
			}
			return false
		})
	}
	if renamed {
		made := pcommon.NewMap()
		for key, value := range attributes.All() {
			value.CopyTo(made.PutEmpty(s.decide(key).masked))
		}
		made.CopyTo(attributes)
	}
}

func isNumber(value pcommon.Value) bool {
	return value.Type() == pcommon.ValueTypeInt || value.Type() == pcommon.ValueTypeDouble
}

func (s *scrubber) valueOf(key string, value pcommon.Value, decided decision, system dialect, depth int) {
	text := value.Type() == pcommon.ValueTypeStr
	if len(decided.labels) > 0 && (text || value.Type() == pcommon.ValueTypeInt) {
		if kind := s.alone(decided.labels, plain(value.AsString())); kind != "" {
			s.counts.value(kind)
			value.SetStr(mask)
			return
		}
	}
	if text && isStatement(key) {
		if without := withoutLiterals(value.Str(), system); without != value.Str() {
			s.counts.value("sql-literal")
			value.SetStr(without)
		}
	}
	if text && key == pathWithQuery {
		if i := strings.IndexAny(value.Str(), "?#"); i >= 0 {
			value.SetStr(value.Str()[:i])
		}
	}
	s.value(value, decided.measure, depth)
}

func (s *scrubber) value(value pcommon.Value, measure bool, depth int) {
	if depth > deepest {
		s.counts.value("too-deep")
		value.SetStr(mask)
		return
	}
	switch value.Type() {
	case pcommon.ValueTypeStr:
		set(value.Str(), s.text(value.Str()), value.SetStr)
	case pcommon.ValueTypeInt:
		s.number(value, strconv.FormatInt(value.Int(), 10), measure)
	case pcommon.ValueTypeDouble:
		s.number(value, strconv.FormatFloat(value.Double(), 'f', -1, 64), measure)
	case pcommon.ValueTypeSlice:
		s.slice(value.Slice(), measure, depth)
	case pcommon.ValueTypeMap:
		s.attributes(value.Map(), nil, false, depth+1)
	case pcommon.ValueTypeBytes:
		raw := value.Bytes().AsRaw()
		text := string(raw)
		if masked := s.text(text); masked != text || !utf8.Valid(raw) && s.inParts(raw) {
			if masked == text {
				masked = mask
			}
			value.Bytes().FromRaw([]byte(masked))
		}
	}
}

// inParts looks at what can be read between bytes that are no text.
func (s *scrubber) inParts(raw []byte) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToValidUTF8(string(raw), "\x00"), func(r rune) bool { return r < ' ' }),
		func(part string) bool { return s.quietly(part) != part })
}

// slice masks what follows a flag: ["mysql", "--password", "hunter2"].
func (s *scrubber) slice(slice pcommon.Slice, measure bool, depth int) {
	sensitive := false
	for _, item := range slice.All() {
		if sensitive {
			s.counts.value("secret")
			item.SetStr(mask)
			sensitive = false
			continue
		}
		if item.Type() == pcommon.ValueTypeStr {
			text := item.Str()
			flag := strings.TrimSuffix(strings.TrimLeft(text, "-"), ":")
			sensitive = len(text) < longestKey && len(flag) < len(text) && !strings.ContainsAny(text, "= ") && s.decide(flag).sensitive
		}
		s.value(item, measure, depth+1)
	}
}

// number masks what is a card, an identity number or a mobile: other numbers are amounts, sizes and times.
func (s *scrubber) number(value pcommon.Value, digits string, measure bool) {
	if len(digits) < 10 || len(digits) > maxNumber || !allDigits(digits) {
		return
	}
	for _, each := range shared().byLength[len(digits)] {
		rule := each.rule
		if !inRanges(digits, each.ranges) || rule.shapes != nil && !rule.shapes[strconv.Itoa(len(digits))] {
			continue
		}
		switch rule.Check {
		case "luhn":
			if !luhn(digits) {
				continue
			}
		case "mainland":
			if !isMainlandNumber(digits) {
				continue
			}
		default:
			if measure {
				continue
			}
		}
		s.counts.value(rule.Kind)
		value.SetStr(mask)
		return
	}
}
