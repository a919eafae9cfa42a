// Package waitinglog keeps what a sampler has taken and not decided on its disk: a sampler that is killed, and started on the
// same disk, goes on where it was. Nothing that it had answered for is lost, nothing is stored or counted twice.
//
// Before a batch is answered it is written to a segment, as is which spans were handed on and up to where batches are counted.
// write(2) is enough: what is killed is the process, and the kernel has the bytes. A machine that loses power loses what the
// kernel had not written yet. At a start the segments are read back: what was decided is left out.
//
// Package front writes, sampling and counting wrap the stock components that decide and count.
package waitinglog

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
)

// Type of the extension, and of the processor that writes to it.
var Type = component.MustNewType("harbourline_waiting")

// Config of the log.
type Config struct {
	// Directory of the segments, and of nothing else.
	Directory string `mapstructure:"directory"`
	// Bytes of all segments. What is beyond waits in memory alone, and is counted.
	Bytes int64 `mapstructure:"bytes"`
}

// Validate tells everything that is wrong at once.
func (c *Config) Validate() error {
	var problems []error
	if c.Directory == "" {
		problems = append(problems, errors.New("directory must be named"))
	}
	if c.Bytes <= 0 {
		problems = append(problems, errors.New("bytes must be positive"))
	}
	return errors.Join(problems...)
}

// NewFactory makes extensions of type harbourline_waiting.
func NewFactory() extension.Factory {
	return extension.NewFactory(Type, func() component.Config { return &Config{} },
		func(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
			return New(set.TelemetrySettings, cfg.(*Config))
		}, component.StabilityLevelStable)
}

// New makes a log.
func New(set component.TelemetrySettings, cfg *Config) (*Log, error) {
	counts, err := newCounts(set)
	if err != nil {
		return nil, err
	}
	return &Log{directory: cfg.Directory, limit: cfg.Bytes, logger: set.Logger, counts: counts, now: time.Now, stop: make(chan struct{})}, nil
}

// Start reads what was decided: those who decide ask for it when they start.
func (l *Log) Start(context.Context, component.Host) error {
	l.find()
	l.done.Add(1)
	go l.tend()
	return nil
}

// Shutdown empties the log where everything in it was decided and counted: a process that ends in order leaves nothing.
func (l *Log) Shutdown(context.Context) error {
	close(l.stop)
	l.done.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.close(l.now())
	if l.ready.IsZero() || l.users > 0 {
		return nil
	}
	var problems []error
	for _, one := range l.closed {
		problems = append(problems, os.Remove(one.path))
	}
	l.survived()
	_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
	_ = os.Remove(filepath.Join(l.directory, faultName))
	return errors.Join(problems...)
}
