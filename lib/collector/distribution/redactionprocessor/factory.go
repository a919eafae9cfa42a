package redactionprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"
)

// NewFactory makes processors of type harbourline_redaction, for traces.
func NewFactory() processor.Factory {
	return processor.NewFactory(
		component.MustNewType("harbourline_redaction"),
		func() component.Config { return &Config{} },
		processor.WithTraces(createTraces, component.StabilityLevelStable),
	)
}

func createTraces(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
	counts, err := newCounts(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	scrubber, err := newScrubber(cfg.(*Config), counts)
	if err != nil {
		return nil, err
	}
	return processorhelper.NewTraces(ctx, set, cfg, next, scrubber.traces,
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}
