// Package aggregatesprocessor lets aggregates through and nothing else: it takes points apart and makes new ones of what is
// on its lists, so that what leaves cannot hold what nobody listed.
package aggregatesprocessor

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Config of the processor.
type Config struct {
	// Window in which points of the same group are added up before the group is judged by its size.
	Window time.Duration `mapstructure:"window"`
	// MinimumCount of calls in a group and minute. Smaller groups are dropped: they could point at a person.
	MinimumCount uint64 `mapstructure:"minimum_count"`
	// Metrics that are let through, by name.
	Metrics []string `mapstructure:"metrics"`
	// Attributes that are let through, of resources and points: key and pattern of its values. Anchors are added.
	Attributes map[string]string `mapstructure:"attributes"`
	// RefusedValues is a pattern that no value may hold anywhere, whatever its key.
	RefusedValues string `mapstructure:"refused_values"`
}

// Validate tells everything that is wrong at once.
func (c *Config) Validate() error {
	var problems []error
	if c.Window <= 0 {
		problems = append(problems, errors.New("window must be positive: groups are judged by what comes within it"))
	}
	if len(c.Metrics) == 0 {
		problems = append(problems, errors.New("metrics is empty: nothing would be let through"))
	}
	for key, pattern := range c.Attributes {
		if _, err := regexp.Compile(pattern); err != nil {
			problems = append(problems, fmt.Errorf("attributes[%s]: %w", key, err))
		}
	}
	if _, err := regexp.Compile(c.RefusedValues); err != nil {
		problems = append(problems, fmt.Errorf("refused_values: %w", err))
	}
	return errors.Join(problems...)
}
