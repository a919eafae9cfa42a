package front_test

import (
	"context"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"harbourline.dev/collector/waitinglog"
	"harbourline.dev/collector/waitinglog/counting"
	"harbourline.dev/collector/waitinglog/front"
	"harbourline.dev/collector/waitinglog/sampling"
)

type host struct{ log *waitinglog.Log }

func (h host) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{component.NewID(waitinglog.Type): h.log}
}

// stored is what no kill can take: the queues behind.
type stored struct {
	mu     sync.Mutex
	spans  map[string]int
	counts int64
}

func (s *stored) seen() (spans int, twice int, counts int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, times := range s.spans {
		spans++
		if times > 1 {
			twice++
		}
	}
	return spans, twice, s.counts
}

type queue struct{ *stored }

func (queue) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (q queue) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, resource := range td.ResourceSpans().All() {
		for _, scoped := range resource.ScopeSpans().All() {
			for _, span := range scoped.Spans().All() {
				q.spans[span.TraceID().String()+span.SpanID().String()]++
			}
		}
	}
	return nil
}

func (q queue) ConsumeMetrics(_ context.Context, metrics pmetric.Metrics) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, resource := range metrics.ResourceMetrics().All() {
		for _, scoped := range resource.ScopeMetrics().All() {
			for _, metric := range scoped.Metrics().All() {
				if metric.Type() == pmetric.MetricTypeSum {
					for _, point := range metric.Sum().DataPoints().All() {
						q.counts += point.IntValue()
					}
				}
			}
		}
	}
	return nil
}

// both is what a fan-out does.
type both []consumer.Traces

func (both) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (b both) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	for _, each := range b {
		if err := each.ConsumeTraces(ctx, td); err != nil {
			return err
		}
	}
	return nil
}

// line is a sampler: in front of the queues all of it may be lost at any time.
type line struct {
	front   processor.Traces
	sampler processor.Traces
	counter connector.Traces
	log     *waitinglog.Log
}

func configured(t *testing.T, cfg component.Config, values map[string]any) component.Config {
	t.Helper()
	if err := confmap.NewFromStringMap(values).Unmarshal(cfg); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func settings(t component.Type) processor.Settings {
	return processor.Settings{ID: component.NewID(t), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
}

func start(t *testing.T, directory string, behind *stored, flush time.Duration) *line {
	t.Helper()
	ctx := context.Background()
	log, err := waitinglog.New(componenttest.NewNopTelemetrySettings(), &waitinglog.Config{Directory: directory, Bytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	made := &line{log: log}
	of := sampling.NewFactory()
	made.sampler, err = of.CreateTraces(ctx, settings(of.Type()), configured(t, of.CreateDefaultConfig(), map[string]any{
		"decision_wait": "3s", "num_traces": 50_000, "sample_on_first_match": true,
		"decision_cache": map[string]any{"sampled_cache_size": 100_000, "non_sampled_cache_size": 100_000},
		"policies":       []any{map[string]any{"name": "half", "type": "probabilistic", "probabilistic": map[string]any{"sampling_percentage": 50}}},
	}), queue{behind})
	if err != nil {
		t.Fatal(err)
	}
	counts := counting.NewFactory()
	made.counter, err = counts.CreateTracesToMetrics(ctx, connector.Settings{ID: component.NewID(counts.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings()},
		configured(t, counts.CreateDefaultConfig(), map[string]any{
			"aggregation_temporality": "AGGREGATION_TEMPORALITY_DELTA", "metrics_flush_interval": flush.String(),
		}), queue{behind})
	if err != nil {
		t.Fatal(err)
	}
	first := front.NewFactory()
	made.front, err = first.CreateTraces(ctx, settings(first.Type()), first.CreateDefaultConfig(), both{made.counter, made.sampler})
	if err != nil {
		t.Fatal(err)
	}
	// As the service does it: from behind.
	for _, each := range []component.Component{log, made.sampler, made.counter, made.front} {
		if err := each.Start(ctx, host{log}); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

func (l *line) stop(t *testing.T) {
	t.Helper()
	for _, each := range []component.Component{l.front, l.counter, l.sampler, l.log} {
		if err := each.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// frozen is what a process has left that is killed at some moment: its disk, and what is behind. The moment is one at which
// nothing is between the two, where a kill would have one trace twice.
func frozen(t *testing.T, directory string, behind *stored) (string, *stored) {
	t.Helper()
	copied, before := "", behind.copied()
	until(t, "a moment", func() bool {
		copied = t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(directory)); err != nil {
			return false // a segment went
		}
		time.Sleep(50 * time.Millisecond)
		after := behind.copied()
		quiet := after.counts == before.counts && maps.Equal(after.spans, before.spans)
		before = after
		return quiet
	})
	return copied, before
}

func (s *stored) copied() *stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &stored{spans: maps.Clone(s.spans), counts: s.counts}
}

func batch(numbers ...uint32) ptrace.Traces {
	td := ptrace.NewTraces()
	resource := td.ResourceSpans().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", "payment")
	spans := resource.ScopeSpans().AppendEmpty().Spans()
	for _, number := range numbers {
		// Four spans a trace.
		span := spans.AppendEmpty()
		trace := pcommon.TraceID{}
		binary.BigEndian.PutUint64(trace[:], uint64(number/4+1)*0x9e3779b97f4a7c15)
		binary.BigEndian.PutUint32(trace[12:], number/4+1)
		id := pcommon.SpanID{}
		binary.BigEndian.PutUint32(id[:], number+1)
		span.SetTraceID(trace)
		span.SetSpanID(id)
		span.SetName("pay")
	}
	return td
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

// A sampler is killed again and again while spans come: at the end every span is counted once, and every kept trace is whole
// and stored once. A kill is made by handing what stands on the disk, and behind, at one moment to the next process.
func TestKilledAgainAndAgain(t *testing.T) {
	const perLife, lives = 4_000, 3
	directory, behind := t.TempDir(), &stored{spans: map[string]int{}}
	reference := &stored{spans: map[string]int{}}
	whole := start(t, t.TempDir(), reference, time.Minute)
	order := rand.Perm(perLife * lives)
	for life := range lives {
		l := start(t, directory, behind, 300*time.Millisecond)
		mine := order[life*perLife : (life+1)*perLife]
		var senders sync.WaitGroup
		for sender := range 4 {
			senders.Go(func() {
				for at := sender * 50; at < len(mine); at += 200 {
					numbers := []uint32{}
					for _, number := range mine[at : at+50] {
						numbers = append(numbers, uint32(number))
					}
					if err := l.front.ConsumeTraces(context.Background(), batch(numbers...)); err != nil {
						t.Error(err)
					}
					if err := whole.front.ConsumeTraces(context.Background(), batch(numbers...)); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
				}
			})
		}
		senders.Wait()
		if life == lives-1 {
			l.stop(t)
			break
		}
		left, then := frozen(t, directory, behind)
		l.stop(t)
		directory, behind = left, then
	}
	whole.stop(t)
	spans, twice, counts := behind.seen()
	wanted, _, all := reference.seen()
	if counts != perLife*lives || all != counts {
		t.Errorf("%d of %d spans are counted", counts, perLife*lives)
	}
	if spans != wanted || twice != 0 {
		t.Errorf("%d of %d spans are stored, %d of them twice", spans, wanted, twice)
	}
	for span := range reference.spans {
		if behind.spans[span] != 1 {
			t.Fatalf("%s is stored %d times", span, behind.spans[span])
		}
	}
	if left, _ := filepath.Glob(filepath.Join(directory, "*")); len(left) != 0 {
		t.Errorf("an end in order leaves %v", left)
	}
}

func TestAnEndInOrderHandsOnWhatIsCountedAndWaits(t *testing.T) {
	behind := &stored{spans: map[string]int{}}
	l := start(t, t.TempDir(), behind, time.Hour)
	if err := l.front.ConsumeTraces(context.Background(), batch(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)); err != nil {
		t.Fatal(err)
	}
	l.stop(t)
	// Of its three traces the first and the last are kept.
	if spans, _, counts := behind.seen(); counts != 10 || spans != 6 {
		t.Errorf("%d spans are counted, %d stored", counts, spans)
	}
}

func TestLateSpansFollowADecisionThatWasBeforeAKill(t *testing.T) {
	directory, behind := t.TempDir(), &stored{spans: map[string]int{}}
	l := start(t, directory, behind, 100*time.Millisecond)
	numbers := []uint32{}
	for number := range uint32(400) {
		if number%4 != 3 {
			numbers = append(numbers, number)
		}
	}
	if err := l.front.ConsumeTraces(context.Background(), batch(numbers...)); err != nil {
		t.Fatal(err)
	}
	until(t, "the decision", func() bool {
		spans, _, counts := behind.seen()
		return spans > 0 && counts == 300
	})
	left, at := frozen(t, directory, behind)
	kept, _, _ := at.seen()
	l.stop(t)

	then := &stored{spans: map[string]int{}}
	l = start(t, left, then, 100*time.Millisecond)
	late := []uint32{}
	for number := uint32(3); number < 400; number += 4 {
		late = append(late, number)
	}
	if err := l.front.ConsumeTraces(context.Background(), batch(late...)); err != nil {
		t.Fatal(err)
	}
	l.stop(t)
	if spans, _, counts := then.seen(); spans != kept/3 || counts != 100 {
		t.Errorf("%d late spans are stored of %d traces that are kept, %d counted", spans, kept/3, counts)
	}
}

func TestWithoutItsExtensionItDoesNotStart(t *testing.T) {
	of := front.NewFactory()
	made, err := of.CreateTraces(context.Background(), settings(of.Type()), of.CreateDefaultConfig(), queue{})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Start(context.Background(), componenttest.NewNopHost()); err == nil {
		t.Error("it starts")
	}
}
