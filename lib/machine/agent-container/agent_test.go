package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func variables(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestEverythingThatIsMissingIsSaidAtOnceWithItsFix(t *testing.T) {
	none := func(string) bool { return false }
	_, err := readSettings(variables(map[string]string{
		"LOOPBACK_ADDRESS": "0.0.0.0", "EGRESS_KILOBITS": "fast", "DATA_DIRECTORY": "/nowhere",
	}), none)
	if err == nil {
		t.Fatal("taken")
	}
	for _, place := range []string{
		"GATEWAY_ENDPOINT", "LOOPBACK_ADDRESS = 0.0.0.0", "CERTIFICATE_SECRET", "COLLECTOR_CONFIGURATION",
		"EGRESS_KILOBITS = fast", "DATA_DIRECTORY = /nowhere",
	} {
		if !strings.Contains(err.Error(), place) {
			t.Errorf("says nothing of %s:\n%v", place, err)
		}
	}
	if fixes := strings.Count(err.Error(), "Fix: "); fixes != 6 {
		t.Errorf("%d fixes:\n%v", fixes, err)
	}
}

func TestSettingsThatAreComplete(t *testing.T) {
	s, err := readSettings(variables(map[string]string{
		"GATEWAY_ENDPOINT": "gateway.example:4317", "CERTIFICATE_SECRET": "arn:secret", "AWS_REGION": "ap-east-1",
		"EGRESS_KILOBITS": "1000", "DATA_DIRECTORY": t.TempDir(),
	}), func(path string) bool { return path == configurationFile })
	if err != nil {
		t.Fatal(err)
	}
	if s.listen != "127.0.0.1" || s.configuration != "file:"+configurationFile || s.kilobits != 1000 {
		t.Errorf("%+v", s)
	}
}

func TestASecretNeedsItsRegion(t *testing.T) {
	_, err := readSettings(variables(map[string]string{"CERTIFICATE_SECRET": "arn:secret"}), fileExists)
	if !strings.Contains(err.Error(), "AWS_REGION") {
		t.Error(err)
	}
}

// issue makes a certificate and an authority that signed it.
func issue(t *testing.T) identity {
	t.Helper()
	template := func(serial int64) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}
	}
	authority, own := template(1), template(2)
	authority.IsCA, authority.KeyUsage, authority.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
	signing, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	signed, err3 := x509.CreateCertificate(rand.Reader, authority, authority, &signing.PublicKey, signing)
	certificate, err4 := x509.CreateCertificate(rand.Reader, own, authority, &key.PublicKey, signing)
	encoded, err5 := x509.MarshalPKCS8PrivateKey(key)
	for _, err := range []error{err, err2, err3, err4, err5} {
		if err != nil {
			t.Fatal(err)
		}
	}
	text := func(kind string, bytes []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}))
	}
	return identity{text("CERTIFICATE", certificate), text("PRIVATE KEY", encoded), text("CERTIFICATE", signed)}
}

func holding(t *testing.T, value identity) secretReader {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return func(context.Context, string) (string, error) { return string(text), nil }
}

func TestACertificateThatDoesNotWorkReplacesNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "tls")
	first, second := issue(t), issue(t)
	if err := fetch(t.Context(), holding(t, first), "arn", folder); err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string]identity{
		"a key of another":               {second.Certificate, first.Key, second.Authority},
		"an authority that did not sign": {second.Certificate, second.Key, first.Authority},
		"no authority":                   {second.Certificate, second.Key, ""},
	} {
		if err := fetch(t.Context(), holding(t, broken), "arn", folder); err == nil {
			t.Errorf("%s was taken", name)
		}
		if there, _ := os.ReadFile(filepath.Join(folder, "certificate.pem")); string(there) != first.Certificate {
			t.Errorf("%s: the certificate in use is gone", name)
		}
	}
	if err := fetch(t.Context(), holding(t, second), "arn", folder); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"certificate.pem": second.Certificate, "key.pem": second.Key, "authority.pem": second.Authority}
	if !same(folder, files) {
		t.Error("the new one is not there as a whole")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(folder), "*")); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
	if info, err := os.Stat(filepath.Join(folder, "key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("others can read the key", err)
	}
}

func TestTheSecretIsAskedForWithTheContainersRole(t *testing.T) {
	asked := make(chan *http.Request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), `"SecretId":"arn:secret"`) {
			w.WriteHeader(http.StatusBadRequest)
		}
		asked <- r
		fmt.Fprint(w, `{"SecretString":"value"}`)
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "OWN")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "key")
	read, err := secretsManager(t.Context(), "ap-east-1")
	if err != nil {
		t.Fatal(err)
	}
	if value, err := read(t.Context(), "arn:secret"); err != nil || value != "value" {
		t.Fatal(value, err)
	}
	signed := (<-asked).Header.Get("Authorization")
	if !strings.Contains(signed, "Credential=OWN/") || !strings.Contains(signed, "/ap-east-1/secretsmanager/") {
		t.Error(signed)
	}
}

func TestWhatIsSentIsBoundedAndCountedAndAnswersAreNot(t *testing.T) {
	sink, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan int64, 1)
	answer := make([]byte, 1<<20)
	go func() {
		connection, err := sink.Accept()
		if err != nil {
			return
		}
		_, _ = connection.Write(answer)
		n, _ := io.Copy(io.Discard, connection)
		got <- n
	}()
	entrance, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	way := bounded(sink.Addr().String(), 400) // 50,000 bytes a second
	go func() { _ = way.serve(t.Context(), entrance) }()
	client, err := net.Dial("tcp", entrance.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	if _, err := io.ReadFull(client, make([]byte, len(answer))); err != nil {
		t.Fatal(err)
	}
	size := burst + 50_000
	if _, err := client.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
	if n := <-got; n != int64(size) || way.sent.Load() != n {
		t.Errorf("%d of %d arrived, %d counted", n, size, way.sent.Load())
	}
	// A lower bound: a busy machine cannot break it. The bucket is full at the start.
	if took := time.Since(started); took < 900*time.Millisecond {
		t.Errorf("what takes a second took %v", took)
	}
}

func TestTheFigureIsThatOfAServer(t *testing.T) {
	bodies := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- string(body)
	}))
	defer server.Close()
	if err := send(t.Context(), server.URL, 7); err != nil {
		t.Fatal(err)
	}
	body := <-bodies
	if !json.Valid([]byte(body)) || !strings.Contains(body, `"harbourline.agent.egress"`) || !strings.Contains(body, `"asInt":"7"`) {
		t.Error(body)
	}
}

func TestANewAuthorityStartsTheCollectorAgainAndAStopEndsIt(t *testing.T) {
	folder := t.TempDir()
	starts := filepath.Join(folder, "starts")
	program := filepath.Join(folder, "collector")
	script := "#!/bin/sh\ntrap 'echo ended >> " + starts + "; exit 0' TERM\necho started >> " + starts + "\nwhile :; do sleep 0.05; done\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	s := settings{tls: filepath.Join(folder, "tls"), program: program}
	if err := fetch(t.Context(), holding(t, issue(t)), "arn", s.tls); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- supervise(ctx, s, nil, 20*time.Millisecond) }()
	until(t, starts, "started\n")
	if err := fetch(t.Context(), holding(t, issue(t)), "arn", s.tls); err != nil {
		t.Fatal(err)
	}
	until(t, starts, "started\nended\nstarted\n")
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	until(t, starts, "started\nended\nstarted\nended\n")
}

func TestACollectorThatEndsEndsTheContainer(t *testing.T) {
	s := settings{tls: t.TempDir(), program: "/bin/false"}
	if err := supervise(t.Context(), s, nil, time.Hour); err == nil {
		t.Error("no error")
	}
}

func until(t *testing.T, file, wanted string) {
	t.Helper()
	var there []byte
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if there, _ = os.ReadFile(file); string(there) == wanted {
			return
		}
	}
	t.Fatalf("waited a minute for %q; seen last: %q", wanted, there)
}

func TestAPodHandsSpansToItsNodeAndNowhereElse(t *testing.T) {
	for _, elsewhere := range []string{"", "node-1", "203.0.113.10", "8.8.8.8"} {
		err := forward(t.Context(), variables(map[string]string{"AGENT_ADDRESS": elsewhere}))
		if err == nil || !strings.Contains(err.Error(), "status.hostIP") {
			t.Errorf("%q: %v", elsewhere, err)
		}
	}
}

func TestAHealthCheckFailsWhereNobodyAnswers(t *testing.T) {
	if healthcheck(t.Context(), variables(map[string]string{"LOOPBACK_ADDRESS": "127.0.0.99"})) == nil {
		t.Error("healthy")
	}
}
