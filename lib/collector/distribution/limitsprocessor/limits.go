package limitsprocessor

import (
	"context"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const (
	// What follows a text that was cut, and stands for what was too deep.
	mark = "…"
	// The shortest that values are cut to so that a span is small enough.
	smallest = 64
	// A text is cut where a word ends, if one does so near: half a number must not look like a whole one, or like none.
	wordBytes = 256
	// The longest call. Traces are decided after minutes.
	longest = pcommon.Timestamp(24 * time.Hour)
)

// reasons why a span, or all spans of a resource, were cut.
type reasons map[string]int64

type limits struct {
	cfg    *Config
	counts *counts
}

// one span, resource or scope that is being looked at.
type look struct {
	cfg   *Config
	value int
	size  int
	found map[string]bool
}

func (l *limits) traces(_ context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	for _, resource := range td.ResourceSpans().All() {
		all := reasons{}
		shared := l.look()
		shared.attributes(resource.Resource().Attributes(), 0)
		spans := int64(0)
		for _, scoped := range resource.ScopeSpans().All() {
			shared.name(scoped.Scope().Name(), scoped.Scope().SetName)
			shared.name(scoped.Scope().Version(), scoped.Scope().SetVersion)
			shared.attributes(scoped.Scope().Attributes(), 0)
			spans += int64(scoped.Spans().Len())
			for _, span := range scoped.Spans().All() {
				for reason := range l.span(span) {
					all[reason]++
				}
			}
		}
		// What all spans of a resource share is cut for each.
		for reason := range shared.found {
			all[reason] = spans
		}
		if len(all) > 0 {
			name := ""
			if service, ok := resource.Resource().Attributes().Get("service.name"); ok {
				name = service.AsString()
			}
			l.counts.add(all, name)
		}
	}
	return td, nil
}

func (l *limits) look() *look { return &look{cfg: l.cfg, value: l.cfg.ValueBytes} }

// span cuts a span, and says why.
func (l *limits) span(span ptrace.Span) map[string]bool {
	one := l.look()
	one.times(span)
	one.span(span)
	for one.size > l.cfg.SpanBytes && one.value > smallest {
		one.because(reasonSpan)
		one.size, one.value = 0, max(smallest, one.value/4)
		one.span(span)
	}
	if one.size > l.cfg.SpanBytes {
		span.Events().RemoveIf(func(ptrace.SpanEvent) bool { return true })
		span.Links().RemoveIf(func(ptrace.SpanLink) bool { return true })
		for _, value := range span.Attributes().All() {
			if value.Type() == pcommon.ValueTypeMap || value.Type() == pcommon.ValueTypeSlice {
				value.SetStr(mark)
			}
		}
	}
	return one.found
}

// times gives a span that has none, or one that no store can hold, that at which it came. A call of more than a day is a
// clock that was not set: with its length in their histogram, all percentiles of its service would be rougher.
func (k *look) times(span ptrace.Span) {
	start, end := span.StartTimestamp(), span.EndTimestamp()
	isTime := func(t pcommon.Timestamp) bool { return t > 0 && t <= math.MaxInt64 }
	if !isTime(end) {
		if end = start; !isTime(start) {
			end = pcommon.NewTimestampFromTime(time.Now())
		}
	}
	if !isTime(start) {
		start = end
	}
	if end > start && end-start > longest {
		// The one that is nearer to now is right.
		if at := pcommon.NewTimestampFromTime(time.Now()); max(at, end)-min(at, end) < max(at, start)-min(at, start) {
			start = end
		} else {
			end = start
		}
	}
	if start != span.StartTimestamp() || end != span.EndTimestamp() {
		k.because(reasonTime)
		span.SetStartTimestamp(start)
		span.SetEndTimestamp(end)
	}
	for _, event := range span.Events().All() {
		if event.Timestamp() > math.MaxInt64 {
			k.because(reasonTime)
			event.SetTimestamp(end)
		}
	}
}

func (k *look) because(reason string) {
	if k.found == nil {
		k.found = map[string]bool{}
	}
	k.found[reason] = true
}

func (k *look) span(span ptrace.Span) {
	k.name(span.Name(), span.SetName)
	k.name(span.TraceState().AsRaw(), span.TraceState().FromRaw)
	k.text(span.Status().Message(), span.Status().SetMessage)
	k.attributes(span.Attributes(), 0)
	events, links := 0, 0
	if span.Events().Len() > k.cfg.Items {
		k.because(reasonItems)
		span.Events().RemoveIf(func(ptrace.SpanEvent) bool { events++; return events > k.cfg.Items })
	}
	if span.Links().Len() > k.cfg.Items {
		k.because(reasonItems)
		span.Links().RemoveIf(func(ptrace.SpanLink) bool { links++; return links > k.cfg.Items })
	}
	for _, event := range span.Events().All() {
		k.name(event.Name(), event.SetName)
		k.attributes(event.Attributes(), 0)
	}
	for _, link := range span.Links().All() {
		k.name(link.TraceState().AsRaw(), link.TraceState().FromRaw)
		k.attributes(link.Attributes(), 0)
	}
	// Ids, times and lengths of the protocol.
	k.size += 128 + 32*(span.Events().Len()+span.Links().Len())
}

func (k *look) name(name string, set func(string)) {
	if len(name) > k.cfg.NameBytes {
		k.because(reasonName)
		name = cut(name, k.cfg.NameBytes)
		set(name)
	}
	k.size += len(name)
}

func (k *look) text(text string, set func(string)) {
	if len(text) > k.value {
		k.because(reasonValue)
		text = cut(text, k.value)
		set(text)
	}
	k.size += len(text)
}

// attributes cuts keys and values, and how many there are.
func (k *look) attributes(attributes pcommon.Map, depth int) {
	if attributes.Len() > k.cfg.Attributes {
		k.because(reasonAttributes)
		seen := 0
		attributes.RemoveIf(func(string, pcommon.Value) bool { seen++; return seen > k.cfg.Attributes })
	}
	long := false
	for key, value := range attributes.All() {
		long = long || len(key) > k.cfg.NameBytes
		k.size += len(key) + 8
		k.of(value, depth)
	}
	if !long {
		return
	}
	k.because(reasonName)
	made := pcommon.NewMap()
	for key, value := range attributes.All() {
		value.MoveTo(made.PutEmpty(cut(key, k.cfg.NameBytes)))
	}
	made.MoveTo(attributes)
}

func (k *look) of(value pcommon.Value, depth int) {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		k.text(value.Str(), value.SetStr)
	case pcommon.ValueTypeBytes:
		if bytes := value.Bytes(); bytes.Len() > k.value {
			k.because(reasonValue)
			bytes.FromRaw(bytes.AsRaw()[:k.value])
		}
		k.size += value.Bytes().Len()
	case pcommon.ValueTypeMap, pcommon.ValueTypeSlice:
		if depth >= k.cfg.Depth {
			k.because(reasonDepth)
			value.SetStr(mark)
			return
		}
		if value.Type() == pcommon.ValueTypeMap {
			k.attributes(value.Map(), depth+1)
			return
		}
		if items := value.Slice(); items.Len() > k.cfg.Attributes {
			k.because(reasonAttributes)
			seen := 0
			items.RemoveIf(func(pcommon.Value) bool { seen++; return seen > k.cfg.Attributes })
		}
		for _, item := range value.Slice().All() {
			k.size += 4
			k.of(item, depth+1)
		}
	default:
		k.size += 8
	}
}

// cut is the beginning of a text, no longer than so many bytes with the mark that says that it was cut.
func cut(text string, most int) string {
	end := max(0, most-len(mark))
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	if from := max(0, end-wordBytes); end > wordBytes {
		if i := strings.LastIndexAny(text[from:end], " \t\r\n,;&"); i > 0 {
			end = from + i
		}
	}
	return text[:end] + mark
}
