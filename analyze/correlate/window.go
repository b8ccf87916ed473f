package correlate

import (
	"cmp"
	"container/heap"
	"math"

	"github.com/footfall/footfall"
)

// A Hit is a hit of one of the rules that correlations refer to.
type Hit struct {
	Rule   string // id of the rule, or of the rule of an analytic
	Found  bool   // it is a finding of an analytic, with the values of footfall.EntityFields
	Time   int64
	ID     uint64 // of the event
	Values []string
	Seen   Seen
}

// Seen is what a match tells of an event.
type Seen struct {
	Ref                                footfall.Ref
	SrcAddr, SrcHost, DstAddr, DstHost footfall.Name
	Account, Target, Session           footfall.Name
	Flags                              footfall.Flags
	Kind                               footfall.Kind
	Service                            footfall.Service
	Outcome                            footfall.Outcome
}

// A Match is a run of windows in which a correlation's condition held for a
// group. While it goes on it is told again.
type Match struct {
	Correlation int      // index into the list given to New
	Group       []string // the values of group-by, as they were written first
	At          int64    // when the condition came to hold
	First, Last int64    // times of its events
	Count       int      // its events
	Most        float64  // the greatest value of what is compared
	ID          uint64   // of the event with which it came to hold

	held  int64 // when the condition held last
	about *opened
}

// An Event is one event of a Match.
type Event struct {
	Time  int64
	ID    uint64
	Part  int
	Value string // of Field, of types that look at values
	Seen  Seen
}

// A Window evaluates correlations over hits that may come out of order by up
// to a lateness: it holds hits back until a watermark has passed them. What
// it tells is the same for any order within that bound.
type Window struct {
	core *Core
	held hits
	mark int64 // hits up to here were released
	late int64
}

// NewWindow returns a Window; tell is called as by a Core.
func NewWindow(list []footfall.Correlation, tell func(m *Match, fresh []Event)) *Window {
	return &Window{core: New(list, tell), mark: math.MinInt64}
}

// Push takes a hit. One from before the watermark is too late: it is counted
// and not used.
func (w *Window) Push(h Hit) {
	if h.Time <= w.mark {
		w.late++
		return
	}
	heap.Push(&w.held, h)
}

// Advance says that no hit up to a time will come any more.
func (w *Window) Advance(watermark int64) {
	if watermark <= w.mark {
		return
	}
	w.mark = watermark
	for len(w.held) > 0 && w.held[0].Time <= watermark {
		h := heap.Pop(&w.held).(Hit)
		w.core.Push(&h)
	}
	w.core.Advance(watermark)
}

// Close ends the hits.
func (w *Window) Close() {
	w.Advance(math.MaxInt64)
	w.core.Close()
}

// Late returns how many hits came after their watermark.
func (w *Window) Late() int64 { return w.late }

// hits is a heap in the order in which a Core takes hits.
type hits []Hit

func (h hits) Len() int { return len(h) }
func (h hits) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].Time, h[j].Time), cmp.Compare(h[i].ID, h[j].ID), cmp.Compare(h[i].Rule, h[j].Rule)) < 0
}
func (h hits) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *hits) Push(x any)   { *h = append(*h, x.(Hit)) }
func (h *hits) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
