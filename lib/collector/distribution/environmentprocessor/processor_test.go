package environmentprocessor

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processorhelper"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func guardFor(t *testing.T) (*guard, func() map[string]int64) {
	t.Helper()
	telemetry := componenttest.NewTelemetry()
	t.Cleanup(func() { _ = telemetry.Shutdown(context.Background()) })
	g, err := newGuard(&Config{Environment: "prod"}, telemetry.NewTelemetrySettings(), "spans")
	if err != nil {
		t.Fatal(err)
	}
	return g, func() map[string]int64 {
		found, err := telemetry.GetMetric("otelcol_processor_environment_refused_spans")
		if err != nil {
			return nil
		}
		counts := map[string]int64{}
		for _, point := range found.Data.(metricdata.Sum[int64]).DataPoints {
			service, _ := point.Attributes.Value("service")
			environment, _ := point.Attributes.Value("environment")
			counts[service.AsString()+" of "+environment.AsString()] += point.Value
		}
		return counts
	}
}

func describe(resource pcommon.Resource, service, environment string) {
	resource.Attributes().PutStr("service.name", service)
	if environment != "" {
		resource.Attributes().PutStr("deployment.environment.name", environment)
	}
}

func spans(of ...[2]string) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, each := range of {
		resource := td.ResourceSpans().AppendEmpty()
		describe(resource.Resource(), each[0], each[1])
		scoped := resource.ScopeSpans().AppendEmpty()
		scoped.Spans().AppendEmpty()
		scoped.Spans().AppendEmpty()
	}
	return td
}

func TestOnlyTheOwnEnvironmentComesThroughAndTheRestIsCountedByService(t *testing.T) {
	g, counts := guardFor(t)
	out, err := g.traces(context.Background(), spans(
		[2]string{"payment", "prod"}, [2]string{"payment", "staging"}, [2]string{"ledger", ""}, [2]string{"ledger", "PROD"}))
	if err != nil || out.SpanCount() != 2 {
		t.Fatalf("%v, %d spans", err, out.SpanCount())
	}
	want := map[string]int64{"payment of other": 2, "ledger of none": 2, "ledger of other": 2}
	if got := counts(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestNothingIsHandedOnWhereNothingIsLeft(t *testing.T) {
	g, _ := guardFor(t)
	if _, err := g.traces(context.Background(), spans([2]string{"payment", "dev"})); !errors.Is(err, processorhelper.ErrSkipProcessingData) {
		t.Error(err)
	}
}

func TestAnEnvironmentThatIsNoStringIsForeign(t *testing.T) {
	g, _ := guardFor(t)
	td := spans([2]string{"payment", ""})
	td.ResourceSpans().At(0).Resource().Attributes().PutInt("deployment.environment.name", 1)
	if out, _ := g.traces(context.Background(), td); out.SpanCount() != 0 {
		t.Error("it came through")
	}
}

func TestStrangersFillNeitherMemoryNorLabels(t *testing.T) {
	g, counts := guardFor(t)
	for i := range 3 * maxServices {
		_, _ = g.traces(context.Background(), spans([2]string{fmt.Sprintf("s%d", i), "dev"}))
	}
	_, _ = g.traces(context.Background(), spans([2]string{"call 138 1234 5678", "dev"}))
	if got := counts(); len(got) != maxServices+1 || got["other of other"] != 2*(2*maxServices+1) {
		t.Errorf("%d labels, other %d", len(got), got["other of other"])
	}
}

func TestMetricsAreGuardedToo(t *testing.T) {
	g, counts := guardFor(t)
	md := pmetric.NewMetrics()
	for _, environment := range []string{"prod", "dev"} {
		resource := md.ResourceMetrics().AppendEmpty()
		describe(resource.Resource(), "payment", environment)
		resource.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge().DataPoints().AppendEmpty()
	}
	out, err := g.metrics(context.Background(), md)
	if err != nil || out.DataPointCount() != 1 || counts()["payment of other"] != 1 {
		t.Error(err, out.DataPointCount(), counts())
	}
}

func TestAnEmptyEnvironmentIsRefused(t *testing.T) {
	if (&Config{}).Validate() == nil {
		t.Error("it was taken")
	}
}
