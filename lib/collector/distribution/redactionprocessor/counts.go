package redactionprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Distinct keys that are counted by name; those beyond are counted together, so that nobody can fill the memory with keys.
const maxKeys = 500

const otherKeys = "other"

// counts says how much was masked, by kind, and which keys are not on the allow-list.
type counts struct {
	values metric.Int64Counter
	keys   metric.Int64Counter

	mu    sync.Mutex
	known map[string]struct{}
}

func newCounts(set component.TelemetrySettings) (*counts, error) {
	meter := set.MeterProvider.Meter("harbourline.dev/collector/redactionprocessor")
	values, err := meter.Int64Counter("otelcol_processor_redaction_values",
		metric.WithDescription("Values that were masked, by kind"), metric.WithUnit("{values}"))
	if err != nil {
		return nil, err
	}
	keys, err := meter.Int64Counter("otelcol_processor_redaction_unknown_keys",
		metric.WithDescription("Attributes that were masked because their key is not allowed, by key"), metric.WithUnit("{attributes}"))
	if err != nil {
		return nil, err
	}
	return &counts{values: values, keys: keys, known: map[string]struct{}{}}, nil
}

func (c *counts) value(kind string) {
	c.values.Add(context.Background(), 1, metric.WithAttributes(attribute.String("kind", kind)))
}

func (c *counts) unknownKey(key string) {
	c.mu.Lock()
	if _, ok := c.known[key]; !ok {
		if len(c.known) < maxKeys {
			c.known[key] = struct{}{}
		} else {
			key = otherKeys
		}
	}
	c.mu.Unlock()
	c.keys.Add(context.Background(), 1, metric.WithAttributes(attribute.String("key", key)))
}
