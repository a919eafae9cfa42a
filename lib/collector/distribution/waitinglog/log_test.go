package waitinglog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// bench is a log on a disk that outlives it.
type bench struct {
	*Log
	t       *testing.T
	reader  *sdkmetric.ManualReader
	handed  []string // "trace/span" of what was handed on, with whom it is only for
	handing sync.Mutex
}

func start(t *testing.T, directory string, more ...func(*Log)) *bench {
	t.Helper()
	reader := sdkmetric.NewManualReader()
	settings := componenttest.NewNopTelemetrySettings()
	settings.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	log, err := New(settings, &Config{Directory: directory, Bytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range more {
		set(log)
	}
	if err := log.Start(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	b := &bench{Log: log, t: t, reader: reader}
	if err := log.HandOn(context.Background(), b.hand); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) hand(ctx context.Context, td ptrace.Traces) error {
	b.handing.Lock()
	defer b.handing.Unlock()
	for span := range spansOf(td) {
		how := map[[2]bool]string{{true, true}: "", {true, false}: " counting", {false, true}: " sampling"}[[2]bool{Counts(ctx), Samples(ctx)}]
		b.handed = append(b.handed, span.TraceID().String()[:2]+"/"+span.SpanID().String()[:2]+how)
	}
	return nil
}

// kill is what a process that is killed does: nothing. Its goroutine ends, its file is the kernel's.
func (b *bench) kill() {
	close(b.stop)
	b.done.Wait()
}

func (b *bench) take(td ptrace.Traces) {
	b.t.Helper()
	if err := b.Take(context.Background(), td, b.hand); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) handedOn() string {
	slices.Sort(b.handed)
	return strings.Join(b.handed, ", ")
}

func (b *bench) counted(name string) map[string]int64 {
	var collected metricdata.ResourceMetrics
	if err := b.reader.Collect(context.Background(), &collected); err != nil {
		b.t.Fatal(err)
	}
	found := map[string]int64{}
	for _, scope := range collected.ScopeMetrics {
		for _, one := range scope.Metrics {
			if one.Name != name {
				continue
			}
			for _, point := range one.Data.(metricdata.Sum[int64]).DataPoints {
				by := ""
				for _, each := range point.Attributes.ToSlice() {
					by = each.Value.AsString()
				}
				found[by] = point.Value
			}
		}
	}
	return found
}

func traceOf(number byte) pcommon.TraceID { return pcommon.TraceID{number, 1} }

// spans of one trace.
func spans(trace byte, ids ...byte) ptrace.Traces {
	td := ptrace.NewTraces()
	resource := td.ResourceSpans().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", "payment")
	scoped := resource.ScopeSpans().AppendEmpty()
	for _, id := range ids {
		span := scoped.Spans().AppendEmpty()
		span.SetTraceID(traceOf(trace))
		span.SetSpanID(pcommon.SpanID{id, 1})
	}
	return td
}

func (b *bench) release(policy string, td ptrace.Traces) { b.Released(Release(nil, policy, td)) }

func equal(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q instead of %q", got, want)
	}
}

func TestAfterAKillWhatWaitedWaitsAndNothingElse(t *testing.T) {
	directory := t.TempDir()
	first := start(t, directory)
	first.take(spans(1, 1, 2))
	first.take(spans(2, 1))
	first.Alone(func(last uint64) { first.Counted(last) })
	first.take(spans(1, 3))
	first.take(spans(3, 1))
	first.take(spans(4, 1))
	// Of trace 1 the third span came after the decision, and is on its way.
	first.release("errors", spans(1, 1, 2))
	first.Refused(traceOf(3))
	first.mu.Lock()
	first.writeRefused()
	first.mu.Unlock()
	first.kill()

	second := start(t, directory)
	const leftBehind = "01/03, 02/01 sampling, 03/01 counting, 04/01"
	equal(t, second.handedOn(), leftBehind)
	if left := second.counted("otelcol_waiting_left_spans"); left[leftWaiting] != 3 || left[leftDecided] != 3 {
		t.Errorf("counted %v", left)
	}

	// Killed again, before anything happened: the same.
	second.kill()
	third := start(t, directory)
	equal(t, third.handedOn(), leftBehind)

	// What was then counted and decided is not handed on a third time.
	third.Alone(func(last uint64) { third.Counted(last) })
	third.release("", spans(1, 3))
	third.release("floor", spans(4, 1))
	third.take(spans(5, 1))
	third.kill()
	fourth := start(t, directory)
	equal(t, fourth.handedOn(), "02/01 sampling, 05/01")
	fourth.kill()
}

func TestDecisionsAreKnownAfterAKill(t *testing.T) {
	directory := t.TempDir()
	first := start(t, directory)
	first.release("errors", spans(1, 1))
	first.release("", spans(1, 2))
	for id := range refusedTogether {
		first.Refused(pcommon.TraceID{2, byte(id)})
	}
	first.kill()
	settings := componenttest.NewNopTelemetrySettings()
	log, _ := New(settings, &Config{Directory: directory, Bytes: 1 << 20})
	log.find()
	refused := 0
	log.Decisions(func(trace pcommon.TraceID, policy string) {
		if trace != traceOf(1) || policy != "errors" {
			t.Errorf("%x is kept by %q", trace, policy)
		}
	}, func(pcommon.TraceID) { refused++ })
	if refused != refusedTogether {
		t.Errorf("%d are not kept", refused)
	}
}

func TestWhatIsSentAgainIsNotTakenTwice(t *testing.T) {
	directory := t.TempDir()
	first := start(t, directory)
	first.take(spans(1, 1, 2))
	first.kill()
	now := time.Now()
	second := start(t, directory, func(l *Log) { l.now = func() time.Time { return now } })
	second.handed = nil
	second.take(spans(1, 1, 2))
	again := spans(1, 2, 3)
	again.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(1).SetKind(ptrace.SpanKindServer)
	second.take(again)
	// Of one id both sides of a call, as Zipkin has it.
	other := spans(1, 1)
	other.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetKind(ptrace.SpanKindServer)
	second.take(other)
	equal(t, second.handedOn(), "01/01, 01/03")
	if left := second.counted("otelcol_waiting_left_spans"); left[leftAgain] != 3 {
		t.Errorf("counted %v", left)
	}
	now = now.Add(offeredAgain + time.Second)
	second.take(spans(1, 1))
	equal(t, second.handedOn(), "01/01, 01/01, 01/03")
	second.kill()
}

func TestAFullLogTakesAndCounts(t *testing.T) {
	directory := t.TempDir()
	b := start(t, directory, func(l *Log) { l.limit = 300 })
	for id := range byte(10) {
		b.take(spans(1, id))
	}
	if len(b.handed) != 10 {
		t.Errorf("%d of 10 were taken", len(b.handed))
	}
	full := b.counted("otelcol_waiting_unlogged_spans")[reasonFull]
	// What was handed on is written all the same.
	b.release("floor", spans(1, 0))
	b.kill()
	after := start(t, directory)
	equal(t, after.handedOn(), "01/00 counting, 01/01")
	if full != 8 {
		t.Errorf("%d wait in memory alone", full)
	}
	after.kill()
}

func TestADiskThatTakesNothingStopsNothing(t *testing.T) {
	directory := t.TempDir()
	b := start(t, directory)
	if err := os.RemoveAll(directory); err != nil {
		t.Fatal(err)
	}
	b.take(spans(1, 1))
	b.release("floor", spans(1, 1))
	equal(t, b.handedOn(), "01/01")
	if found := b.counted("otelcol_waiting_unlogged_spans"); found[reasonDisk] != 1 || found[reasonMark] != 1 {
		t.Errorf("counted %v", found)
	}
	b.kill()
}

func files(t *testing.T, directory, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(directory, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSegmentsGoWhenEverythingInThemIsDecided(t *testing.T) {
	directory := t.TempDir()
	now := time.Now()
	b := start(t, directory, func(l *Log) { l.now = func() time.Time { return now } })
	b.Join(60 * time.Second)
	for range 40 {
		b.take(spans(1, 1))
		now = now.Add(segmentTime)
	}
	// Each is open for segmentTime, and kept for 90 s more.
	if found := len(files(t, directory, "*"+suffix)); found < 18 || found > 20 {
		t.Errorf("%d segments", found)
	}
	onDisk := int64(0)
	for _, file := range files(t, directory, "*"+suffix) {
		info, _ := os.Stat(file)
		onDisk += info.Size()
	}
	if b.bytes != onDisk {
		t.Errorf("%d bytes are said, %d are there", b.bytes, onDisk)
	}
	b.kill()
}

func TestAnEndInOrderLeavesNothing(t *testing.T) {
	directory := t.TempDir()
	b := start(t, directory)
	b.Join(time.Second)
	b.take(spans(1, 1))
	b.Leave()
	if err := b.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if found := files(t, directory, "*"); len(found) != 0 {
		t.Errorf("%v are left", found)
	}
	// Who decides has not: all is kept.
	other := start(t, directory)
	other.Join(time.Second)
	other.take(spans(1, 1))
	if err := other.Shutdown(context.Background()); err != nil || len(files(t, directory, "*"+suffix)) != 1 {
		t.Errorf("%v, %v", err, files(t, directory, "*"))
	}
	// A collector that could not start has handed nothing on.
	third, _ := New(componenttest.NewNopTelemetrySettings(), &Config{Directory: directory, Bytes: 1 << 20})
	if err := third.Start(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if err := third.Shutdown(context.Background()); err != nil || len(files(t, directory, "*"+suffix)) != 1 {
		t.Errorf("%v, %v", err, files(t, directory, "*"))
	}
}

func TestADamagedSegmentIsSetAsideAndWhatIsWholeIsUsed(t *testing.T) {
	directory := t.TempDir()
	first := start(t, directory)
	first.take(spans(1, 1))
	first.take(spans(2, 1))
	first.kill()
	file := files(t, directory, "*"+suffix)[0]
	data, _ := os.ReadFile(file)
	data[headerBytes+headerBytes] ^= 1 // in the first batch
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	second := start(t, directory)
	equal(t, second.handedOn(), "02/01")
	if second.counted("otelcol_extension_queue_damaged_files")[""] != 1 || len(files(t, directory, "*"+damagedMark+"*")) != 1 {
		t.Errorf("%v", files(t, directory, "*"))
	}
	second.kill()
	third := start(t, directory)
	equal(t, third.handedOn(), "02/01")
	if third.counted("otelcol_extension_queue_damaged_files")[""] != 0 {
		t.Error("it is damaged still")
	}
	third.kill()
}

func TestNothingOnTheDiskEndsTheStart(t *testing.T) {
	for name, damage := range map[string]func(directory, segment string) error{
		"an empty segment": func(_, segment string) error { return os.Truncate(segment, 0) },
		"half a segment":   func(_, segment string) error { return os.Truncate(segment, 60) },
		"zeroes":           func(_, segment string) error { return os.WriteFile(segment, make([]byte, 9000), 0o600) },
		"noise": func(_, segment string) error {
			return os.WriteFile(segment, []byte(strings.Repeat("HLw1?", 9000)), 0o600)
		},
		"a folder as a segment": func(_, segment string) error { return errors.Join(os.Remove(segment), os.Mkdir(segment, 0o700)) },
		"a link to nowhere":     func(_, segment string) error { return errors.Join(os.Remove(segment), os.Symlink("nowhere", segment)) },
		"a file as the folder": func(directory, _ string) error {
			return errors.Join(os.RemoveAll(directory), os.WriteFile(directory, []byte("x"), 0o600))
		},
		"a number of starts that is none": func(directory, _ string) error {
			return os.WriteFile(filepath.Join(directory, startsName), []byte("\x00\xff"), 0o600)
		},
		"files of others": func(directory, _ string) error {
			return errors.Join(os.Mkdir(filepath.Join(directory, "lost+found"), 0o700), os.WriteFile(filepath.Join(directory, "README"), nil, 0o600))
		},
	} {
		directory := filepath.Join(t.TempDir(), "waiting")
		first := start(t, directory)
		first.take(spans(1, 1))
		first.kill()
		if err := damage(directory, files(t, directory, "*"+suffix)[0]); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		second := start(t, directory)
		second.handed = nil
		second.take(spans(2, 1))
		equal(t, name+" "+second.handedOn(), name+" 02/01")
		second.kill()
		third := start(t, directory)
		if !strings.Contains(third.handedOn(), "02/01") {
			t.Errorf("after %s what was taken then is gone: %s", name, third.handedOn())
		}
		third.kill()
	}
}

func TestWithoutAFolderItStartsAndCounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, filepath.Join(file, "waiting"))
	b.take(spans(1, 1))
	equal(t, b.handedOn(), "01/01")
	if found := b.counted("otelcol_waiting_unlogged_spans"); found[reasonDisk] != 1 {
		t.Errorf("counted %v", found)
	}
	b.kill()
}

// fault is what a process leaves that ends by itself.
func fault(t *testing.T, directory string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(directory, faultName), []byte("fatal error: stack overflow"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestALogThatEndsProcessesIsSetAside(t *testing.T) {
	directory := t.TempDir()
	for ends, by := range map[int]func(){mostFaults: func() { fault(t, directory) }, mostStarts: func() {}} {
		first := start(t, directory)
		first.take(spans(1, 1))
		first.kill()
		by()
		for range ends - 1 {
			b := start(t, directory)
			equal(t, b.handedOn(), "01/01")
			b.kill()
			by()
		}
		last := start(t, directory)
		equal(t, last.handedOn(), "")
		if found := last.counted("otelcol_extension_queue_damaged_files")[""]; found != 1 {
			t.Errorf("%d are counted", found)
		}
		last.kill()
	}
	// One that goes on has a clean sheet.
	now := time.Now()
	next := start(t, directory, func(l *Log) { l.now = func() time.Time { return now } })
	next.take(spans(2, 1))
	next.kill()
	after := start(t, directory, func(l *Log) { l.now = func() time.Time { return now } })
	now = now.Add(margin + time.Second)
	after.take(spans(2, 2))
	if found := files(t, directory, startsName); len(found) != 0 {
		t.Errorf("%v", found)
	}
	after.kill()
}

func TestWhatIsSetAsideIsBounded(t *testing.T) {
	directory := t.TempDir()
	for number := range 10 {
		name := fmt.Sprintf("%016x%s%s%d", number, suffix, damagedMark, number)
		if err := os.WriteFile(filepath.Join(directory, name), make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := start(t, directory, func(l *Log) { l.limit = 8 * 2500 })
	if found := files(t, directory, "*"+damagedMark+"*"); len(found) != 2 || !strings.Contains(found[1], "9"+suffix) {
		t.Errorf("%v", found)
	}
	b.kill()
}

func TestManyAtOnce(t *testing.T) {
	directory := t.TempDir()
	b := start(t, directory)
	var all sync.WaitGroup
	for trace := range byte(8) {
		all.Go(func() {
			for id := range byte(50) {
				if err := b.Take(context.Background(), spans(trace, id), b.hand); err != nil {
					t.Error(err)
				}
				b.release("", spans(trace, id))
				b.Refused(pcommon.TraceID{100, trace, id})
			}
		})
	}
	all.Go(func() {
		for range 50 {
			b.Alone(func(last uint64) { b.Counted(last) })
		}
	})
	all.Wait()
	b.kill()
	after := start(t, directory)
	if slices.ContainsFunc(after.handed, func(one string) bool { return !strings.HasSuffix(one, " counting") }) {
		t.Errorf("%v wait", after.handed)
	}
	after.kill()
}

func TestWrongSettingsAreToldAtOnce(t *testing.T) {
	if err := (&Config{}).Validate(); err == nil || strings.Count(err.Error(), "must be") != 2 {
		t.Errorf("got %v", err)
	}
}

// many are a thousand spans of a hundred traces.
func many() ptrace.Traces {
	td := ptrace.NewTraces()
	for trace := range 100 {
		resource := td.ResourceSpans().AppendEmpty()
		resource.Resource().Attributes().PutStr("service.name", "payment")
		resource.Resource().Attributes().PutStr("deployment.environment.name", "prod")
		resource.Resource().Attributes().PutStr("service.instance.id", "0123456789abcdef")
		scoped := resource.ScopeSpans().AppendEmpty()
		for id := range 10 {
			span := scoped.Spans().AppendEmpty()
			span.SetTraceID(pcommon.TraceID{byte(trace), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
			span.SetSpanID(pcommon.SpanID{byte(id), 9, 8, 7, 6, 5})
			span.SetName("POST /payments/{id}")
			span.SetStartTimestamp(1_800_000_000_000_000_000)
			span.SetEndTimestamp(1_800_000_000_050_000_000)
			for key := range 7 {
				span.Attributes().PutStr(fmt.Sprintf("http.attribute.%d", key), fmt.Sprintf("a value of some length %d", trace*id))
			}
		}
	}
	return td
}

func nothing(context.Context, ptrace.Traces) error { return nil }

func fresh(b *testing.B, directory string) *Log {
	log, _ := New(componenttest.NewNopTelemetrySettings(), &Config{Directory: directory, Bytes: 1 << 40})
	if err := log.Start(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
	return log
}

func BenchmarkTake(b *testing.B) {
	log := fresh(b, b.TempDir())
	if err := log.HandOn(context.Background(), nothing); err != nil {
		b.Fatal(err)
	}
	td := many()
	for b.Loop() {
		if err := log.Take(context.Background(), td, nothing); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/span")
	b.ReportMetric(float64(log.bytes)/float64(b.N)/1000, "B/span")
}

// What a start takes for each span that it reads back.
func BenchmarkReadBack(b *testing.B) {
	directory := b.TempDir()
	log := fresh(b, directory)
	if err := log.HandOn(context.Background(), nothing); err != nil {
		b.Fatal(err)
	}
	const batches = 200
	for range batches {
		if err := log.Take(context.Background(), many(), nothing); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := os.RemoveAll(filepath.Join(directory, startsName)); err != nil {
			b.Fatal(err)
		}
		if err := fresh(b, directory).HandOn(context.Background(), nothing); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/batches/1000, "µs/span")
}
