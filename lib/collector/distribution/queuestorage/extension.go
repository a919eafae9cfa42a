// Package queuestorage is file_storage that starts with a damaged file too: alone it ends the collector at every start, with
// all queues that are whole. A damaged file is set aside, reported and counted; on a full disk there is room to start.
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

const (
	// Name of a damaged file, behind its own: with the time at which it was set aside.
	damaged = ".damaged-"
	// The file that keeps room for a start: what was on its way is written back to the queue then.
	reserveName  = "reserve"
	reserveBytes = 8 << 20
)

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
			return &queues{Extension: inner, directory: cfg.(*filestorage.Config).Directory, logger: set.Logger, counter: counter}, nil
		}, component.StabilityLevelStable)
}

type queues struct {
	storage.Extension
	directory string
	logger    *zap.Logger
	counter   metric.Int64Counter
}

// Start looks at every file before a queue opens it.
func (q *queues) Start(ctx context.Context, host component.Host) error {
	reserve := filepath.Join(q.directory, reserveName)
	_ = os.Remove(reserve)
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
	if err := q.Extension.Start(ctx, host); err != nil {
		return err
	}
	keep(reserve)
	return nil
}

// keep writes the file that keeps room, where there is room for it: a disk that is full has it from before.
func keep(path string) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer file.Close()
	if _, err := file.Write(make([]byte, reserveBytes)); err != nil {
		_ = os.Remove(path)
	}
}

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
