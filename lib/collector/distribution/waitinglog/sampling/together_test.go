package sampling

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
)

// queue is told of everything that it is handed, by the names of its spans.
type queue chan string

func (queue) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (q queue) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	var names []string
	for _, resource := range td.ResourceSpans().All() {
		name := resource.ScopeSpans().At(0).Spans().At(0).Name()
		names = append(names, name[:1])
	}
	q <- strings.Join(names, "")
	return nil
}

// kept is a trace of about so many bytes.
func kept(name string, bytes int) ptrace.Traces {
	td := ptrace.NewTraces()
	td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName(name + strings.Repeat(".", bytes))
	return td
}

func TestKeptTracesAreHandedOnTogether(t *testing.T) {
	for name, test := range map[string]struct {
		sizes []int
		want  string
	}{
		"little":            {[]int{10, 10, 10}, "abc"},
		"enough":            {[]int{togetherBytes / 2, togetherBytes / 3, togetherBytes / 3, 10}, "ab cd"},
		"one that is large": {[]int{10, 3 * togetherBytes, 10}, "a b c"},
	} {
		t.Run(name, func(t *testing.T) {
			q := make(queue, 10)
			r := released{Traces: q, logger: zap.NewNop(), wait: time.Hour}
			for i, size := range test.sizes {
				if err := r.ConsumeTraces(context.Background(), kept(string(rune('a'+i)), size)); err != nil {
					t.Error(err)
				}
			}
			r.flush()
			r.flush() // hands on nothing
			close(q)
			var got []string
			for each := range q {
				got = append(got, each)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("%q were handed on, not %q", got, test.want)
			}
		})
	}
}

func TestATraceAloneDoesNotWaitForOthers(t *testing.T) {
	q := make(queue)
	r := released{Traces: q, logger: zap.NewNop(), wait: time.Millisecond}
	for range 3 {
		if err := r.ConsumeTraces(context.Background(), kept("a", 10)); err != nil {
			t.Error(err)
		}
		if got := <-q; got != "a" {
			t.Errorf("%q was handed on", got)
		}
	}
}
