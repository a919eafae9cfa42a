// Package front is the processor that writes what a sampler takes to the log of what waits, before anybody is told that it was.
package front

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"harbourline.dev/collector/waitinglog"
)

// NewFactory makes processors of type harbourline_waiting: the last before those who count and decide.
func NewFactory() processor.Factory {
	return processor.NewFactory(waitinglog.Type, func() component.Config { return &struct{}{} },
		processor.WithTraces(func(_ context.Context, _ processor.Settings, _ component.Config, next consumer.Traces) (processor.Traces, error) {
			return &front{next: next}, nil
		}, component.StabilityLevelStable))
}

type front struct {
	log  *waitinglog.Log
	next consumer.Traces
}

// Start hands on what an earlier process left. All that comes after has started, and no receiver has.
func (f *front) Start(ctx context.Context, host component.Host) error {
	if f.log = waitinglog.Of(host); f.log == nil {
		return errors.New("the extension harbourline_waiting is not among those of the service")
	}
	return f.log.HandOn(ctx, f.next.ConsumeTraces)
}

func (*front) Shutdown(context.Context) error { return nil }

func (*front) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (f *front) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	return f.log.Take(ctx, td, f.next.ConsumeTraces)
}
