package sigma

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/yaml"
)

// A Correlation is what a correlation rule asks for, as it was written
// (Sigma correlation rules specification 2.1). Its references are resolved
// once all rules are loaded.
type Correlation struct {
	Type       footfall.CorrelationType
	GroupBy    []string
	Span       int64 // nanoseconds
	Bounds     footfall.Bounds
	Field      []string
	Percentile float64
	Generate   bool // the rules that it refers to stand for themselves too

	refs    []reference
	aliases map[string]map[string]string // alias -> reference as written -> field
	order   []string                     // aliases in the order of the rule
	place   map[string]*yaml.Node        // of names, for messages
	read    *loader
	parts   []*Rule // by reference; nil for an analytic
}

// A reference names a correlated rule, or an analytic.
type reference struct {
	name string
	node *yaml.Node
}

// analyticPrefix makes a reference one to the findings of an analytic.
const analyticPrefix = "analytic:"

// Bounds on what one correlation may ask for.
const (
	maxParts   = 100
	maxGroupBy = 16
	maxCarried = 24 // fields that the hits of one rule carry for all correlations together
	maxNeeded  = 1 << 16
	maxSpan    = 100 * 31556952 * 1e9 // 100 years
)

// Refers returns what a correlation refers to, as written.
func (c *Correlation) Refers() []string {
	var out []string
	for _, r := range c.refs {
		out = append(out, r.name)
	}
	return out
}

// correlation reads the rest of a correlation document once its meta data is read.
func (l *loader) correlation(parts []entry) error {
	c := &Correlation{read: l, aliases: map[string]map[string]string{}, place: map[string]*yaml.Node{}}
	l.rule.Correlation = c
	var at entry
	for _, e := range parts {
		switch e.name {
		case "correlation":
			at = e
		case "generate":
			if err := l.generate(c, e); err != nil {
				return err
			}
		case "detection", "logsource":
			return l.errorf(e.key, "a correlation has no %s: the rules that it refers to have", e.name)
		}
	}
	found, err := l.mapping(at.value, "correlation")
	if err != nil {
		return err
	}
	have := map[string]entry{}
	for _, e := range found {
		have[e.name] = e
		if !slices.Contains([]string{"type", "rules", "group-by", "timespan", "condition", "aliases", "generate"}, e.name) {
			return l.errorf(e.key, "correlation: the key %q is not known; there are type, rules, group-by, timespan, condition, aliases and generate", e.name)
		}
	}
	for _, need := range []string{"type", "rules", "timespan"} {
		if _, ok := have[need]; !ok {
			return l.errorf(at.key, "the correlation has no %s", need)
		}
	}
	for _, step := range []struct {
		name string
		read func(*Correlation, entry) error
	}{
		{"type", l.corrType}, {"rules", l.corrRules}, {"group-by", l.groupBy}, {"timespan", l.timespan}, {"aliases", l.aliases}, {"generate", l.generate},
	} {
		if e, ok := have[step.name]; ok {
			if err := step.read(c, e); err != nil {
				return err
			}
		}
	}
	if cond, ok := have["condition"]; ok {
		return l.corrCondition(c, cond)
	}
	if c.Type != footfall.Temporal && c.Type != footfall.TemporalOrdered {
		return l.errorf(at.key, "a correlation of type %s needs a condition, like gte: 10", c.Type)
	}
	c.Bounds = footfall.Bounds{HasLow: true, LowIncluded: true, Low: float64(len(c.refs))}
	return nil
}

func (l *loader) corrType(c *Correlation, e entry) error {
	s, err := l.text(e)
	if err != nil {
		return err
	}
	t, ok := footfall.ParseCorrelationType(s)
	if !ok {
		return l.errorf(e.value, "correlation: the type %q is none of event_count, value_count, value_sum, value_avg, value_percentile, temporal and temporal_ordered", s)
	}
	c.Type = t
	return nil
}

func (l *loader) corrRules(c *Correlation, e entry) error {
	nodes := []*yaml.Node{e.value}
	if e.value.Kind == yaml.Sequence {
		nodes = e.value.Content
	}
	for _, n := range nodes {
		s, err := l.text(entry{"each of rules", n, deref(n)})
		if err != nil {
			return err
		}
		if s == "" {
			continue
		}
		if slices.ContainsFunc(c.refs, func(r reference) bool { return r.name == s }) {
			return l.errorf(n, "correlation: rules names %q twice", s)
		}
		c.refs = append(c.refs, reference{s, n})
	}
	if len(c.refs) == 0 {
		return l.errorf(e.key, "correlation: rules names none")
	}
	if len(c.refs) > maxParts {
		return l.errorf(e.value, "correlation: rules names more than %d", maxParts)
	}
	return nil
}

func (l *loader) groupBy(c *Correlation, e entry) (err error) {
	c.place["group-by"] = e.value
	if c.GroupBy, err = l.texts(e); err != nil {
		return err
	}
	if len(c.GroupBy) > maxGroupBy {
		return l.errorf(e.value, "correlation: group-by names more than %d fields", maxGroupBy)
	}
	for i, g := range c.GroupBy {
		if slices.Contains(c.GroupBy[:i], g) {
			return l.errorf(e.value, "correlation: group-by names %q twice", g)
		}
	}
	return nil
}

var spanForm = regexp.MustCompile(`^([0-9]{1,12})([smhdwMy])$`)

// spanUnits are in seconds; a month and a year are those of the mean
// Gregorian calendar, as pySigma has them.
var spanUnits = map[string]int64{"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2629746, "y": 31556952}

func (l *loader) timespan(c *Correlation, e entry) error {
	s, err := l.text(e)
	if err != nil {
		return err
	}
	m := spanForm.FindStringSubmatch(s)
	if m == nil {
		return l.errorf(e.value, "correlation: the timespan %q is not a number and one of s, m, h, d, w, M and y, like 15m", s)
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || n == 0 {
		return l.errorf(e.value, "correlation: the timespan %q is no length of time", s)
	}
	if float64(n)*float64(spanUnits[m[2]])*1e9 > maxSpan {
		return l.errorf(e.value, "correlation: the timespan %q is more than 100 years", s)
	}
	c.Span = n * spanUnits[m[2]] * 1e9
	return nil
}

func (l *loader) generate(c *Correlation, e entry) error {
	s, err := l.text(e)
	if err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "true":
		c.Generate = true
	case "false":
	default:
		return l.errorf(e.value, "generate must be true or false")
	}
	return nil
}

func (l *loader) aliases(c *Correlation, e entry) error {
	list, err := l.mapping(e.value, "aliases")
	if err != nil {
		return err
	}
	if len(list) > maxCarried {
		return l.errorf(e.value, "correlation: more than %d aliases", maxCarried)
	}
	for _, a := range list {
		of, err := l.mapping(a.value, "each of aliases")
		if err != nil {
			return err
		}
		to := map[string]string{}
		for _, f := range of {
			if !slices.ContainsFunc(c.refs, func(r reference) bool { return r.name == f.name }) {
				return l.errorf(f.key, "correlation: the alias %q names %q, which is none of the rules as they are listed", a.name, f.name)
			}
			field, err := l.text(f)
			if err != nil {
				return err
			}
			if field == "" {
				return l.errorf(f.key, "correlation: the alias %q gives no field for %q", a.name, f.name)
			}
			to[f.name] = field
		}
		c.aliases[a.name], c.place[a.name] = to, a.key
		c.order = append(c.order, a.name)
	}
	return nil
}

var operators = []string{"gt", "gte", "lt", "lte", "eq", "neq"}

func (l *loader) corrCondition(c *Correlation, e entry) error {
	if e.value.Kind == yaml.Scalar {
		return l.errorf(e.value, "correlation: a condition of names and operators is not part of Sigma 2.1; write comparisons like gte: 10, or none for temporal")
	}
	list, err := l.mapping(e.value, "the condition of a correlation")
	if err != nil {
		return err
	}
	asked, percentile := 0, false
	for _, x := range list {
		switch {
		case x.name == "field":
			if c.Field, err = l.texts(x); err != nil {
				return err
			}
		case x.name == "percentile":
			percentile = true
			if c.Percentile, err = l.number(x); err != nil {
				return err
			}
			if c.Percentile < 0 || c.Percentile > 100 {
				return l.errorf(x.value, "correlation: a percentile is a number from 0 to 100")
			}
		case slices.Contains(operators, x.name):
			asked++
			if err := l.compare(c, x); err != nil {
				return err
			}
		default:
			return l.errorf(x.key, "correlation: the condition has %q, which is none of gt, gte, lt, lte, eq, neq, field and percentile", x.name)
		}
	}
	if asked == 0 {
		return l.errorf(e.key, "correlation: the condition compares with nothing; write gte: 10 or the like")
	}
	return l.consistent(c, e, percentile)
}

// number reads a finite number.
func (l *loader) number(e entry) (float64, error) {
	s, err := l.text(e)
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, l.errorf(e.value, "correlation: %s must be a number, not %q", e.name, s)
	}
	return v, nil
}

// compare narrows the bounds by one comparison.
func (l *loader) compare(c *Correlation, e entry) error {
	v, err := l.number(e)
	if err != nil {
		return err
	}
	b := &c.Bounds
	low := func(included bool) {
		if !b.HasLow || v > b.Low || v == b.Low && !included {
			b.HasLow, b.Low, b.LowIncluded = true, v, included
		}
	}
	high := func(included bool) {
		if !b.HasHigh || v < b.High || v == b.High && !included {
			b.HasHigh, b.High, b.HighIncluded = true, v, included
		}
	}
	switch e.name {
	case "gt":
		low(false)
	case "gte":
		low(true)
	case "lt":
		high(false)
	case "lte":
		high(true)
	case "eq":
		low(true)
		high(true)
	case "neq":
		b.Not = append(b.Not, v)
	}
	return nil
}

// consistent refuses conditions that no events could ever fulfil, and those
// that the type of the correlation does not have.
func (l *loader) consistent(c *Correlation, e entry, percentile bool) error {
	values := c.Type >= footfall.ValueCount && c.Type <= footfall.ValuePercentile
	switch {
	case values && len(c.Field) == 0:
		return l.errorf(e.key, "correlation: the condition of a %s needs a field", c.Type)
	case !values && len(c.Field) > 0:
		return l.errorf(e.key, "correlation: a field is for the types that look at values, not for %s", c.Type)
	case len(c.Field) > 1 && c.Type != footfall.ValueCount:
		return l.errorf(e.key, "correlation: %s looks at one field", c.Type)
	case len(c.Field) > maxGroupBy:
		return l.errorf(e.key, "correlation: field names more than %d", maxGroupBy)
	case percentile != (c.Type == footfall.ValuePercentile):
		if percentile {
			return l.errorf(e.key, "correlation: percentile is for value_percentile only")
		}
		return l.errorf(e.key, "correlation: the condition of a value_percentile needs a percentile, like percentile: 95")
	}
	if c.Type == footfall.ValueSum || c.Type == footfall.ValueAvg || c.Type == footfall.ValuePercentile {
		if c.Bounds.HasLow && c.Bounds.HasHigh && (c.Bounds.Low > c.Bounds.High || c.Bounds.Low == c.Bounds.High && !c.Bounds.Hold(c.Bounds.Low)) {
			return l.errorf(e.key, "correlation: no number fulfils the condition")
		}
		return nil
	}
	return l.counts(c, e)
}

// counts checks bounds on a count: it is a whole number, at least one since
// it is events that open a window, and for temporal at most one for each rule.
func (l *loader) counts(c *Correlation, e entry) error {
	b := &c.Bounds
	least, most := 1.0, math.Inf(1)
	if c.Type == footfall.Temporal || c.Type == footfall.TemporalOrdered {
		most = float64(len(c.refs))
	}
	for _, v := range append([]float64{b.Low, b.High}, b.Not...) {
		if v != math.Trunc(v) {
			return l.errorf(e.key, "correlation: a count is a whole number")
		}
	}
	if b.HasLow && b.Low > maxNeeded {
		return l.errorf(e.key, "correlation: a count of more than %d is not followed", maxNeeded)
	}
	lo, hi := least, most
	if b.HasLow {
		lo = max(lo, b.Low)
	}
	if b.HasHigh {
		hi = min(hi, b.High)
	}
	fits := false
	for v, n := lo, 0; v <= hi && n <= len(b.Not)+2; v, n = v+1, n+1 {
		fits = fits || b.Hold(v)
	}
	if !fits {
		return l.errorf(e.key, "correlation: no count fulfils the condition: a group has at least one event%s", map[bool]string{true: fmt.Sprintf(", and at most %d different rules", len(c.refs))}[!math.IsInf(most, 1)])
	}
	if c.Type == footfall.TemporalOrdered && !(b.Growing() && !b.Hold(most-1) && b.Hold(most) || b.HasHigh && b.Low == most && b.High == most) {
		return l.errorf(e.key, "correlation: temporal_ordered waits for all of its %d rules; there is no order of some of them", len(c.refs))
	}
	return nil
}
