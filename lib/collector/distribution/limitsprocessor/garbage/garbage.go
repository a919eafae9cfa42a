// Package garbage says how much garbage a collector may have before Go collects it: in one place for wherever a collector runs.
package garbage

import (
	"math"
	"os"
	"runtime/debug"
)

// garbagePercent is GOGC of every tier: the heap may grow to five times what is in use before garbage is collected, and not beyond
// GOMEMLIMIT, which every tier is given (lib/contract/sizing.ts), below where the memory limiter refuses. With 100, 200 and 400 an
// agent took 13.2, 11.6 and 10.4 µs a span, a gateway 15.0, 12.4 and 11.5; a sampler 14.7 with 100, 10.5 with 400, and 10.3 with
// 800, for which it filled 1,273 MiB instead of 701.
const garbagePercent = 400

func init() { boundGarbage() }

// boundGarbage leaves Go's default of 100 where nothing bounds memory, and what somebody has set.
func boundGarbage() {
	if _, given := os.LookupEnv("GOGC"); !given && debug.SetMemoryLimit(-1) != math.MaxInt64 {
		debug.SetGCPercent(garbagePercent)
	}
}
