package aggregatesprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Why something was left behind.
const (
	reasonMetric    = "metric"      // its name is not on the list
	reasonType      = "type"        // neither a delta sum nor a delta exponential histogram of values from zero up
	reasonAttribute = "attribute"   // its key is not on the list; the point goes on without it
	reasonValue     = "value"       // an attribute's value is not one that its key may have
	reasonFolded    = "folded"      // an unlisted value that became one of the others; the point goes on with that
	reasonExemplar  = "exemplar"    // exemplars hold trace ids; the point goes on without them
	reasonSmall     = "small_group" // too few calls in the group
)

// counts says how much was left behind, by reason.
type counts struct{ dropped metric.Int64Counter }

func newCounts(set component.TelemetrySettings) (*counts, error) {
	dropped, err := set.MeterProvider.Meter("harbourline.dev/collector/aggregatesprocessor").Int64Counter(
		"otelcol_processor_aggregates_dropped",
		metric.WithDescription("Points and parts of points that were not let through, by reason"), metric.WithUnit("{items}"))
	if err != nil {
		return nil, err
	}
	return &counts{dropped: dropped}, nil
}

func (c *counts) drop(reason string, number int) {
	if number > 0 {
		c.dropped.Add(context.Background(), int64(number), metric.WithAttributes(attribute.String("reason", reason)))
	}
}
