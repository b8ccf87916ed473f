// Package read turns paths into chunks of whole records. In go files, folders,
// standard input, archives and compressed streams, nested in any way and told
// by their first bytes; out come chunks, each of one input, and a line for
// every input that says what became of it. It never knows what a record means:
// whose format a stream is, is asked of the caller. Everything is bounded, and
// what cannot be read is said with its place and passed over.
package read

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/footfall/footfall"
)

// A Format is what recognition says of a stream.
type Format struct {
	Name  string         // of the decoder
	Frame footfall.Frame // how the stream is cut
	Block int            // of FrameBlocks: the length of a record
	// Begins and Heads are those of the decoder, for FrameEntries.
	Begins func(line []byte) bool
	Heads  func(old, data []byte) []byte
	footfall.Confidence
}

// FormatOf is the Format of what a decoder reads.
func FormatOf(d *footfall.Decoder) Format {
	return Format{Name: d.Name, Frame: d.Frame, Block: d.Block, Begins: d.Begins, Heads: d.Heads}
}

// Options say how to read. Recognise must be set.
type Options struct {
	Workers   int // inputs that are read at once, at most; 0 is one
	ChunkSize int // bytes of a chunk, about; 0 is 1 MiB for EVTX and 512 KiB for text
	// Recognise says what a stream is. head is up to 64 KiB of it, decompressed
	// and in UTF-8 without a byte order mark. It is called from several
	// goroutines and must not keep head.
	Recognise func(path string, head []byte) (Format, bool)
	Limits    Limits
	// Progress is told, at most every 100 ms, how many bytes of the files named
	// or found were read, of how many. It may be nil.
	Progress func(done, total int64)
	SpoolDir string // where standard input and archives within archives are kept meanwhile; "" is os.TempDir()
}

// Limits bound what hostile input can cost. A zero is the default.
type Limits struct {
	// Depth is how many archives and compressions may lie within each other: 5.
	Depth int
	// Ratio is how many bytes may come out for each byte that went in, asked
	// once more than 64 MiB came out: 1000. DEFLATE reaches 1032 on zeros alone;
	// logs stay under 100.
	Ratio int64
	// Member is the size of one decompressed stream: 256 GiB, several times the
	// largest log that a host writes in a year. The ratio stops bombs long
	// before it; this bounds what an honest but endless stream costs.
	Member int64
	// Total is what may come out of one file, all members together: 1 TiB.
	Total int64
	// Members is how many members one file may have, all levels together: 1e6.
	Members int
	// Record is the longest record of text: 16 MiB. A longer one is passed over.
	Record int
	// Whole is the longest stream that is one record (FrameWhole): 64 MiB.
	Whole int
}

func (l Limits) withDefaults() Limits {
	def := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	num := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	num(&l.Depth, 5)
	num(&l.Members, 1e6)
	num(&l.Record, 16<<20)
	num(&l.Whole, 64<<20)
	def(&l.Ratio, 1000)
	def(&l.Member, 256<<30)
	def(&l.Total, 1<<40)
	return l
}

// A Source is a list of inputs and the way to their bytes.
//
// Inputs are numbered in the order of their paths, members in the order of
// their archive. Numbers are dense and known before anything is read, for which
// archives are listed first; a compressed tar has no list of its members, and
// listing it costs a pass over it. So compressed tars come last in the order,
// and the last of them is numbered while it is read.
type Source struct {
	opt    Options
	outers []*outer
	spool  spool
	total  int64
	done   atomic.Int64
	pool   pool
	long   sync.Mutex // held by the one stream that may have a long window

	mu      sync.Mutex
	entries []*entry // by index
	cache   []*footfall.Chunk
	flows   []*flowInput
}

// An entry is one input and what became of it.
type entry struct {
	in     footfall.Input
	stat   footfall.InputStat
	o      *outer
	top    int      // the member of o, when o is a zip, that it lies in
	sum    uint32   // CRC-32 of its content as its archive says, 0 when not known
	format Format   // what Recognise said
	header []byte   // Chunk.Header of its chunks
	shared []byte   // of flows that were looked through: the header with what other inputs say, or just the start
	places []place  // of its chunks, when they can be read from the file directly
	heads  [][]byte // the headers that came after header, by place.head - 1
	direct bool
}

// A place is where a chunk lies in its file.
type place struct {
	offset int64
	size   int
	head   int // which header was in force: 0 for the first
}

// headOf returns the header of a place.
func (e *entry) headOf(p place) []byte {
	if p.head == 0 {
		return e.header
	}
	return e.heads[p.head-1]
}

// place notes where a chunk lies.
func (e *entry) place(c *footfall.Chunk) {
	head := len(e.heads)
	if last := e.headOf(place{head: head}); !bytes.Equal(last, c.Header) {
		e.heads = append(e.heads, c.Header)
		head++
	}
	e.places = append(e.places, place{c.Offset, len(c.Data), head})
}

// settle says what became of an input of which nothing is read. For one that is
// empty or a duplicate that leaves nothing unread.
func (e *entry) settle(state string, offset int64, reason string) {
	e.stat.State = state
	e.note(offset, reason)
	if state == "empty" || state == "duplicate" {
		e.stat.Unread = 0
	}
}

// note counts a part of the input that was not read.
func (e *entry) note(offset int64, reason string) {
	e.stat.Unread++
	for i := range e.stat.Reasons {
		if r := &e.stat.Reasons[i]; r.Reason == reason {
			r.Count++
			return
		}
	}
	e.stat.Reasons = append(e.stat.Reasons, footfall.Unreadable{Reason: reason, Count: 1, Offset: offset})
}

// Inputs returns the inputs by Index. While Run is at work the last of the
// compressed tars may still grow it.
func (s *Source) Inputs() []*footfall.Input {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*footfall.Input, len(s.entries))
	for i, e := range s.entries {
		out[i] = &e.in
	}
	return out
}

// Stats returns what became of each input, by Index. It is for after Run.
// Records is left to those who decode.
func (s *Source) Stats() []footfall.InputStat {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]footfall.InputStat, len(s.entries))
	for i, e := range s.entries {
		out[i] = e.stat
		out[i].Size = e.in.Size
		out[i].Reasons = slices.Clone(e.stat.Reasons)
	}
	return out
}

// Run reads all inputs, several at once, and sends their chunks; those of one
// input come in order. It closes nothing. Its error is that of ctx.
func (s *Source) Run(ctx context.Context, out chan<- *footfall.Chunk) error {
	stop := s.report()
	defer stop()
	list := s.tasks()
	s.round(ctx, list, len(list) > 1, out)
	if later := s.shareFlows(); len(later) > 0 && ctx.Err() == nil {
		s.round(ctx, later, false, out)
	}
	return ctx.Err()
}

// round performs tasks, several at once. With look, inputs of flows are only
// looked through.
func (s *Source) round(ctx context.Context, list []task, look bool, out chan<- *footfall.Chunk) {
	tasks := make(chan task)
	var wg sync.WaitGroup
	for range max(1, s.opt.Workers) {
		wg.Go(func() {
			for t := range tasks {
				s.perform(ctx, t, look, out)
			}
		})
	}
	for _, t := range list {
		tasks <- t
	}
	close(tasks)
	wg.Wait()
}

// report tells the progress until the returned function is called.
func (s *Source) report() (stop func()) {
	if s.opt.Progress == nil {
		return func() {}
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				s.opt.Progress(min(s.done.Load(), s.total), s.total)
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-gone
		s.opt.Progress(s.total, s.total)
	}
}

// A task is what one goroutine reads in one go: a file, or members of a zip.
type task struct {
	o     *outer
	only  tops
	first int // index of the first entry
	count int // of entries; -1 when they are numbered while they are read
}

// all is the place of an entry that is not in a zip of its own.
const all = -1

// tasks cuts the work: a file each, a zip in several runs of members.
func (s *Source) tasks() []task {
	var out []task
	for i := 0; i < len(s.entries); {
		o := s.entries[i].o
		n := i
		for n < len(s.entries) && s.entries[n].o == o {
			n++
		}
		if !o.skip {
			out = append(out, s.share(o, i, n)...)
		}
		i = n
	}
	if n := len(s.outers); n > 0 && s.outers[n-1].late {
		out = append(out, task{o: s.outers[n-1], first: len(s.entries), count: -1})
	}
	return out
}

// share cuts the entries from first to end of o so that all workers have some.
func (s *Source) share(o *outer, first, end int) []task {
	if o.kind != kindZip || s.entries[first].top == all {
		return []task{{o: o, first: first, count: end - first}}
	}
	var size int64
	for _, e := range s.entries[first:end] {
		size += e.in.Size
	}
	part := size/int64(4*max(1, s.opt.Workers)) + 1
	var out []task
	size = 0
	t := task{o: o, first: first}
	for i := first; i < end; i++ {
		size += s.entries[i].in.Size
		t.count++
		last := i+1 == end
		if last || size >= part && s.entries[i+1].top != s.entries[i].top {
			t.only = tops{max(0, s.entries[t.first].top), s.entries[i].top + 1}
			if last {
				t.only.to = 1 << 30 // also what is wrong with the archive as a whole
			}
			out = append(out, t)
			t, size = task{o: o, first: i + 1}, 0
		}
	}
	return out
}

// perform reads a task.
func (s *Source) perform(ctx context.Context, t task, look bool, out chan<- *footfall.Chunk) {
	v := &reader{s: s, ctx: ctx, t: t, look: look}
	v.emit = func(c *footfall.Chunk) error {
		select {
		case out <- c:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := s.visit(ctx, t.o, t.only, &s.done, v); err != nil && ctx.Err() == nil {
		v.trouble(t.o.path, all, "unreadable", 0, err.Error())
	}
	v.missing()
}

// Release gives the memory of a chunk that Run sent back. The chunk must not
// be used after it.
func (s *Source) Release(c *footfall.Chunk) {
	s.pool.put(c.Data)
	c.Data = nil
}

// Close removes what was spooled. Chunks cannot be found again after it.
func (s *Source) Close() error { return s.spool.close() }

// A pool keeps the buffers of chunks. Only buffers that it made come back to
// it: they are told by their capacity.
type pool struct {
	mu   sync.Mutex
	free map[int][][]byte
}

// odd is added to the capacity of pooled buffers, which no other slice has.
const odd = 64 + 1

func (p *pool) get(size int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.free[size+odd]
	if n := len(list); n > 0 {
		b := list[n-1]
		p.free[size+odd] = list[:n-1]
		return b[:size]
	}
	return make([]byte, size, size+odd)
}

func (p *pool) put(b []byte) {
	const most = 64 // of one size; more are left to the garbage collector
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free == nil {
		p.free = map[int][][]byte{}
	}
	if list := p.free[cap(b)]; cap(b) >= odd && cap(b)%2 == 1 && len(list) < most && cap(b) <= 2<<20 {
		p.free[cap(b)] = append(list, b)
	}
}

// A spool keeps streams that must be read again in files without a name.
type spool struct {
	mu    sync.Mutex
	files []*os.File
}

// file returns a new file. It has no name where the system allows it, so that
// nothing of it is left after a crash.
func (sp *spool) file(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "footfall-")
	if err != nil {
		return nil, err
	}
	if os.Remove(f.Name()) != nil {
		sp.mu.Lock()
		sp.files = append(sp.files, f)
		sp.mu.Unlock()
	}
	return f, nil
}

func (sp *spool) close() error {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	var errs []error
	for _, f := range sp.files {
		f.Close() // some are closed by now
		if err := os.Remove(f.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	sp.files = nil
	return errors.Join(errs...)
}
