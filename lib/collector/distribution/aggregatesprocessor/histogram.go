package aggregatesprocessor

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Most buckets of a histogram, as many as the samplers' connector makes: with fewer, percentiles here and there would
// differ (ADR 30).
const maxBuckets = 640

// Calls in one point, and in one bucket: beyond, sums of many could wrap around.
const mostCalls = 1 << 48

// The scales of OpenTelemetry's data model. At the coarsest, all of float64's range is in four buckets.
const (
	coarsest = -10
	finest   = 20
)

// histogram is an exponential histogram of values from zero up.
type histogram struct {
	scale     int32
	offset    int32
	buckets   []uint64
	zeroCount uint64
	count     uint64
	sum       float64
	min, max  float64
	hasRange  bool
}

// histogramOf reads a point. False where it holds negative values, or counts more than zero itself as zero, or says what
// no histogram of numbers can say: whoever sends it may be wrong or hostile.
func histogramOf(point pmetric.ExponentialHistogramDataPoint) (histogram, bool) {
	for _, negative := range point.Negative().BucketCounts().All() {
		if negative > 0 {
			return histogram{}, false
		}
	}
	h := histogram{
		scale:     point.Scale(),
		offset:    point.Positive().Offset(),
		buckets:   point.Positive().BucketCounts().AsRaw(),
		zeroCount: point.ZeroCount(),
		count:     point.Count(),
		sum:       point.Sum(),
		min:       point.Min(),
		max:       point.Max(),
		hasRange:  point.HasMin() && point.HasMax(),
	}
	return h, point.ZeroThreshold() == 0 && h.isPossible()
}

func (h *histogram) isPossible() bool {
	if h.scale < coarsest || h.scale > finest || h.zeroCount > mostCalls || len(h.buckets) > 16*maxBuckets {
		return false
	}
	counted := h.zeroCount
	for _, count := range h.buckets {
		if count > mostCalls {
			return false
		}
		counted += count
	}
	// float64 goes from 2^-1074 to 2^1024: buckets beyond cannot hold a number.
	first, last := bucketOf(-1075, h.scale), bucketOf(1025, h.scale)
	inside := len(h.buckets) == 0 || int64(h.offset) >= first && int64(h.offset)+int64(len(h.buckets)) <= last
	numbers := !math.IsNaN(h.sum) && !math.IsInf(h.sum, 0) && h.sum >= 0 && !math.IsNaN(h.min) && !math.IsNaN(h.max) && h.min >= 0 && h.max >= 0
	return counted == h.count && inside && numbers
}

// bucketOf a power of two.
func bucketOf(exponent int64, scale int32) int64 {
	if scale >= 0 {
		return exponent << scale
	}
	return exponent >> -scale
}

// coarser halves the resolution `steps` times: each bucket falls into the one that covers it.
func (h *histogram) coarser(steps int32) {
	if steps <= 0 {
		return
	}
	if len(h.buckets) > 0 {
		offset := h.offset >> steps
		buckets := make([]uint64, (h.offset+int32(len(h.buckets))-1)>>steps-offset+1)
		for i, count := range h.buckets {
			buckets[(h.offset+int32(i))>>steps-offset] += count
		}
		h.offset, h.buckets = offset, buckets
	}
	h.scale -= steps
}

// add adds what another has counted.
func (h *histogram) add(other histogram) {
	scale := min(h.scale, other.scale)
	h.coarser(h.scale - scale)
	other.coarser(other.scale - scale)
	for h.scale > coarsest && span(*h, other) > maxBuckets {
		h.coarser(1)
		other.coarser(1)
	}
	h.buckets, h.offset = union(*h, other)
	h.zeroCount += other.zeroCount
	h.sum += other.sum
	switch {
	case h.count == 0:
		h.min, h.max, h.hasRange = other.min, other.max, other.hasRange
	case other.count > 0:
		h.min, h.max, h.hasRange = min(h.min, other.min), max(h.max, other.max), h.hasRange && other.hasRange
	}
	h.count += other.count
}

// span is the number of buckets that both together need.
func span(one, other histogram) int32 {
	if len(one.buckets) == 0 || len(other.buckets) == 0 {
		return int32(max(len(one.buckets), len(other.buckets)))
	}
	return max(one.offset+int32(len(one.buckets)), other.offset+int32(len(other.buckets))) - min(one.offset, other.offset)
}

func union(one, other histogram) ([]uint64, int32) {
	if len(one.buckets) == 0 {
		return other.buckets, other.offset
	}
	if len(other.buckets) == 0 {
		return one.buckets, one.offset
	}
	offset := min(one.offset, other.offset)
	buckets := make([]uint64, span(one, other))
	for _, each := range []histogram{one, other} {
		for i, count := range each.buckets {
			buckets[each.offset-offset+int32(i)] += count
		}
	}
	return buckets, offset
}

func (h *histogram) write(point pmetric.ExponentialHistogramDataPoint) {
	point.SetScale(h.scale)
	point.Positive().SetOffset(h.offset)
	point.Positive().BucketCounts().FromRaw(h.buckets)
	point.SetZeroCount(h.zeroCount)
	point.SetCount(h.count)
	// The exact least, greatest and sum of a group are those of single calls: what leaves is what its buckets say.
	point.SetSum(h.aboutSum())
	if least, greatest, ok := h.bounds(); ok {
		point.SetMin(least)
		point.SetMax(greatest)
	}
}

// lower bound of a bucket, by its index.
func (h *histogram) lower(index int64) float64 {
	return math.Exp2(math.Ldexp(float64(index), -int(h.scale)))
}

// aboutSum is the sum if each call took the geometric middle of its bucket.
func (h *histogram) aboutSum() float64 {
	sum := 0.0
	for i, count := range h.buckets {
		if count > 0 {
			index := int64(h.offset) + int64(i)
			sum += float64(count) * math.Min(math.Sqrt(h.lower(index))*math.Sqrt(h.lower(index+1)), math.MaxFloat64/mostCalls/maxBuckets)
		}
	}
	return sum
}

// bounds of the buckets that hold something. False where none does.
func (h *histogram) bounds() (float64, float64, bool) {
	first, last := -1, -1
	for i, count := range h.buckets {
		if count > 0 {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return 0, 0, h.zeroCount > 0
	}
	least, greatest := h.lower(int64(h.offset)+int64(first)), h.lower(int64(h.offset)+int64(last)+1)
	if h.zeroCount > 0 {
		least = 0
	}
	return least, math.Min(greatest, math.MaxFloat64), true
}
