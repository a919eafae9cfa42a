package cloudwatchexporter

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumererror"
)

func TestWhatPassesIsTriedAgain(t *testing.T) {
	for code, final := range map[string]bool{
		"ThrottlingException": false, "AccessDeniedException": false, "ExpiredTokenException": false, "ResourceNotFoundException": false,
		"ServiceUnavailableException": false, "InvalidParameterException": true,
	} {
		refused := fmt.Errorf("put: %w", &smithy.GenericAPIError{Code: code, Fault: smithy.FaultClient})
		if got := consumererror.IsPermanent(judged(consumererror.NewPermanent(refused))); got != final {
			t.Errorf("%s is final: %v", code, got)
		}
	}
	if judged(nil) != nil || consumererror.IsPermanent(judged(errors.New("no route"))) {
		t.Error("other errors changed")
	}
}

func TestReadsTheStockConfiguration(t *testing.T) {
	cfg := NewFactory().CreateDefaultConfig().(*Config)
	err := confmap.NewFromStringMap(map[string]any{
		"region": "ap-east-1", "namespace": "n", "log_group_name": "g", "dimension_rollup_option": "NoDimensionRollup",
		"sending_queue": map[string]any{"enabled": true, "queue_size": 7}, "retry_on_failure": map[string]any{"max_elapsed_time": "0s"},
	}).Unmarshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Namespace != "n" || cfg.Queue.Get().QueueSize != 7 || cfg.Retry.MaxElapsedTime != 0 {
		t.Errorf("read %+v", cfg)
	}
	if err := componenttest.CheckConfigStruct(cfg); err != nil {
		t.Error(err)
	}
}
