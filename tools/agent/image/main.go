// Command image writes the agent's container image, for both architectures, as a layout of OCI. No daemon, no base image: two
// static programs and two folders of their user.
package main

import (
	"archive/tar"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// user is nobody that a node knows: 65532, as images without a shell use it.
const user = 65532

func main() {
	output := flag.String("output", "", "folder of the layout, which is not there yet")
	version := flag.String("version", "", "of the image")
	created := flag.Int64("created", 0, "seconds since 1970: the same commit gives the same image")
	flag.Parse()
	if err := write(*output, *version, time.Unix(*created, 0).UTC(), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write makes an image for each argument, ARCHITECTURE=COLLECTOR,AGENT.
func write(output, version string, created time.Time, programs []string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, argument := range programs {
		architecture, paths, _ := strings.Cut(argument, "=")
		collector, agent, ok := strings.Cut(paths, ",")
		if !ok {
			return fmt.Errorf("not understood: %s", argument)
		}
		image, err := imageOf(architecture, version, created, collector, agent)
		if err != nil {
			return err
		}
		platform := &v1.Platform{OS: "linux", Architecture: architecture}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
	}
	_, err := layout.Write(output, index)
	return err
}

func imageOf(architecture, version string, created time.Time, collector, agent string) (v1.Image, error) {
	files, err := archive(created, collector, agent)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: created}, CreatedBy: "harbourline"}})
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.Created, file.OS, file.Architecture = v1.Time{Time: created}, "linux", architecture
	file.Config = v1.Config{
		User:       fmt.Sprintf("%d:%d", user, user),
		Entrypoint: []string{"/harbourline-agent"},
		Cmd:        []string{"run"},
		WorkingDir: "/",
		StopSignal: "SIGTERM",
		// Beside these it writes nowhere: the root may be read-only.
		Volumes:     map[string]struct{}{"/var/lib/harbourline": {}, "/run/harbourline": {}},
		Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "/harbourline-agent", "healthcheck"}, Interval: 10 * time.Second, Retries: 3},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "harbourline-agent",
			"org.opencontainers.image.version":  version,
			"org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return mutate.ConfigFile(image, file)
}

func archive(created time.Time, collector, agent string) ([]byte, error) {
	var files bytes.Buffer
	writer := tar.NewWriter(&files)
	folder := func(name string, owner int, mode int64) error {
		return writer.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode, Uid: owner, Gid: owner, ModTime: created})
	}
	program := func(name, path string) error {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o755, Size: int64(len(content)), ModTime: created}
		if err := writer.WriteHeader(header); err != nil {
			return err
		}
		_, err = writer.Write(content)
		return err
	}
	for _, err := range []error{
		folder("etc", 0, 0o755), folder("etc/harbourline", 0, 0o755),
		folder("run", 0, 0o755), folder("run/harbourline", user, 0o700),
		folder("var", 0, 0o755), folder("var/lib", 0, 0o755), folder("var/lib/harbourline", user, 0o750),
		program("harbourline-agent", agent), program("otelcol-harbourline", collector), writer.Close(),
	} {
		if err != nil {
			return nil, err
		}
	}
	return files.Bytes(), nil
}
