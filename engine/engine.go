// Package engine is the line: it reads inputs, gives chunks to workers that
// decode, match rules and cut events down to steps, puts the steps in the
// order of event time, and runs sessions, analytics and triage over them. It
// wires the stages and has no rule of its own; equal inputs give equal
// results whatever the number of workers or the order of paths.
package engine

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/geo"
	"github.com/footfall/footfall/identify"
	"github.com/footfall/footfall/intel"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/read"
	"github.com/footfall/footfall/sigma"
)

// Options say what to hunt through and how. The zero value of each is usable
// but for Paths and Decoders.
type Options struct {
	Paths     []string
	Decoders  []footfall.Decoder
	Analytics []footfall.Analytic
	Rules     []*sigma.Rule
	Playbooks map[string][]byte // file name -> YAML
	Catalogue []footfall.Row    // rows of which the run says whether they could find anything
	Context   *footfall.Context
	Intel     *intel.Table   // what lists say; nil when none were given
	Geo       *geo.Table     // where addresses are; nil leaves places unknown
	As        string         // format of every input, by force
	Year      int            // year of the last line of logs that do not say
	Zone      *time.Location // zone of logs that do not say; UTC
	Since     int64          // event times below are left out; 0 for none
	Until     int64          // event times from here on are left out; 0 for none
	History   string         // file of the baseline that is learned from and added to; "" for none
	Learn     int64          // events before it are learned from and not judged; 0 judges all
	Workers   int            // 0: one for each processor
	Receipt   time.Time      // when the evidence was received: the latest that a year-less line can be
	TempDir   string         // where runs are spilled and standard input is kept
	Progress  func(done, total int64)
	Version   string

	ProfileRules bool // count what each rule costs, for Hunt.Costs
	Keep         bool // keep the steps, for Hunt.Steps and Logons

	// Known is told now and then how much the baseline knows, which memory may
	// grow with.
	Known func(things int)

	spillAfter int // steps in memory before they are spilled; for tests
	passAfter  int // names of sessions before any is forgotten; for tests
}

func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// asked reports whether a time lies in the span asked for. One that is not
// known may lie in any.
func (o *Options) asked(t int64) bool {
	return t == 0 || (o.Since == 0 || t >= o.Since) && (o.Until == 0 || t < o.Until)
}

func (o *Options) tempDir() string {
	if o.TempDir != "" {
		return o.TempDir
	}
	return os.TempDir()
}

// sigma says what rules take from the context.
func (o *Options) sigma() sigma.Options {
	if o.Context == nil {
		return sigma.Options{}
	}
	return sigma.Options{Placeholders: o.Context.Placeholders}
}

// A line is one run over inputs: what is shared by its workers.
type line struct {
	opt     *Options
	schema  *footfall.Schema
	names   *footfall.Names
	set     *sigma.Set
	src     *read.Source
	rules   map[footfall.Name]*footfall.Rule
	quiet   []bool // by rule: below medium, hits show no values
	order   []footfall.Name
	carried []footfall.Name // by rule: the rule of its steps for correlations
	notes   []string
	render  Render // events mode: what is shown of an event; nothing else is made of it then

	free sync.Pool // *product

	logs  logs         // how much of each log source was read, over all workers
	costs []sigma.Cost // by rule, over all workers; nil unless rules are profiled

	mu     sync.Mutex
	doubts []string // inputs that fit two formats equally well
}

// begin prepares a run: the schema with all that rules and decoders ask for,
// and the list of inputs.
func begin(ctx context.Context, opt *Options, keepAll bool) (*line, error) {
	l := &line{opt: opt, schema: footfall.NewSchema(keepAll), names: footfall.NewNames(), rules: map[footfall.Name]*footfall.Rule{}}
	l.free.New = func() any { return &product{} }
	if len(opt.Rules) > 0 {
		set, err := sigma.Compile(opt.Rules, l.schema, opt.sigma())
		if err != nil {
			return nil, err
		}
		l.set = set
		for _, r := range set.Rules() {
			id := l.names.Intern(r.Meta.ID)
			l.rules[id], l.order = &r.Meta, append(l.order, id)
			l.quiet = append(l.quiet, r.Meta.Level < footfall.LevelMedium)
			l.carried = append(l.carried, footfall.CarriedRule(l.names, r.Meta.ID))
		}
	}
	src, err := read.Walk(ctx, opt.Paths, read.Options{
		Workers: readers(opt, keepAll), Recognise: l.recognise, Progress: opt.Progress, SpoolDir: opt.tempDir(),
	})
	if err != nil {
		return nil, err
	}
	l.src = src
	return l, nil
}

// readers says how many inputs are read at once: one where the output has
// their order.
func readers(opt *Options, inOrder bool) int {
	if inOrder {
		return 1
	}
	return opt.workers()
}

// sureEnough is the confidence below which a stream counts as not recognised.
const sureEnough = 20

// asSure is by how much a second format may be less sure than the best and
// still be named as one that fits as well.
const asSure = 10

// recognise may be called from several goroutines.
func (l *line) recognise(path string, head []byte) (read.Format, bool) {
	if l.opt.As != "" {
		d := decode.Named(l.opt.Decoders, l.opt.As)
		if d == nil {
			return read.Format{}, false
		}
		return read.FormatOf(d), true
	}
	m := decode.Recognise(l.opt.Decoders, head)
	if len(m) == 0 || m[0].Sure < sureEnough {
		return read.Format{}, false
	}
	f := read.FormatOf(m[0].Decoder)
	f.Sure = min(m[0].Sure, 100) // a mapping that was given is surer than any sniffing
	if len(m) > 1 && m[1].Sure >= max(sureEnough, m[0].Sure-asSure) {
		f.Rival, f.RivalSure = m[1].Decoder.Name, m[1].Sure
		l.mu.Lock()
		l.doubts = append(l.doubts, fmt.Sprintf("%s was read as %s; it fits %s as well (--as chooses)", path, f.Name, f.Rival))
		l.mu.Unlock()
	}
	return f, true
}

// A product is what a worker makes of one chunk.
type product struct {
	seq     int
	input   *footfall.Input
	index   int
	steps   []footfall.Step
	texts   inline // that go beside them
	cover   []footfall.Coverage
	entries []identify.Entry // of directories
	unread  []footfall.Unread
	out     []byte   // events mode
	records int64    // records that were understood
	events  int64    // what they say: a line "repeated 3 times" is three
	frames  int64    // records as framed, read or not: what lines are numbered by
	cal     calendar // begun when some times have no year yet
}

func (p *product) reset() {
	p.texts.reset()
	*p = product{texts: p.texts, steps: p.steps[:0], cover: p.cover[:0], unread: p.unread[:0], out: p.out[:0], entries: p.entries[:0]}
}

// A job is a chunk and its place in the order of reading.
type job struct {
	seq   int
	chunk *footfall.Chunk
}

// run reads everything and gives each chunk's product to collect, in the
// order of reading, which is that of the chunks within an input. collect runs
// on the caller's goroutine and must not keep the product.
func (l *line) run(ctx context.Context, collect func(*product) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := l.opt.workers()
	workers := make([]*worker, n)
	for i := range workers {
		w, err := newWorker(l)
		if err != nil {
			return err
		}
		workers[i] = w
	}
	chunks, jobs, products := make(chan *footfall.Chunk), make(chan job, n), make(chan *product, n)
	read := make(chan error, 1)
	go func() {
		read <- l.src.Run(ctx, chunks)
		close(chunks)
	}()
	go func() {
		seq := 0
		for c := range chunks {
			jobs <- job{seq, c}
			seq++
		}
		close(jobs)
	}()
	var wg sync.WaitGroup
	for _, w := range workers {
		wg.Go(func() { w.work(jobs, products) })
	}
	go func() {
		wg.Wait()
		close(products)
	}()
	var fail error
	o := ordered{held: map[int]*product{}}
	for p := range products {
		if fail != nil {
			continue
		}
		if fail = o.take(p, func(p *product) error {
			err := collect(p)
			l.free.Put(p)
			return err
		}); fail != nil {
			cancel()
		}
	}
	l.count(workers)
	if err := <-read; fail == nil {
		fail = err
	}
	return fail
}

// ordered gives products on in the order of reading.
type ordered struct {
	next int
	held map[int]*product
}

func (o *ordered) take(p *product, give func(*product) error) error {
	o.held[p.seq] = p
	for p := o.held[o.next]; p != nil; p = o.held[o.next] {
		delete(o.held, o.next)
		o.next++
		if err := give(p); err != nil {
			return err
		}
	}
	return nil
}

// A worker decodes chunks, matches rules and makes steps. It owns its batch,
// its matcher and its decoders.
type worker struct {
	l     *line
	batch footfall.Batch
	stage *decode.Stage
	match *sigma.Matcher
	steps *stepper
	hits  []int
	hit   func(int)
	text  []byte
	cov   coverer
	logs  logs

	answers map[answerKey]bool // of the chunk
}

func newWorker(l *line) (*worker, error) {
	st, err := decode.New(l.opt.Decoders, l.schema)
	if err != nil {
		return nil, err
	}
	w := &worker{l: l, stage: st, steps: newStepper(l.names), answers: map[answerKey]bool{}}
	w.hit = func(rule int) { w.hits = append(w.hits, rule) }
	if l.set != nil {
		w.match = l.set.New()
		if l.opt.ProfileRules {
			w.match.Profile(nanos)
		}
	}
	return w, nil
}

func (w *worker) work(in <-chan job, out chan<- *product) {
	for j := range in {
		p := w.l.free.Get().(*product)
		p.reset()
		p.seq = j.seq
		w.chunk(j.chunk, p)
		w.l.src.Release(j.chunk)
		out <- p
	}
}

// chunk makes the product of one chunk. Nothing in it points into the chunk.
func (w *worker) chunk(c *footfall.Chunk, p *product) {
	b := &w.batch
	b.Reset()
	p.input, p.index = c.Input, c.Index
	if err := w.stage.Chunk(b, c); err != nil {
		b.Bad(c.Offset, err.Error())
	}
	p.records, p.frames = distinct(b.Events), int64(w.stage.Frames())
	p.events = int64(len(b.Events))
	p.unread = append(p.unread, b.Unread...)
	w.cov.reset()
	clear(w.answers)
	w.steps.format, w.steps.texts = c.Input.Format, &p.texts
	for i := range b.Events {
		e := &b.Events[i]
		if w.l.render != nil {
			w.l.opt.resolve(e)
			if w.l.opt.asked(e.Time) {
				p.out = w.l.render(p.out, e, w.l.schema, c.Input.Path)
			}
			continue
		}
		if clock.Unresolved(e.Time) {
			e.Time = p.cal.place(w.l.opt.ahead(e))
		} else if e.Time != 0 {
			p.cal.neighbour(e.Time)
			if e.Zoneless {
				e.Time = inZone(e.Time, w.l.opt.zoneOf(e))
			}
		}
		w.logs.see(e)
		w.event(e, c, p)
		w.cov.add(w.steps, p, e, uint32(c.Input.Index))
	}
}

// event appends the steps of one event: itself when it is one, and a copy for
// each rule that hit.
func (w *worker) event(e *footfall.Event, c *footfall.Chunk, p *product) {
	w.hits = w.hits[:0]
	if w.match != nil {
		w.match.Match(e, w.hit)
	}
	ref := footfall.Ref{Input: uint32(c.Input.Index), Chunk: uint32(c.Index), Offset: e.Offset}
	plain := wanted(e) || w.aside(e, p, ref)
	if !plain && len(w.hits) == 0 {
		return
	}
	var raw uint64
	if !e.Native {
		raw = rawID(record(c, e))
	}
	p.steps = append(p.steps, footfall.Step{})
	at := len(p.steps) - 1
	w.steps.step(&p.steps[at], e, ref, raw)
	for _, r := range w.hits {
		s := p.steps[at]
		if w.l.set.Correlated(r) {
			w.text = w.l.set.Carry(w.text[:0], r, e)
			s.Rule, s.Values = w.l.carried[r], p.texts.putLine(w.text)
			p.steps = append(p.steps, s)
		}
		if !w.l.set.Stands(r) {
			continue
		}
		s.Rule, s.Values = w.l.order[r], 0
		if !w.l.quiet[r] {
			s.Values = p.texts.putLine(w.values(r, e))
		}
		if e.Command != "" {
			s.Command = w.l.names.Intern(e.Command)
		}
		p.steps = append(p.steps, s)
	}
	if !plain {
		copy(p.steps[at:], p.steps[at+1:])
		p.steps = p.steps[:len(p.steps)-1]
	}
}

// distinct counts the records that events came from: those of one record lie
// side by side.
func distinct(events []footfall.Event) (n int64) {
	for i := range events {
		if i == 0 || events[i].Offset != events[i-1].Offset {
			n++
		}
	}
	return n
}

// record returns the bytes of an event's record in its chunk.
func record(c *footfall.Chunk, e *footfall.Event) []byte {
	from := e.Offset - c.Offset
	if from < 0 || from > int64(len(c.Data)) {
		return nil
	}
	return c.Data[from:min(from+int64(e.Len), int64(len(c.Data)))]
}

// maxValues bounds the text that shows what a rule hit on.
const maxValues = 600

func (w *worker) values(rule int, e *footfall.Event) []byte {
	w.text = w.text[:0]
	for _, f := range w.l.set.Values(rule, e) {
		if len(w.text) > maxValues {
			break
		}
		v := f.Val
		if len(v) > maxValues/2 {
			v = v[:maxValues/2] + "..."
		}
		w.text = fmt.Appendf(w.text, "%s: %s\n", w.l.schema.FieldName(f.ID), v)
	}
	return w.text
}

// A coverer notes what a chunk shows of each host and log.
type coverer struct {
	computer, log string
	at            int
	where         map[coverKey]int // in the product's cover
}

func (k *coverer) reset() {
	if k.where == nil {
		k.where = map[coverKey]int{}
	}
	clear(k.where)
	k.computer, k.log = "", ""
}

func (k *coverer) add(st *stepper, p *product, e *footfall.Event, input uint32) {
	if e.Time == 0 {
		return
	}
	log := e.Channel
	if log == "" {
		log = p.input.Format
	}
	if len(p.cover) == 0 || e.Computer != k.computer || log != k.log {
		key := coverKey{st.host(e.Computer), st.names.Intern(log)}
		at, ok := k.where[key]
		if !ok {
			at = len(p.cover)
			k.where[key] = at
			p.cover = append(p.cover, footfall.Coverage{Host: key.host, Log: key.log, First: e.Time, Last: e.Time, Input: input})
		}
		k.computer, k.log, k.at = e.Computer, log, at
	}
	c := &p.cover[k.at]
	c.First, c.Last = min(c.First, e.Time), max(c.Last, e.Time)
	c.Records++
	if e.Native && e.Record != 0 {
		if c.Lowest == 0 || e.Record < c.Lowest {
			c.Lowest = e.Record
		}
		c.Highest = max(c.Highest, e.Record)
	}
}
