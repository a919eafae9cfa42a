package operatorpages

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

const metrics = "http://127.0.0.1:8888/metrics"

func TestOnlyLoopbackIsServed(t *testing.T) {
	for _, endpoint := range []string{"127.0.0.1:13134", "127.7.0.9:1", "[::1]:13134"} {
		if err := (&Config{endpoint, metrics, time.Second}).Validate(); err != nil {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	for _, endpoint := range []string{
		"", ":13134", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", "localhost:13134",
		"0.0.0.0:13134", "[::]:13134", "10.20.0.15:13134", "169.254.1.1:13134", "${env:PAGES_ADDRESS}:13134",
	} {
		if err := (&Config{endpoint, metrics, time.Second}).Validate(); err == nil || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
}

func TestAMinuteIsRemembered(t *testing.T) {
	if interval := NewFactory().CreateDefaultConfig().(*Config).Interval; samples*interval != time.Minute {
		t.Error(interval)
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	for _, from := range []string{"", "/metrics", "127.0.0.1:8888/metrics", "http://"} {
		err := (&Config{"10.0.0.1:1", from, 0}).Validate()
		for _, part := range []string{"endpoint: ", "metrics: ", "interval: "} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %v", from, err)
			}
		}
	}
}

// A collector whose own metrics are text.
type collector struct {
	t     *testing.T
	text  string
	code  int
	pages *pages
}

func newCollector(t *testing.T) *collector {
	c := &collector{t: t, code: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(c.code)
		_, _ = w.Write([]byte(c.text))
	}))
	t.Cleanup(server.Close)
	c.pages = newPages(&Config{Metrics: server.URL}, zap.NewNop())
	return c
}

func (c *collector) page(path string) (int, string) {
	answer := httptest.NewRecorder()
	c.pages.handler(componenttest.NewNopHost()).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer.Code, answer.Body.String()
}

func (c *collector) expect(code int, lines ...string) {
	c.t.Helper()
	if got, body := c.page("/health"); got != code || body != strings.Join(append(lines, ""), "\n") {
		c.t.Errorf("%d\n%s", got, body)
	}
}

// Ten seconds go by.
func (c *collector) tick() {
	now, err := c.pages.read(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	c.pages.remember(now)
}

func sent(taken, refused int) string {
	return fmt.Sprintf(`# TYPE otelcol_exporter_sent_spans_total counter
otelcol_exporter_sent_spans_total{exporter="otlp_grpc",otel_scope_name="x"} %d
otelcol_exporter_send_failed_spans_total{error_type="InvalidArgument",exporter="otlp_grpc",otel_scope_name="x"} %d
`, taken, refused)
}

func health(healthy bool, taken, refused int) string {
	return fmt.Sprintf(`{"component":"exporter/otlp_grpc","signal":"spans","healthy":%t,"taken":%d,"refused":%d}`, healthy, taken, refused)
}

func TestAPartIsRedWhereItRefusesAllOfAMinute(t *testing.T) {
	c := newCollector(t)
	c.expect(http.StatusOK)
	c.text = sent(5, 0)
	c.expect(http.StatusOK, health(true, 5, 0))
	c.text = sent(5, 3)
	c.expect(http.StatusOK, health(true, 5, 3)) // some were taken
	for range samples - 1 {
		c.tick()
		c.expect(http.StatusOK, health(true, 5, 3))
	}
	c.tick()
	c.text = sent(5, 7)
	c.expect(http.StatusServiceUnavailable, health(false, 0, 4))
	for range samples - 1 {
		c.tick()
		c.expect(http.StatusServiceUnavailable, health(false, 0, 4))
	}
	c.tick()
	c.expect(http.StatusOK, health(true, 0, 0)) // nothing came since
	c.text = sent(5, 8)
	c.expect(http.StatusServiceUnavailable, health(false, 0, 1))
	c.text = sent(6, 8)
	c.expect(http.StatusOK, health(true, 1, 1))
}

func TestSpansAreJudgedWithoutMetricsAndAReceiverOverItsTransports(t *testing.T) {
	c := newCollector(t)
	c.text = `otelcol_receiver_accepted_metric_points_total{receiver="otlp",transport="grpc"} 9
otelcol_receiver_accepted_spans_total{receiver="otlp",transport="grpc"} 0
otelcol_receiver_refused_spans_total{receiver="otlp",transport="grpc"} 2
otelcol_receiver_failed_spans_total{receiver="otlp",transport="http"} 1
otelcol_exporter_enqueue_failed_spans_total{data_type="traces",exporter="otlp_http/writer"} 1e+06
otelcol_exporter_queue_size{exporter="otlp_http/writer"} 7
otelcol_processor_incoming_items_total{processor="batch"} 3
`
	c.expect(http.StatusServiceUnavailable,
		`{"component":"exporter/otlp_http/writer","signal":"spans","healthy":false,"taken":0,"refused":1000000}`,
		`{"component":"receiver/otlp","signal":"metric_points","healthy":true,"taken":9,"refused":0}`,
		`{"component":"receiver/otlp","signal":"spans","healthy":false,"taken":0,"refused":3}`)
}

func TestWhatCannotBeReadIsNotHealthy(t *testing.T) {
	c := newCollector(t)
	c.code = http.StatusInternalServerError
	if code, body := c.page("/health"); code != http.StatusServiceUnavailable || !strings.Contains(body, "500") {
		t.Errorf("%d %s", code, body)
	}
}

func TestNoProxyIsAsked(t *testing.T) {
	if transport := newPages(&Config{}, zap.NewNop()).client.Transport.(*http.Transport); transport.Proxy != nil {
		t.Error("a proxy is asked")
	}
}

func TestProfilesAreServed(t *testing.T) {
	c := newCollector(t)
	if code, body := c.page("/debug/pprof/goroutine?debug=1"); code != http.StatusOK || !strings.Contains(body, "goroutine profile") {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := c.page("/debug/pprof/cmdline"); code != http.StatusNotFound {
		t.Errorf("%d", code)
	}
}

func TestACollectorRunsWhereItsPortIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	logger, logs := observer.New(zap.WarnLevel)
	pages := newPages(&Config{taken.Addr().String(), metrics, time.Second}, zap.New(logger))
	if err := pages.Start(t.Context(), componenttest.NewNopHost()); err != nil {
		t.Error(err)
	}
	if logs.FilterMessage("No pages for operators").Len() != 1 {
		t.Error(logs.All())
	}
	if err := pages.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
