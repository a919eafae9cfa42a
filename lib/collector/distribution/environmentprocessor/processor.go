// Package environmentprocessor drops what is of another environment, or does not say of which it is, and counts it by
// service: whoever points a service at the wrong place should be told which one.
package environmentprocessor

import (
	"context"
	"errors"
	"regexp"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const (
	environmentKey = "deployment.environment.name"
	serviceKey     = "service.name"
	// Services that are counted by name; those beyond are counted together, so that nobody can fill the memory with names.
	maxServices = 200
	other       = "other"
	none        = "none"
)

// A name that may become a label: what a stranger sends is not to be trusted with free text.
var name = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,62}$`)

// Config of the processor.
type Config struct {
	// Environment is the only one that is let through.
	Environment string `mapstructure:"environment"`
}

// Validate refuses to guard nothing.
func (c *Config) Validate() error {
	if c.Environment == "" {
		return errors.New("environment is empty: name the one that is let through")
	}
	return nil
}

// NewFactory makes processors of type harbourline_environment, for traces and metrics.
func NewFactory() processor.Factory {
	return processor.NewFactory(
		component.MustNewType("harbourline_environment"),
		func() component.Config { return &Config{} },
		processor.WithTraces(createTraces, component.StabilityLevelStable),
		processor.WithMetrics(createMetrics, component.StabilityLevelStable),
	)
}

func createTraces(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
	guard, err := newGuard(cfg.(*Config), set.TelemetrySettings, "spans")
	if err != nil {
		return nil, err
	}
	return processorhelper.NewTraces(ctx, set, cfg, next, guard.traces,
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}

func createMetrics(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Metrics) (processor.Metrics, error) {
	guard, err := newGuard(cfg.(*Config), set.TelemetrySettings, "metric_points")
	if err != nil {
		return nil, err
	}
	return processorhelper.NewMetrics(ctx, set, cfg, next, guard.metrics,
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}

type guard struct {
	environment string
	refused     metric.Int64Counter

	mu    sync.Mutex
	known map[string]struct{}
}

func newGuard(cfg *Config, set component.TelemetrySettings, items string) (*guard, error) {
	refused, err := set.MeterProvider.Meter("harbourline.dev/collector/environmentprocessor").Int64Counter(
		"otelcol_processor_environment_refused_"+items,
		metric.WithDescription("Dropped because they are of another environment or of none, by service"),
		metric.WithUnit("{"+items+"}"))
	if err != nil {
		return nil, err
	}
	return &guard{environment: cfg.Environment, refused: refused, known: map[string]struct{}{}}, nil
}

func (g *guard) traces(_ context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	td.ResourceSpans().RemoveIf(func(resource ptrace.ResourceSpans) bool {
		return g.refuse(resource.Resource(), func() (count int) {
			for _, scoped := range resource.ScopeSpans().All() {
				count += scoped.Spans().Len()
			}
			return count
		})
	})
	if td.ResourceSpans().Len() == 0 {
		return td, processorhelper.ErrSkipProcessingData
	}
	return td, nil
}

func (g *guard) metrics(_ context.Context, md pmetric.Metrics) (pmetric.Metrics, error) {
	md.ResourceMetrics().RemoveIf(func(resource pmetric.ResourceMetrics) bool {
		return g.refuse(resource.Resource(), func() int {
			one := pmetric.NewMetrics()
			resource.CopyTo(one.ResourceMetrics().AppendEmpty())
			return one.DataPointCount()
		})
	})
	if md.ResourceMetrics().Len() == 0 {
		return md, processorhelper.ErrSkipProcessingData
	}
	return md, nil
}

func (g *guard) refuse(resource pcommon.Resource, items func() int) bool {
	environment := text(resource, environmentKey)
	if environment == g.environment {
		return false
	}
	service, said := g.label(text(resource, serviceKey)), none
	if environment != "" {
		said = other
	}
	g.refused.Add(context.Background(), int64(items()), metric.WithAttributes(
		attribute.String("service", service), attribute.String("environment", said)))
	return true
}

func text(resource pcommon.Resource, key string) string {
	value, ok := resource.Attributes().Get(key)
	if !ok || value.Type() != pcommon.ValueTypeStr {
		return ""
	}
	return value.Str()
}

func (g *guard) label(service string) string {
	if service == "" {
		return none
	}
	if !name.MatchString(service) {
		return other
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.known[service]; !ok {
		if len(g.known) >= maxServices {
			return other
		}
		g.known[service] = struct{}{}
	}
	return service
}
