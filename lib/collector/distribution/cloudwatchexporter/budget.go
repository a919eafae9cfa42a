package cloudwatchexporter

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/metric"
)

const (
	// What the services beyond the budget are together.
	other = "other"
	// Keeps the points of folded services apart, which awsemf would take for one and drop. No dimension, only a field of the log
	// event: CloudWatch adds up over it, and a query over the log finds the names.
	foldedKey = "folded"
	// A name that was silent for so long makes room for another one: CloudWatch is paid by the hours in which a metric gets values.
	silence = 24 * time.Hour
)

// Keys whose values are names of services.
var serviceKeys = []string{"service.name", "service"}

// budget is how many services have metrics of their own: each combination of dimensions is one, and is paid for. First come,
// first served: whoever was there before keeps its metrics, however many names somebody else makes up.
type budget struct {
	services int
	folded   metric.Int64Counter
	now      func() time.Time

	mu   sync.Mutex
	seen map[string]time.Time
}

// newBudget of so many services; 0 is no limit.
func newBudget(services int, set component.TelemetrySettings) (*budget, error) {
	folded, err := set.MeterProvider.Meter("harbourline.dev/collector/cloudwatchexporter").Int64Counter(
		"otelcol_budget_folded_points",
		metric.WithDescription("Points of services beyond the budget of metrics, which became those of one service"),
		metric.WithUnit("{points}"))
	if err != nil {
		return nil, err
	}
	return &budget{services: services, folded: folded, now: time.Now, seen: map[string]time.Time{}}, nil
}

// fold makes of services beyond the budget one, and counts their points.
func (b *budget) fold(metrics pmetric.Metrics) {
	if b.services == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	number := 0
	for _, ofResource := range metrics.ResourceMetrics().All() {
		for _, ofScope := range ofResource.ScopeMetrics().All() {
			for _, m := range ofScope.Metrics().All() {
				number += b.foldMetric(m)
			}
		}
	}
	if number > 0 {
		b.folded.Add(context.Background(), int64(number))
	}
}

func (b *budget) foldMetric(m pmetric.Metric) int {
	number := 0
	each := func(attributes pcommon.Map) {
		if b.foldPoint(attributes) {
			number++
		}
	}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		for _, point := range m.Gauge().DataPoints().All() {
			each(point.Attributes())
		}
	case pmetric.MetricTypeSum:
		for _, point := range m.Sum().DataPoints().All() {
			each(point.Attributes())
		}
	case pmetric.MetricTypeHistogram:
		for _, point := range m.Histogram().DataPoints().All() {
			each(point.Attributes())
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, point := range m.ExponentialHistogram().DataPoints().All() {
			each(point.Attributes())
		}
	case pmetric.MetricTypeSummary:
		for _, point := range m.Summary().DataPoints().All() {
			each(point.Attributes())
		}
	}
	return number
}

func (b *budget) foldPoint(attributes pcommon.Map) bool {
	for _, key := range serviceKeys {
		name, ok := attributes.Get(key)
		if !ok || b.within(name.AsString()) {
			continue
		}
		attributes.PutStr(foldedKey, name.AsString())
		attributes.PutStr(key, other)
		return true
	}
	return false
}

// within says whether a service has metrics of its own.
func (b *budget) within(name string) bool {
	now := b.now()
	if _, known := b.seen[name]; known || name == other || name == "" {
		b.seen[name] = now
		return true
	}
	if len(b.seen) >= b.services && !b.makesRoom(now) {
		return false
	}
	b.seen[name] = now
	return true
}

// makesRoom forgets names that were silent.
func (b *budget) makesRoom(now time.Time) bool {
	for name, last := range b.seen {
		if now.Sub(last) > silence {
			delete(b.seen, name)
		}
	}
	return len(b.seen) < b.services
}
