package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	renewEvery  = 12 * time.Hour
	reportEvery = time.Minute
	// How soon a new authority counts, whoever wrote it: this program, or a mounted secret.
	lookEvery = time.Minute
	// The collector hands over what it holds; ECS and Kubernetes kill after 120 s in our templates.
	stopWithin = 110 * time.Second
)

// Ports of the collector, as lib/contract/ports.ts has them: a test holds the two together.
const (
	otlpGrpcPort   = "4317"
	otlpHTTPPort   = "4318"
	healthPort     = "13133"
	ownMetricsPort = "4319"
)

// run starts the collector with a certificate, behind the bound, until it ends or the container is stopped.
func run(ctx context.Context, get func(string) string) error {
	s, err := readSettings(get, fileExists)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	pseudonym, err := secrets(ctx, s)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	way := bounded(s.gateway, s.kilobits)
	// Not ctx: what the collector hands over while it stops takes this way, too.
	sending, stopSending := context.WithCancel(context.Background())
	defer stopSending()
	go func() { _ = way.serve(sending, listener) }()
	go way.report(ctx, "http://"+net.JoinHostPort(s.listen, ownMetricsPort)+"/v1/metrics", reportEvery)
	return supervise(ctx, s, environment(s, listener.Addr().String(), pseudonym), lookEvery)
}

// secrets fetches certificate and pseudonyms, and the certificate again every so often. It returns the pseudonyms' key.
func secrets(ctx context.Context, s settings) (string, error) {
	if s.secret == "" && s.pseudonyms == "" {
		return os.Getenv("PSEUDONYM_SECRET"), nil
	}
	read, err := secretsManager(ctx, s.region)
	if err != nil {
		return "", err
	}
	if s.secret != "" {
		if err := fetch(ctx, read, s.secret, s.tls); err != nil {
			return "", err
		}
		go renew(ctx, read, s)
	}
	if s.pseudonyms == "" {
		return os.Getenv("PSEUDONYM_SECRET"), nil
	}
	return read(ctx, s.pseudonyms)
}

func renew(ctx context.Context, read secretReader, s settings) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(renewEvery):
		}
		if err := fetch(ctx, read, s.secret, s.tls); err != nil {
			say("%v", err)
		}
	}
}

// environment is the collector's: what its configuration names, and nothing of the container's besides.
func environment(s settings, gateway, pseudonym string) []string {
	given := []string{
		"GATEWAY_ENDPOINT=" + gateway, "LOOPBACK_ADDRESS=" + s.listen, "DATA_DIRECTORY=" + s.data,
		"TLS_DIRECTORY=" + s.tls, "AWS_REGION=" + s.region, "PSEUDONYM_SECRET=" + pseudonym,
	}
	for _, name := range []string{configurationText, "GOMEMLIMIT", "GOMAXPROCS"} {
		if value, ok := os.LookupEnv(name); ok {
			given = append(given, name+"="+value)
		}
	}
	return given
}

// supervise runs the collector; a new authority starts it again: its queue is on disk.
func supervise(ctx context.Context, s settings, environment []string, every time.Duration) error {
	for {
		again, err := collect(ctx, s, environment, every)
		if !again {
			return err
		}
		say("starts again: there is a new authority")
	}
}

// collect runs the collector until it ends, the container is stopped, or there is a new authority: then it says "again".
func collect(ctx context.Context, s settings, environment []string, every time.Duration) (bool, error) {
	trust := trusted(s.tls)
	collector := exec.Command(s.program, "--config", s.configuration)
	collector.Env, collector.Stdout, collector.Stderr = environment, os.Stdout, os.Stderr
	if err := collector.Start(); err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- collector.Wait() }()
	for {
		select {
		case err := <-ended:
			return false, fmt.Errorf("the collector ended by itself (%v)", err)
		case <-ctx.Done():
			end(collector.Process, ended)
			return false, nil
		case <-time.After(every):
			if trusted(s.tls) != trust {
				end(collector.Process, ended)
				return true, nil
			}
		}
	}
}

// end lets the collector hand over what it holds.
func end(collector *os.Process, ended <-chan error) {
	_ = collector.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(stopWithin):
		_ = collector.Kill()
		<-ended
	}
}

// forward is for pods: their services send to loopback, as everywhere, and this hands it to the agent of the node.
func forward(ctx context.Context, get func(string) string) error {
	var wrong problems
	address, err := netip.ParseAddr(get("AGENT_ADDRESS"))
	if err != nil || !isNear(address) {
		wrong.add("AGENT_ADDRESS = "+get("AGENT_ADDRESS"), "Raw spans go to the agent of this node, and nowhere else.",
			"Take it from the pod's status.hostIP.")
		return wrong.err()
	}
	failed := make(chan error, 2)
	for _, port := range []string{otlpGrpcPort, otlpHTTPPort} {
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			return err
		}
		way := &relay{to: net.JoinHostPort(address.String(), port)}
		go func() { failed <- way.serve(ctx, listener) }()
	}
	return <-failed
}

// isNear: an address of a private network, of the shared one that EKS uses for nodes and pods, or of this machine.
func isNear(address netip.Addr) bool {
	return address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast() ||
		netip.MustParsePrefix("100.64.0.0/10").Contains(address)
}

func healthcheck(ctx context.Context, get func(string) string) error {
	host := get("LOOPBACK_ADDRESS")
	if host == "" {
		host = "127.0.0.1"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, healthPort)+"/", nil)
	if err != nil {
		return err
	}
	return succeeds(request)
}

// user is the image's.
const user = 65532

// own gives a folder of the node to the agent: kubelet makes those of a hostPath for root.
func own(_ context.Context, get func(string) string) error {
	folder := get("DATA_DIRECTORY")
	if folder == "" {
		return errors.New("DATA_DIRECTORY is not set: name the folder of the queue")
	}
	return errors.Join(os.Chown(folder, user, user), os.Chmod(folder, 0o750))
}
