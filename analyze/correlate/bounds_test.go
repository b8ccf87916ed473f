package correlate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/footfall/footfall"
)

func counter(t footfall.CorrelationType, need float64, span int64) footfall.Correlation {
	c := footfall.Correlation{
		Rule: &footfall.Rule{ID: "c", Title: "c"}, Type: t, GroupBy: []string{"g"}, Span: span, Bounds: atLeast(need),
		Parts: []footfall.CorrelationPart{{Rule: "0", Group: []int{0}}, {Rule: "1", Group: []int{0}}},
	}
	if t >= footfall.ValueCount && t <= footfall.ValuePercentile {
		c.Field = []string{"v"}
		for i := range c.Parts {
			c.Parts[i].Field = []int{1}
		}
	}
	return c
}

// TestTooManyGroups holds that groups which explode leave those alone that go
// on, that what a Core holds stays bounded, and that what was not followed is told.
func TestTooManyGroups(t *testing.T) {
	for _, kind := range []footfall.CorrelationType{footfall.EventCount, footfall.ValueCount, footfall.Temporal, footfall.TemporalOrdered} {
		var told teller
		need := 2.0
		if kind < footfall.Temporal {
			need = 50
		}
		c := New([]footfall.Correlation{counter(kind, need, 1e6)}, told.tell)
		c.limits = limits{groups: 100, entries: 2000}
		at := int64(1)
		for i := range 20_000 {
			at++
			h := Hit{Rule: "0", Time: at, ID: uint64(i) + 1, Values: []string{fmt.Sprint("once", i), fmt.Sprint(i)}}
			if i%200 < 2 {
				h.Values[0], h.Rule = "busy", fmt.Sprint(i%2)
			}
			c.Push(&h)
			if s := &c.states[0]; len(s.groups) > 100 || c.entries > 2000 || c.entries < 0 {
				t.Fatalf("%v: %d groups with %d events are held", kind, len(s.groups), c.entries)
			}
		}
		c.Close()
		lost := c.Lost()
		if len(lost) != 1 || lost[0].Groups+lost[0].Refused < 19_000 {
			t.Errorf("%v: %+v are told as lost, want nearly all that came once", kind, lost)
		}
		if len(told.list) != 1 || told.list[0].Group[0] != "busy" {
			t.Errorf("%v: %d matches, want that of the group that goes on", kind, len(told.list))
		}
	}
}

// TestExpires holds that groups cost nothing once no window can hold them, so
// that many of them one after another are followed all.
func TestExpires(t *testing.T) {
	var told teller
	c := New([]footfall.Correlation{counter(footfall.EventCount, 2, 10)}, told.tell)
	c.limits = limits{groups: 20, entries: 100}
	for i := range 5000 {
		for j := range 2 {
			c.Push(&Hit{Rule: "0", Time: int64(i) + int64(j), ID: uint64(2*i + j), Values: []string{fmt.Sprint(i)}})
		}
	}
	c.Close()
	if len(told.list) != 5000 || len(c.Lost()) != 0 {
		t.Errorf("%d of 5000 matches, lost %+v", len(told.list), c.Lost())
	}
}

// TestBounded holds that no group's events or values grow without bound.
func TestBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for kind := footfall.EventCount; kind <= footfall.TemporalOrdered; kind++ {
		for _, closing := range []bool{false, true} {
			c := counter(kind, 2, 1e15)
			if closing && kind != footfall.TemporalOrdered {
				c.Bounds.HasHigh, c.Bounds.High = true, 1e9
			}
			k := New([]footfall.Correlation{c}, func(*Match, []Event) {})
			k.limits = limits{10, 500}
			for i := range 30_000 {
				k.Push(&Hit{Rule: fmt.Sprint(r.IntN(2)), Time: int64(i), ID: uint64(i), Values: []string{fmt.Sprint(r.IntN(3)), fmt.Sprint(r.IntN(1 << 30))}})
				if k.entries > 500 {
					t.Fatalf("%v: %d events are held", kind, k.entries)
				}
			}
			for _, g := range k.states[0].groups {
				if n := len(g.tally.values) + len(g.tally.sorted); n > 500 {
					t.Errorf("%v, closing %v: %d values are held", kind, closing, n)
				}
			}
		}
	}
}

// TestNoAllocs holds that hits of groups that are known cost no memory once
// warm, as long as nothing holds.
func TestNoAllocs(t *testing.T) {
	list := []footfall.Correlation{counter(footfall.EventCount, 60, 1000), counter(footfall.Temporal, 2, 1000), counter(footfall.ValueSum, 1e9, 1000)}
	for i := range list {
		list[i].Parts[0].Rule = "0"
	}
	c := New(list, func(*Match, []Event) {})
	values := [][]string{{"a", "5"}, {"b", "6"}}
	at := int64(0)
	push := func() {
		for i := range 100 {
			at += 20
			c.Push(&Hit{Rule: "0", Time: at, ID: uint64(at), Values: values[i%2]})
		}
	}
	for range 50 {
		push()
	}
	if got := testing.AllocsPerRun(20, push); got > 0 {
		t.Errorf("got %v allocations in 100 warm hits, want 0", got)
	}
}

func BenchmarkPush(b *testing.B) {
	for _, kind := range []footfall.CorrelationType{footfall.EventCount, footfall.ValueCount, footfall.TemporalOrdered} {
		b.Run(kind.String(), func(b *testing.B) {
			c := New([]footfall.Correlation{counter(kind, 20, 600)}, func(*Match, []Event) {})
			var values [][]string
			for i := range 1000 {
				values = append(values, []string{fmt.Sprint("10.0.0.", i), fmt.Sprint("user", i%7)})
			}
			b.ReportAllocs()
			for i := range b.N {
				c.Push(&Hit{Rule: "0", Time: int64(i), ID: uint64(i), Values: values[i%1000]})
			}
		})
	}
}
