// Package crossingprocessor says of each span which border it crosses, by every address that it has.
package crossingprocessor

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"
)

// Config of the processor.
type Config struct {
	// Prefixes of the mainland side, as CIDRs.
	Prefixes []string `mapstructure:"prefixes"`
	// HostSuffixes are ends of names of hosts in the mainland, such as `.cn.example.internal`.
	HostSuffixes []string `mapstructure:"host_suffixes"`
	// Attribute that says the crossing.
	Attribute string `mapstructure:"attribute"`
	// TraceparentAttribute says of a call from the mainland whether its trace context came with it.
	TraceparentAttribute string `mapstructure:"traceparent_attribute"`
}

// Validate tells everything that is wrong at once.
func (c *Config) Validate() error {
	var problems []error
	for i, prefix := range c.Prefixes {
		if _, err := netip.ParsePrefix(prefix); err != nil {
			problems = append(problems, fmt.Errorf("prefixes[%d]: %w", i, err))
		}
	}
	if c.Attribute == "" || c.TraceparentAttribute == "" {
		problems = append(problems, errors.New("attribute and traceparent_attribute must be named"))
	}
	return errors.Join(problems...)
}

// Where semantic conventions, current and older, and usual libraries put the far end. Of a caller: the server.
var serverAddresses = []string{
	"server.address", "network.peer.address", "server.socket.address", "server.socket.domain", "net.peer.name", "net.peer.ip", "net.sock.peer.addr",
	"net.sock.peer.name", "url.full", "http.url", "http.host", "peer.address", "peer.hostname", "peer.ipv4", "peer.ipv6", "peer.service", "rpc.grpc.target",
	"rpc.target", "messaging.url", "db.connection_string",
}

// Of a server: the caller.
var clientAddresses = []string{
	"client.address", "network.peer.address", "client.socket.address", "net.peer.ip", "net.peer.name", "net.sock.peer.addr", "net.sock.peer.name", "http.client_ip", "peer.address", "peer.ipv4", "peer.ipv6", "peer.hostname",
}

// NewFactory makes processors of type harbourline_crossing, for traces.
func NewFactory() processor.Factory {
	return processor.NewFactory(
		component.MustNewType("harbourline_crossing"),
		func() component.Config { return &Config{} },
		processor.WithTraces(createTraces, component.StabilityLevelStable),
	)
}

func createTraces(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
	border, err := newBorder(cfg.(*Config))
	if err != nil {
		return nil, err
	}
	return processorhelper.NewTraces(ctx, set, cfg, next, border.traces,
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}

type border struct {
	cfg      *Config
	prefixes []netip.Prefix
	suffixes []string
}

func newBorder(cfg *Config) (*border, error) {
	b := &border{cfg: cfg}
	for _, text := range cfg.Prefixes {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		b.prefixes = append(b.prefixes, prefix)
	}
	for _, suffix := range cfg.HostSuffixes {
		b.suffixes = append(b.suffixes, strings.ToLower(suffix))
	}
	return b, nil
}

func (b *border) traces(_ context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	for _, resource := range td.ResourceSpans().All() {
		for _, scoped := range resource.ScopeSpans().All() {
			for _, span := range scoped.Spans().All() {
				b.mark(span)
			}
		}
	}
	return td, nil
}

// mark sets both attributes, over whatever a service had put there.
func (b *border) mark(span ptrace.Span) {
	attributes := span.Attributes()
	attributes.Remove(b.cfg.TraceparentAttribute)
	crossing := "none"
	switch span.Kind() {
	case ptrace.SpanKindClient, ptrace.SpanKindProducer, ptrace.SpanKindConsumer:
		// A consumer calls its broker too.
		if b.any(attributes, serverAddresses) {
			crossing = "hk-cn"
		}
	case ptrace.SpanKindServer:
		if b.any(attributes, clientAddresses) {
			crossing = "cn-hk"
			received := "received"
			if span.ParentSpanID().IsEmpty() {
				received = "lost"
			}
			attributes.PutStr(b.cfg.TraceparentAttribute, received)
		}
	}
	attributes.PutStr(b.cfg.Attribute, crossing)
}

func (b *border) any(attributes pcommon.Map, keys []string) bool {
	for _, key := range keys {
		if value, ok := attributes.Get(key); ok && value.Type() == pcommon.ValueTypeStr && b.abroad(value.Str()) {
			return true
		}
	}
	return false
}

// abroad is true for an address or a name of the mainland, however it is written: in a URL, with a port, in capitals, with
// a point at its end, in brackets.
func (b *border) abroad(text string) bool {
	host := hostOf(text)
	if host == "" {
		return false
	}
	if address, err := netip.ParseAddr(host); err == nil {
		address = address.Unmap().WithZone("")
		for _, prefix := range b.prefixes {
			if prefix.Contains(address) {
				return true
			}
		}
		return false
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, suffix := range b.suffixes {
		if strings.HasSuffix(host, suffix) || host == strings.TrimPrefix(suffix, ".") {
			return true
		}
	}
	return false
}

func hostOf(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 2048 {
		text = text[:2048]
	}
	if i := strings.Index(text, "://"); i >= 0 {
		if parsed, err := url.Parse(text); err == nil && parsed.Hostname() != "" {
			return parsed.Hostname()
		}
		text = text[i+3:]
	} else {
		// Targets of gRPC: dns:///host:port, ipv4:address:port.
		for _, scheme := range []string{"dns:", "ipv4:", "ipv6:", "passthrough:"} {
			text = strings.TrimPrefix(text, scheme)
		}
	}
	text = strings.TrimLeft(text, "/")
	if i := strings.IndexAny(text, "/?#, "); i >= 0 {
		text = text[:i]
	}
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		text = text[i+1:]
	}
	if strings.HasPrefix(text, "[") {
		if i := strings.IndexByte(text, ']'); i > 0 {
			return text[1:i]
		}
	}
	if strings.Count(text, ":") == 1 {
		text, _, _ = strings.Cut(text, ":")
	}
	return text
}
