package queuestorage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

var queue = component.MustNewIDWithName("otlp_grpc", "out")

func start(t *testing.T, directory string) storage.Extension {
	t.Helper()
	factory := NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = directory
	cfg.Compaction.Directory = directory
	cfg.Compaction.OnStart = true
	made, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Start(context.Background(), componenttest.NewNopHost()); err != nil {
		t.Fatal(err)
	}
	return made.(storage.Extension)
}

func open(t *testing.T, extension storage.Extension, name string) storage.Client {
	t.Helper()
	client, err := extension.GetClient(context.Background(), component.KindExporter, queue, name)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// fill leaves two queues of a few hundred entries.
func fill(t *testing.T, directory string) (files []string) {
	t.Helper()
	extension := start(t, directory)
	for _, name := range []string{"traces", "metrics"} {
		client := open(t, extension, name)
		for i := range 300 {
			if err := client.Set(context.Background(), fmt.Sprint(i), make([]byte, 3000)); err != nil {
				t.Fatal(err)
			}
		}
		if err := client.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	found, err := filepath.Glob(filepath.Join(directory, "exporter_*traces*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	return found
}

// Each damage that was seen: the file is set aside, the queue begins anew, the other one is as it was.
func TestDamagedFilesAreSetAside(t *testing.T) {
	overwrite := func(from, size int64) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if _, err := file.WriteAt(make([]byte, size), from); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, damage := range map[string]func(*testing.T, string){
		"meta pages zeroed":     overwrite(0, 8192),
		"pages zeroed":          overwrite(4*4096, 40*4096),
		"nothing of it is left": func(t *testing.T, path string) { overwrite(0, 1<<20)(t, path) },
		"tail cut": func(t *testing.T, path string) {
			if err := os.Truncate(path, 200_000); err != nil {
				t.Fatal(err)
			}
		},
		"one page is left": func(t *testing.T, path string) {
			if err := os.Truncate(path, 4096); err != nil {
				t.Fatal(err)
			}
		},
		"empty": func(t *testing.T, path string) {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		},
		"a folder in its place": func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		},
		"a link to nothing": func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Symlink(path+".gone", path)); err != nil {
				t.Fatal(err)
			}
		},
		"text": func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("no queue ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			file := fill(t, directory)[0]
			damage(t, file)
			extension := start(t, directory)
			client := open(t, extension, "traces")
			if err := client.Set(context.Background(), "new", []byte("entry")); err != nil {
				t.Error(err)
			}
			_ = client.Close(context.Background())
			if aside, _ := filepath.Glob(file + damaged + "*"); len(aside) != 1 {
				t.Errorf("%v were set aside", aside)
			}
			whole := open(t, extension, "metrics")
			if value, err := whole.Get(context.Background(), "299"); err != nil || len(value) != 3000 {
				t.Errorf("the other queue: %d bytes, %v", len(value), err)
			}
			_ = whole.Close(context.Background())
		})
	}
}

func TestWholeFilesStay(t *testing.T) {
	directory := t.TempDir()
	fill(t, directory)
	extension := start(t, directory)
	client := open(t, extension, "traces")
	defer client.Close(context.Background())
	if err := extension.(interface{ Ready() error }).Ready(); err != nil {
		t.Fatal(err)
	}
	if value, err := client.Get(context.Background(), "0"); err != nil || len(value) != 3000 {
		t.Errorf("%d bytes, %v", len(value), err)
	}
	if info, err := os.Stat(filepath.Join(directory, reserveName)); err != nil || info.Size() != reserveBytes {
		t.Errorf("no room is kept: %v", err)
	}
}
