// Package redactionprocessor masks sensitive data in every string that a service can put into a span. What it looks for is
// in the binary, made of the project's one list: a configuration can add to it, and take nothing away.
package redactionprocessor

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"

	"go.opentelemetry.io/collector/config/configopaque"
)

// Config of the processor.
type Config struct {
	// UntouchedKeys are resource attributes that tiers and dashboards go by.
	UntouchedKeys []string `mapstructure:"untouched_keys"`
	// AllowedKeys is a pattern of attribute keys: what does not match is masked, and counted by key. Empty allows all.
	AllowedKeys string `mapstructure:"allowed_keys"`
	// OwnPrefixes are addresses of the deployment's own machines, as CIDRs: they are no client's, also where they are public.
	OwnPrefixes []string `mapstructure:"own_prefixes"`
	// PseudonymKeys are attribute keys whose value becomes a pseudonym: spans can be joined by it, and it says nothing else.
	PseudonymKeys []string `mapstructure:"pseudonym_keys"`
	// PseudonymSecret is the key of the pseudonyms. Who has it can try values.
	PseudonymSecret configopaque.String `mapstructure:"pseudonym_secret"`
}

// Wider prefixes than these are no firm's own: whole networks of clients would go unmasked.
const widestIPv4, widestIPv6 = 12, 32

// ownPrefix reads one of the prefixes.
func ownPrefix(text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, fmt.Errorf("%w; write a prefix such as 198.51.100.0/24 or 2001:db8::/32", err)
	}
	widest := widestIPv6
	if prefix.Addr().Is4() {
		widest = widestIPv4
	}
	switch {
	case prefix.Addr().Is4In6():
		return prefix, fmt.Errorf("%s is IPv4 written as IPv6; write it as IPv4, both forms are looked for", text)
	case prefix != prefix.Masked():
		return prefix, fmt.Errorf("%s has bits beyond its length; write %s", text, prefix.Masked())
	case prefix.Bits() < widest:
		return prefix, fmt.Errorf("%s is wider than /%d: clients are in it, and would not be masked; write the prefixes that are the deployment's own", text, widest)
	}
	return prefix, nil
}

// Fewer characters than that could be guessed.
const minSecret = 32

// Validate tells everything that is wrong at once.
func (c *Config) Validate() error {
	var problems []error
	if _, err := regexp.Compile(c.AllowedKeys); err != nil {
		problems = append(problems, fmt.Errorf("allowed_keys: %w", err))
	}
	for i, text := range c.OwnPrefixes {
		if _, err := ownPrefix(text); err != nil {
			problems = append(problems, fmt.Errorf("own_prefixes[%d]: %w", i, err))
		}
	}
	if len(c.PseudonymKeys) > 0 && len(c.PseudonymSecret) < minSecret {
		problems = append(problems, fmt.Errorf("pseudonym_secret: it has %d characters, pseudonyms need %d or more", len(c.PseudonymSecret), minSecret))
	}
	return errors.Join(problems...)
}
