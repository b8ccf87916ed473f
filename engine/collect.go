package engine

import (
	"cmp"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/identify"
)

// stepsInMemory bounds the sort buffer: 256 Ki steps are 32 MiB.
const stepsInMemory = 1 << 18

// heldSteps bounds the steps of one input whose years are open.
const heldSteps = 1 << 16

// A collector takes products in the order of chunks within each input: it
// sorts steps, counts what was and was not read, and gives year-less times
// their year once their input has ended.
type collector struct {
	l       *line
	sorted  *sorter
	open    map[int]*yearlessInput
	cover   map[coverKey]*footfall.Coverage
	unread  map[int]*unreadList
	records map[int]int64
	frames  map[int]int64
	before  map[int][]int64 // frames before each chunk, for numbering
	events  map[string]int64
	latest  map[int]int64 // time of the newest step of an input
	undated map[int]int64 // steps of an input without a usable time
	entries []identify.Entry
}

type coverKey struct {
	host, log footfall.Name
}

type unreadList struct {
	reasons []footfall.Unreadable
	total   int64
}

// maxReasons bounds the different reasons that are kept of one input; further
// ones are counted under one.
const maxReasons = 50

func newCollector(l *line) *collector {
	return &collector{
		l: l, sorted: newSorter(l.names, l.opt.tempDir(), l.opt.inMemory(stepsInMemory)), open: map[int]*yearlessInput{},
		cover: map[coverKey]*footfall.Coverage{}, unread: map[int]*unreadList{}, records: map[int]int64{},
		before: map[int][]int64{}, frames: map[int]int64{}, events: map[string]int64{},
		latest: map[int]int64{}, undated: map[int]int64{},
	}
}

func (c *collector) take(p *product) error {
	in := p.input.Index
	c.before[in] = append(c.before[in], c.frames[in])
	c.frames[in] += p.frames
	c.records[in] += p.records
	c.events[p.input.Format] += p.events
	for _, u := range p.unread {
		c.note(in, u)
	}
	if len(c.entries) < maxEntries {
		c.entries = append(c.entries, p.entries...)
	}
	y := c.open[in]
	if y == nil && !p.cal.begun {
		for i := range p.cover {
			c.covered(&p.cover[i])
		}
		c.date(in, p.steps)
		return c.sorted.add(p.steps, &p.texts)
	}
	if y == nil {
		y = &yearlessInput{steps: newSorter(c.l.names, c.l.opt.tempDir(), c.l.opt.inMemory(heldSteps))}
		c.open[in] = y
	}
	years := y.cal.join(&p.cal)
	for i := range p.steps {
		p.steps[i].Time = later(p.steps[i].Time, years)
	}
	for i := range p.cover {
		v := p.cover[i]
		v.First, v.Last = later(v.First, years), later(v.Last, years)
		y.cover = append(y.cover, v)
	}
	c.date(in, p.steps)
	return y.steps.add(p.steps, &p.texts)
}

// date gives steps without a usable time the place that they have in their
// input: just after the record before them, or where no record before them has
// a time, in their order at the time of receipt. How many there are is told.
func (c *collector) date(in int, steps []footfall.Step) {
	for i := range steps {
		s := &steps[i]
		if s.Time == 0 {
			// A hit stays with the step that it is a copy of.
			if i == 0 || steps[i-1].Ref != s.Ref {
				if c.latest[in] == 0 {
					c.latest[in] = c.l.opt.Receipt.UnixNano()
				}
				c.latest[in]++
				c.undated[in]++
			}
			s.Time = c.latest[in]
			continue
		}
		c.latest[in] = s.Time
	}
}

func (c *collector) note(in int, u footfall.Unread) {
	l := c.unread[in]
	if l == nil {
		l = &unreadList{}
		c.unread[in] = l
	}
	l.total++
	for i := range l.reasons {
		if r := &l.reasons[i]; r.Reason == u.Reason {
			r.Count++
			r.Offset = min(r.Offset, u.Offset)
			return
		}
	}
	if len(l.reasons) == maxReasons {
		u.Reason = "other reasons"
		if last := &l.reasons[maxReasons-1]; last.Reason == u.Reason {
			last.Count++
			return
		}
		l.reasons = l.reasons[:maxReasons-1]
	}
	l.reasons = append(l.reasons, footfall.Unreadable{Reason: u.Reason, Count: 1, Offset: u.Offset})
}

func (c *collector) covered(p *footfall.Coverage) {
	k := coverKey{p.Host, p.Log}
	have := c.cover[k]
	if have == nil {
		v := *p
		c.cover[k] = &v
		return
	}
	have.First, have.Last = min(have.First, p.First), max(have.Last, p.Last)
	have.Records += p.Records
	if p.Lowest != 0 && (have.Lowest == 0 || p.Lowest < have.Lowest) {
		have.Lowest = p.Lowest
	}
	have.Highest = max(have.Highest, p.Highest)
}

// settle ends the inputs whose years were open.
func (c *collector) settle() error {
	ins := make([]int, 0, len(c.open))
	for in := range c.open {
		ins = append(ins, in)
	}
	slices.Sort(ins)
	for _, in := range ins {
		y := c.open[in]
		base := y.cal.base(c.l.opt.Year, c.l.opt.Receipt)
		for i := range y.cover {
			v := &y.cover[i]
			v.First, v.Last = closed(v.First, base, c.l.opt.Zone), closed(v.Last, base, c.l.opt.Zone)
			c.covered(v)
		}
		if err := y.settle(base, c.l.opt.Zone, c.sorted); err != nil {
			return err
		}
	}
	return nil
}

// coverage returns what was seen of each host and log, by their names.
func (c *collector) coverage() []footfall.Coverage {
	out := make([]footfall.Coverage, 0, len(c.cover))
	for _, v := range c.cover {
		out = append(out, *v)
	}
	n := c.l.names
	slices.SortFunc(out, func(a, b footfall.Coverage) int {
		return cmp.Or(cmp.Compare(n.String(a.Host), n.String(b.Host)), cmp.Compare(n.String(a.Log), n.String(b.Log)))
	})
	return out
}

// inputs joins what reading and decoding say of each input, by their indexes:
// members of an archive may have one name.
func (c *collector) inputs() []footfall.InputStat {
	stats := c.l.src.Stats()
	for in := range stats {
		s := &stats[in]
		s.Records = c.records[in]
		if u := c.unread[in]; u != nil {
			s.Unread += u.total
			s.Reasons = append(s.Reasons, u.reasons...)
			if s.State == "read" {
				s.State = "partly"
			}
		}
		slices.SortStableFunc(s.Reasons, func(a, b footfall.Unreadable) int {
			return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Reason, b.Reason))
		})
	}
	return stats
}
