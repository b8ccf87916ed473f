package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/sigma"
)

// An Explained is how one record is read.
type Explained struct {
	Input  string
	Format string
	Offset int64
	Number uint64 // the record's own number, or its index from 1
	Raw    string
	footfall.Confidence
	Event  *footfall.Event // good only during the call
	Schema *footfall.Schema
	Log    footfall.Log
	Hits   []sigma.Explanation
	Near   []sigma.Explanation // rules of the same log source with the fewest parts missing
}

// maxNear is how many rules that nearly hit are told.
const maxNear = 3

// Explain shows each record of the inputs, or with number only those of that
// number, with the rules that hit it and those that nearly did. visit returns
// false to stop.
func Explain(ctx context.Context, opt Options, number uint64, visit func(*Explained) bool) ([]footfall.InputStat, error) {
	opt.Workers = 1
	l, err := begin(ctx, &opt, true)
	if err != nil {
		return nil, err
	}
	w, err := newWorker(l)
	if err != nil {
		return nil, errors.Join(err, l.src.Close())
	}
	x := explainer{l: l, w: w, number: number, visit: visit, c: newCollector(l)}
	err = x.all(ctx)
	if err = errors.Join(err, l.src.Close()); err != nil {
		return nil, err
	}
	return x.c.inputs(), nil
}

type explainer struct {
	l      *line
	w      *worker
	c      *collector
	number uint64
	visit  func(*Explained) bool
	stop   bool
}

func (x *explainer) all(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks, done := make(chan *footfall.Chunk), make(chan error, 1)
	go func() {
		done <- x.l.src.Run(ctx, chunks)
		close(chunks)
	}()
	var fail error
	for c := range chunks {
		if !x.stop && fail == nil {
			fail = x.chunk(c)
		}
		x.l.src.Release(c)
		if x.stop {
			cancel()
		}
	}
	err := <-done
	if x.stop && errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(fail, err)
}

func (x *explainer) chunk(c *footfall.Chunk) error {
	b := &x.w.batch
	b.Reset()
	if err := x.w.stage.Chunk(b, c); err != nil {
		b.Bad(c.Offset, err.Error())
	}
	p := &product{input: c.Input, index: c.Index, unread: b.Unread, records: distinct(b.Events), events: int64(len(b.Events)), frames: int64(x.w.stage.Frames())}
	before := uint64(x.c.frames[c.Input.Index])
	if err := x.c.take(p); err != nil {
		return err
	}
	for i := range b.Events {
		e := &b.Events[i]
		n := e.Record
		if !e.Native {
			n += before
		}
		if x.number != 0 && n != x.number {
			continue
		}
		x.l.opt.resolve(e)
		if !x.visit(x.explain(c, e, n)) {
			x.stop = true
			return nil
		}
	}
	return nil
}

func (x *explainer) explain(c *footfall.Chunk, e *footfall.Event, n uint64) *Explained {
	out := &Explained{
		Input: c.Input.Path, Format: c.Input.Format, Offset: e.Offset, Number: n,
		Raw: string(record(c, e)), Event: e, Schema: x.l.schema, Log: x.l.schema.LogOf(e.Log),
		Confidence: c.Input.Confidence,
	}
	if c.Input.Format == "evtx" {
		out.Raw = fieldsJSON(e, x.l.schema)
	}
	if x.w.match == nil {
		return out
	}
	x.w.hits = x.w.hits[:0]
	x.w.match.Match(e, x.w.hit)
	for _, r := range x.w.hits {
		out.Hits = append(out.Hits, x.l.set.Explain(r, e))
	}
	out.Near = near(x.l.set, e)
	return out
}

// near returns the rules of an event's log source that came closest without
// hitting: those of which at least half the selections fit, the most first.
func near(set *sigma.Set, e *footfall.Event) []sigma.Explanation {
	type scored struct {
		x    sigma.Explanation
		part float64
	}
	var all []scored
	for i := range set.Rules() {
		x := set.Explain(i, e)
		if x.Hit || !x.Applies || len(x.Parts) == 0 {
			continue
		}
		hit := 0
		for _, p := range x.Parts {
			if p.Hit {
				hit++
			}
		}
		if part := float64(hit) / float64(len(x.Parts)); part >= 0.5 {
			all = append(all, scored{x, part})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.part, a.part), cmp.Compare(a.x.Rule.Meta.ID, b.x.Rule.Meta.ID))
	})
	var out []sigma.Explanation
	for _, s := range all[:min(len(all), maxNear)] {
		out = append(out, s.x)
	}
	return out
}
