package crossingprocessor

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func called(t *testing.T, b *border, kind ptrace.SpanKind, service, operation string, attributes map[string]any) map[string]any {
	t.Helper()
	td := ptrace.NewTraces()
	resource := td.ResourceSpans().AppendEmpty()
	if service != "" {
		resource.Resource().Attributes().PutStr("service.name", service)
	}
	span := resource.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetKind(kind)
	span.SetName(operation)
	if err := span.Attributes().FromRaw(attributes); err != nil {
		t.Fatal(err)
	}
	span.Attributes().PutStr(destinationAttribute, "made-up")
	span.Attributes().PutStr(operationAttribute, "made-up")
	if _, err := b.traces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
	return span.Attributes().AsRaw()
}

func borderOf(t *testing.T) (*border, func() map[string]int64) {
	t.Helper()
	reader := metric.NewManualReader()
	set := componenttest.NewNopTelemetrySettings()
	set.MeterProvider = metric.NewMeterProvider(metric.WithReader(reader))
	b, err := newBorder(config(), set)
	if err != nil {
		t.Fatal(err)
	}
	return b, func() map[string]int64 {
		var read metricdata.ResourceMetrics
		if err := reader.Collect(context.Background(), &read); err != nil {
			t.Fatal(err)
		}
		sums := map[string]int64{}
		for _, scope := range read.ScopeMetrics {
			for _, m := range scope.Metrics {
				for _, point := range m.Data.(metricdata.Sum[int64]).DataPoints {
					kind, _ := point.Attributes.Value("kind")
					sums[kind.AsString()] += point.Value
				}
			}
		}
		return sums
	}
}

func TestDestinationsAreCalledAsOnTheServiceMap(t *testing.T) {
	for want, attributes := range map[string]map[string]any{
		"settlement":                  {"peer.service": "settlement", "server.address": "10.99.1.2"},
		"bank":                        {"server.address": "bank", "network.peer.address": "10.99.1.2"},
		"settle.cn.example.internal":  {"server.address": "SETTLE.cn.example.internal.:8443", "net.peer.name": "10.99.1.2"},
		"rates.cn.example.internal":   {"url.full": "https://rates.cn.example.internal:8443/v1?card=4111"},
		"10.99.1.2":                   {"server.address": "10.99.1.2:8443"},
		"2001:db8:cafe::1":            {"server.address": int64(7), "network.peer.address": "[2001:db8:cafe::1]:443"},
		"gateway.hk.example.internal": {"net.peer.name": "gateway.hk.example.internal", "net.peer.ip": "10.99.1.3"},
		"other":                       {"peer.service": "结算", "server.address": "10.99.1.2"},
	} {
		b, _ := borderOf(t)
		if got := called(t, b, ptrace.SpanKindClient, "payment", "POST", attributes); got[destinationAttribute] != want || got[operationAttribute] != nil {
			t.Errorf("%v: %v", attributes, got)
		}
	}
	b, _ := borderOf(t)
	for kind, attributes := range map[ptrace.SpanKind]map[string]any{
		ptrace.SpanKindClient:   {"server.address": "10.98.1.2"},
		ptrace.SpanKindProducer: {"server.address": "10.99.1.2"},
		ptrace.SpanKindServer:   {"client.address": "10.99.1.2", "server.address": "10.99.1.2"},
		ptrace.SpanKindInternal: {"server.address": "10.99.1.2"},
	} {
		if got := called(t, b, kind, "payment", "POST", attributes); got[destinationAttribute] != nil {
			t.Errorf("%v has a destination: %v", kind, got)
		}
	}
}

func TestNamesBeyondTheBudgetAreOneAndCounted(t *testing.T) {
	b, folded := borderOf(t)
	for n := range 5 {
		got := called(t, b, ptrace.SpanKindClient, "payment", "POST", map[string]any{"server.address": fmt.Sprintf("10.99.1.%d", n)})
		want := fmt.Sprintf("10.99.1.%d", n)
		if n >= 3 {
			want = "other"
		}
		if got[destinationAttribute] != want {
			t.Errorf("%d: %v", n, got[destinationAttribute])
		}
	}
	// Ten operations, and two of them at the most of one service: one that writes ids into names spoils no other's.
	for n := range 1000 {
		called(t, b, ptrace.SpanKindServer, "careless", fmt.Sprintf("GET /users/%d", n), nil)
	}
	for n := range 4 {
		got := called(t, b, ptrace.SpanKindServer, fmt.Sprintf("service-%d", n), "GET /", nil)
		if got[operationAttribute] != "GET /" {
			t.Errorf("service-%d: %v", n, got)
		}
	}
	if got := called(t, b, ptrace.SpanKindServer, "careless", "GET /users/0", nil); got[operationAttribute] != "GET /users/0" {
		t.Errorf("the first is not kept: %v", got)
	}
	if got := called(t, b, ptrace.SpanKindServer, "", "", nil); got[operationAttribute] != "other" {
		t.Errorf("an empty name: %v", got)
	}
	if got := fmt.Sprint(folded()); got != "map[destination:2 operation:999]" {
		t.Error(got)
	}
	if len(b.operations.seen) > 10 {
		t.Errorf("%d names are remembered", len(b.operations.seen))
	}
}

func TestSilentNamesMakeRoom(t *testing.T) {
	b, _ := borderOf(t)
	now := time.Unix(1_800_000_000, 0)
	b.destinations.now = func() time.Time { return now }
	to := func(n int) any {
		return called(t, b, ptrace.SpanKindClient, "payment", "POST", map[string]any{"server.address": fmt.Sprintf("10.99.1.%d", n)})[destinationAttribute]
	}
	for n := range 3 {
		to(n)
	}
	for range 24 {
		now = now.Add(time.Hour + time.Minute)
		to(1)
		to(2)
	}
	if got := to(7); got != "other" {
		t.Errorf("too early: %v", got)
	}
	now = now.Add(2 * time.Hour)
	to(1)
	if got := to(7); got != "10.99.1.7" {
		t.Errorf("no room: %v", got)
	}
	if got := to(2); got != "10.99.1.2" {
		t.Errorf("forgotten: %v", got)
	}
	if got := to(0); got != "other" {
		t.Errorf("not forgotten: %v", got)
	}
}
