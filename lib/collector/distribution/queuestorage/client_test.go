package queuestorage

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

// fullDisk is a queue on a disk that is full for so many attempts, or as long as the reserve is there.
type fullDisk struct {
	storage.Client
	reserve  string
	attempts int
}

func (d *fullDisk) Batch(context.Context, ...*storage.Operation) error {
	if _, err := os.Stat(d.reserve); err == nil || d.attempts > 0 {
		d.attempts--
		return &os.PathError{Op: "write", Path: "queue", Err: syscall.ENOSPC}
	}
	return nil
}

func onFullDisk(t *testing.T, attempts int) *client {
	t.Helper()
	r := newReserve(t.TempDir(), zap.NewNop())
	r.started()
	if !r.kept {
		t.Fatal("no room is kept")
	}
	return &client{Client: &fullDisk{reserve: r.path, attempts: attempts}, reserve: r}
}

var (
	meta  = storage.SetOperation("qmv0", []byte("ri"))
	item  = storage.SetOperation("17", []byte("spans"))
	taken = storage.GetOperation("17")
	done  = storage.DeleteOperation("17")
)

func TestWhatIsTakenOutHasRoom(t *testing.T) {
	for name, operations := range map[string][]*storage.Operation{"read": {meta, taken}, "done": {meta, done}, "bookkeeping": {meta}} {
		if err := onFullDisk(t, 0).Batch(context.Background(), operations...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := onFullDisk(t, 0)
	if _, err := c.Get(context.Background(), "qmv0"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsPutInIsRefusedAndLeavesTheRoom(t *testing.T) {
	c := onFullDisk(t, 0)
	if err := c.Batch(context.Background(), meta, item); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(c.reserve.path); err != nil {
		t.Error(err)
	}
	// The room was used: nothing is put in before there is some again.
	c.reserve.release()
	if err := c.Batch(context.Background(), meta, item); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("without room: %v", err)
	}
	c.Client.(*fullDisk).reserve = ""
	c.reserve.tried = c.reserve.tried.Add(-2 * pause)
	if err := c.Batch(context.Background(), meta, item); err != nil || !c.reserve.kept {
		t.Errorf("with room: %v, kept %v", err, c.reserve.kept)
	}
}

func TestWhatWasOnItsWayIsPutBackAtAStart(t *testing.T) {
	r := newReserve(t.TempDir(), zap.NewNop())
	if err := (&client{Client: &fullDisk{reserve: r.path}, reserve: r}).Batch(context.Background(), meta, item); err != nil {
		t.Error(err)
	}
}

func TestTakingOutWaitsForRoom(t *testing.T) {
	if err := onFullDisk(t, 3).Batch(context.Background(), meta, taken); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := onFullDisk(t, 1000).Batch(ended, meta, taken); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v", err)
	}
}

// A queue that is opened deletes what was on its way, then puts it back. Killed between the two it must have lost nothing.
func TestWhatIsPutBackIsNeverGone(t *testing.T) {
	directory := t.TempDir()
	c := open(t, start(t, directory), "traces")
	defer c.Close(context.Background())
	value := func(key string) string {
		found, err := c.Get(context.Background(), key)
		if err != nil {
			t.Fatal(err)
		}
		return string(found)
	}
	batch := func(operations ...*storage.Operation) {
		t.Helper()
		if err := c.Batch(context.Background(), operations...); err != nil {
			t.Fatal(err)
		}
	}
	batch(meta, storage.SetOperation("1", []byte("one")))
	batch(meta, storage.SetOperation("2", []byte("two")))
	one, two := storage.GetOperation("1"), storage.GetOperation("2")
	batch(one, two)
	inner := c.(*client).Client
	batch(storage.DeleteOperation("1"), storage.DeleteOperation("2"))
	batch(meta, storage.SetOperation("3", one.Value))
	if left, err := inner.Get(context.Background(), "2"); err != nil || string(left) != "two" {
		t.Errorf("the second is gone before it was put back: %q, %v", left, err)
	}
	batch(meta, storage.SetOperation("4", two.Value))
	if got := value("1") + value("2") + value("3") + value("4"); got != "onetwo" {
		t.Errorf("%q is left", got)
	}
	// What could not be put back goes with the next change.
	batch(storage.DeleteOperation("4"))
	if got := value("4"); got != "" {
		t.Errorf("%q stays", got)
	}
}
