package redactionprocessor

import (
	"context"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

var own = Config{OwnPrefixes: []string{"198.51.100.0/24", "100.64.0.0/12", "2001:db8:1::/48"}}

// addressed is a span with the address as texts and keys have it, redacted.
func addressed(t *testing.T, cfg *Config, address string) string {
	t.Helper()
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName("client " + address)
	for _, key := range []string{"client.address", "net.peer.ip", "http.client_ip", "network.peer.address", "server.address", "url.full"} {
		span.Attributes().PutStr(key, address)
	}
	td, err := scrubberFor(t, cfg).traces(context.Background(), td)
	if err != nil {
		t.Fatal(err)
	}
	text, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAddressesOfTheDeploymentAreNoClients(t *testing.T) {
	for _, address := range []string{
		"198.51.100.7", "198.51.100.7:8443", "https://198.51.100.7:8443/pay", "::ffff:198.51.100.7", "::ffff:c633:6407", "[::ffff:198.51.100.7]:8443",
		"100.64.3.4", "2001:db8:1::7", "2001:DB8:1::7", "[2001:db8:1::7]:443", "::ffff:10.20.0.15", "198.51.100.7, 10.1.2.3",
	} {
		if came := addressed(t, &own, address); strings.Contains(came, mask) {
			t.Errorf("%s is the deployment's own: %s", address, came)
		}
	}
}

func TestOtherPublicAddressesStayMasked(t *testing.T) {
	for _, address := range []string{
		"203.0.113.7", "198.51.101.7", "203.0.113.7:8443", "::ffff:203.0.113.7", "::ffff:cb00:7107", "[::ffff:203.0.113.7]:8443", "2001:db8:2::7",
		"[2001:db8:2::7]:443", "100.80.0.1", "198.51.100.7, 203.0.113.7", "10.1.2.3,203.0.113.7",
	} {
		for _, cfg := range []*Config{&own, {}} {
			if came := addressed(t, cfg, address); strings.Count(came, mask) < 3 {
				t.Errorf("%s is a client's: %s", address, came)
			}
		}
	}
	if came := addressed(t, &Config{}, "198.51.100.7"); !strings.Contains(came, mask) {
		t.Errorf("nobody called it the deployment's own: %s", came)
	}
}

func TestOwnPrefixesAreChecked(t *testing.T) {
	for text, says := range map[string]string{
		"198.51.100.0":         "write a prefix such as",
		"nonsense":             "write a prefix such as",
		"198.51.100.7/24":      "write 198.51.100.0/24",
		"0.0.0.0/0":            "wider than /12",
		"198.0.0.0/8":          "wider than /12",
		"2001::/16":            "wider than /32",
		"::ffff:198.0.0.0/112": "write it as IPv4",
	} {
		err := (&Config{OwnPrefixes: []string{"10.0.0.0/16", text}}).Validate()
		if err == nil || !strings.Contains(err.Error(), "own_prefixes[1]: ") || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := own.Validate(); err != nil {
		t.Error(err)
	}
}
