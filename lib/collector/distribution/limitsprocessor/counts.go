package limitsprocessor

import (
	"context"
	"regexp"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Why something was cut.
const (
	reasonValue      = "value"      // longer than a value may be: its beginning stays
	reasonName       = "name"       // a key, name or trace state
	reasonAttributes = "attributes" // more than there may be: the first stay
	reasonDepth      = "depth"      // nested deeper: a mark stays
	reasonItems      = "items"      // events and links: the first stay
	reasonTime       = "time"       // a time that no clock shows, or a call of more than a day: it ends as it begins
	reasonSpan       = "span"       // all within limits, and too large together: everything is shorter
)

const (
	// Services that are counted by name; those beyond are counted together, so that nobody can fill the memory with names.
	maxServices = 200
	other       = "other"
	none        = "none"
)

// A name that may become a label: what a stranger sends is not to be trusted with free text.
var label = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,62}$`)

type counts struct {
	cut metric.Int64Counter

	mu    sync.Mutex
	known map[string]struct{}
}

func newCounts(set component.TelemetrySettings) (*counts, error) {
	cut, err := set.MeterProvider.Meter("harbourline.dev/collector/limitsprocessor").Int64Counter(
		"otelcol_processor_limits_cut_spans",
		metric.WithDescription("Spans of which something was cut because it was too deep, too long, too large or of no time, by reason and service"),
		metric.WithUnit("{spans}"))
	if err != nil {
		return nil, err
	}
	return &counts{cut: cut, known: map[string]struct{}{}}, nil
}

func (c *counts) add(reasons reasons, service string) {
	for reason, number := range reasons {
		c.cut.Add(context.Background(), number, metric.WithAttributes(attribute.String("reason", reason), attribute.String("service", c.label(service))))
	}
}

func (c *counts) label(service string) string {
	if service == "" {
		return none
	}
	if !label.MatchString(service) {
		return other
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.known[service]; !ok {
		if len(c.known) >= maxServices {
			return other
		}
		c.known[service] = struct{}{}
	}
	return service
}
