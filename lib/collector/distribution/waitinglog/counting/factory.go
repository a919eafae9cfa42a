// Package counting is span_metrics that tells the log of what waits up to where spans are counted, and hands on what it has
// counted when it stops: alone it does not.
package counting

import (
	"context"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/spanmetricsconnector"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"harbourline.dev/collector/waitinglog"
)

// NewFactory makes connectors of type span_metrics: the configuration of the stock one works here.
func NewFactory() connector.Factory {
	stock := spanmetricsconnector.NewFactory()
	return connector.NewFactory(stock.Type(), stock.CreateDefaultConfig,
		connector.WithTracesToMetrics(func(ctx context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Traces, error) {
			made := &counter{
				interval: cfg.(*spanmetricsconnector.Config).MetricsFlushInterval,
				ticks:    make(chan time.Time),
				flushed:  flushed{Metrics: next, entered: make(chan struct{}), left: make(chan struct{})},
				stop:     make(chan struct{}),
			}
			var err error
			made.Traces, err = stock.CreateTracesToMetrics(clockwork.AddToContext(ctx, clock{clockwork.NewRealClock(), made.ticks}), set, cfg, &made.flushed)
			return made, err
		}, component.StabilityLevelStable))
}

// counter is the stock one, whose ticks are made here: a flush then holds what came before it, and nothing else.
type counter struct {
	connector.Traces
	interval time.Duration
	log      *waitinglog.Log
	ticks    chan time.Time
	flushed  flushed
	started  bool
	stop     chan struct{}
	done     sync.WaitGroup
}

func (c *counter) Start(ctx context.Context, host component.Host) error {
	if err := c.Traces.Start(ctx, host); err != nil {
		return err
	}
	if c.log = waitinglog.Of(host); c.log != nil {
		c.log.Join(c.interval)
	}
	c.started = true
	c.done.Add(1)
	go func() {
		defer c.done.Done()
		ticker := time.NewTicker(c.interval)
		defer ticker.Stop()
		for {
			select {
			case <-c.stop:
				return
			case <-ticker.C:
				c.flush()
			}
		}
	}()
	return nil
}

// Shutdown hands on what is counted.
func (c *counter) Shutdown(ctx context.Context) error {
	if c.started {
		c.started = false
		close(c.stop)
		c.done.Wait()
		c.flush()
		if c.log != nil {
			c.log.Leave()
		}
	}
	return c.Traces.Shutdown(ctx)
}

// ConsumeTraces leaves out what is counted.
func (c *counter) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	if !waitinglog.Counts(ctx) {
		return nil
	}
	return c.Traces.ConsumeTraces(ctx, td)
}

// flush lets the stock one hand on what it has counted, and says so when it is on its way.
func (c *counter) flush() {
	var through uint64
	tick := func(last uint64) {
		through = last
		c.ticks <- time.Now()
		<-c.flushed.entered // it has begun anew
	}
	if c.log == nil {
		tick(0)
	} else {
		c.log.Alone(tick)
	}
	<-c.flushed.left
	if c.log != nil {
		c.log.Counted(through)
	}
}

// flushed is where the stock one sends what it has counted.
type flushed struct {
	consumer.Metrics
	entered, left chan struct{}
}

func (f *flushed) ConsumeMetrics(ctx context.Context, metrics pmetric.Metrics) error {
	f.entered <- struct{}{}
	defer func() { f.left <- struct{}{} }()
	return f.Metrics.ConsumeMetrics(ctx, metrics)
}

// clock is real, but for its tickers.
type clock struct {
	clockwork.Clock
	ticks chan time.Time
}

func (c clock) NewTicker(time.Duration) clockwork.Ticker { return ticker{c.ticks} }

type ticker struct{ ticks chan time.Time }

func (t ticker) Chan() <-chan time.Time { return t.ticks }
func (ticker) Reset(time.Duration)      {}
func (ticker) Stop()                    {}
