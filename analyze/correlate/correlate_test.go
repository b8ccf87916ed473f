package correlate

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// TestAgainstDefinition compares the Core with the definition of each type,
// evaluated anew for every event over all events of its group.
func TestAgainstDefinition(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		c := someCorrelation(r)
		hits := someHits(r, 3, len(c.Parts))
		got, want := evaluated([]footfall.Correlation{c}, hits), defined(&c, hits)
		if c.Type == footfall.TemporalOrdered {
			got = ends.ReplaceAllString(got, ": 0\n")
		}
		if got != want {
			t.Fatalf("seed %d: %+v\n%v\ngot:\n%swant:\n%s", seed, c, hits, got, want)
		}
	}
}

// TestAnyOrder holds that hits out of order within the lateness, and any
// watermarks behind it, give what hits in order give; with correlations of
// correlations too.
func TestAnyOrder(t *testing.T) {
	const late = 20
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 2))
		list := []footfall.Correlation{someCorrelation(r), someCorrelation(r)}
		outer := someCorrelation(r)
		outer.Type, outer.Field, outer.Bounds = footfall.TemporalOrdered, nil, atLeast(2)
		outer.Parts = []footfall.CorrelationPart{{Inner: 1, Group: []int{0}}, {Inner: 2, Group: []int{0}}}
		for i := range list {
			for j := range list[i].Parts {
				list[i].Parts[j].Carry = []int{0}
			}
		}
		list = append(list, outer)
		hits := someHits(r, 3, 3)
		want := evaluated(list, hits)
		type sent struct {
			at int64
			h  Hit
		}
		var order []sent
		for _, h := range hits {
			order = append(order, sent{h.Time + r.Int64N(late), h})
		}
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		slices.SortStableFunc(order, func(a, b sent) int { return cmp.Compare(a.at, b.at) })
		var told teller
		w := NewWindow(list, told.tell)
		for _, x := range order {
			if r.IntN(3) > 0 {
				w.Advance(x.at - late)
			}
			w.Push(x.h)
		}
		w.Close()
		if got := told.text(); got != want || w.Late() > 0 {
			t.Fatalf("seed %d: %d hits late\ngot:\n%swant:\n%s", seed, w.Late(), got, want)
		}
	}
}

// TestLate holds that a hit from before the watermark is counted, not used.
func TestLate(t *testing.T) {
	var told teller
	c := footfall.Correlation{Rule: &footfall.Rule{}, Type: footfall.EventCount, Span: 10, Bounds: atLeast(1), Parts: []footfall.CorrelationPart{{Rule: "0"}}}
	w := NewWindow([]footfall.Correlation{c}, told.tell)
	w.Advance(5)
	w.Push(Hit{Rule: "0", Time: 5})
	w.Close()
	if len(told.list) != 0 || w.Late() != 1 {
		t.Errorf("%d matches, %d late, want 0 and 1", len(told.list), w.Late())
	}
}

var ends = regexp.MustCompile(`: \d+\n`)

func atLeast(n float64) footfall.Bounds {
	return footfall.Bounds{HasLow: true, LowIncluded: true, Low: n}
}

func someCorrelation(r *rand.Rand) footfall.Correlation {
	c := footfall.Correlation{
		Rule: &footfall.Rule{ID: "c", Title: "c"}, Type: footfall.CorrelationType(1 + r.IntN(7)), GroupBy: []string{"g"},
		Span: 1 + r.Int64N(30), Percentile: float64(r.IntN(101)), Bounds: atLeast(float64(1 + r.IntN(4))),
	}
	n := 1 + r.IntN(3)
	for i := range n {
		c.Parts = append(c.Parts, footfall.CorrelationPart{Rule: fmt.Sprint(i), Group: []int{0}})
		if c.Type >= footfall.ValueCount && c.Type <= footfall.ValuePercentile {
			c.Field, c.Parts[i].Field = []string{"v"}, []int{1}
		}
	}
	switch {
	case c.Type == footfall.TemporalOrdered:
		c.Bounds = atLeast(float64(n))
	case c.Type == footfall.Temporal:
		c.Bounds = atLeast(float64(1 + r.IntN(n)))
	}
	if c.Type != footfall.TemporalOrdered && r.IntN(3) == 0 {
		c.Bounds.HasHigh, c.Bounds.HighIncluded, c.Bounds.High = true, true, c.Bounds.Low+float64(r.IntN(3))
	}
	return c
}

// someHits are hits in the order of a Core; an event may be hit by several rules.
func someHits(r *rand.Rand, groups, rules int) []Hit {
	var out []Hit
	for id := range uint64(2 + r.IntN(40)) {
		h := Hit{Time: 100 + r.Int64N(120), ID: 1 + id, Values: []string{string(rune('a' + r.IntN(groups))), fmt.Sprint(r.IntN(6) - 1)}}
		if r.IntN(12) == 0 {
			h.Values[r.IntN(2)] = ""
		}
		any := false
		for i := range rules {
			if r.IntN(rules) == 0 {
				h.Rule, any = fmt.Sprint(i), true
				out = append(out, h)
			}
		}
		if !any {
			h.Rule = fmt.Sprint(r.IntN(rules))
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Rule, b.Rule))
	})
	return out
}

// A teller keeps matches; what began at one time is told in the order of groups.
type teller struct {
	list   []*Match
	events []int
}

func (k *teller) tell(m *Match, fresh []Event) {
	i := slices.Index(k.list, m)
	if i < 0 {
		i = len(k.list)
		k.list, k.events = append(k.list, m), append(k.events, 0)
	}
	k.events[i] += len(fresh)
}

func (k *teller) text() string {
	var out []string
	for i, m := range k.list {
		out = append(out, line(m.Correlation, m.Group[0], m.At, k.events[i]))
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

// line tells a match. Which of several chains is told is the Core's choice, so
// that events of sequences are not compared with the definition.
func line(c int, group string, at int64, events int) string {
	return fmt.Sprintf("%d %s at %d: %d\n", c, group, at, events)
}

func evaluated(list []footfall.Correlation, hits []Hit) string {
	var told teller
	c := New(list, told.tell)
	for i := range hits {
		c.Push(&hits[i])
	}
	c.Close()
	if c.entries < 0 {
		panic("BUG: the entries are counted wrongly")
	}
	return told.text()
}

// An item is a hit as the definition has it.
type item struct {
	Hit
	part  int
	num   float64
	cited bool
}

// defined evaluates a correlation by its definition.
func defined(c *footfall.Correlation, hits []Hit) string {
	groups := map[string][]*item{}
	for _, h := range hits {
		part := slices.IndexFunc(c.Parts, func(p footfall.CorrelationPart) bool { return p.Rule == h.Rule })
		if part < 0 || h.Values[0] == "" || len(c.Field) > 0 && h.Values[1] == "" {
			continue
		}
		x := &item{Hit: h, part: part}
		fmt.Sscan(h.Values[1], &x.num)
		// An event is one event however many rules hit it, but for sequences.
		if c.Type < footfall.Temporal && slices.ContainsFunc(groups[h.Values[0]], func(y *item) bool { return y.ID == x.ID }) {
			continue
		}
		groups[h.Values[0]] = append(groups[h.Values[0]], x)
	}
	var out []string
	for g, items := range groups {
		say := func(at int64, events int) { out = append(out, line(0, g, at, events)) }
		switch {
		case c.Type == footfall.TemporalOrdered:
			sequences(c, items, say)
		case c.Bounds.Growing():
			sliding(c, items, say)
		default:
			windows(c, items, say)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

// runs joins what holds within a timespan of what held before.
func runs(span int64, say func(int64, int)) (hold func(at int64, events int), end func()) {
	begun, held, n := int64(-1), int64(0), 0
	end = func() {
		if begun >= 0 {
			say(begun, n)
		}
	}
	return func(at int64, events int) {
		if begun < 0 || at-held > span {
			end()
			begun, n = at, 0
		}
		held, n = at, n+events
	}, end
}

func sliding(c *footfall.Correlation, items []*item, say func(int64, int)) {
	hold, end := runs(c.Span, say)
	for i := range items {
		var in []*item
		for j := i; j >= 0; j-- {
			same := func(x *item) bool { return x.part == items[j].part }
			// Of temporal the last hit of each rule is what is within.
			if items[i].Time-items[j].Time <= c.Span && !(c.Type == footfall.Temporal && slices.ContainsFunc(in, same)) {
				in = append(in, items[j])
			}
		}
		if !c.Bounds.Hold(value(c, in)) {
			continue
		}
		fresh := 0
		for _, x := range in {
			if !x.cited {
				x.cited = true
				fresh++
			}
		}
		hold(items[i].Time, fresh)
	}
	end()
}

func windows(c *footfall.Correlation, items []*item, say func(int64, int)) {
	for len(items) > 0 {
		n := 0
		for n < len(items) && items[n].Time-items[0].Time <= c.Span {
			n++
		}
		if c.Bounds.Hold(value(c, items[:n])) {
			say(items[0].Time+c.Span, n)
		}
		items = items[n:]
	}
}

// sequences finds for each event of the last rule whether a chain ends in it,
// by trying all.
func sequences(c *footfall.Correlation, items []*item, say func(int64, int)) {
	hold, end := runs(c.Span, say)
	var begins func(x *item, from int64) (path []*item)
	begins = func(x *item, from int64) []*item {
		if x.part == 0 {
			if x.Time < from {
				return nil
			}
			return []*item{x}
		}
		var best []*item
		for _, y := range items {
			if y.part != x.part-1 || y.Time > x.Time || y.ID == x.ID {
				continue
			}
			if p := begins(y, from); p != nil && (best == nil || p[0].Time > best[0].Time) {
				best = p
			}
		}
		if best == nil {
			return nil
		}
		return append(slices.Clone(best), x)
	}
	for _, x := range items {
		if x.part == len(c.Parts)-1 && begins(x, x.Time-c.Span) != nil {
			hold(x.Time, 0)
		}
	}
	end()
}

// value is what a condition compares.
func value(c *footfall.Correlation, in []*item) float64 {
	sum, values, parts := 0.0, map[float64]bool{}, map[int]bool{}
	var sorted []float64
	for _, x := range in {
		sum += x.num
		values[x.num], parts[x.part] = true, true
		sorted = append(sorted, x.num)
	}
	slices.Sort(sorted)
	switch c.Type {
	case footfall.ValueCount:
		return float64(len(values))
	case footfall.ValueSum:
		return sum
	case footfall.ValueAvg:
		return sum / float64(len(in))
	case footfall.ValuePercentile:
		for i, v := range sorted {
			if float64(i+1)*100 >= c.Percentile*float64(len(sorted)) {
				return v
			}
		}
	case footfall.Temporal:
		return float64(len(parts))
	}
	return float64(len(in))
}
