// Package sampling is tail_sampling that tells the log of what waits what it has decided, and knows after a kill what it had.
package sampling

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor/cache"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"harbourline.dev/collector/waitinglog"
)

// NewFactory makes processors of type tail_sampling: the configuration of the stock one works here.
func NewFactory() processor.Factory {
	stock := tailsamplingprocessor.NewFactory()
	return processor.NewFactory(stock.Type(), stock.CreateDefaultConfig,
		processor.WithTraces(func(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
			config := *cfg.(*tailsamplingprocessor.Config)
			made := &sampler{config: config, released: released{Traces: next, logger: set.Logger, wait: togetherTime}}
			caches, err := made.caches()
			if err != nil {
				return nil, err
			}
			config.Options = append(append(config.Options, caches...),
				tailsamplingprocessor.WithSampledHooks(made.sampled), tailsamplingprocessor.WithNonSampledHooks(made.notSampled))
			made.Traces, err = stock.CreateTraces(ctx, set, &config, &made.released)
			return made, err
		}, component.StabilityLevelStable))
}

// sampler is the stock one, which decides in one goroutine: hooks and what it hands on come from there.
type sampler struct {
	processor.Traces
	config                tailsamplingprocessor.Config
	keptCache, otherCache cache.Cache
	released              released
}

// caches are those that the stock one would make, known here.
func (s *sampler) caches() (options []tailsamplingprocessor.Option, err error) {
	sizes := s.config.DecisionCache
	if sizes.SampledCacheSize > 0 {
		if s.keptCache, err = cache.NewLRUDecisionCache(sizes.SampledCacheSize); err != nil {
			return nil, err
		}
		options = append(options, tailsamplingprocessor.WithSampledDecisionCache(s.keptCache))
	}
	if sizes.NonSampledCacheSize > 0 {
		if s.otherCache, err = cache.NewLRUDecisionCache(sizes.NonSampledCacheSize); err != nil {
			return nil, err
		}
		options = append(options, tailsamplingprocessor.WithNonSampledDecisionCache(s.otherCache))
	}
	return options, nil
}

// Start decides as before what was decided before a kill.
func (s *sampler) Start(ctx context.Context, host component.Host) error {
	if log := waitinglog.Of(host); log != nil {
		s.released.log = log
		log.Join(s.config.DecisionWait)
		log.Decisions(func(trace pcommon.TraceID, policy string) {
			if s.keptCache != nil {
				s.keptCache.Put(trace, cache.DecisionMetadata{PolicyName: policy})
			}
		}, func(trace pcommon.TraceID) {
			if s.otherCache != nil {
				s.otherCache.Put(trace, cache.DecisionMetadata{})
			}
		})
	}
	return s.Traces.Start(ctx, host)
}

// Shutdown decides all that waits.
func (s *sampler) Shutdown(ctx context.Context) error {
	err := s.Traces.Shutdown(ctx)
	s.released.flush()
	if err == nil && s.released.log != nil {
		s.released.log.Leave()
	}
	return err
}

// ConsumeTraces leaves out what is only to be counted.
func (s *sampler) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	if !waitinglog.Samples(ctx) {
		return nil
	}
	return s.Traces.ConsumeTraces(ctx, td)
}

func (s *sampler) sampled(_ context.Context, _ pcommon.TraceID, td *tailsamplingprocessor.TraceData) {
	s.released.policy = td.PolicyName
}

func (s *sampler) notSampled(_ context.Context, trace pcommon.TraceID, _ *tailsamplingprocessor.TraceData) {
	if s.released.log != nil {
		s.released.log.Refused(trace)
	}
}

const (
	// So many bytes of traces are handed on together, or one larger trace: a queue on disk has a transaction for each that it is
	// handed, which costs more than a trace does. Well below a batch of the exporter, which splits a trace only where it must.
	togetherBytes = 256 << 10
	// Whoever has not so many hands on what there is after so long.
	togetherTime = 100 * time.Millisecond
)

// released hands on, and writes down what was handed on: after it was, so that nothing is lost. Who is killed between the two has
// what was handed on together twice.
type released struct {
	consumer.Traces
	log    *waitinglog.Log
	logger *zap.Logger
	policy string

	wait time.Duration

	mu    sync.Mutex
	held  ptrace.Traces
	bytes int
	mark  []byte // of what is held, for the log
	timer *time.Timer
}

// ConsumeTraces holds a trace, until there are enough or it is time. What waits here stands in the log as what waits for its decision.
func (r *released) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	policy := r.policy
	r.policy = ""
	size := (&ptrace.ProtoMarshaler{}).TracesSize(td)
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	if r.bytes+size > togetherBytes {
		err = r.handOn(ctx)
	}
	if r.bytes == 0 {
		r.held = ptrace.NewTraces()
		r.timer = time.AfterFunc(r.wait, r.flush)
	}
	if r.log != nil {
		r.mark = waitinglog.Release(r.mark, policy, td)
	}
	td.ResourceSpans().MoveAndAppendTo(r.held.ResourceSpans())
	r.bytes += size
	if r.bytes >= togetherBytes {
		err = errors.Join(err, r.handOn(ctx))
	}
	return err
}

// flush hands on what there is.
func (r *released) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.handOn(context.Background()); err != nil {
		r.logger.Warn("Kept traces were not taken", zap.Error(err))
	}
}

func (r *released) handOn(ctx context.Context) error {
	if r.bytes == 0 {
		return nil
	}
	r.timer.Stop()
	err := r.Traces.ConsumeTraces(ctx, r.held)
	if r.log != nil {
		r.log.Released(r.mark)
	}
	r.held, r.bytes, r.mark = ptrace.Traces{}, 0, r.mark[:0]
	return err
}
