// Package redactionprocessor masks sensitive data in every string that a service can put into a span.
package redactionprocessor

import (
	"errors"
	"fmt"
	"regexp"
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
}

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
	return errors.Join(problems...)
}
