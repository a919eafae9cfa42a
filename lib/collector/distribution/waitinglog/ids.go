package waitinglog

import (
	"hash/maphash"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const traceBytes, spanBytes = len(pcommon.TraceID{}), len(pcommon.SpanID{})

// spanKey names a span within all traces.
type spanKey struct {
	trace pcommon.TraceID
	span  pcommon.SpanID
}

// released puts the ids of spans that were handed on into a record, with the policy that kept their trace: the length of its
// name, the name, then for each run of spans of one trace the trace, how many, and their ids.
func released(record []byte, policy string, td ptrace.Traces) []byte {
	policy = policy[:min(len(policy), 255)]
	record = append(record, byte(len(policy)))
	record = append(record, policy...)
	var trace pcommon.TraceID
	count := -1 // where the number of the run stands
	for span := range spansOf(td) {
		if id := span.TraceID(); count < 0 || id != trace || record[count] == 255 {
			trace = id
			record = append(record, id[:]...)
			count = len(record)
			record = append(record, 0)
		}
		record[count]++
		id := span.SpanID()
		record = append(record, id[:]...)
	}
	return record
}

// readReleased is the inverse of released. False where a record holds something else.
func readReleased(held []byte, each func(policy string, key spanKey)) bool {
	if len(held) == 0 || len(held) < 1+int(held[0]) {
		return false
	}
	end := 1 + int(held[0])
	policy := string(held[1:end])
	held = held[end:]
	for len(held) > 0 {
		if len(held) < traceBytes+1 || len(held) < traceBytes+1+int(held[traceBytes])*spanBytes {
			return false
		}
		trace, spans := pcommon.TraceID(held[:traceBytes]), int(held[traceBytes])
		held = held[traceBytes+1:]
		for range spans {
			each(policy, spanKey{trace: trace, span: pcommon.SpanID(held[:spanBytes])})
			held = held[spanBytes:]
		}
	}
	return true
}

var seed = maphash.MakeSeed()

// same is equal for a span that is sent again. Zipkin gives both sides of a call one id: they differ in kind and time.
func same(span ptrace.Span) uint64 {
	trace, id := span.TraceID(), span.SpanID()
	return maphash.Comparable(seed, struct {
		spanKey
		kind  ptrace.SpanKind
		start pcommon.Timestamp
	}{spanKey{trace, id}, span.Kind(), span.StartTimestamp()})
}
