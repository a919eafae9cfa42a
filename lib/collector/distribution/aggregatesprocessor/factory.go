package aggregatesprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"
)

// NewFactory makes processors of type harbourline_aggregates. For metrics: there is none for traces or logs.
func NewFactory() processor.Factory {
	return processor.NewFactory(
		component.MustNewType("harbourline_aggregates"),
		func() component.Config {
			return &Config{Window: time.Minute, Grace: 20 * time.Second, MinimumCount: 10}
		},
		processor.WithMetrics(createMetrics, component.StabilityLevelStable),
	)
}

func createMetrics(_ context.Context, set processor.Settings, cfg component.Config, next consumer.Metrics) (processor.Metrics, error) {
	return newWindows(cfg.(*Config), set.TelemetrySettings, next)
}
