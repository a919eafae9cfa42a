package queuestorage

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// Who runs this program with it has a file read, and nothing else: reading a damaged one ends a process in ways that it
// cannot survive (a fault of memory, a panic in a goroutine of bbolt's).
const inspectVariable = "HARBOURLINE_INSPECT_QUEUE"

func init() {
	path := os.Getenv(inspectVariable)
	if path == "" {
		return
	}
	if err := read(path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// inspect reads a whole file, in a process of its own.
func inspect(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is no file")
	}
	if info.Size() == 0 {
		return errors.New("the file is empty") // what a machine that loses power may leave of it
	}
	self, err := os.Executable()
	if err != nil {
		return nil // nothing can be said of it: the queue will
	}
	child := exec.Command(self)
	child.Env = []string{inspectVariable + "=" + path}
	out, err := child.CombinedOutput()
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return nil
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return errors.New(first)
}

func read(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil // in use, which is another fault
	}
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bbolt.Tx) error {
		for problem := range tx.Check() {
			return problem
		}
		return tx.ForEach(func(_ []byte, bucket *bbolt.Bucket) error {
			return bucket.ForEach(func(_, value []byte) error {
				touched += touch(value)
				return nil
			})
		})
	})
}

// touched keeps the compiler from leaving out what is only read.
var touched byte

// touch reads a byte of each page.
func touch(value []byte) (sum byte) {
	for i := 0; i < len(value); i += 4096 {
		sum += value[i]
	}
	return sum
}
