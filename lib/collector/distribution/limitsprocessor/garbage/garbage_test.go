package garbage

import (
	"math"
	"os"
	"runtime/debug"
	"testing"
)

func TestGarbageGrowsWhereMemoryIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		limit int64
		given string
		want  int
	}{
		"bounded":               {1 << 30, "", garbagePercent},
		"unbounded":             {math.MaxInt64, "", 100},
		"somebody knows better": {1 << 30, "100", 100},
	} {
		t.Run(name, func(t *testing.T) {
			defer debug.SetMemoryLimit(debug.SetMemoryLimit(test.limit))
			defer debug.SetGCPercent(debug.SetGCPercent(100))
			t.Setenv("GOGC", test.given) // puts back what was
			if test.given == "" {
				_ = os.Unsetenv("GOGC")
			}
			boundGarbage()
			if got := debug.SetGCPercent(100); got != test.want {
				t.Errorf("GOGC is %d, not %d", got, test.want)
			}
		})
	}
}
