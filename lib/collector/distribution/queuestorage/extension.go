// Package queuestorage is file_storage that starts with a damaged file too: alone it ends the collector at every start, with
// all queues that are whole. A damaged file is set aside, reported and counted. On a full disk nothing that was taken is lost:
// alone it drops each item that it cannot mark as read.
package queuestorage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"
)

// Name of a damaged file, behind its own: with the time at which it was set aside.
const damaged = ".damaged-"

// NewFactory makes extensions of type file_storage: the configuration of the stock one works here.
func NewFactory() extension.Factory {
	stock := filestorage.NewFactory()
	return extension.NewFactory(stock.Type(), stock.CreateDefaultConfig,
		func(ctx context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
			made, err := stock.Create(ctx, set, cfg)
			if err != nil {
				return nil, err
			}
			inner, ok := made.(storage.Extension)
			if !ok {
				return nil, errors.New("file_storage is no storage")
			}
			counter, err := set.MeterProvider.Meter("harbourline.dev/collector/queuestorage").Int64Counter("otelcol_extension_queue_damaged_files",
				metric.WithDescription("Files of queues that were damaged and set aside at a start: what waited in them is not sent"), metric.WithUnit("{files}"))
			if err != nil {
				return nil, err
			}
			directory := cfg.(*filestorage.Config).Directory
			return &queues{Extension: inner, directory: directory, logger: set.Logger, counter: counter, reserve: newReserve(directory, set.Logger)}, nil
		}, component.StabilityLevelStable)
}

type queues struct {
	storage.Extension
	directory string
	logger    *zap.Logger
	counter   metric.Int64Counter
	reserve   *reserve
}

// Start looks at every file before a queue opens it.
func (q *queues) Start(ctx context.Context, host component.Host) error {
	q.reserve.release()
	for _, file := range q.files() {
		problem := inspect(file)
		if problem == nil {
			continue
		}
		aside := fmt.Sprintf("%s%s%d", file, damaged, time.Now().Unix())
		q.logger.Error("The file of a queue is damaged and was set aside: what waited in it is not sent",
			zap.String("file", file), zap.String("now", aside), zap.Error(problem))
		q.counter.Add(ctx, 1)
		if err := os.Rename(file, aside); err != nil {
			return err
		}
	}
	return q.Extension.Start(ctx, host)
}

// Ready is when all pipelines have started: the collector calls it (extensioncapabilities.PipelineWatcher).
func (q *queues) Ready() error {
	q.reserve.started()
	return nil
}

// NotReady is the other half of that interface.
func (*queues) NotReady() error { return nil }

// files of queues: the stock extension's own names, neither what was set aside nor what compaction left behind.
func (q *queues) files() (found []string) {
	entries, err := os.ReadDir(q.directory)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		name := entry.Name()
		// What stands in a queue's place and is no file is damage too; a volume's own folders are none of ours.
		mine := entry.Type().IsRegular() || strings.HasPrefix(name, "exporter_")
		if mine && !strings.Contains(name, damaged) && !strings.HasPrefix(name, "tempdb") && name != reserveName {
			found = append(found, filepath.Join(q.directory, name))
		}
	}
	return found
}
