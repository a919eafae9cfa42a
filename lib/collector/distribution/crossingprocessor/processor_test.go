package crossingprocessor

import (
	"context"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func config() *Config {
	return &Config{Prefixes: []string{"10.99.0.0/16", "2001:db8:cafe::/48"}, HostSuffixes: []string{".cn.example.internal"}, Attribute: "crossing", TraceparentAttribute: "traceparent", Destinations: 3, Operations: 10}
}

func crossingOf(t *testing.T, kind ptrace.SpanKind, attributes map[string]any, parent bool) (string, string) {
	t.Helper()
	b, err := newBorder(config(), componenttest.NewNopTelemetrySettings())
	if err != nil {
		t.Fatal(err)
	}
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetKind(kind)
	if parent {
		span.SetParentSpanID(pcommon.SpanID{1})
	}
	if err := span.Attributes().FromRaw(attributes); err != nil {
		t.Fatal(err)
	}
	span.Attributes().PutStr("crossing", "cn-hk")
	span.Attributes().PutStr("traceparent", "received")
	if _, err := b.traces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
	crossing, _ := span.Attributes().Get("crossing")
	traceparent, ok := span.Attributes().Get("traceparent")
	if !ok {
		return crossing.Str(), ""
	}
	return crossing.Str(), traceparent.Str()
}

func TestEveryAddressCounts(t *testing.T) {
	for _, attributes := range []map[string]any{
		{"server.address": "bank", "network.peer.address": "10.99.1.2"},
		{"server.address": "SETTLE.CN.EXAMPLE.INTERNAL"},
		{"server.address": "settle.cn.example.internal."},
		{"server.address": "settle.cn.example.internal:8443"},
		{"net.peer.name": "10.99.1.2:8443"},
		{"url.full": "https://settle.cn.example.internal:8443/v1"},
		{"http.url": "http://10.99.1.2/x"},
		{"server.address": "[2001:db8:cafe::1]:443"},
		{"network.peer.address": "::ffff:10.99.1.2"},
		{"rpc.grpc.target": "dns:///settle.cn.example.internal:50051"},
		{"messaging.url": "kafka://broker.cn.example.internal:9092"},
		{"net.peer.ip": "10.1.1.1", "peer.hostname": "x.cn.example.internal"},
	} {
		for _, kind := range []ptrace.SpanKind{ptrace.SpanKindClient, ptrace.SpanKindProducer, ptrace.SpanKindConsumer} {
			if got, traceparent := crossingOf(t, kind, attributes, true); got != "hk-cn" || traceparent != "" {
				t.Errorf("%v %v: %s, traceparent %q", kind, attributes, got, traceparent)
			}
		}
		if got, _ := crossingOf(t, ptrace.SpanKindInternal, attributes, true); got != "none" {
			t.Errorf("internal %v: %s", attributes, got)
		}
	}
}

func TestCallsFromTheMainland(t *testing.T) {
	for _, attributes := range []map[string]any{{"client.address": "10.99.7.7"}, {"client.address": "****", "network.peer.address": "10.99.7.7"}, {"net.sock.peer.addr": "10.99.7.7"}} {
		if got, traceparent := crossingOf(t, ptrace.SpanKindServer, attributes, true); got != "cn-hk" || traceparent != "received" {
			t.Errorf("%v: %s, %s", attributes, got, traceparent)
		}
		if _, traceparent := crossingOf(t, ptrace.SpanKindServer, attributes, false); traceparent != "lost" {
			t.Errorf("%v: %s", attributes, traceparent)
		}
	}
}

func TestOthersCrossNothing(t *testing.T) {
	for _, attributes := range []map[string]any{
		{}, {"server.address": "10.98.1.2"}, {"server.address": "cn.example.internal.evil.example"}, {"server.address": "notcn.example.internal"}, {"server.address": int64(7)},
		{"url.full": "https://hk.example/?next=http://10.99.1.2/"}, {"server.address": strings.Repeat("x", 1<<20)}, {"server.address": "://"}, {"peer.service": "ledger"},
	} {
		for _, kind := range []ptrace.SpanKind{ptrace.SpanKindClient, ptrace.SpanKindServer} {
			if got, traceparent := crossingOf(t, kind, attributes, false); got != "none" || traceparent != "" {
				t.Errorf("%v: %s, %s", attributes, got, traceparent)
			}
		}
	}
}

func TestEveryWrongSettingIsTold(t *testing.T) {
	if err := config().Validate(); err != nil {
		t.Error(err)
	}
	if err := (&Config{Prefixes: []string{"10.0.0.0"}}).Validate(); err == nil || !strings.Contains(err.Error(), "prefixes[0]") || !strings.Contains(err.Error(), "must be named") {
		t.Errorf("got %v", err)
	}
}
