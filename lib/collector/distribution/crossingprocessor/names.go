package crossingprocessor

import (
	"context"
	"regexp"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const (
	// What the names beyond the budget are together.
	other = "other"
	// A name that was silent for so long makes room for another one: CloudWatch is paid by the hours in which a metric gets values.
	silence = 24 * time.Hour
	// A name of a busy minute is not noted again in each of its spans, nor is room looked for in each.
	noted = time.Hour
	looks = time.Minute
	// One service has no more than this share of the operations: one that writes ids into names spoils its own and no others.
	shareOfOne = 5
)

// A name that may become the value of a metric's dimension: CloudWatch takes letters of ASCII, and nobody reads long ones.
var dimension = regexp.MustCompile(`^[!-~][ -~]{0,99}$`)

// names are those that have metrics of their own: each is paid for. First come, first served.
type names struct {
	most, ofOne int
	now         func() time.Time
	count       func()

	mu     sync.Mutex
	seen   map[name]time.Time
	of     map[string]int
	looked time.Time
}

// name of an operation of a service, or of a destination, which is nobody's.
type name struct{ owner, text string }

func newNames(most, ofOne int, kind string, set component.TelemetrySettings) (*names, error) {
	folded, err := set.MeterProvider.Meter("harbourline.dev/collector/crossingprocessor").Int64Counter(
		"otelcol_budget_folded_points",
		metric.WithDescription("Calls of operations, or to destinations, beyond the budget of metrics, which became those of one"),
		metric.WithUnit("{points}"))
	if err != nil {
		return nil, err
	}
	kinds := metric.WithAttributes(attribute.String("kind", kind))
	return &names{most: most, ofOne: ofOne, now: time.Now, seen: map[name]time.Time{}, of: map[string]int{},
		count: func() { folded.Add(context.Background(), 1, kinds) }}, nil
}

// bounded is the name, or `other` where there are too many.
func (n *names) bounded(owner, text string) string {
	if n.within(name{owner, text}) {
		return text
	}
	n.count()
	return other
}

func (n *names) within(one name) bool {
	if one.text == other {
		return true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	last, known := n.seen[one]
	if known {
		if now.Sub(last) > noted {
			n.seen[one] = now
		}
		return true
	}
	// After the lookup: nearly every span has a name that is known, and what is known has been matched.
	if !dimension.MatchString(one.text) {
		return false
	}
	if n.full(one.owner) {
		n.makeRoom(now)
		if n.full(one.owner) {
			return false
		}
	}
	n.seen[one] = now
	n.of[one.owner]++
	return true
}

func (n *names) full(owner string) bool {
	return len(n.seen) >= n.most || n.of[owner] >= n.ofOne
}

// makeRoom forgets names that were silent.
func (n *names) makeRoom(now time.Time) {
	if now.Sub(n.looked) < looks {
		return
	}
	n.looked = now
	for one, last := range n.seen {
		if now.Sub(last) > silence+noted {
			delete(n.seen, one)
			n.of[one.owner]--
		}
	}
}
