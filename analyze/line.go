package analyze

import (
	"reflect"
	"slices"

	"github.com/footfall/footfall"
)

// A Line runs analytics over steps. One goroutine owns it.
type Line struct {
	runs  []run
	every []*run      // all of them
	plain [256][]*run // by kind, those that may want plain steps of it
	names *footfall.Names
	slots [slotCache]cachedSlot
	keys  []footfall.Name
	inner footfall.Sink

	// Least is from which level of a finding on facts about it are taken.
	Least footfall.Level
}

// A run is the instances of one analytic.
type run struct {
	analytic *footfall.Analytic
	env      *footfall.Env
	slots    [footfall.Slots]footfall.Watcher
	all      footfall.Watcher
	witness  bool
	fed      [256]fed // by service
}

const slotCache = 1 << 12

type cachedSlot struct {
	name footfall.Name
	slot uint8
}

// New makes a Line of the analytics of list. env is shared by all instances.
func New(list []footfall.Analytic, env *footfall.Env) *Line {
	l := &Line{names: env.Names, runs: make([]run, len(list))}
	for i := range list {
		r := &l.runs[i]
		*r = run{analytic: &list[i], env: env, witness: len(list[i].Facts) > 0}
		l.every = append(l.every, r)
		for k := range l.plain {
			if list[i].Kinds == nil || slices.Contains(list[i].Kinds, footfall.Kind(k)) {
				l.plain[k] = append(l.plain[k], r)
			}
		}
	}
	return l
}

// Observe gives a step to the instances that want it, and then asks those that
// bear witness about what was found on it. sess is the session that the step
// is in, nil when none is known.
func (l *Line) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	runs := l.every
	if s.Rule == 0 {
		runs = l.plain[s.Kind]
	}
	for _, r := range runs {
		l.keys = r.analytic.Keys(l.keys[:0], s)
		if len(l.keys) == 0 {
			continue
		}
		r.see(s)
		var done uint64
		for _, k := range l.keys {
			if w := l.instance(r, k, &done); w != nil {
				w.Observe(s, sess, &l.inner)
			}
		}
	}
	if len(l.inner.Found) > 0 || len(l.inner.Known) > 0 {
		l.spread()
		l.pass(out, l.Least)
	}
}

// A fed is how many steps of a service an analytic wanted.
type fed struct{ n, first, last int64 }

func (r *run) see(s *footfall.Step) {
	f := &r.fed[s.Service]
	if f.n++; f.n == 1 {
		f.first = s.Time
	}
	f.last = s.Time
}

// Fed says how many steps each analytic wanted for each row that its rules
// serve, of the services that the row is about.
func (l *Line) Fed(about func(row string, s footfall.Service) bool) []footfall.Fed {
	var out []footfall.Fed
	for i := range l.runs {
		r := &l.runs[i]
		for j := range r.analytic.Rules {
			rule := &r.analytic.Rules[j]
			for _, row := range rule.Rows {
				f := footfall.Fed{ID: rule.ID, Title: rule.Title, Kind: "analytic", Rows: []string{row}}
				for svc := range r.fed {
					if x := r.fed[svc]; x.n > 0 && about(row, footfall.Service(svc)) {
						f.Seen += x.n
						f.Last = max(f.Last, x.last)
						if f.First == 0 || x.first < f.First {
							f.First = x.first
						}
					}
				}
				out = append(out, f)
			}
		}
	}
	return out
}

// spread tells hearers what was found, and what they found themselves then.
func (l *Line) spread() {
	in := &l.inner
	for i := range l.runs {
		r := &l.runs[i]
		if !r.analytic.Hears {
			continue
		}
		var done uint64
		h, ok := l.instance(r, footfall.All, &done).(footfall.Hearer)
		for j := 0; ok && j < len(in.Found); j++ {
			about := in.At[j]
			h.Hear(in.Found[j], &about, in)
		}
	}
}

// Flush ends the run at the time of the last step.
func (l *Line) Flush(now int64, out *footfall.Sink) {
	// Two rounds: what the first finds is testified to before witnesses end.
	for _, witness := range []bool{false, true} {
		for i := range l.runs {
			if r := &l.runs[i]; r.witness == witness {
				r.flush(now, &l.inner)
				l.spread()
				l.pass(out, footfall.LevelUnknown) // a later one may be of a higher level
			}
		}
	}
}

func (r *run) flush(now int64, out *footfall.Sink) {
	for _, w := range r.slots {
		if w != nil {
			w.Flush(now, out)
		}
	}
	if r.all != nil {
		r.all.Flush(now, out)
	}
}

// pass hands on what was found, as copies that later evidence leaves alone,
// and the facts about it. What was only learned from is not handed on.
func (l *Line) pass(out *footfall.Sink, least footfall.Level) {
	in := &l.inner
	for i, f := range in.Found {
		about := &in.At[i]
		if about.Flags&footfall.FlagLearn != 0 {
			continue
		}
		out.Find(f.Clone(), about)
		l.ask(about, f, l.taken(f, least), out)
	}
	for _, k := range in.Known {
		out.Tell(k)
	}
	out.Notes = append(out.Notes, in.Notes...)
	in.Notes = in.Notes[:0]
	clear(in.Found)
	clear(in.Known)
	in.Found, in.At, in.Known = in.Found[:0], in.At[:0], in.Known[:0]
}

// taken reports whether facts about a finding, in any form that it was found in now, are taken.
func (l *Line) taken(f *footfall.Finding, least footfall.Level) bool {
	return f.Level >= least ||
		slices.ContainsFunc(l.inner.Found, func(x *footfall.Finding) bool { return x.Level >= least && x.ID == f.ID })
}

func (l *Line) ask(about *footfall.Step, f *footfall.Finding, taken bool, out *footfall.Sink) {
	for i := range l.runs {
		r := &l.runs[i]
		if !r.witness || r.analytic.Plain && !taken {
			continue
		}
		keys := r.analytic.Keys
		if r.analytic.About != nil {
			keys = r.analytic.About
		}
		l.keys = keys(l.keys[:0], about)
		var done uint64
		for _, k := range l.keys {
			if w, ok := l.instance(r, k, &done).(footfall.Witness); ok {
				w.Facts(about, f, out)
			}
		}
	}
}

// instance returns the instance of a key's slot, nil when done has it already.
func (l *Line) instance(r *run, k footfall.Name, done *uint64) footfall.Watcher {
	if k == footfall.All {
		if r.all == nil {
			r.all = r.make(-1)
		}
		return r.all
	}
	i := l.slot(k)
	if *done>>i&1 != 0 {
		return nil
	}
	*done |= 1 << i
	if r.slots[i] == nil {
		r.slots[i] = r.make(int(i))
	}
	return r.slots[i]
}

// An Instance names one instance of an analytic that a Line has.
type Instance struct {
	Analytic string
	Slot     int // -1 for the one of All
}

// Instances lists those that the line has, in the order of its analytics.
func (l *Line) Instances() (out []Instance) {
	for i := range l.runs {
		r := &l.runs[i]
		if r.all != nil {
			out = append(out, Instance{r.analytic.Name, -1})
		}
		for slot, w := range r.slots {
			if w != nil {
				out = append(out, Instance{r.analytic.Name, slot})
			}
		}
	}
	return out
}

// Make returns an instance, made when the line does not have it; nil when
// there is no such analytic or slot.
func (l *Line) Make(x Instance) footfall.Watcher {
	for i := range l.runs {
		r := &l.runs[i]
		if r.analytic.Name != x.Analytic || x.Slot < -1 || x.Slot >= footfall.Slots {
			continue
		}
		if x.Slot < 0 {
			if r.all == nil {
				r.all = r.make(-1)
			}
			return r.all
		}
		if r.slots[x.Slot] == nil {
			r.slots[x.Slot] = r.make(x.Slot)
		}
		return r.slots[x.Slot]
	}
	return nil
}

// State returns pointers to all that a line keeps of the steps that it saw:
// what it counts, and those instances, made when it does not have them.
func (l *Line) State(live []Instance) (out []any) {
	for i := range l.runs {
		out = append(out, &l.runs[i].fed)
	}
	for _, x := range live {
		// An instance without state is no pointer.
		if w := reflect.ValueOf(l.Make(x)); w.Kind() == reflect.Pointer && w.Type().Elem().Size() > 0 {
			out = append(out, w.Interface())
		}
	}
	return out
}

func (r *run) make(slot int) footfall.Watcher {
	env := *r.env
	env.Slot = slot
	return r.analytic.New(&env)
}

// slot is Names.Slot without its lock for names that were asked of lately.
func (l *Line) slot(k footfall.Name) uint8 {
	c := &l.slots[k%slotCache]
	if c.name != k {
		c.name, c.slot = k, uint8(l.names.Slot(k))
	}
	return c.slot
}
