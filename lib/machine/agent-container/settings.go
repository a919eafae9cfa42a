package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// settings are what the container's environment says. The names are those that the collector's configuration uses.
type settings struct {
	gateway       string // GATEWAY_ENDPOINT, host:port
	listen        string // LOOPBACK_ADDRESS: loopback, or a pod's own address
	data          string // DATA_DIRECTORY: the queue
	tls           string // TLS_DIRECTORY: certificate.pem, key.pem, authority.pem
	secret        string // CERTIFICATE_SECRET, where it is fetched; otherwise the three files are mounted
	pseudonyms    string // PSEUDONYM_SECRET_ID, where it is fetched
	region        string // AWS_REGION
	configuration string // argument of --config
	kilobits      int    // EGRESS_KILOBITS
	program       string
}

const (
	configurationFile = "/etc/harbourline/collector.yaml"
	configurationText = "COLLECTOR_CONFIGURATION"
)

// problems are told all at once: place, reason, fix.
type problems []string

func (p *problems) add(place, reason, fix string) {
	*p = append(*p, fmt.Sprintf("%s: %s\n    Fix: %s", place, reason, fix))
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return fmt.Errorf("the container's environment is not complete:\n  %s", strings.Join(p, "\n  "))
}

// readSettings checks the environment. exists says whether there is such a file.
func readSettings(get func(string) string, exists func(string) bool) (settings, error) {
	var wrong problems
	or := func(name, usual string) string {
		if value := get(name); value != "" {
			return value
		}
		return usual
	}
	s := settings{
		gateway:    get("GATEWAY_ENDPOINT"),
		listen:     or("LOOPBACK_ADDRESS", "127.0.0.1"),
		data:       or("DATA_DIRECTORY", "/var/lib/harbourline"),
		tls:        or("TLS_DIRECTORY", "/run/harbourline/tls"),
		secret:     get("CERTIFICATE_SECRET"),
		pseudonyms: get("PSEUDONYM_SECRET_ID"),
		region:     get("AWS_REGION"),
		program:    or("COLLECTOR_PROGRAM", "/otelcol-harbourline"),
	}
	if host, port, err := net.SplitHostPort(s.gateway); err != nil || host == "" || port == "" {
		wrong.add("GATEWAY_ENDPOINT = "+s.gateway, "This is not where the gateways are.",
			"Use host:port, the value of the parameter /harbourline/ENVIRONMENT/agent/gateway-endpoint.")
	}
	if address, err := netip.ParseAddr(s.listen); err != nil || !address.Is4() || address.IsUnspecified() {
		wrong.add("LOOPBACK_ADDRESS = "+s.listen, "The agent listens on one IPv4 address, and not on all.",
			"Use 127.0.0.1 beside a service, the pod's address (status.podIP) in a DaemonSet.")
	}
	switch {
	case s.secret != "" && s.region == "":
		wrong.add("AWS_REGION", "Nothing says where the secret of CERTIFICATE_SECRET is.", "Name the environment's region.")
	case s.secret == "" && !exists(filepath.Join(s.tls, "certificate.pem")):
		wrong.add("CERTIFICATE_SECRET", "It is not set, and there is no "+filepath.Join(s.tls, "certificate.pem")+".",
			"Give the secret's ARN and a role that may read it, or mount certificate.pem, key.pem and authority.pem there.")
	}
	switch {
	case get(configurationText) != "":
		s.configuration = "env:" + configurationText
	case exists(configurationFile):
		s.configuration = "file:" + configurationFile
	default:
		wrong.add(configurationText, "It is not set, and there is no "+configurationFile+".",
			"Take it from npm run agent:ecs or npm run agent:chart, unchanged: it redacts, and holds the environment's guard.")
	}
	var err error
	if s.kilobits, err = strconv.Atoi(get("EGRESS_KILOBITS")); err != nil || s.kilobits < 64 || s.kilobits > 1_000_000 {
		wrong.add("EGRESS_KILOBITS = "+get("EGRESS_KILOBITS"), "This is no bound in kbit/s.", "Use 64 to 1000000; 1000 is usual.")
	}
	if info, err := os.Stat(s.data); err != nil || !info.IsDir() {
		wrong.add("DATA_DIRECTORY = "+s.data, "There is no such folder: spans have nowhere to wait.", "Mount a volume there.")
	} else if file, err := os.CreateTemp(s.data, ".write"); err != nil {
		wrong.add("DATA_DIRECTORY = "+s.data, "User "+strconv.Itoa(os.Getuid())+" cannot write there.", "Give the volume to this user.")
	} else {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}
	return s, wrong.err()
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
