package read

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
)

// A reader is the visitor that reads: it meets the entries of its task in
// their order.
type reader struct {
	s    *Source
	ctx  context.Context
	t    task
	met  int // entries of the task that were met
	emit func(*footfall.Chunk) error
	look bool // inputs of flows are looked through and left for later
}

// meet returns the entry for what was found at path; nil when the list does
// not have it, since the file changed.
func (v *reader) meet(path string, top int) *entry {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	if v.t.count < 0 {
		l := lister{}
		l.add(path, top)
		v.met++
		v.s.number(v.t.o, l.found)
		return l.found[0]
	}
	if v.met >= v.t.count {
		return nil
	}
	e := v.s.entries[v.t.first+v.met]
	if e.in.Path != path {
		return nil
	}
	v.met++
	return e
}

func (v *reader) trouble(path string, top int, state string, offset int64, reason string) {
	if e := v.meet(path, top); e != nil && e.stat.State == "" {
		e.settle(state, offset, reason)
	}
}

// missing marks the entries of the task that were listed and not met again.
func (v *reader) missing() {
	if v.ctx.Err() != nil || v.t.count < 0 {
		return
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	for _, e := range v.s.entries[v.t.first+v.met : v.t.first+v.t.count] {
		if e.stat.State == "" {
			e.settle("unreadable", 0, "it was there when the inputs were listed, and is gone")
		}
	}
}

// leaf reads one input.
func (v *reader) leaf(n *node, r io.Reader) error {
	e := v.meet(n.path, n.top)
	if e == nil || e.stat.State != "" {
		return nil
	}
	st, err := v.s.recognised(e, n, r)
	if err != nil || st == nil {
		return v.fatal(err)
	}
	if v.look && st.frame == footfall.FrameFlow {
		if looked := v.s.look(e, st, v.t); looked {
			return v.fatal(nil)
		}
	}
	e.direct = n.at != nil && st.direct()
	err = st.chunks(func(c *footfall.Chunk) error {
		if e.direct {
			e.place(c)
		}
		return v.emit(c)
	}, e.note)
	if e.in.Size = st.offset; err == nil {
		e.stat.State = "read"
		if e.stat.Unread > 0 {
			e.stat.State = "partly"
		}
		return nil
	}
	if v.ctx.Err() == nil {
		e.stat.State = "partly"
		if st.index == 0 {
			e.stat.State = "unreadable"
		}
		e.note(st.offset, message(n, err))
	}
	return v.fatal(err)
}

// fatal keeps of err only what must end the whole run.
func (v *reader) fatal(error) error { return v.ctx.Err() }

// recognised prepares the stream of an input. It is nil when the input holds
// nothing to read, which e then says.
func (s *Source) recognised(e *entry, n *node, r io.Reader) (*stream, error) {
	st, err := s.open(&e.in, r)
	if err != nil {
		e.settle("unreadable", 0, message(n, err))
		return nil, err
	}
	if len(st.head()) == 0 {
		defer st.free()
		e.settle("empty", 0, "nothing is in it")
		return nil, nil
	}
	format, ok := e.format, e.shared != nil // it was looked through before
	if !ok {
		format, ok = s.opt.Recognise(n.path, st.head())
	}
	if !ok {
		defer st.free()
		e.settle("unrecognised", 0, fmt.Sprintf("not recognised; it begins with %q", st.head()[:min(32, len(st.head()))]))
		return nil, nil
	}
	e.format = format
	e.in.Format, e.stat.Format = format.Name, format.Name
	e.in.Confidence, e.stat.Confidence = format.Confidence, format.Confidence
	st.plan(format)
	if len(e.shared) > 0 {
		st.header = e.shared
	}
	e.header = st.header
	return st, nil
}

// A stream is an input on its way into chunks. buf[:n] holds what was read and
// not sent, from offset on.
type stream struct {
	s      *Source
	in     *footfall.Input
	r      io.Reader
	buf    []byte
	n      int
	offset int64 // of buf[0] in the decompressed stream
	err    error // how r ended
	index  int   // of the next chunk
	size   int   // of a chunk

	cut        frame.Cut
	frame      footfall.Frame
	envelope   *frame.Envelope
	header     []byte
	heads      func(old, data []byte) []byte
	transcoded bool
}

const (
	headSize  = 64 << 10
	textChunk = 512 << 10
	evtxChunk = 16 * frame.EVTXChunk
)

// open reads the head of a stream; a byte order mark is taken off, and UTF-16
// becomes UTF-8.
func (s *Source) open(in *footfall.Input, r io.Reader) (*stream, error) {
	st := &stream{s: s, in: in, r: r, buf: s.pool.get(textChunk)}
	st.fill(4)
	mark := st.buf[:st.n]
	switch wide, big := wide(mark); {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		st.drop(3)
	case wide:
		st.transcoded = true
		rest := io.MultiReader(bytes.NewReader(bytes.Clone(mark)), errorOr(st.err, r))
		st.r, st.n, st.err = newUTF16(rest, big), 0, nil
	}
	st.fill(headSize)
	if st.n == 0 && st.err != io.EOF {
		st.free()
		return nil, st.err
	}
	return st, nil
}

// wide says whether a stream that begins with head is UTF-16: it has a byte
// order mark, or begins as XML or JSON does. A mark is taken off by the reader.
func wide(head []byte) (is, big bool) {
	if len(head) < 2 {
		return false, false
	}
	if bom := string(head[:2]); bom == "\xff\xfe" || bom == "\xfe\xff" {
		return true, bom == "\xfe\xff"
	}
	const first = "<{["
	little := head[1] == 0 && strings.IndexByte(first, head[0]) >= 0
	big = head[0] == 0 && strings.IndexByte(first, head[1]) >= 0
	return len(head) == 4 && (little && head[3] == 0 || big && head[2] == 0), big
}

// errorOr is r, or a reader that only fails with err.
func errorOr(err error, r io.Reader) io.Reader {
	if err == nil {
		return r
	}
	return failing{err}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// fill reads until want bytes are there or the stream ends.
func (st *stream) fill(want int) {
	idle := 0
	for st.n < want && st.err == nil {
		var k int
		k, st.err = st.r.Read(st.buf[st.n:want])
		st.n += k
		if idle++; k > 0 {
			idle = 0
		}
		if idle > 100 && st.err == nil {
			st.err = io.ErrNoProgress
		}
	}
}

func (st *stream) head() []byte { return st.buf[:min(st.n, headSize)] }

// drop passes over n bytes at the front of the buffer.
func (st *stream) drop(n int) {
	copy(st.buf, st.buf[n:st.n])
	st.n -= n
	st.offset += int64(n)
}

// direct says whether the chunks are bytes of the file as they stand.
func (st *stream) direct() bool { return st.envelope == nil && !st.transcoded }

// plan sets how the stream is cut, and takes off what stands before the records.
func (st *stream) plan(format Format) {
	f := format.Frame
	st.frame, st.size = f, st.s.opt.ChunkSize
	if st.size <= 0 {
		st.size = textChunk
		if f == footfall.FrameEVTX {
			st.size = evtxChunk
		}
	}
	switch f {
	case footfall.FrameJSON:
		st.cut = frame.CutJSON
		if frame.Enveloped(st.head()) {
			st.envelope = new(frame.Envelope)
			st.cut = st.envelope.Cut
		}
	case footfall.FrameXML:
		st.cut = frame.CutXML
	case footfall.FrameJournal:
		st.cut = frame.CutJournal
	case footfall.FrameCSV:
		st.cut = frame.CutCSV
		st.csvHeader()
	case footfall.FrameEVTX:
		st.cut = frame.CutEVTX
		st.size = max(1, st.size/frame.EVTXChunk) * frame.EVTXChunk
		st.evtxHeader()
	case footfall.FrameFlow:
		st.header = bytes.Clone(frame.FlowStart(st.head()))
		st.cut = frame.CutFlow(st.header)
		if bytes.HasPrefix(st.head(), st.header) {
			st.drop(len(st.header))
		}
	case footfall.FrameBlocks:
		block := max(1, format.Block)
		st.cut = func(data []byte) int { return len(data) / block * block }
		st.size = max(1, st.size/block) * block
	case footfall.FrameWhole:
		st.cut = func([]byte) int { return 0 }
	case footfall.FrameEntries:
		st.cut, st.heads = frame.CutEntries(format.Begins), format.Heads
	default:
		st.cut = frame.CutLines
	}
}

// csvHeader takes off the header record, and the line with which PowerShell's
// Export-Csv names the type.
func (st *stream) csvHeader() {
	head := st.head()
	skip := 0
	if bytes.HasPrefix(head, []byte("#TYPE ")) {
		skip = bytes.IndexByte(head, '\n') + 1
	}
	end, next := len(head), len(head)
	frame.CSV(head[skip:], func(offset int, record []byte) bool {
		end = skip + offset + len(record)
		skip, next = skip+offset, end
		return false
	})
	for next < len(head) && (head[next] == '\r' || head[next] == '\n') {
		next++
	}
	st.header = bytes.Clone(head[skip:end])
	st.drop(next)
}

const (
	evtxMagic     = "ElfChnk\x00"
	evtxHeader    = 4096 // bytes of the file header block
	evtxHeaderLen = 40   // where the file header says its block's size
)

// evtxHeader takes off the file header. Where the chunks begin is said by the
// header, and believed when a chunk is there.
func (st *stream) evtxHeader() {
	head := st.head()
	at := func(i int) bool { return i <= len(head) && bytes.HasPrefix(head[i:], []byte(evtxMagic)) }
	first := min(evtxHeader, len(head))
	switch {
	case at(0):
		return
	case at(evtxHeader):
	case len(head) > evtxHeaderLen+2 && at(int(head[evtxHeaderLen])|int(head[evtxHeaderLen+1])<<8):
		first = int(head[evtxHeaderLen]) | int(head[evtxHeaderLen+1])<<8
	default:
		if i := bytes.Index(head, []byte(evtxMagic)); i > 0 {
			first = i
		}
	}
	st.header = bytes.Clone(head[:min(first, evtxHeader)])
	st.drop(first)
}

// chunks sends the stream in chunks of whole records; note is told of records
// that are passed over. The error is that of emit, or how the stream broke off.
func (st *stream) chunks(emit func(*footfall.Chunk) error, note func(int64, string)) error {
	want, limit := st.size, st.s.opt.Limits.Record
	if st.frame == footfall.FrameWhole {
		limit = st.s.opt.Limits.Whole
	}
	for {
		st.room(want)
		st.fill(want)
		have := min(st.n, want)
		ended := st.err != nil && have == st.n
		cut := st.cut(st.buf[:have])
		switch {
		case ended && (st.err == io.EOF || st.frame == footfall.FrameEVTX):
			cut = st.n // a torn EVTX chunk may hold whole records
		case cut == 0 && !ended && want < limit:
			want = min(2*want, limit)
			continue
		case cut == 0 && !ended:
			note(st.offset, fmt.Sprintf("a record of more than %d bytes is passed over", want))
			st.pass()
		}
		if err := st.send(cut, emit); err != nil {
			return err
		}
		if ended {
			return st.last()
		}
		want = st.size
	}
}

// last ends a stream: the error is how it broke off, and the record that it
// broke off in is not passed on, since half a line can say something else.
func (st *stream) last() error {
	st.offset += int64(st.n)
	st.free()
	if st.err == io.EOF {
		return nil
	}
	return st.err
}

// free gives the buffer back.
func (st *stream) free() {
	st.s.pool.put(st.buf)
	st.buf, st.n = nil, 0
}

// room makes the buffer at least size long.
func (st *stream) room(size int) {
	if len(st.buf) >= size {
		return
	}
	b := st.s.pool.get(size)
	copy(b, st.buf[:st.n])
	st.s.pool.put(st.buf)
	st.buf = b
}

// send sends the first cut bytes and goes on with the rest in another buffer.
func (st *stream) send(cut int, emit func(*footfall.Chunk) error) error {
	if cut == 0 {
		return nil
	}
	if !lined(st.frame) && !unlined(st.frame) && frame.Blank(st.buf[:cut]) { // blank lines count as lines
		st.drop(cut)
		return nil
	}
	rest := st.s.pool.get(max(st.size, st.n-cut))
	copy(rest, st.buf[cut:st.n])
	c := &footfall.Chunk{Input: st.in, Index: st.index, Offset: st.offset, Data: st.buf[:cut], Header: st.header}
	switch st.frame {
	case footfall.FrameTable:
		st.header = frame.TableHeader(st.header, c.Data)
	case footfall.FrameEntries:
		if st.heads != nil {
			st.header = st.heads(st.header, c.Data)
		}
	case footfall.FrameFlow:
		st.header = frame.FlowHeader(st.header, c.Data)
	}
	st.buf, st.n = rest, st.n-cut
	st.offset += int64(cut)
	st.index++
	return emit(c)
}

func lined(f footfall.Frame) bool {
	return f == footfall.FrameLines || f == footfall.FrameTable || f == footfall.FrameEntries
}

func unlined(f footfall.Frame) bool {
	return f == footfall.FrameEVTX || f == footfall.FrameFlow || f == footfall.FrameBlocks || f == footfall.FrameWhole
}

// pass passes over a record that is too long. Of a line its end stays, by which
// lines are counted.
func (st *stream) pass() {
	if st.frame == footfall.FrameWhole {
		for st.drop(st.n); st.err == nil; st.drop(st.n) {
			st.fill(st.size)
		}
		return
	}
	mark := []byte("\n")
	if st.frame == footfall.FrameXML {
		mark = []byte("</Event>")
	}
	for {
		if i := bytes.Index(st.buf[:st.n], mark); i >= 0 {
			if !lined(st.frame) {
				i += len(mark)
			}
			st.drop(i)
			return
		}
		st.drop(max(0, st.n-len(mark)+1))
		if st.err != nil {
			st.drop(st.n)
			return
		}
		st.fill(st.size)
	}
}
