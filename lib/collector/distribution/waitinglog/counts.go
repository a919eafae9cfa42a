package waitinglog

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Why something does not stand in the log.
const (
	reasonFull = "full" // the log has all the bytes that it may have
	reasonDisk = "disk" // the disk did not take it
	reasonMark = "mark" // no span, but what says that some were handed on or counted
)

// What became of spans that an earlier process left.
const (
	leftWaiting = "waiting" // they wait again for their decision
	leftDecided = "decided" // they were decided: they are at most counted
	leftAgain   = "again"   // no span of the log: one that was sent again because its answer was lost
)

type counts struct {
	unloggedSpans, leftSpans, damagedFiles metric.Int64Counter
}

func newCounts(set component.TelemetrySettings) (*counts, error) {
	meter := set.MeterProvider.Meter("harbourline.dev/collector/waitinglog")
	made := &counts{}
	for _, each := range []struct {
		into                    *metric.Int64Counter
		name, description, unit string
	}{
		{&made.unloggedSpans, "otelcol_waiting_unlogged_spans", "Spans that wait in memory alone, by reason: a kill loses them", "{spans}"},
		{&made.leftSpans, "otelcol_waiting_left_spans", "Spans that a process which was killed had left, by what became of them", "{spans}"},
		{&made.damagedFiles, "otelcol_extension_queue_damaged_files", "Files of the log that were damaged and set aside at a start", "{files}"},
	} {
		counter, err := meter.Int64Counter(each.name, metric.WithDescription(each.description), metric.WithUnit(each.unit))
		if err != nil {
			return nil, err
		}
		*each.into = counter
	}
	return made, nil
}

func (c *counts) unlogged(spans int, reason string) {
	c.unloggedSpans.Add(context.Background(), int64(spans), metric.WithAttributes(attribute.String("reason", reason)))
}

func (c *counts) left(spans int, how string) {
	if spans > 0 {
		c.leftSpans.Add(context.Background(), int64(spans), metric.WithAttributes(attribute.String("how", how)))
	}
}

func (c *counts) damaged() { c.damagedFiles.Add(context.Background(), 1) }
