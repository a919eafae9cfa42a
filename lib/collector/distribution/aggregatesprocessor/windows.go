package aggregatesprocessor

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// window is what came of one minute, and what became of it.
type window struct {
	groups groups
	timer  *time.Timer
	done   chan struct{}
	err    error
}

// windows adds up by the minute that points are of, not by when they come: what one minute holds is judged once, whole, a
// grace after it is over. A sender is answered when what it sent is in the queue on disk behind: a relay that dies loses
// nothing, because the sender still has it. So a sender must wait longer than a window and its grace.
type windows struct {
	cfg    *Config
	lists  *lists
	counts *counts
	next   consumer.Metrics
	now    func() time.Time
	// after calls something later, as time.AfterFunc does.
	after func(time.Duration, func()) *time.Timer

	mu   sync.Mutex
	open map[int64]*window
	// arrived hears of each request that is in its windows: for tests.
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
	return &windows{cfg: cfg, lists: l, counts: c, next: next, now: time.Now, after: time.AfterFunc, open: map[int64]*window{}}, nil
}

func (*windows) Start(context.Context, component.Host) error { return nil }

func (*windows) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// ConsumeMetrics returns when each minute that the points are of is over and what is left of it was taken.
func (w *windows) ConsumeMetrics(ctx context.Context, incoming pmetric.Metrics) error {
	read := groups{}
	read.read(incoming, w.lists, w.counts)
	w.mu.Lock()
	var mine []*window
	for _, g := range read {
		start := w.startOf(g)
		minute, ok := w.open[start.Unix()]
		if !ok {
			minute = w.opened(start)
		}
		minute.groups.add(g)
		if len(mine) == 0 || mine[len(mine)-1] != minute {
			mine = append(mine, minute)
		}
	}
	w.mu.Unlock()
	if w.arrived != nil {
		w.arrived <- struct{}{}
	}
	var problems []error
	for _, each := range mine {
		select {
		case <-each.done:
			problems = append(problems, each.err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.Join(problems...)
}

func (w *windows) startOf(g *group) time.Time { return g.end.AsTime().Truncate(w.cfg.Window) }

// opened is a new window. It ends a grace after its minute; what comes later than that gets one of its own, for the grace.
// A sender whose clock is ahead does not hold it open for longer.
func (w *windows) opened(start time.Time) *window {
	made := &window{groups: groups{}, done: make(chan struct{})}
	left := start.Add(w.cfg.Window + w.cfg.Grace).Sub(w.now())
	left = min(max(left, w.cfg.Grace), w.cfg.Window+w.cfg.Grace)
	key := start.Unix()
	w.open[key] = made
	made.timer = w.after(left, func() { w.flush(key, made) })
	return made
}

func (w *windows) flush(key int64, over *window) {
	w.mu.Lock()
	if w.open[key] != over {
		w.mu.Unlock()
		return
	}
	delete(w.open, key)
	w.mu.Unlock()
	if out := over.groups.write(w.cfg.MinimumCount, w.lists.judgedOver, w.counts); out.DataPointCount() > 0 {
		over.err = w.next.ConsumeMetrics(context.Background(), out)
	}
	close(over.done)
}

// Shutdown sends what is there.
func (w *windows) Shutdown(context.Context) error {
	w.mu.Lock()
	open := map[int64]*window{}
	for key, each := range w.open {
		each.timer.Stop()
		open[key] = each
	}
	w.mu.Unlock()
	for key, each := range open {
		w.flush(key, each)
	}
	return nil
}
