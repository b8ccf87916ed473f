package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/history"
	"github.com/footfall/footfall/identify"
	"github.com/footfall/footfall/session"
	"github.com/footfall/footfall/triage"
)

// A Hunt is a finished run and what can still be asked of it. Close it.
type Hunt struct {
	Run   *footfall.Run
	Names *footfall.Names
	line  *line
	keep  *kept
	drawn []drawn  // the arrows of the login graph
	paths []string // by input
}

// Close gives back the files of the run.
func (h *Hunt) Close() error { return errors.Join(h.keep.close(), h.line.src.Close()) }

// Steps yields every step in order, as identified, when Options.Keep was set.
// The pointer, and the names of its sessions, are good until the next one.
func (h *Hunt) Steps() iter.Seq[*footfall.Step] { return h.keep.all() }

// Path returns the path of an input.
func (h *Hunt) Path(input uint32) string { return h.paths[input] }

// Rule returns what a Sigma rule says of itself, nil for other names.
func (h *Hunt) Rule(id footfall.Name) *footfall.Rule { return h.line.rules[id] }

// Find reads everything and says what it found.
func Find(ctx context.Context, opt Options) (*Hunt, error) {
	begun := time.Now()
	books, err := triage.Load(opt.Playbooks)
	if err != nil {
		return nil, err
	}
	l, err := begin(ctx, &opt, false)
	if err != nil {
		return nil, err
	}
	c := newCollector(l)
	if err := l.run(ctx, c.take); err != nil {
		return nil, errors.Join(err, l.src.Close())
	}
	if err := c.settle(); err != nil {
		return nil, errors.Join(err, l.src.Close())
	}
	q, err := newSequencer(l, &opt)
	if err != nil {
		return nil, errors.Join(err, l.src.Close())
	}
	q.keep.off = !opt.Keep && len(c.open) == 0 // evidence of logs without years takes theirs from the steps
	q.enter(c.entries)
	if err := q.run(ctx, c.sorted); err != nil {
		return nil, errors.Join(err, l.src.Close())
	}
	h := &Hunt{Names: l.names, line: l, keep: q.keep, drawn: q.edges.all(q.dir.HostKind)}
	for _, in := range l.src.Inputs() {
		h.paths = append(h.paths, in.Path)
	}
	r := &footfall.Run{
		Version: opt.Version, Inputs: c.inputs(), Events: c.events, First: q.first, Last: q.last,
		Hosts: analyze.Spans(c.coverage(), l.names), Findings: q.findings(), Hits: map[string]int64{}, Health: q.health(),
	}
	for _, f := range r.Findings {
		r.Hits[f.Rule.ID]++
	}
	r.Notes = q.discipline(r.Findings)
	judge := triage.Options{
		Playbooks: books, Context: opt.Context, Spans: r.Hosts, First: q.first, Last: q.last,
		Hops: firstHops(h.drawn, l.names), Host: q.edges.host,
	}
	if opt.Intel != nil {
		judge.Intel, judge.Feeds = opt.Intel.Find, opt.Intel.Feeds()
	}
	r.Cases = triage.Build(r.Findings, q.facts, judge)
	r.Notes = append(r.Notes, inBudget(r.Cases, q.context().Alerts, q.first)...)
	own := q.notes()
	q.rest()
	look := newLookup(l, c)
	if err := look.gather(r, q.keep.all()); err != nil {
		r.Notes = append(r.Notes, "evidence could not all be read again: "+err.Error())
	}
	r.Lookup = look.find
	r.Notes = slices.Concat(r.Notes, notes(c), own, unable(r.Health))
	r.Seconds = time.Since(begun).Seconds()
	r.Peak = peak()
	h.Run = r
	if err := q.saveHistory(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// rest gives back the memory of what was needed for finding alone.
func (q *sequencer) rest() {
	q.anal, q.dir, q.sess, q.skew, q.spans = nil, nil, nil, nil, footfall.Tales{}
	if q.opt.History == "" {
		q.past = nil
	}
}

func notes(c *collector) []string {
	out := slices.Sorted(slices.Values(c.l.doubts))
	for _, in := range c.l.src.Inputs() {
		if in == nil || c.undated[in.Index] == 0 {
			continue
		}
		out = append(out, fmt.Sprintf("%s of %s without a usable time; they count just after the record before them, or where there is none, at the time of receipt",
			plural(int(c.undated[in.Index]), "record", "records"), in.Path))
	}
	if n := len(c.open); n > 0 && c.l.opt.Year == 0 {
		out = append(out, plural(n, "input does", "inputs do")+" not name the year; it was taken from dated lines beside, or so that nothing lies in the future (--year sets it)")
	}
	return out
}

// A sequencer runs everything that needs the order of time: identity,
// sessions, analytics.
type sequencer struct {
	l     *line
	opt   *Options
	dir   *identify.Directory
	sess  *session.Table
	past  *history.History
	anal  *analyze.Line
	sink  footfall.Sink
	keep  *kept
	skew  *skew
	edges *edges
	found map[string]*footfall.Finding
	facts []*footfall.Fact
	told  map[[2]string]int // where in facts those of a finding and kind are; nil when that is to be found anew
	spans footfall.Tales

	logons logSeen // of any log

	perRule map[string]int // findings kept
	beyond  map[string]int // findings that were not
	lost    int            // facts that were not

	uniq   unique
	group  []footfall.Step // of one time, to be observed together
	correl []footfall.Correlation

	first, last int64

	crowd int // names that pass, from which on forget forgets
}

func newSequencer(l *line, opt *Options) (*sequencer, error) {
	ctx := opt.Context
	if ctx == nil {
		ctx = &footfall.Context{}
	}
	q := &sequencer{
		l: l, opt: opt, dir: identify.New(l.names, ctx), sess: session.New(l.names), keep: newKept(l.names, opt.tempDir()), crowd: opt.passing(), skew: newSkew(l.names),
		edges:   newEdges(l.names, maxEdges),
		found:   map[string]*footfall.Finding{},
		perRule: map[string]int{}, beyond: map[string]int{},
	}
	q.correl = l.correlations()
	env := &footfall.Env{
		Names: l.names, Context: ctx, Machine: q.dir.Machine, HostAt: q.dir.HostAt,
		Rule:         func(id footfall.Name) *footfall.Rule { return l.rules[id] },
		Span:         q.spans.Span,
		Told:         q.spans.Told,
		Start:        func() int64 { return q.first },
		Correlations: q.correl,
		Person:       q.dir.Person,
		HostKind:     q.dir.HostKind,
		UserAt:       q.dir.UserAt,
		Owner:        q.dir.Owner,
		Shared:       q.dir.Shared,
		Extra:        extras(l.names),
	}
	if opt.Intel != nil {
		env.Intel = opt.Intel.Find
	}
	if opt.Geo != nil {
		env.Place = placer(opt.Geo, l.names)
	}
	env.Zone = zones(opt, ctx, l.names)
	past, err := openHistory(opt, env)
	if err != nil {
		return nil, err
	}
	q.past, env.Past = past, past
	q.anal = analyze.New(opt.Analytics, env)
	q.anal.Least = factsFrom
	return q, nil
}

// run takes the steps in order, leaves out doubles and what lies outside the
// time asked for, and feeds them on.
func (q *sequencer) run(ctx context.Context, s *sorter) error {
	n := 0
	for step := range s.merged() {
		if n++; n%4096 == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if q.opt.Known != nil {
				q.opt.Known(q.past.Len())
			}
		}
		if !q.opt.asked(step.Time) || !q.uniq.keep(step) {
			continue
		}
		q.take(step)
		if q.keep.err != nil {
			return q.keep.err
		}
		if err := q.forget(); err != nil {
			return err
		}
	}
	if s.err != nil {
		return s.err
	}
	q.together()
	q.anal.Flush(q.last, &q.sink)
	q.drain()
	return s.close()
}

// maxGroup bounds the steps of one time that wait for each other.
const maxGroup = 1 << 12

// take takes a step in order. The steps of one time have an order that says
// nothing: all are learned from before the first of them is observed.
func (q *sequencer) take(s *footfall.Step) {
	if n := len(q.group); n > 0 && (q.group[0].Time != s.Time || n == maxGroup) {
		q.together()
	}
	q.group = append(q.group, *s)
}

// together observes the steps that waited.
func (q *sequencer) together() {
	for i := range q.group {
		q.identify(&q.group[i])
	}
	for i := range q.group {
		q.observe(&q.group[i])
	}
	q.group = q.group[:0]
}

func (q *sequencer) identify(s *footfall.Step) {
	if q.first == 0 {
		q.first = s.Time
	}
	q.last = s.Time
	q.spans.Note(s)
	if s.Kind == footfall.KindLogon && s.Rule == 0 {
		q.logons.join(logSeen{1, s.Time, s.Time})
	}
	q.skew.observe(s)
	q.dir.Observe(s)
	q.sess.Learn(s)
}

func (q *sequencer) observe(s *footfall.Step) {
	if private(s) {
		return
	}
	if s.Time < q.opt.Learn {
		s.Flags |= footfall.FlagLearn
	}
	sess := q.sess.Observe(s)
	q.past.Expect(s)
	q.anal.Observe(s, sess, &q.sink)
	q.past.Observe(s, sess)
	q.drain()
	q.edges.take(s)
	if s.Rule == 0 || q.l.rules[s.Rule] != nil {
		q.keep.add(s)
	}
}

// Bounds on what a run keeps: an attacker who writes the log must not be able
// to fill memory with findings. What comes first is kept; the rest is counted.
const (
	maxFindingsOfRule = 2_000
	maxFindings       = 20_000
	maxFacts          = 50_000
)

// factsFrom is from which level of a finding on its facts are kept: only these
// findings make cases.
const factsFrom = footfall.LevelMedium

// drain takes what the analytics found; a finding given again replaces itself.
// Facts are kept of findings from medium on: only those make cases.
func (q *sequencer) drain() {
	for _, f := range q.sink.Found {
		if q.found[f.ID] == nil {
			if q.perRule[f.Rule.ID] >= maxFindingsOfRule || len(q.found) >= maxFindings {
				q.beyond[f.Rule.ID]++
				continue
			}
			q.perRule[f.Rule.ID]++
		}
		q.found[f.ID] = f
	}
	for _, f := range q.sink.Known {
		about := q.found[f.Finding]
		if about == nil || about.Level < factsFrom {
			continue
		}
		q.fact(f)
	}
	q.sink.Found, q.sink.At, q.sink.Known = q.sink.Found[:0], q.sink.At[:0], q.sink.Known[:0]
}

// fact keeps a fact; what was told later of the same kind about the same finding
// takes the place of what was told before.
func (q *sequencer) fact(f *footfall.Fact) {
	if q.told == nil {
		q.told = map[[2]string]int{}
		for i, k := range q.facts {
			q.told[[2]string{k.Finding, k.Kind}] = i
		}
	}
	k := [2]string{f.Finding, f.Kind}
	if i, ok := q.told[k]; ok && f.Finding != "" && q.facts[i].Time <= f.Time {
		q.facts[i] = f
		return
	}
	if len(q.facts) == maxFacts {
		q.lost++
		return
	}
	q.told[k] = len(q.facts)
	q.facts = append(q.facts, f)
}

// notes says what the bounds left out.
func (q *sequencer) notes() []string {
	var out []string
	for rule, n := range q.beyond {
		out = append(out, fmt.Sprintf("findings of %q beyond the first %d are not kept; they were given %s", rule, q.perRule[rule], plural(n, "time", "times")))
	}
	slices.Sort(out)
	out = slices.Concat(out, q.l.notes, q.sink.Notes, q.skew.notes(), q.learned())
	if n := int(q.sess.Twice); n > 0 {
		out = append(out, plural(n, "failed logon", "failed logons")+" that another log of the host had told of did not count again")
	}
	if q.lost > 0 {
		out = append(out, plural(q.lost, "fact", "facts")+fmt.Sprintf(" beyond the first %d are not kept", maxFacts))
	}
	if n := int(q.edges.beyond); n > 0 {
		out = append(out, plural(n, "logon or connection is", "logons and connections are")+fmt.Sprintf(" beyond the first %d arrows of the login graph, and in none of them", maxEdges))
	}
	return out
}

func (q *sequencer) findings() []*footfall.Finding {
	out := make([]*footfall.Finding, 0, len(q.found))
	for _, f := range q.found {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *footfall.Finding) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// unique leaves out events that came twice and numbers equal records that are
// events of their own. Steps come to it in the sorter's order.
type unique struct {
	time  int64
	id    uint64
	ref   footfall.Ref
	count uint64
	begun bool

	second int64
	seen   map[uint64]footfall.Ref // native events of the second, and the record that each is taken from
}

// Bounds on seen: beyond maxSeen all is forgotten, and beyond fewSeen the table
// is made anew for the next second, since emptying a large one costs its size.
const (
	maxSeen = 1 << 18
	fewSeen = 1 << 10
)

func (u *unique) keep(s *footfall.Step) bool {
	if s.Native {
		return u.native(s)
	}
	if !u.begun || s.Time != u.time || s.ID != u.id {
		u.begun, u.time, u.id, u.ref, u.count = true, s.Time, s.ID, s.Ref, 0
		return true
	}
	if s.Ref != u.ref || s.Rule == 0 {
		u.ref = s.Ref
		u.count++
	}
	if u.count > 0 {
		s.ID = mix(s.ID, u.count)
	}
	return true
}

// native keeps the first record of an event. Dresses give its time to the
// second, the millisecond or 100 ns, so its records need not stand beside each
// other, but they are of one second, as their ids say.
func (u *unique) native(s *footfall.Step) bool {
	if sec := s.Time / 1e9; sec != u.second || len(u.seen) >= maxSeen || u.seen == nil {
		if u.second = sec; u.seen == nil || len(u.seen) > fewSeen {
			u.seen = map[uint64]footfall.Ref{}
		}
		clear(u.seen)
	}
	if ref, ok := u.seen[s.ID]; ok {
		return ref == s.Ref
	}
	u.seen[s.ID] = s.Ref
	return true
}
