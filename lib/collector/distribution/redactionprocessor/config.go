// Package redactionprocessor masks sensitive data in every string that a service can put into a span.
package redactionprocessor

import (
	"errors"
	"fmt"
	"regexp"

	"go.opentelemetry.io/collector/config/configopaque"
)

// Value is a kind of sensitive value and the pattern that finds it wherever it stands.
type Value struct {
	Kind    string `mapstructure:"kind"`
	Pattern string `mapstructure:"pattern"`
}

// Config of the processor.
type Config struct {
	// Values are masked wherever they stand in a string.
	Values []Value `mapstructure:"values"`
	// SensitiveKeys is a pattern of attribute keys whose value is masked whatever it is.
	SensitiveKeys string `mapstructure:"sensitive_keys"`
	// UntouchedKeys are resource attributes that tiers and dashboards go by.
	UntouchedKeys []string `mapstructure:"untouched_keys"`
	// AllowedKeys is a pattern of attribute keys: what does not match is masked, and counted by key. Empty allows all.
	AllowedKeys string `mapstructure:"allowed_keys"`
	// PseudonymKeys are attribute keys whose value becomes a pseudonym: spans can be joined by it, and it says nothing else.
	PseudonymKeys []string `mapstructure:"pseudonym_keys"`
	// PseudonymSecret is the key of the pseudonyms. Who has it can try values.
	PseudonymSecret configopaque.String `mapstructure:"pseudonym_secret"`
}

// Fewer characters than that could be guessed.
const minSecret = 32

// Validate tells everything that is wrong at once.
func (c *Config) Validate() error {
	var problems []error
	compile := func(where, pattern string) {
		if _, err := regexp.Compile(pattern); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", where, err))
		}
	}
	for i, value := range c.Values {
		if value.Kind == "" {
			problems = append(problems, fmt.Errorf("values[%d]: kind is empty: counts would have no name", i))
		}
		compile(fmt.Sprintf("values[%d] (%s)", i, value.Kind), value.Pattern)
	}
	compile("sensitive_keys", c.SensitiveKeys)
	compile("allowed_keys", c.AllowedKeys)
	if len(c.PseudonymKeys) > 0 && len(c.PseudonymSecret) < minSecret {
		problems = append(problems, fmt.Errorf("pseudonym_secret: it has %d characters, pseudonyms need %d or more", len(c.PseudonymSecret), minSecret))
	}
	return errors.Join(problems...)
}
