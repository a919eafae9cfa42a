package aggregatesprocessor

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// window is what came since the first of its senders, and what became of it.
type window struct {
	groups groups
	done   chan struct{}
	err    error
}

// windows adds up, and answers a sender when what it sent is in the queue on disk behind: a relay that dies loses nothing,
// because the sender still has it. So a sender must wait longer than a window.
type windows struct {
	cfg    *Config
	lists  *lists
	counts *counts
	next   consumer.Metrics

	mu      sync.Mutex
	current *window
	timer   *time.Timer
	// arrived hears of each request that is in a window: for tests.
	arrived chan struct{}
}

func newWindows(cfg *Config, set component.TelemetrySettings, next consumer.Metrics) (*windows, error) {
	l, err := newLists(cfg)
	if err != nil {
		return nil, err
	}
	c, err := newCounts(set)
	if err != nil {
		return nil, err
	}
	return &windows{cfg: cfg, lists: l, counts: c, next: next}, nil
}

func (*windows) Start(context.Context, component.Host) error { return nil }

func (*windows) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// ConsumeMetrics returns when the window is over and what is left of it was taken.
func (w *windows) ConsumeMetrics(ctx context.Context, incoming pmetric.Metrics) error {
	w.mu.Lock()
	if w.current == nil {
		opened := &window{groups: groups{}, done: make(chan struct{})}
		w.current = opened
		w.timer = time.AfterFunc(w.cfg.Window, func() { w.flush(opened) })
	}
	mine := w.current
	mine.groups.read(incoming, w.lists, w.counts)
	w.mu.Unlock()
	if w.arrived != nil {
		w.arrived <- struct{}{}
	}
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *windows) flush(over *window) {
	w.mu.Lock()
	if w.current != over {
		w.mu.Unlock()
		return
	}
	w.current = nil
	w.mu.Unlock()
	if out := over.groups.write(w.cfg.MinimumCount, w.counts); out.DataPointCount() > 0 {
		over.err = w.next.ConsumeMetrics(context.Background(), out)
	}
	close(over.done)
}

// Shutdown sends what is there.
func (w *windows) Shutdown(context.Context) error {
	w.mu.Lock()
	open := w.current
	if open != nil {
		w.timer.Stop()
	}
	w.mu.Unlock()
	if open != nil {
		w.flush(open)
	}
	return nil
}
