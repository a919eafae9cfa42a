package queuestorage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

const (
	// The file that keeps room: what is taken out of a queue is written down too, and a queue that cannot do so drops it.
	reserveName  = "reserve"
	reserveBytes = 8 << 20
	// The least that is worth keeping: where others have filled the disk, whatever there is.
	leastReserveBytes = 1 << 20
	// Between two attempts to get room.
	pause = time.Second
)

// reserve is room on the disk that only taking out may use.
type reserve struct {
	path   string
	logger *zap.Logger

	mu sync.Mutex
	// Starting: queues put back what was on its way when they were killed. Nobody else puts anything yet.
	starting bool
	kept     bool
	tried    time.Time
}

func newReserve(directory string, logger *zap.Logger) *reserve {
	return &reserve{path: filepath.Join(directory, reserveName), logger: logger, starting: true}
}

// started: from now on there must be room for taking out before anything is put in.
func (r *reserve) started() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.starting = false
	r.keep()
}

// keep writes the file, as large as there is room for.
func (r *reserve) keep() {
	r.tried = time.Now()
	for size := reserveBytes; size >= leastReserveBytes && !r.kept; size /= 2 {
		r.kept = os.WriteFile(r.path, make([]byte, size), 0o600) == nil
	}
	if !r.kept {
		_ = os.Remove(r.path)
	}
}

// release gives the room away.
func (r *reserve) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept {
		r.logger.Warn("The disk of the queues is full: nothing is taken until there is room again")
	}
	_ = os.Remove(r.path)
	r.kept, r.tried = false, time.Now()
}

func (r *reserve) isStarting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.starting
}

// admits is whether something may be put into a queue.
func (r *reserve) admits() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.kept && !r.starting && time.Since(r.tried) > pause {
		r.keep()
	}
	return r.kept || r.starting
}

// client of a queue: on a full disk it refuses what is put in, and never what is taken out.
type client struct {
	storage.Client
	reserve *reserve

	mu sync.Mutex
	// Keys of items that were on their way at the last end. At a start a queue deletes them all, then puts each back: who is
	// killed between loses them. So each goes with the one that is put in its place.
	moving []*storage.Operation
}

// GetClient opens a queue.
func (q *queues) GetClient(ctx context.Context, kind component.Kind, id component.ID, name string) (storage.Client, error) {
	inner, err := q.Extension.GetClient(ctx, kind, id, name)
	if err != nil {
		return nil, err
	}
	return &client{Client: inner, reserve: q.reserve}, nil
}

// Get reads a value. Of the file it is a change like any other.
func (c *client) Get(ctx context.Context, key string) ([]byte, error) {
	operation := storage.GetOperation(key)
	err := c.Batch(ctx, operation)
	return operation.Value, err
}

func (c *client) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

func (c *client) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

// Batch does all of it or nothing. What takes something out waits for room: told of an error, a queue drops the item.
func (c *client) Batch(ctx context.Context, operations ...*storage.Operation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reserve.isStarting() && deletesItems(operations) {
		c.moving = append(c.moving, operations...)
		return nil
	}
	putsIn := putsIn(operations)
	moved := len(c.moving)
	if putsIn {
		moved = min(1, moved)
	}
	operations = slices.Concat(c.moving[:moved], operations)
	if putsIn && !c.reserve.admits() {
		return fmt.Errorf("the disk of the queue is full: %w", syscall.ENOSPC)
	}
	for {
		err := c.Client.Batch(ctx, operations...)
		if errors.Is(err, syscall.ENOSPC) && !putsIn {
			c.reserve.release()
			err = c.Client.Batch(ctx, operations...)
		}
		if err == nil {
			c.moving = c.moving[moved:]
		}
		if putsIn || !errors.Is(err, syscall.ENOSPC) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// deletesItems is whether items are deleted, and nothing else.
func deletesItems(operations []*storage.Operation) bool {
	for _, operation := range operations {
		if operation.Type != storage.Delete || !isItem(operation.Key) {
			return false
		}
	}
	return len(operations) > 0
}

func isItem(key string) bool {
	_, err := strconv.ParseUint(key, 10, 64)
	return err == nil
}

// putsIn is whether an item is added: its key is a number, and nothing is read or deleted with it.
func putsIn(operations []*storage.Operation) bool {
	found := false
	for _, operation := range operations {
		if operation.Type != storage.Set {
			return false
		}
		found = found || isItem(operation.Key)
	}
	return found
}
