// Package redactionprocessor masks sensitive data in every string that a service can put into a span. What it looks for is
// in the binary, made of the project's one list: a configuration can add to it, and take nothing away.
package redactionprocessor

import (
	"errors"
	"fmt"
	"regexp"

	"go.opentelemetry.io/collector/config/configopaque"
)

// Config of the processor.
type Config struct {
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
	if _, err := regexp.Compile(c.AllowedKeys); err != nil {
		problems = append(problems, fmt.Errorf("allowed_keys: %w", err))
	}
	if len(c.PseudonymKeys) > 0 && len(c.PseudonymSecret) < minSecret {
		problems = append(problems, fmt.Errorf("pseudonym_secret: it has %d characters, pseudonyms need %d or more", len(c.PseudonymSecret), minSecret))
	}
	return errors.Join(problems...)
}
