package aggregatesprocessor

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// lists is what may pass.
type lists struct {
	metrics map[string]struct{}
	values  map[string]*regexp.Regexp
	refused *regexp.Regexp
	// folded is what an unlisted value becomes, by key.
	folded map[string]string
	// judgedOver are attributes that do not count when a group is judged.
	judgedOver map[string]struct{}
}

func newLists(cfg *Config) (*lists, error) {
	l := &lists{metrics: map[string]struct{}{}, values: map[string]*regexp.Regexp{}, judgedOver: map[string]struct{}{}, folded: cfg.Folded}
	for _, key := range cfg.JudgedOver {
		l.judgedOver[key] = struct{}{}
	}
	for _, name := range cfg.Metrics {
		l.metrics[name] = struct{}{}
	}
	for key, pattern := range cfg.Attributes {
		compiled, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return nil, err
		}
		l.values[key] = compiled
	}
	if cfg.RefusedValues != "" {
		compiled, err := regexp.Compile(cfg.RefusedValues)
		if err != nil {
			return nil, err
		}
		l.refused = compiled
	}
	return l, nil
}

// attributes are those of the list. What was left behind of them comes with them; false where a value is not one of its key.
func (l *lists) attributes(all pcommon.Map) (map[string]string, leftBehind, bool) {
	kept, left := map[string]string{}, leftBehind{}
	for key, value := range all.All() {
		pattern, listed := l.values[key]
		if !listed {
			left.keys++
			continue
		}
		if value.Type() == pcommon.ValueTypeStr && pattern.MatchString(value.Str()) && (l.refused == nil || !l.refused.MatchString(value.Str())) {
			kept[key] = value.Str()
			continue
		}
		other, folds := l.folded[key]
		if !folds {
			return nil, left, false
		}
		kept[key] = other
		left.folded++
	}
	return kept, left, true
}

// leftBehind is what a set of attributes goes on without.
type leftBehind struct{ keys, folded int }

func (l leftBehind) count(c *counts) {
	c.drop(reasonAttribute, l.keys)
	c.drop(reasonFolded, l.folded)
}

// group is one series in one minute, added up over all senders.
type group struct {
	name, unit           string
	resource, attributes map[string]string
	start, end           pcommon.Timestamp
	isHistogram          bool
	calls                int64
	histogram            histogram
}

func (g *group) size() uint64 {
	if g.isHistogram {
		return g.histogram.count
	}
	return uint64(max(g.calls, 0))
}

// groups of a window by what tells them apart.
type groups map[string]*group

// keyOf a group, but for attributes that are left out.
func keyOf(g *group, minute int64, without map[string]struct{}) string {
	var key strings.Builder
	fmt.Fprintf(&key, "%s\x00%v\x00%d", g.name, g.isHistogram, minute)
	for _, attributes := range []map[string]string{g.resource, g.attributes} {
		key.WriteByte(1)
		for _, name := range slices.Sorted(maps.Keys(attributes)) {
			if _, out := without[name]; out {
				continue
			}
			fmt.Fprintf(&key, "\x00%s\x00%s", name, attributes[name])
		}
	}
	return key.String()
}

func (all groups) add(g *group) {
	key := keyOf(g, g.end.AsTime().Truncate(time.Minute).Unix(), nil)
	known, ok := all[key]
	if !ok {
		all[key] = g
		return
	}
	known.start, known.end = min(known.start, g.start), max(known.end, g.end)
	known.calls += g.calls
	known.histogram.add(g.histogram)
}

// read adds what may pass of incoming metrics, and counts what may not.
func (all groups) read(incoming pmetric.Metrics, l *lists, c *counts) {
	for _, ofResource := range incoming.ResourceMetrics().All() {
		resource, left, ok := l.attributes(ofResource.Resource().Attributes())
		for _, ofScope := range ofResource.ScopeMetrics().All() {
			for _, metric := range ofScope.Metrics().All() {
				if _, listed := l.metrics[metric.Name()]; !listed {
					c.drop(reasonMetric, points(metric))
					continue
				}
				if !ok {
					c.drop(reasonValue, points(metric))
					continue
				}
				all.readMetric(metric, resource, l, c)
			}
		}
		left.count(c)
	}
}

func (all groups) readMetric(metric pmetric.Metric, resource map[string]string, l *lists, c *counts) {
	take := func(attributes pcommon.Map, exemplars int, start, end pcommon.Timestamp) *group {
		kept, left, ok := l.attributes(attributes)
		left.count(c)
		if !ok {
			c.drop(reasonValue, 1)
			return nil
		}
		c.drop(reasonExemplar, exemplars)
		return &group{name: metric.Name(), unit: unitOf(metric), resource: resource, attributes: kept, start: start, end: end}
	}
	switch metric.Type() {
	case pmetric.MetricTypeSum:
		sum := metric.Sum()
		for _, point := range sum.DataPoints().All() {
			if sum.AggregationTemporality() != pmetric.AggregationTemporalityDelta || point.ValueType() != pmetric.NumberDataPointValueTypeInt || point.IntValue() < 0 || point.IntValue() > mostCalls {
				c.drop(reasonType, 1)
			} else if g := take(point.Attributes(), point.Exemplars().Len(), point.StartTimestamp(), point.Timestamp()); g != nil {
				g.calls = point.IntValue()
				all.add(g)
			}
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, point := range metric.ExponentialHistogram().DataPoints().All() {
			read, ok := histogramOf(point)
			if !ok || metric.ExponentialHistogram().AggregationTemporality() != pmetric.AggregationTemporalityDelta {
				c.drop(reasonType, 1)
			} else if g := take(point.Attributes(), point.Exemplars().Len(), point.StartTimestamp(), point.Timestamp()); g != nil {
				g.isHistogram, g.histogram = true, read
				all.add(g)
			}
		}
	default:
		c.drop(reasonType, points(metric))
	}
}

// unitOf is the metric's unit where it is one of those that aggregates have: it is text that a sender writes.
func unitOf(metric pmetric.Metric) string {
	if metric.Unit() == "ms" {
		return "ms"
	}
	return ""
}

func points(metric pmetric.Metric) int {
	switch metric.Type() {
	case pmetric.MetricTypeGauge:
		return metric.Gauge().DataPoints().Len()
	case pmetric.MetricTypeSum:
		return metric.Sum().DataPoints().Len()
	case pmetric.MetricTypeHistogram:
		return metric.Histogram().DataPoints().Len()
	case pmetric.MetricTypeExponentialHistogram:
		return metric.ExponentialHistogram().DataPoints().Len()
	case pmetric.MetricTypeSummary:
		return metric.Summary().DataPoints().Len()
	default:
		return 1
	}
}

// write makes new metrics of the groups that are large enough, over all values of some attributes.
func (all groups) write(minimum uint64, judgedOver map[string]struct{}, c *counts) pmetric.Metrics {
	out := pmetric.NewMetrics()
	sizes := map[string]uint64{}
	for _, g := range all {
		sizes[keyOf(g, 0, judgedOver)] += g.size()
	}
	resources := map[string]pmetric.MetricSlice{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		g := all[key]
		if sizes[keyOf(g, 0, judgedOver)] < minimum {
			c.drop(reasonSmall, 1)
			continue
		}
		resource := keyOf(&group{resource: g.resource}, 0, nil)
		if _, ok := resources[resource]; !ok {
			made := out.ResourceMetrics().AppendEmpty()
			writeAttributes(g.resource, made.Resource().Attributes())
			resources[resource] = made.ScopeMetrics().AppendEmpty().Metrics()
		}
		g.write(resources[resource].AppendEmpty())
	}
	return out
}

// minute of a group, as the clock has it: when exactly its first and last call ended is nobody's business.
func (g *group) minute() (pcommon.Timestamp, pcommon.Timestamp) {
	start := g.end.AsTime().Truncate(time.Minute)
	// Not its end, which CloudWatch would take for the next one.
	return pcommon.NewTimestampFromTime(start), pcommon.NewTimestampFromTime(start.Add(time.Minute - time.Second))
}

func (g *group) write(metric pmetric.Metric) {
	start, end := g.minute()
	metric.SetName(g.name)
	metric.SetUnit(g.unit)
	if g.isHistogram {
		metric.SetEmptyExponentialHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		point := metric.ExponentialHistogram().DataPoints().AppendEmpty()
		point.SetStartTimestamp(start)
		point.SetTimestamp(end)
		g.histogram.write(point)
		writeAttributes(g.attributes, point.Attributes())
		return
	}
	metric.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	metric.Sum().SetIsMonotonic(true)
	point := metric.Sum().DataPoints().AppendEmpty()
	point.SetStartTimestamp(start)
	point.SetTimestamp(end)
	point.SetIntValue(g.calls)
	writeAttributes(g.attributes, point.Attributes())
}

func writeAttributes(from map[string]string, to pcommon.Map) {
	for _, key := range slices.Sorted(maps.Keys(from)) {
		to.PutStr(key, from[key])
	}
}
