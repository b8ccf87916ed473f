package engine

import (
	"container/heap"

	"github.com/footfall/footfall"
)

// A watermark puts steps that arrive as they happen into the order that a
// sorter gives: it holds each until nothing older is expected, which is when
// one has come that is later by the time that steps may be late.
type watermark struct {
	late int64 // how late a step may come, in nanoseconds
	wait waiting
	mark int64 // everything before it was released
	Lost int64 // steps that came later still
}

func newWatermark(n *footfall.Names, late int64) *watermark {
	return &watermark{late: late, wait: waiting{order: &sorter{names: n}}}
}

// add takes a step and gives on, in order, those that need not wait longer.
// All steps of one time are given on together.
func (w *watermark) add(s *footfall.Step, give func(*footfall.Step)) {
	if s.Time < w.mark {
		w.Lost++
		return
	}
	heap.Push(&w.wait, s)
	w.advance(s.Time-w.late, give)
}

// advance says that nothing before a time will come.
func (w *watermark) advance(mark int64, give func(*footfall.Step)) {
	if mark <= w.mark {
		return
	}
	for w.mark = mark; len(w.wait.list) > 0 && w.wait.list[0].Time < mark; {
		s := heap.Pop(&w.wait).(footfall.Step)
		give(&s)
	}
}

// end gives on what is left.
func (w *watermark) end(give func(*footfall.Step)) {
	for len(w.wait.list) > 0 {
		s := heap.Pop(&w.wait).(footfall.Step)
		w.mark = s.Time
		give(&s)
	}
}

type waiting struct {
	order *sorter
	list  []footfall.Step
}

func (h *waiting) Len() int           { return len(h.list) }
func (h *waiting) Less(i, j int) bool { return h.order.less(&h.list[i], &h.list[j]) < 0 }
func (h *waiting) Swap(i, j int)      { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *waiting) Push(x any)         { h.list = append(h.list, *x.(*footfall.Step)) }
func (h *waiting) Pop() any {
	n := len(h.list) - 1
	x := h.list[n]
	h.list = h.list[:n]
	return x
}
