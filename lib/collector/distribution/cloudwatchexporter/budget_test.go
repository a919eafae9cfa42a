package cloudwatchexporter

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func metricsOf(services ...string) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	for _, service := range services {
		of := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
		calls := of.AppendEmpty()
		calls.SetName("calls")
		calls.SetEmptySum().DataPoints().AppendEmpty().Attributes().PutStr("service.name", service)
		duration := of.AppendEmpty()
		duration.SetName("duration")
		duration.SetEmptyExponentialHistogram().DataPoints().AppendEmpty().Attributes().PutStr("service.name", service)
	}
	return metrics
}

// namesOf are service names of both metrics of each resource, with what was folded.
func namesOf(t *testing.T, metrics pmetric.Metrics) []string {
	t.Helper()
	var names []string
	for _, ofResource := range metrics.ResourceMetrics().All() {
		two := ofResource.ScopeMetrics().At(0).Metrics()
		calls := two.At(0).Sum().DataPoints().At(0).Attributes().AsRaw()
		duration := two.At(1).ExponentialHistogram().DataPoints().At(0).Attributes().AsRaw()
		if fmt.Sprint(calls) != fmt.Sprint(duration) {
			t.Errorf("calls have %v, durations %v", calls, duration)
		}
		name := fmt.Sprint(calls["service.name"])
		if folded, ok := calls["folded"]; ok {
			name += ":" + fmt.Sprint(folded)
		}
		names = append(names, name)
	}
	return names
}

func budgetOf(t *testing.T, services int) (*budget, func() int64) {
	t.Helper()
	reader := metric.NewManualReader()
	set := componenttest.NewNopTelemetrySettings()
	set.MeterProvider = metric.NewMeterProvider(metric.WithReader(reader))
	b, err := newBudget(services, set)
	if err != nil {
		t.Fatal(err)
	}
	return b, func() int64 {
		var read metricdata.ResourceMetrics
		if err := reader.Collect(context.Background(), &read); err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, scope := range read.ScopeMetrics {
			for _, m := range scope.Metrics {
				for _, point := range m.Data.(metricdata.Sum[int64]).DataPoints {
					sum += point.Value
				}
			}
		}
		return sum
	}
}

func TestServicesBeyondTheBudgetAreOne(t *testing.T) {
	b, folded := budgetOf(t, 2)
	first := metricsOf("payment", "ledger", "fx", "pod-1")
	b.fold(first)
	if got := fmt.Sprint(namesOf(t, first)); got != "[payment ledger other:fx other:pod-1]" {
		t.Error(got)
	}
	// Whoever was there first stays, in whatever order they come.
	second := metricsOf("fx", "ledger", "payment")
	b.fold(second)
	if got := fmt.Sprint(namesOf(t, second)); got != "[other:fx ledger payment]" {
		t.Error(got)
	}
	if folded() != 6 {
		t.Errorf("%d points counted as folded", folded())
	}
}

func TestThousandsOfNamesAreNoMemory(t *testing.T) {
	b, _ := budgetOf(t, 50)
	for n := range 5000 {
		b.fold(metricsOf(fmt.Sprintf("pod-%d", n)))
	}
	if len(b.seen) != 50 {
		t.Errorf("%d names are remembered", len(b.seen))
	}
}

func TestSilentServicesMakeRoom(t *testing.T) {
	b, _ := budgetOf(t, 2)
	now := time.Unix(1_800_000_000, 0)
	b.now = func() time.Time { return now }
	b.fold(metricsOf("old", "steady"))
	now = now.Add(silence - time.Minute)
	b.fold(metricsOf("steady"))
	now = now.Add(2 * time.Minute)
	metrics := metricsOf("new", "steady", "old")
	b.fold(metrics)
	if got := fmt.Sprint(namesOf(t, metrics)); got != "[new steady other:old]" {
		t.Error(got)
	}
}

func TestOtherMetricsAndNoBudgetStayAsTheyAre(t *testing.T) {
	b, folded := budgetOf(t, 1)
	metrics := metricsOf("payment")
	queue := metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().AppendEmpty()
	queue.SetEmptyGauge().DataPoints().AppendEmpty().Attributes().PutStr("tier", "sampler")
	cut := metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().AppendEmpty()
	cut.SetEmptyGauge().DataPoints().AppendEmpty().Attributes().PutStr("service", "ledger")
	b.fold(metrics)
	if got := queue.Gauge().DataPoints().At(0).Attributes().AsRaw(); fmt.Sprint(got) != "map[tier:sampler]" {
		t.Errorf("changed to %v", got)
	}
	if got := cut.Gauge().DataPoints().At(0).Attributes().AsRaw(); fmt.Sprint(got) != "map[folded:ledger service:other]" {
		t.Errorf("not folded: %v", got)
	}
	if folded() != 1 {
		t.Errorf("%d points counted", folded())
	}
	unlimited, _ := budgetOf(t, 0)
	all := metricsOf("a", "b", "c")
	unlimited.fold(all)
	if got := fmt.Sprint(namesOf(t, all)); got != "[a b c]" {
		t.Error(got)
	}
}
