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
	// Window of the clock whose points are added up before groups are judged by their size: a minute, as in CloudWatch.
	Window time.Duration `mapstructure:"window"`
	// Grace after a window in which points of it may still come.
	Grace time.Duration `mapstructure:"grace"`
	// MinimumCount of calls in a group and minute. Smaller groups are dropped: they could point at a person.
	MinimumCount uint64 `mapstructure:"minimum_count"`
	// Metrics that are let through, by name.
	Metrics []string `mapstructure:"metrics"`
	// Attributes that are let through, of resources and points: key and pattern of its values. Anchors are added.
	Attributes map[string]string `mapstructure:"attributes"`
	// RefusedValues is a pattern that no value may hold anywhere, whatever its key.
	RefusedValues string `mapstructure:"refused_values"`
	// Folded are attributes whose values become one word where they are not listed, and are counted: a new service is seen
	// as one of the others until somebody lists it. Of all other attributes an unlisted value drops its point.
	Folded map[string]string `mapstructure:"folded"`
	// JudgedOver are attributes that do not tell groups apart when their size is judged: calls and failed calls of a service
	// pass together or not at all, or else percentiles and error rates would be of a part.
	JudgedOver []string `mapstructure:"judged_over"`
}

// Validate tells everything that is wrong at once.
func (c *Config) Validate() error {
	var problems []error
	if c.Window <= 0 {
		problems = append(problems, errors.New("window must be positive: groups are judged by what comes within it"))
	}
	if c.Grace < 0 {
		problems = append(problems, errors.New("grace must not be negative"))
	}
	if len(c.Metrics) == 0 {
		problems = append(problems, errors.New("metrics is empty: nothing would be let through"))
	}
	for key, pattern := range c.Attributes {
		if _, err := regexp.Compile(pattern); err != nil {
			problems = append(problems, fmt.Errorf("attributes[%s]: %w", key, err))
		}
	}
	for key := range c.Folded {
		if _, listed := c.Attributes[key]; !listed {
			problems = append(problems, fmt.Errorf("folded[%s]: attributes has no such key, so nothing is listed", key))
		}
	}
	if _, err := regexp.Compile(c.RefusedValues); err != nil {
		problems = append(problems, fmt.Errorf("refused_values: %w", err))
	}
	return errors.Join(problems...)
}
