package aggregatesprocessor

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

func config() *Config {
	return &Config{
		Window:        time.Hour, // tests end it by shutting down
		Grace:         time.Hour,
		MinimumCount:  10,
		Metrics:       []string{"calls", "duration"},
		Attributes:    map[string]string{"service.name": "[a-z-]+", "crossing": "hk-cn|cn-hk|none", "status.code": "UNSET|ERROR"},
		RefusedValues: "[0-9a-fA-F]{16,}",
		JudgedOver:    []string{"status.code"},
	}
}

// folding lists two services by name.
func folding() *Config {
	cfg := config()
	cfg.Attributes["service.name"] = "payment|settlement|other"
	cfg.Folded = map[string]string{"service.name": "other"}
	return cfg
}

var minute = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func metricOf(service, name string) (pmetric.Metrics, pmetric.Metric) {
	all := pmetric.NewMetrics()
	made := all.ResourceMetrics().AppendEmpty()
	made.Resource().Attributes().PutStr("service.name", service)
	one := made.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	one.SetName(name)
	return all, one
}

func calls(service, crossing string, number int64, at time.Time) pmetric.Metrics {
	all, one := metricOf(service, "calls")
	sum := one.SetEmptySum()
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	point := sum.DataPoints().AppendEmpty()
	point.SetTimestamp(pcommon.NewTimestampFromTime(at))
	point.SetIntValue(number)
	point.Attributes().PutStr("crossing", crossing)
	return all
}

// durations puts each value into its bucket, as an SDK does.
func durations(scale int32, values ...float64) pmetric.Metrics {
	all, one := metricOf("payment", "duration")
	one.SetUnit("ms")
	one.SetEmptyExponentialHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	point := one.ExponentialHistogram().DataPoints().AppendEmpty()
	point.SetTimestamp(pcommon.NewTimestampFromTime(minute))
	indices := map[int32]uint64{}
	lowest, highest := int32(math.MaxInt32), int32(math.MinInt32)
	for _, value := range values {
		index := int32(math.Ceil(math.Log2(value)*math.Ldexp(1, int(scale)))) - 1
		indices[index]++
		lowest, highest = min(lowest, index), max(highest, index)
		point.SetSum(point.Sum() + value)
	}
	buckets := make([]uint64, highest-lowest+1)
	for index, count := range indices {
		buckets[index-lowest] = count
	}
	point.SetScale(scale)
	point.SetCount(uint64(len(values)))
	point.Positive().SetOffset(lowest)
	point.Positive().BucketCounts().FromRaw(buckets)
	return all
}

// pass sends all within one window and returns what came out.
func pass(t *testing.T, all ...pmetric.Metrics) pmetric.Metrics { return passWith(t, config(), all...) }

func passWith(t *testing.T, cfg *Config, all ...pmetric.Metrics) pmetric.Metrics {
	t.Helper()
	sink := new(consumertest.MetricsSink)
	w := startWith(t, cfg, sink)
	answers := make(chan error)
	for _, one := range all {
		go func() { answers <- w.ConsumeMetrics(context.Background(), one) }()
	}
	awaitSenders(w, all)
	if err := w.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	for range all {
		if err := <-answers; err != nil {
			t.Fatal(err)
		}
	}
	out := pmetric.NewMetrics()
	for _, sent := range sink.AllMetrics() {
		sent.ResourceMetrics().MoveAndAppendTo(out.ResourceMetrics())
	}
	return out
}

func start(t *testing.T, next consumer.Metrics) *windows { return startWith(t, config(), next) }

func startWith(t *testing.T, cfg *Config, next consumer.Metrics) *windows {
	t.Helper()
	w, err := newWindows(cfg, componenttest.NewNopTelemetrySettings(), next)
	if err != nil {
		t.Fatal(err)
	}
	w.arrived = make(chan struct{}, 100)
	return w
}

func awaitSenders(w *windows, all []pmetric.Metrics) {
	for range all {
		<-w.arrived
	}
}

func only(t *testing.T, out pmetric.Metrics) pmetric.Metric {
	t.Helper()
	if out.DataPointCount() != 1 {
		t.Fatalf("%d points instead of one", out.DataPointCount())
	}
	return out.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0)
}

func TestAddsUpOverSenders(t *testing.T) {
	out := pass(t, calls("payment", "hk-cn", 6, minute), calls("payment", "hk-cn", 7, minute.Add(59*time.Second)))
	if got := only(t, out).Sum().DataPoints().At(0).IntValue(); got != 13 {
		t.Errorf("%d calls instead of 13", got)
	}
}

func TestMinutesStayApart(t *testing.T) {
	out := pass(t, calls("payment", "hk-cn", 10, minute), calls("payment", "hk-cn", 20, minute.Add(time.Minute)))
	if out.DataPointCount() != 2 {
		t.Errorf("%d points instead of 2", out.DataPointCount())
	}
}

func TestSmallGroupsAreSuppressed(t *testing.T) {
	out := pass(t, calls("payment", "hk-cn", 9, minute), calls("payment", "none", 10, minute), durations(3, 5, 6, 7))
	if got, _ := only(t, out).Sum().DataPoints().At(0).Attributes().Get("crossing"); got.Str() != "none" {
		t.Errorf("the group of %s passed", got.Str())
	}
}

func TestOnlyWhatIsListedPasses(t *testing.T) {
	const secret = "planted"
	good := calls("payment", "hk-cn", 10, minute)
	resource := good.ResourceMetrics().At(0)
	resource.SetSchemaUrl(secret)
	resource.Resource().Attributes().PutStr("host.name", secret)
	resource.ScopeMetrics().At(0).SetSchemaUrl(secret)
	resource.ScopeMetrics().At(0).Scope().SetName(secret)
	resource.ScopeMetrics().At(0).Scope().Attributes().PutStr("key", secret)
	named := resource.ScopeMetrics().At(0).Metrics().At(0)
	named.SetDescription(secret)
	named.SetUnit(secret)
	named.Metadata().PutStr("key", secret)
	point := named.Sum().DataPoints().At(0)
	point.Attributes().PutStr("customer", secret)
	exemplar := point.Exemplars().AppendEmpty()
	exemplar.SetTraceID([16]byte{1})
	exemplar.FilteredAttributes().PutStr("key", secret)
	unlisted, other := metricOf("payment", secret)
	other.SetEmptySum().DataPoints().AppendEmpty().SetIntValue(100)

	out := pass(t, good, unlisted,
		calls(secret+" text", "hk-cn", 100, minute),                     // free text for a name
		calls("payment", secret, 100, minute),                           // not a crossing
		calls("4bf92f3577b34da6a3ce929d0e0e4736", "hk-cn", 100, minute), // a trace id
		calls("abcdefabcdefabcdef", "hk-cn", 100, minute))               // letters only, but hexadecimal

	sum := only(t, out).Sum().DataPoints().At(0)
	if sum.Exemplars().Len() != 0 || sum.IntValue() != 10 {
		t.Errorf("%d exemplars, %d calls", sum.Exemplars().Len(), sum.IntValue())
	}
	bytes, err := (&pmetric.JSONMarshaler{}).MarshalMetrics(out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(bytes), secret) {
		t.Errorf("what is not listed passed: %s", bytes)
	}
}

func TestOtherTypesAreDropped(t *testing.T) {
	gauge, one := metricOf("payment", "calls")
	one.SetEmptyGauge().DataPoints().AppendEmpty().SetIntValue(100)
	cumulative := calls("payment", "hk-cn", 100, minute)
	cumulative.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	if out := pass(t, gauge, cumulative); out.DataPointCount() != 0 {
		t.Errorf("%d points passed", out.DataPointCount())
	}
}

func TestHistogramsOfDifferentScaleAddUp(t *testing.T) {
	one := []float64{1, 2, 3, 5, 8, 13, 21, 1e-3}
	other := []float64{100, 250.5, 1e4, 7, 0.2}
	out := pass(t, durations(5, one...), durations(2, other...))
	metric := only(t, out)
	if metric.Unit() != "ms" {
		t.Errorf("unit %q", metric.Unit())
	}
	point := metric.ExponentialHistogram().DataPoints().At(0)
	if point.Count() != 13 || point.Positive().BucketCounts().Len() > maxBuckets {
		t.Errorf("%d values in %d buckets", point.Count(), point.Positive().BucketCounts().Len())
	}
	// Every value must be counted in the bucket that covers it.
	want := map[int32]uint64{}
	for _, value := range append(one, other...) {
		want[int32(math.Ceil(math.Log2(value)*math.Ldexp(1, int(point.Scale()))))-1]++
	}
	for i, count := range point.Positive().BucketCounts().All() {
		index := point.Positive().Offset() + int32(i)
		if count != want[index] {
			t.Errorf("bucket %d counts %d instead of %d", index, count, want[index])
		}
		delete(want, index)
	}
	if len(want) > 0 {
		t.Errorf("buckets are missing: %v", want)
	}
}

func TestWideHistogramsStaySmall(t *testing.T) {
	point := only(t, pass(t, durations(5, 1, 1, 1, 1, 1), durations(5, 1e6, 1e6, 1e6, 1e6, 1e6))).ExponentialHistogram().DataPoints().At(0)
	if got := point.Positive().BucketCounts().Len(); got > maxBuckets {
		t.Errorf("%d buckets", got)
	}
}

// What is behind refuses: every sender of the window is told, and still has what it sent.
func TestRefusalReachesTheSenders(t *testing.T) {
	full := errors.New("the queue is full")
	w := start(t, consumertest.NewErr(full))
	answer := make(chan error)
	go func() { answer <- w.ConsumeMetrics(context.Background(), calls("payment", "hk-cn", 10, minute)) }()
	<-w.arrived
	_ = w.Shutdown(context.Background())
	if err := <-answer; !errors.Is(err, full) {
		t.Errorf("the sender was told %v", err)
	}
}

func TestWindowEndsByItself(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	w := start(t, sink)
	w.cfg.Window, w.cfg.Grace = time.Millisecond, time.Millisecond
	if err := w.ConsumeMetrics(context.Background(), calls("payment", "hk-cn", 10, minute)); err != nil {
		t.Fatal(err)
	}
	if sink.DataPointCount() != 1 {
		t.Errorf("%d points were sent before the sender was answered", sink.DataPointCount())
	}
}

// Both sides of the border show the same share of failed calls: a group passes over all its statuses, or not at all.
func TestGroupsAreJudgedOverAllStatuses(t *testing.T) {
	with := func(status string, number int64) pmetric.Metrics {
		all := calls("payment", "hk-cn", number, minute)
		all.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0).Attributes().PutStr("status.code", status)
		return all
	}
	out := pass(t, with("UNSET", 195), with("ERROR", 1), with("ERROR", 4))
	got := map[string]int64{}
	for _, metric := range out.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		point := metric.Sum().DataPoints().At(0)
		status, _ := point.Attributes().Get("status.code")
		got[status.Str()] = point.IntValue()
	}
	if got["UNSET"] != 195 || got["ERROR"] != 5 {
		t.Errorf("got %v", got)
	}
	if out := pass(t, with("UNSET", 8), with("ERROR", 1)); out.DataPointCount() != 0 {
		t.Errorf("%d points of a group of nine", out.DataPointCount())
	}
}

// Samplers flush at any time: what is of one minute is judged together, whenever it comes within the grace.
func TestAMinuteIsJudgedOnceItIsWhole(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	w := start(t, sink)
	w.cfg.Window, w.cfg.Grace = time.Minute, 100*time.Millisecond
	now := minute.Add(59*time.Second + 950*time.Millisecond)
	w.now = func() time.Time { return now }
	// The minutes end when the test says so, not when a busy machine comes to it.
	var ends []func()
	var waits []time.Duration
	w.after = func(wait time.Duration, end func()) *time.Timer {
		ends, waits = append(ends, end), append(waits, wait)
		return time.NewTimer(time.Hour)
	}
	answers := make(chan error)
	for _, at := range []time.Duration{time.Second, 30 * time.Second, 59 * time.Second} {
		go func() {
			answers <- w.ConsumeMetrics(context.Background(), calls("payment", "hk-cn", 5, minute.Add(at)))
		}()
		<-w.arrived
	}
	go func() {
		answers <- w.ConsumeMetrics(context.Background(), calls("payment", "hk-cn", 5, minute.Add(61*time.Second)))
	}()
	<-w.arrived
	if want := []time.Duration{150 * time.Millisecond, time.Minute + 100*time.Millisecond}; !slices.Equal(waits, want) {
		t.Errorf("minutes end in %v, not in %v", waits, want)
	}
	ends[0]()
	for range 3 {
		if err := <-answers; err != nil {
			t.Fatal(err)
		}
	}
	sent := sink.AllMetrics()
	if len(sent) != 1 || only(t, sent[0]).Sum().DataPoints().At(0).IntValue() != 15 {
		t.Errorf("%d requests went on", len(sent))
	}
	_ = w.Shutdown(context.Background())
	<-answers
	if len(sink.AllMetrics()) != 1 {
		t.Error("five calls of the next minute passed")
	}
}

// What a hostile sender writes into a histogram neither ends the process nor leaves it.
func FuzzHistograms(f *testing.F) {
	f.Add(int32(0), int32(math.MaxInt32), int32(-5), int32(math.MinInt32), uint8(3), uint8(200), uint64(1))
	f.Add(int32(-10), int32(5), int32(20), int32(-1<<30), uint8(1), uint8(1), uint64(math.MaxUint64))
	f.Add(int32(-21), int32(0), int32(3), int32(7), uint8(0), uint8(160), uint64(10))
	f.Fuzz(func(t *testing.T, scale, offset, otherScale, otherOffset int32, size, otherSize uint8, count uint64) {
		made := func(scale, offset int32, size uint8) pmetric.Metrics {
			all, one := metricOf("payment", "duration")
			one.SetEmptyExponentialHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
			point := one.ExponentialHistogram().DataPoints().AppendEmpty()
			point.SetScale(scale)
			point.Positive().SetOffset(offset)
			buckets := make([]uint64, size)
			for i := range buckets {
				buckets[i] = count
			}
			point.Positive().BucketCounts().FromRaw(buckets)
			point.SetCount(count * uint64(size))
			return all
		}
		l, err := newLists(config())
		if err != nil {
			t.Fatal(err)
		}
		c, err := newCounts(componenttest.NewNopTelemetrySettings())
		if err != nil {
			t.Fatal(err)
		}
		all := groups{}
		all.read(made(scale, offset, size), l, c)
		all.read(made(otherScale, otherOffset, otherSize), l, c)
		for _, metric := range all.write(0, nil, c).ResourceMetrics().All() {
			point := metric.ScopeMetrics().At(0).Metrics().At(0).ExponentialHistogram().DataPoints().At(0)
			total := point.ZeroCount()
			for _, each := range point.Positive().BucketCounts().All() {
				total += each
			}
			if point.Scale() < coarsest || point.Scale() > finest || point.Positive().BucketCounts().Len() > 16*maxBuckets || total != point.Count() {
				t.Errorf("scale %d, %d buckets, %d of %d", point.Scale(), point.Positive().BucketCounts().Len(), total, point.Count())
			}
		}
	})
}

func TestFoldedKeysAreListed(t *testing.T) {
	cfg := config()
	cfg.Folded = map[string]string{"customer": "other"}
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "folded[customer]") {
		t.Fatal(err)
	}
}

func TestValidate(t *testing.T) {
	if err := config().Validate(); err != nil {
		t.Error(err)
	}
	wrong := &Config{Attributes: map[string]string{"a": "("}, RefusedValues: "["}
	if err := wrong.Validate(); err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("not all at once: %v", err)
	}
}

// A name is free text: what is not on the list crosses as one of the others, and groups of many names are one group.
func TestUnlistedNamesAreFolded(t *testing.T) {
	names := []string{"zhang.wei", "Zhang.Wei.1988-03-12", "hkid-A12345.6-7", "tel-138-0013-8000", "card-4111-1111-1111-1111",
		"loan-rejected-customer-Wong-Ka-Ming", "S_kvM1d7TaajzpKdDg5HNg", "payment\n", " payment", "PAYMENT", "陈大文", ""}
	var all []pmetric.Metrics
	for _, name := range names {
		all = append(all, calls(name, "hk-cn", 1, minute))
	}
	one := only(t, passWith(t, folding(), all...))
	if got := one.Sum().DataPoints().At(0).IntValue(); got != int64(len(names)) {
		t.Fatalf("%d calls of others instead of %d", got, len(names))
	}
	out := passWith(t, folding(), all...)
	name, _ := out.ResourceMetrics().At(0).Resource().Attributes().Get("service.name")
	if name.Str() != "other" {
		t.Fatalf("they cross as %q", name.Str())
	}
	listed := passWith(t, folding(), calls("payment", "hk-cn", 12, minute))
	if name, _ := listed.ResourceMetrics().At(0).Resource().Attributes().Get("service.name"); name.Str() != "payment" {
		t.Fatalf("a listed service crosses as %q", name.Str())
	}
}

// Ten retries of one person are a group: its least, its greatest and its sum are calls of that person, and so is its time.
func TestNothingExactOfAGroupLeaves(t *testing.T) {
	values := []float64{101.7, 102.3, 104.9, 107.1, 111.3, 113.9, 119.2, 123.4, 127.8, 1234.5678}
	in := durations(4, values...)
	first := in.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).ExponentialHistogram().DataPoints().At(0)
	first.SetMin(101.7)
	first.SetMax(1234.5678)
	first.SetTimestamp(pcommon.NewTimestampFromTime(minute.Add(12*time.Second + 345678901)))
	point := only(t, pass(t, in)).ExponentialHistogram().DataPoints().At(0)
	for _, exact := range []float64{first.Sum(), 101.7, 1234.5678} {
		if point.Sum() == exact || point.Min() == exact || point.Max() == exact {
			t.Fatalf("%v leaves as it was", exact)
		}
	}
	if math.Abs(point.Sum()-first.Sum())/first.Sum() > 0.025 || point.Min() > 101.7 || point.Max() < 1234.5678 {
		t.Fatalf("sum %v, from %v to %v: not what the buckets say", point.Sum(), point.Min(), point.Max())
	}
	for _, stamp := range []time.Time{point.StartTimestamp().AsTime(), point.Timestamp().AsTime()} {
		if stamp.Nanosecond() != 0 || stamp.Truncate(time.Minute) != minute {
			t.Fatalf("time %v is not the minute's", stamp)
		}
	}
}
