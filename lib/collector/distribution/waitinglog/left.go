package waitinglog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/s2"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
)

const (
	// What was on its way to a process that was killed is no older: a gateway waits 5 s for an answer.
	underWay = 15 * time.Second
	// So long a gateway offers it again.
	offeredAgain = 2 * time.Minute
	// A log of which so many processes ended in a row, by a fault of their own or in any way, is set aside: one of its spans may be
	// what ends them. Whoever is killed from outside is no sign of it, or all of it would be memory.
	mostFaults, mostStarts = 3, 20
	// The file that counts them, and the one to which Go writes its last words.
	startsName, faultName = "starts", "fault"
)

// left is what an earlier process has left behind.
type left struct {
	segments []segment
	changed  time.Time
	counted  uint64
	kept     map[pcommon.TraceID]string
	refused  map[pcommon.TraceID]struct{}
	released map[spanKey]int
}

// again are spans that may be sent again, because their answer was lost.
type again struct {
	spans map[uint64]struct{}
	until time.Time
}

// find reads what an earlier process left: all but the spans. A sampler without its log is better than none: nothing that stands
// on the disk ends the start.
func (l *Log) find() {
	found := &left{kept: map[pcommon.TraceID]string{}, refused: map[pcommon.TraceID]struct{}{}, released: map[spanKey]int{}}
	l.left = found
	if info, err := os.Stat(l.directory); err == nil && !info.IsDir() {
		l.setAside(l.directory, "it is no folder")
	}
	err := os.MkdirAll(l.directory, 0o700)
	entries, unread := os.ReadDir(l.directory)
	if err = errors.Join(err, unread); err != nil {
		l.logger.Error("The folder of the log of what waits cannot be used: a kill would lose what waits", zap.Error(err))
	}
	starts, faults := l.ended()
	why := ""
	if starts >= mostStarts || faults >= mostFaults {
		why = fmt.Sprintf("%d processes have ended with it, %d of them by a fault", starts, faults)
	}
	for _, entry := range entries {
		number, ok := numberOf(entry.Name())
		if !ok {
			continue
		}
		l.next = max(l.next, number+1)
		path := filepath.Join(l.directory, entry.Name())
		if why != "" {
			l.setAside(path, why)
			continue
		}
		one, err := l.look(path, found)
		if err != nil {
			l.setAside(path, err.Error())
			continue
		}
		found.segments = append(found.segments, one)
		l.bytes += one.bytes
	}
	l.boundAside()
	if len(found.segments) == 0 {
		l.survived()
	} else {
		l.onTrial = true
		// Where it cannot be written, the disk is full: what ends processes then is not the log.
		_ = os.WriteFile(filepath.Join(l.directory, startsName), fmt.Appendf(nil, "%d %d", starts, faults), 0o600)
	}
	l.last, l.counted = max(l.last, found.counted), found.counted
}

// look reads the marks of a segment.
func (l *Log) look(path string, found *left) (segment, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return segment{}, err
	}
	if changed := changedAt(path); changed.After(found.changed) {
		found.changed = changed
	}
	records, damaged := read(data)
	var whole []byte
	for _, one := range records {
		whole = append(whole, one.raw...)
		l.last = max(l.last, one.number)
		switch one.kind {
		case kindCounted:
			found.counted = max(found.counted, one.number)
		case kindRefused:
			for ids := one.held; len(ids) >= traceBytes; ids = ids[traceBytes:] {
				found.refused[pcommon.TraceID(ids[:traceBytes])] = struct{}{}
			}
		case kindReleased:
			readReleased(one.held, func(policy string, key spanKey) {
				found.released[key]++
				if policy != "" || found.kept[key.trace] == "" {
					found.kept[key.trace] = policy
				}
			})
		}
	}
	if damaged {
		l.salvage(path, whole)
	}
	return segment{path: path, bytes: int64(len(whole))}, nil
}

// Decisions tells which traces were decided before.
func (l *Log) Decisions(kept func(pcommon.TraceID, string), refused func(pcommon.TraceID)) {
	if l.left == nil {
		return
	}
	for trace, policy := range l.left.kept {
		kept(trace, policy)
	}
	for trace := range l.left.refused {
		refused(trace)
	}
}

// only is for whom spans are that are handed on again. Others are for everybody.
type only int

const (
	onlyCounting only = iota + 1
	onlySampling
)

type onlyKey struct{}

// Counts is whether spans are to be counted.
func Counts(ctx context.Context) bool { return ctx.Value(onlyKey{}) != onlySampling }

// Samples is whether spans are to be sampled.
func Samples(ctx context.Context) bool { return ctx.Value(onlyKey{}) != onlyCounting }

// HandOn hands on what an earlier process left: what was not decided waits again, what was not counted is counted. It is called
// once, before anything new comes.
func (l *Log) HandOn(ctx context.Context, next func(context.Context, ptrace.Traces) error) error {
	if l.left == nil {
		return nil // nothing is handed on twice
	}
	l.gate.RLock()
	defer l.gate.RUnlock()
	repeated := &again{spans: map[uint64]struct{}{}, until: l.now().Add(offeredAgain)}
	waiting, decided := 0, 0
	for _, one := range l.left.segments {
		data, err := os.ReadFile(one.path)
		if err != nil {
			return err
		}
		recent := l.left.changed.Sub(changedAt(one.path)) < underWay
		records, _ := read(data)
		for _, record := range records {
			if record.kind != kindBatch {
				continue
			}
			td, err := unpack(record.held)
			if err != nil {
				l.logger.Error("A batch of the log holds no spans", zap.Error(err))
				continue
			}
			if recent {
				for span := range spansOf(td) {
					repeated.spans[same(span)] = struct{}{}
				}
			}
			done := l.left.takeDecided(td)
			waiting, decided = waiting+td.SpanCount(), decided+done.SpanCount()
			to := ctx
			if record.number <= l.left.counted {
				to = context.WithValue(ctx, onlyKey{}, onlySampling)
			} else if done.SpanCount() > 0 {
				if err := next(context.WithValue(ctx, onlyKey{}, onlyCounting), done); err != nil {
					return err
				}
			}
			if td.SpanCount() > 0 {
				if err := next(to, td); err != nil {
					return err
				}
			}
		}
	}
	l.counts.left(waiting, leftWaiting)
	l.counts.left(decided, leftDecided)
	if waiting+decided > 0 {
		l.logger.Info("What a killed process had left waits again", zap.Int("waiting", waiting), zap.Int("decided", decided))
		l.again.Store(repeated)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready = l.now()
	for _, one := range l.left.segments {
		one.closed = l.ready
		l.closed = append(l.closed, one)
	}
	l.left = nil
	return nil
}

func unpack(held []byte) (ptrace.Traces, error) {
	plain, err := s2.Decode(nil, held)
	if err != nil {
		return ptrace.Traces{}, err
	}
	return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(plain)
}

// takeDecided moves spans that were handed on, or are of traces that are not kept, out of a batch.
func (l *left) takeDecided(td ptrace.Traces) ptrace.Traces {
	var decided []bool
	for span := range spansOf(td) {
		key := spanKey{span.TraceID(), span.SpanID()}
		_, is := l.refused[key.trace]
		if n := l.released[key]; !is && n > 0 {
			l.released[key], is = n-1, true
		}
		decided = append(decided, is)
	}
	taken := ptrace.NewTraces()
	switch {
	case !slices.Contains(decided, true):
	case !slices.Contains(decided, false):
		td.MoveTo(taken)
	default:
		td.CopyTo(taken)
		at := -1
		removeSpans(td, func(ptrace.Span) bool { at++; return decided[at] })
		at = -1
		removeSpans(taken, func(ptrace.Span) bool { at++; return !decided[at] })
	}
	return taken
}

// dropSentAgain removes spans that stand in the log of an earlier process already: its answer did not reach their sender.
func (l *Log) dropSentAgain(td ptrace.Traces) {
	again := l.again.Load()
	if again == nil {
		return
	}
	if l.now().After(again.until) {
		l.again.Store(nil)
		return
	}
	dropped := 0
	removeSpans(td, func(span ptrace.Span) bool {
		_, is := again.spans[same(span)]
		if is {
			dropped++
		}
		return is
	})
	l.counts.left(dropped, leftAgain)
}
