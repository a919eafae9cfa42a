// Package cloudwatchexporter is awsemf behind a queue and retries: alone it has neither, gives up after two attempts, and takes
// throttling for an error that no retry can fix. What CloudWatch refuses for good is counted as failed. And the services that have
// metrics of their own are bounded.
package cloudwatchexporter

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/awsemfexporter"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/metric/noop"
)

// Config is awsemf's, with a queue, retries and a budget.
type Config struct {
	*awsemfexporter.Config `mapstructure:",squash"`
	Queue                  configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
	Retry                  configretry.BackOffConfig                                `mapstructure:"retry_on_failure"`
	// Services that have metrics of their own; those beyond are `other` together, and counted. 0: no limit.
	Services int `mapstructure:"services"`
}

// Validate the budget, and what is the stock exporter's.
func (c *Config) Validate() error {
	if c.Services < 0 {
		return errors.New("services must not be negative: 0 is no limit")
	}
	return c.Config.Validate()
}

// NewFactory makes exporters of type awsemf: the configuration of the stock one works here.
func NewFactory() exporter.Factory {
	stock := awsemfexporter.NewFactory()
	return exporter.NewFactory(stock.Type(),
		func() component.Config {
			return &Config{
				Config: stock.CreateDefaultConfig().(*awsemfexporter.Config),
				Queue:  configoptional.Default(exporterhelper.NewDefaultQueueConfig()),
				Retry:  configretry.NewDefaultBackOffConfig(),
			}
		},
		exporter.WithMetrics(create, component.StabilityLevelStable))
}

func create(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Metrics, error) {
	config := cfg.(*Config)
	// Each attempt of its own is none that anybody should hear of: what counts is what this exporter says at the end.
	quiet := set
	quiet.MeterProvider = noop.NewMeterProvider()
	stock, err := awsemfexporter.NewFactory().CreateMetrics(ctx, quiet, config.Config)
	if err != nil {
		return nil, err
	}
	services, err := newBudget(config.Services, set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return exporterhelper.NewMetrics(ctx, set, cfg,
		func(ctx context.Context, metrics pmetric.Metrics) error {
			services.fold(metrics)
			return judged(stock.ConsumeMetrics(ctx, metrics))
		},
		exporterhelper.WithQueue(config.Queue),
		exporterhelper.WithRetry(config.Retry),
		exporterhelper.WithStart(stock.Start),
		exporterhelper.WithShutdown(stock.Shutdown),
		exporterhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}))
}

// Errors of CloudWatch Logs that say that the data itself is wrong: no retry can fix it.
var final = map[string]bool{"InvalidParameterException": true, "DataAlreadyAcceptedException": true, "SerializationException": true, "ValidationException": true}

// judged is the error as it is, or without its mark of being permanent where it is not: refused credentials, throttling
// and a log group that is still to come pass.
func judged(err error) error {
	if err == nil || !consumererror.IsPermanent(err) {
		return err
	}
	var answer smithy.APIError
	if !errors.As(err, &answer) || final[answer.ErrorCode()] {
		return err
	}
	return errors.New(err.Error())
}
