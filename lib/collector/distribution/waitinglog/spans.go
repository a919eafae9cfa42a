package waitinglog

import (
	"iter"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

func spansOf(td ptrace.Traces) iter.Seq[ptrace.Span] {
	return func(yield func(ptrace.Span) bool) {
		for _, resource := range td.ResourceSpans().All() {
			for _, scoped := range resource.ScopeSpans().All() {
				for _, span := range scoped.Spans().All() {
					if !yield(span) {
						return
					}
				}
			}
		}
	}
}

// removeSpans removes spans, and what holds none any more.
func removeSpans(td ptrace.Traces, is func(ptrace.Span) bool) {
	td.ResourceSpans().RemoveIf(func(resource ptrace.ResourceSpans) bool {
		resource.ScopeSpans().RemoveIf(func(scoped ptrace.ScopeSpans) bool {
			scoped.Spans().RemoveIf(is)
			return scoped.Spans().Len() == 0
		})
		return resource.ScopeSpans().Len() == 0
	})
}
