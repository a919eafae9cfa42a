// Command harbourline-agent is the entry point of the agent's container image. It gives the collector what units and scripts
// give it on a server: a certificate that is renewed, a bound on what it sends, a figure of that, and a health check.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const usage = `harbourline-agent run          fetches the certificate, starts the collector, bounds and measures what it sends
harbourline-agent forward      on loopback of a pod: hands spans to the agent of the pod's node, AGENT_ADDRESS
harbourline-agent healthcheck  succeeds where the collector is healthy
harbourline-agent own          as root, before run: gives the folder of the queue to the agent's user

What it reads from the environment stands in docs/agent.md.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	os.Exit(command(ctx, os.Args[1:]))
}

func command(ctx context.Context, arguments []string) int {
	tasks := map[string]func(context.Context, func(string) string) error{
		"run": run, "forward": forward, "healthcheck": healthcheck, "own": own,
	}
	if len(arguments) != 1 || tasks[arguments[0]] == nil {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	if err := tasks[arguments[0]](ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "harbourline-agent:", err)
		return 1
	}
	return 0
}

func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "harbourline: "+format+"\n", values...)
}
