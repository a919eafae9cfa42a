// Package operatorpages shows whoever operates a collector what is wrong with it, on loopback: which of its components took
// nothing of what they were handed in the last minute, Go's profiles, and those of zpages that a collector has which makes no
// spans of its own: what runs (servicez), pipelines, extensions and feature gates.
//
// It is for people. Load balancers, systemd and registrations must not go by it, they ask the health_check extension, which
// says that the process works. Where the next tier refuses every span, it refuses those of every gateway: to take gateways
// out of service for that would take out all of them, mend nothing, and lose what waits in their queues.
package operatorpages

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.uber.org/zap"
)

// Config of the extension.
type Config struct {
	// Endpoint of the pages: an address of loopback and a port.
	Endpoint string `mapstructure:"endpoint"`
	// Metrics is where the collector's own metrics are read.
	Metrics string `mapstructure:"metrics"`
	// Interval at which they are read: what is remembered is six times as long, a minute.
	Interval time.Duration `mapstructure:"interval"`
}

// Validate tells everything that is wrong at once.
func (c *Config) Validate() error {
	var problems []error
	if at, err := netip.ParseAddrPort(c.Endpoint); err != nil || !at.Addr().IsLoopback() || at.Port() == 0 {
		problems = append(problems, fmt.Errorf("endpoint: %q is no address of loopback with a port, and profiles are for nobody else; write one such as 127.0.0.1:13134", c.Endpoint))
	}
	if at, err := url.Parse(c.Metrics); err != nil || at.Host == "" {
		problems = append(problems, fmt.Errorf("metrics: %q is no URL; write that of the collector's own metrics, such as http://127.0.0.1:8888/metrics", c.Metrics))
	}
	if c.Interval <= 0 {
		problems = append(problems, fmt.Errorf("interval: %v is not positive; write one such as 10s", c.Interval))
	}
	return errors.Join(problems...)
}

// NewFactory makes extensions of type harbourline_pages.
func NewFactory() extension.Factory {
	return extension.NewFactory(component.MustNewType("harbourline_pages"), func() component.Config { return &Config{Interval: 10 * time.Second} },
		func(_ context.Context, settings extension.Settings, cfg component.Config) (extension.Extension, error) {
			return newPages(cfg.(*Config), settings.Logger), nil
		}, component.StabilityLevelStable)
}

// Of what is remembered.
const samples = 6

type pages struct {
	cfg    *Config
	logger *zap.Logger
	client *http.Client
	server *http.Server
	stop   context.CancelFunc

	mu   sync.Mutex
	past []map[Part]Counts
}

func newPages(cfg *Config, logger *zap.Logger) *pages {
	// It asks no proxy: in a pod the collector's metrics are not on loopback. What stays on the machine is not compressed.
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}, Timeout: 2 * time.Second}
	// It begins with nothing counted.
	return &pages{cfg: cfg, logger: logger, client: client, past: make([]map[Part]Counts, 1, samples)}
}

// Part of a collector: a receiver or an exporter, and what goes through it.
type Part struct {
	Component string `json:"component"`
	Signal    string `json:"signal"`
}

// Counts of a part: items that it took, and items that it refused or gave up. What waits in a queue is neither.
type Counts struct {
	Taken   float64 `json:"taken"`
	Refused float64 `json:"refused"`
}

// Health of a part in the last minute: false where it refused all that it was handed.
type Health struct {
	Part
	Healthy bool `json:"healthy"`
	Counts
}

// Start serves the pages. A port that something else has is no reason for a collector not to run: it says so, and goes on.
func (p *pages) Start(_ context.Context, host component.Host) error {
	listener, err := net.Listen("tcp", p.cfg.Endpoint)
	if err != nil {
		p.logger.Warn("No pages for operators", zap.Error(err))
		return nil
	}
	p.server = &http.Server{Handler: p.handler(host), ReadHeaderTimeout: 5 * time.Second}
	var ctx context.Context
	ctx, p.stop = context.WithCancel(context.Background())
	go func() { _ = p.server.Serve(listener) }()
	go p.watch(ctx)
	return nil
}

// Shutdown does not wait for a profile that somebody is taking.
func (p *pages) Shutdown(context.Context) error {
	if p.server == nil {
		return nil
	}
	p.stop()
	return p.server.Close()
}

func (p *pages) handler(host component.Host) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/health", p.health)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	if own, ok := host.(interface{ RegisterZPages(*http.ServeMux, string) }); ok {
		own.RegisterZPages(mux, "/debug") // servicez, pipelinez, extensionz, featurez
	}
	return mux
}

func (p *pages) watch(ctx context.Context) {
	ticker := time.NewTicker(p.cfg.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if now, err := p.read(ctx); err == nil {
				p.remember(now)
			}
		}
	}
}

func (p *pages) remember(now map[Part]Counts) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.past = append(p.past[max(0, len(p.past)-samples+1):], now)
}

// health answers with a line for each part, and 503 where one of them is not healthy.
func (p *pages) health(w http.ResponseWriter, r *http.Request) {
	now, err := p.read(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	p.mu.Lock()
	before := p.past[0]
	p.mu.Unlock()
	status, parts := http.StatusOK, make([]Health, 0, len(now))
	for part, counts := range now {
		since := Counts{counts.Taken - before[part].Taken, counts.Refused - before[part].Refused}
		healthy := since.Refused == 0 || since.Taken > 0
		if !healthy {
			status = http.StatusServiceUnavailable
		}
		parts = append(parts, Health{part, healthy, since})
	}
	slices.SortFunc(parts, func(a, b Health) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Signal, b.Signal))
	})
	w.Header().Set("content-type", "application/x-ndjson")
	w.WriteHeader(status)
	lines := json.NewEncoder(w)
	for _, part := range parts {
		_ = lines.Encode(part)
	}
}

var (
	line  = regexp.MustCompile(`(?m)^otelcol_(?:receiver|exporter)_(accepted|sent|refused|failed|send_failed|enqueue_failed)_(spans|metric_points)(?:_total)?\{([^\n]*)\} (\S+)$`)
	named = regexp.MustCompile(`(?:^|,)(receiver|exporter)="([^"]*)"`)
)

// read adds up the collector's own metrics by part.
func (p *pages) read(ctx context.Context) (map[Part]Counts, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.cfg.Metrics, nil)
	if err != nil {
		return nil, err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", p.cfg.Metrics, response.Status)
	}
	found := map[Part]Counts{}
	for _, each := range line.FindAllSubmatch(text, -1) {
		name := named.FindSubmatch(each[3])
		value, err := strconv.ParseFloat(string(each[4]), 64)
		if name == nil || err != nil {
			continue
		}
		part := Part{string(name[1]) + "/" + string(name[2]), string(each[2])}
		counts := found[part]
		if kind := string(each[1]); kind == "accepted" || kind == "sent" {
			counts.Taken += value
		} else {
			counts.Refused += value
		}
		found[part] = counts
	}
	return found, nil
}
