// Package crossingprocessor says of each span which border it crosses, by every address that it has; and of calls what they are
// told apart by: where in the mainland they go, and which operation of a server they are.
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
	// Destinations in the mainland, and operations of servers, that have metrics of their own; those beyond are `other` together.
	Destinations int `mapstructure:"destinations"`
	Operations   int `mapstructure:"operations"`
}

// Attributes of spans, and dimensions of metrics: where in the mainland a client calls, and which operation a server does.
const (
	destinationAttribute = "call.destination"
	operationAttribute   = "call.operation"
)

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
	if c.Destinations < 1 || c.Operations < 1 {
		problems = append(problems, errors.New("destinations and operations must be above 0"))
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
	border, err := newBorder(cfg.(*Config), set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return processorhelper.NewTraces(ctx, set, cfg, next, border.traces,
		processorhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}

type border struct {
	cfg          *Config
	prefixes     []netip.Prefix
	suffixes     []string
	destinations *names
	operations   *names
}

func newBorder(cfg *Config, set component.TelemetrySettings) (*border, error) {
	b := &border{cfg: cfg}
	var err error
	if b.destinations, err = newNames(cfg.Destinations, cfg.Destinations, "destination", set); err != nil {
		return nil, err
	}
	if b.operations, err = newNames(cfg.Operations, max(1, cfg.Operations/shareOfOne), "operation", set); err != nil {
		return nil, err
	}
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
		service := ""
		if value, ok := resource.Resource().Attributes().Get("service.name"); ok {
			service = value.AsString()
		}
		for _, scoped := range resource.ScopeSpans().All() {
			for _, span := range scoped.Spans().All() {
				b.mark(span, service)
			}
		}
	}
	return td, nil
}

// mark sets the attributes, over whatever a service had put there.
func (b *border) mark(span ptrace.Span, service string) {
	attributes := span.Attributes()
	attributes.RemoveIf(func(key string, _ pcommon.Value) bool {
		return key == b.cfg.TraceparentAttribute || key == destinationAttribute || key == operationAttribute
	})
	crossing := "none"
	switch span.Kind() {
	case ptrace.SpanKindClient, ptrace.SpanKindProducer, ptrace.SpanKindConsumer:
		// A consumer calls its broker too.
		host := b.abroadIn(attributes, serverAddresses)
		if host == "" {
			break
		}
		crossing = "hk-cn"
		if span.Kind() == ptrace.SpanKindClient {
			attributes.PutStr(destinationAttribute, b.destinations.bounded("", named(attributes, host)))
		}
	case ptrace.SpanKindServer:
		attributes.PutStr(operationAttribute, b.operations.bounded(service, span.Name()))
		if b.abroadIn(attributes, clientAddresses) != "" {
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

// named is what a destination is called: as the service map calls it, by the name of its service or host. Addresses come and go.
func named(attributes pcommon.Map, host string) string {
	if service, ok := attributes.Get("peer.service"); ok && service.Str() != "" {
		return service.Str()
	}
	for _, key := range []string{"server.address", "net.peer.name"} {
		value, ok := attributes.Get(key)
		if !ok || value.Type() != pcommon.ValueTypeStr {
			continue
		}
		if name := plain(hostOf(value.Str())); name != "" {
			if _, err := netip.ParseAddr(name); err != nil {
				return name
			}
		}
	}
	return host
}

// plain is a name of a host as it is compared: in small letters, without a point at its end.
func plain(host string) string {
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// abroadIn is the first host of the mainland that is named under one of the keys.
func (b *border) abroadIn(attributes pcommon.Map, keys []string) string {
	for _, key := range keys {
		if value, ok := attributes.Get(key); ok && value.Type() == pcommon.ValueTypeStr {
			if host := b.abroad(value.Str()); host != "" {
				return host
			}
		}
	}
	return ""
}

// abroad is an address or a name of the mainland, however it is written: in a URL, with a port, in capitals, with a point at
// its end, in brackets. Nothing where it is not of the mainland.
func (b *border) abroad(text string) string {
	host := plain(hostOf(text))
	if host == "" {
		return ""
	}
	if address, err := netip.ParseAddr(host); err == nil {
		address = address.Unmap().WithZone("")
		for _, prefix := range b.prefixes {
			if prefix.Contains(address) {
				return address.String()
			}
		}
		return ""
	}
	for _, suffix := range b.suffixes {
		if strings.HasSuffix(host, suffix) || host == strings.TrimPrefix(suffix, ".") {
			return host
		}
	}
	return ""
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
