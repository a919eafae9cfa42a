package waitinglog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/s2"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
)

const (
	// A segment is closed after so long, or when it is so large: it is removed as a whole.
	segmentTime  = 5 * time.Second
	segmentBytes = 32 << 20
	// What is decided within its wait is so after this much more: the sampler counts its wait in ticks, which a busy machine delays.
	margin = 30 * time.Second
	// Ids of traces that are not kept are written together.
	refusedTogether = 256
	// Between two attempts to write to a disk that took nothing.
	pause = time.Second
	// Marks may go so far beyond the limit: without them what is full of batches would be sent twice.
	marksBeyond = 16 << 20
	suffix      = ".log"
)

// Log is what waits for a decision, on disk. A batch stands in it before anybody is told that it was taken.
type Log struct {
	directory string
	limit     int64
	logger    *zap.Logger
	counts    *counts
	now       func() time.Time

	// Held for reading while a batch is written and handed on: who holds it alone knows that all that is written is counted.
	gate sync.RWMutex

	mu      sync.Mutex
	users   int
	wait    time.Duration
	file    *os.File
	segment segment
	next    uint64 // number of the next segment
	closed  []segment
	bytes   int64 // of all segments
	last    uint64
	counted uint64
	refused []byte
	failed  time.Time
	onTrial bool // an earlier process left spans: one of them may end this one
	// What an earlier process left, until it is handed on again.
	left *left
	// When it was. Zero: not yet, and nothing may be removed.
	ready time.Time

	again atomic.Pointer[again]
	stop  chan struct{}
	done  sync.WaitGroup
}

type segment struct {
	path   string
	bytes  int64
	opened time.Time
	closed time.Time
}

// Of is the log that a collector has. nil: it has none.
func Of(host component.Host) *Log {
	for _, extension := range host.GetExtensions() {
		if log, ok := extension.(*Log); ok {
			return log
		}
	}
	return nil
}

// Join says that somebody decides or counts what stands here, and how long that may take.
func (l *Log) Join(wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users++
	l.wait = max(l.wait, wait)
}

// Leave says that it is done with all of it.
func (l *Log) Leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users--
}

var packed = sync.Pool{New: func() any { return new([]byte) }}

// Take writes a batch down, and hands it on. It does not refuse: what cannot be written is counted, and waits in memory alone.
func (l *Log) Take(ctx context.Context, td ptrace.Traces, handOn func(context.Context, ptrace.Traces) error) error {
	l.gate.RLock()
	defer l.gate.RUnlock()
	l.dropSentAgain(td)
	if td.SpanCount() == 0 {
		return nil
	}
	plain, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		l.counts.unlogged(td.SpanCount(), reasonDisk)
		return handOn(ctx, td)
	}
	room := packed.Get().(*[]byte)
	defer packed.Put(room)
	if most := headerBytes + s2.MaxEncodedLen(len(plain)); cap(*room) < most {
		*room = make([]byte, most)
	}
	*room = (*room)[:cap(*room)]
	batch := (*room)[:headerBytes+len(s2.Encode((*room)[headerBytes:], plain))]
	sum := sum(batch)

	l.mu.Lock()
	reason := reasonFull
	if l.bytes+int64(len(batch)) > l.limit {
		l.clean()
	}
	if l.bytes+int64(len(batch)) <= l.limit {
		seal(batch, kindBatch, l.last+1, sum)
		if reason = reasonDisk; l.write(batch) {
			l.last++
			reason = ""
		}
	}
	l.mu.Unlock()
	if reason != "" {
		l.counts.unlogged(td.SpanCount(), reason)
	}
	return handOn(ctx, td)
}

// Release adds to a mark that spans are handed on: it is called before they are, because what is handed on is another's.
func Release(mark []byte, policy string, td ptrace.Traces) []byte {
	at := len(mark)
	mark = released(append(mark, make([]byte, headerBytes)...), policy, td)
	seal(mark[at:], kindReleased, 0, sum(mark[at:]))
	return mark
}

// Released writes such a mark: its spans were handed on, and are where no kill can lose them.
func (l *Log) Released(mark []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writeMark(mark)
}

// Refused says that a trace is not kept. Whether it is written before a kill does not matter much: it would be judged again.
func (l *Log) Refused(trace pcommon.TraceID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused = append(l.refused, trace[:]...)
	if len(l.refused) >= refusedTogether*traceBytes {
		l.writeRefused()
	}
}

// Alone calls flush while nobody takes anything, with the number of the last batch. What it calls must not take either.
func (l *Log) Alone(flush func(last uint64)) {
	l.gate.Lock()
	defer l.gate.Unlock()
	l.mu.Lock()
	last := l.last
	l.mu.Unlock()
	flush(last)
}

// Counted says that the counts of every batch up to this one are where no kill can lose them.
func (l *Log) Counted(last uint64) {
	l.mu.Lock()
	again := last == l.counted
	l.counted = last
	l.mu.Unlock()
	if !again {
		l.mark(header(), kindCounted, last)
	}
}

func (l *Log) mark(record []byte, kind byte, number uint64) {
	seal(record, kind, number, sum(record))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writeMark(record)
}

func (l *Log) writeMark(record []byte) {
	if l.bytes > l.limit+marksBeyond || !l.write(record) {
		l.counts.unlogged(1, reasonMark)
	}
}

func (l *Log) writeRefused() {
	if len(l.refused) == 0 {
		return
	}
	record := append(header(), l.refused...)
	l.refused = l.refused[:0]
	seal(record, kindRefused, 0, sum(record))
	l.write(record)
}

// write puts a record at the end of the log: the kernel has it then, and what is killed is this process. False where it could
// not; whatever came of it is no record.
func (l *Log) write(record []byte) bool {
	now := l.now()
	if l.file != nil && (l.segment.bytes >= segmentBytes || now.Sub(l.segment.opened) >= segmentTime) {
		l.close(now)
	}
	if l.file == nil && (now.Sub(l.failed) < pause || !l.open(now)) {
		return false
	}
	return l.writeTo(record)
}

// writeTo writes to the segment that is open.
func (l *Log) writeTo(record []byte) bool {
	written, err := l.file.Write(record)
	l.segment.bytes += int64(written)
	l.bytes += int64(written)
	if err != nil {
		l.logger.Warn("The log of what waits could not be written: a kill would lose what is not in it", zap.Error(err))
		l.failed = l.now()
		l.close(l.failed)
		return false
	}
	return true
}

// open begins a segment. It says first what is counted: the segment that said so before may go.
func (l *Log) open(now time.Time) bool {
	l.clean()
	path := filepath.Join(l.directory, fmt.Sprintf("%016x%s", l.next, suffix))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		l.failed = now
		l.logger.Warn("The log of what waits could not be opened: a kill would lose what is not in it", zap.Error(err))
		return false
	}
	l.next++
	l.file, l.segment = file, segment{path: path, opened: now}
	first := header()
	seal(first, kindCounted, l.counted, sum(first))
	return l.writeTo(first)
}

func (l *Log) close(now time.Time) {
	if l.file == nil {
		return
	}
	_ = l.file.Close()
	l.segment.closed = now
	l.closed = append(l.closed, l.segment)
	l.file = nil
}

// clean removes segments of which everything is decided and counted: the oldest first, so that what says of a span that it was
// handed on is never gone before the span.
func (l *Log) clean() {
	if l.ready.IsZero() {
		return
	}
	if l.onTrial && l.now().Sub(l.ready) > l.wait+margin {
		l.survived()
	}
	for len(l.closed) > 0 && l.now().Sub(l.closed[0].closed) > l.wait+margin {
		l.bytes -= l.closed[0].bytes
		_ = os.Remove(l.closed[0].path)
		l.closed = l.closed[1:]
	}
}

// tend does what is due even where nothing comes: spans do not stay on a disk because a night is quiet.
func (l *Log) tend() {
	defer l.done.Done()
	ticker := time.NewTicker(segmentTime)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
		}
		l.mu.Lock()
		if now := l.now(); l.file != nil {
			l.writeRefused()
			if now.Sub(l.segment.opened) >= segmentTime {
				l.close(now)
			}
		}
		l.clean()
		l.mu.Unlock()
	}
}

// numberOf a segment, by its file's name.
func numberOf(name string) (number uint64, ok bool) {
	var rest string
	if n, err := fmt.Sscanf(name, "%016x%s", &number, &rest); err != nil || n != 2 || rest != suffix {
		return 0, false
	}
	return number, true
}
