// Package limitsprocessor cuts what is too deep, too long or too large, at the first hop: so that whatever it lets through
// the last one can store, and no span takes innocent ones with it. It counts what it cut, by reason and service.
package limitsprocessor

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"
)

// Config of the processor: the table of sizes in lib/contract/limits.ts.
type Config struct {
	// ValueBytes of a string: attribute values at any depth, status messages, exceptions.
	ValueBytes int `mapstructure:"value_bytes"`
	// NameBytes of keys, names and trace states.
	NameBytes int `mapstructure:"name_bytes"`
	// Attributes of a span, an event, a link, a resource or a scope, and elements of a list or map.
	Attributes int `mapstructure:"attributes"`
	// Depth of maps and lists within a value.
	Depth int `mapstructure:"depth"`
	// Items are events and links of a span, each.
	Items int `mapstructure:"items"`
	// SpanBytes of a span with all that it holds.
	SpanBytes int `mapstructure:"span_bytes"`
}

// Validate tells everything that is wrong at once.
func (c *Config) Validate() error {
	var problems []error
	for name, value := range map[string]int{
		"value_bytes": c.ValueBytes, "name_bytes": c.NameBytes, "attributes": c.Attributes, "depth": c.Depth, "items": c.Items, "span_bytes": c.SpanBytes,
	} {
		if value <= 0 {
			problems = append(problems, fmt.Errorf("%s must be positive", name))
		}
	}
	if c.SpanBytes < 2*smallest*c.Attributes {
		problems = append(problems, errors.New("span_bytes has no room for the attributes, even if all are cut to the shortest"))
	}
	return errors.Join(problems...)
}

// NewFactory makes processors of type harbourline_limits, for traces.
func NewFactory() processor.Factory {
	return processor.NewFactory(
		component.MustNewType("harbourline_limits"),
		func() component.Config { return &Config{} },
		processor.WithTraces(createTraces, component.StabilityLevelStable),
	)
}

func createTraces(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
	counts, err := newCounts(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	l := &limits{cfg: cfg.(*Config), counts: counts}
	return processorhelper.NewTraces(ctx, set, cfg, next, l.traces,
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}
