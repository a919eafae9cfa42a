package limitsprocessor

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func config() *Config {
	return &Config{ValueBytes: 1024, NameBytes: 64, Attributes: 32, Depth: 4, Items: 8, SpanBytes: 16 << 10}
}

// cutBy sends one span, and says why something was cut of it.
func cutBy(t *testing.T, fill func(span ptrace.Span)) (ptrace.Span, map[string]int64) {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	settings := componenttest.NewNopTelemetrySettings()
	settings.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	counts, err := newCounts(settings)
	if err != nil {
		t.Fatal(err)
	}
	td := ptrace.NewTraces()
	resource := td.ResourceSpans().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", "payment")
	span := resource.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName("POST /pay")
	span.SetStartTimestamp(1_800_000_000_000_000_000)
	span.SetEndTimestamp(1_800_000_000_001_000_000)
	fill(span)
	l := &limits{cfg: config(), counts: counts}
	if _, err := l.traces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
	if size := (&ptrace.ProtoMarshaler{}).TracesSize(td); size > 2*config().SpanBytes {
		t.Errorf("%d bytes are left", size)
	}
	var collected metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &collected); err != nil {
		t.Fatal(err)
	}
	found := map[string]int64{}
	for _, scope := range collected.ScopeMetrics {
		for _, one := range scope.Metrics {
			for _, point := range one.Data.(metricdata.Sum[int64]).DataPoints {
				reason, _ := point.Attributes.Value("reason")
				if service, _ := point.Attributes.Value("service"); service.AsString() != "payment" {
					t.Errorf("counted for %s", service.AsString())
				}
				found[reason.AsString()] = point.Value
			}
		}
	}
	return span, found
}

func nested(into pcommon.Value, levels int) {
	for range levels {
		into = into.SetEmptySlice().AppendEmpty()
	}
	into.SetStr("bottom")
}

func TestHostileSpans(t *testing.T) {
	for reason, fill := range map[string]func(ptrace.Span){
		reasonDepth:      func(s ptrace.Span) { nested(s.Attributes().PutEmpty("deep"), 100_000) },
		reasonValue:      func(s ptrace.Span) { s.Attributes().PutStr("long", strings.Repeat("文", 5<<20)) },
		reasonName:       func(s ptrace.Span) { s.Attributes().PutStr(strings.Repeat("k", 12<<10), "v") },
		reasonAttributes: func(s ptrace.Span) { s.Attributes().PutEmptySlice("many").EnsureCapacity(1); fillSlice(s, 10_000) },
		reasonItems: func(s ptrace.Span) {
			for range 1000 {
				s.Events().AppendEmpty().SetName("retry")
			}
		},
		reasonSpan: func(s ptrace.Span) {
			for i := range 30 {
				s.Attributes().PutStr(string(rune('a'+i)), strings.Repeat("x", 1000))
			}
		},
	} {
		span, found := cutBy(t, fill)
		if found[reason] != 1 || span.Name() != "POST /pay" {
			t.Errorf("%s: cut by %v", reason, found)
		}
	}
}

func fillSlice(s ptrace.Span, n int) {
	list, _ := s.Attributes().Get("many")
	for range n {
		list.Slice().AppendEmpty().SetStr("x")
	}
}

func TestOrdinarySpansAreNotTouched(t *testing.T) {
	_, found := cutBy(t, func(s ptrace.Span) {
		s.Attributes().PutStr("url.full", "https://bank.example/pay")
		nested(s.Attributes().PutEmpty("list"), 4)
		s.Events().AppendEmpty().Attributes().PutStr("exception.message", strings.Repeat("m", 1000))
	})
	if len(found) != 0 {
		t.Errorf("cut by %v", found)
	}
}

func TestASpanOfNobody(t *testing.T) {
	counts, err := newCounts(componenttest.NewNopTelemetrySettings())
	if err != nil {
		t.Fatal(err)
	}
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName(strings.Repeat("n", 1000))
	if _, err := (&limits{cfg: config(), counts: counts}).traces(context.Background(), td); err != nil || len(span.Name()) > config().NameBytes {
		t.Errorf("%d bytes, %v", len(span.Name()), err)
	}
}

func TestATextIsCutBetweenWords(t *testing.T) {
	got := cut(strings.Repeat("word ", 300)+"4111111111111111", 1024)
	if !utf8.ValidString(got) || len(got) > 1024 || strings.HasSuffix(strings.TrimSuffix(got, mark), "wor") {
		t.Errorf("%d bytes end in %q", len(got), got[len(got)-20:])
	}
	if got := cut(strings.Repeat("文", 1000), 1000); !utf8.ValidString(got) || len(got) > 1000 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestEveryWrongSettingIsTold(t *testing.T) {
	if err := config().Validate(); err != nil {
		t.Error(err)
	}
	if err := (&Config{}).Validate(); err == nil || strings.Count(err.Error(), "must be positive") != 6 {
		t.Errorf("got %v", err)
	}
}

func TestTimesThatNoClockShows(t *testing.T) {
	const second, day = uint64(time.Second), uint64(24 * time.Hour)
	now := uint64(time.Now().UnixNano())
	for name, each := range map[string]struct{ start, end, wantStart, wantEnd uint64 }{
		"an ordinary call":          {now - second, now, now - second, now},
		"a call that ends too soon": {now, now - second, now, now - second},
		"a call of a day":           {now - day, now, now - day, now},
		"no start":                  {0, now, now, now},
		"no end":                    {now, 0, now, now},
		"since the machine's start": {12345, now, now, now},
		"until the year 2554":       {now, math.MaxUint64, now, now},
		"until next year":           {now, now + 365*day, now, now},
		"an end beyond a day":       {now - day - 1, now, now, now},
	} {
		span, found := cutBy(t, func(s ptrace.Span) {
			s.SetStartTimestamp(pcommon.Timestamp(each.start))
			s.SetEndTimestamp(pcommon.Timestamp(each.end))
		})
		if got := uint64(span.StartTimestamp()); got != each.wantStart {
			t.Errorf("%s starts at %d instead of %d", name, got, each.wantStart)
		}
		if got := uint64(span.EndTimestamp()); got != each.wantEnd {
			t.Errorf("%s ends at %d instead of %d", name, got, each.wantEnd)
		}
		if changed := each.start != each.wantStart || each.end != each.wantEnd; changed != (found[reasonTime] == 1) {
			t.Errorf("%s: counted %v", name, found)
		}
	}
	span, found := cutBy(t, func(s ptrace.Span) {
		s.SetStartTimestamp(0)
		s.SetEndTimestamp(math.MaxUint64)
		s.Events().AppendEmpty().SetTimestamp(math.MaxUint64)
	})
	if span.EndTimestamp() == 0 || span.EndTimestamp() > math.MaxInt64 || span.StartTimestamp() != span.EndTimestamp() || span.Events().At(0).Timestamp() != span.EndTimestamp() || found[reasonTime] != 1 {
		t.Errorf("a span of no time: %v to %v, counted %v", span.StartTimestamp(), span.EndTimestamp(), found)
	}
}
