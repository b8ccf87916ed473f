package read

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A kind is what the first bytes of a stream say of its layer.
type kind uint8

const (
	kindPlain kind = iota
	kindGzip
	kindZstd
	kindBzip2
	kindZip
	kindTar
	kindXZ
	kind7z
	kindRar
	kindCab
)

var kindNames = [...]string{"plain", "gzip", "zstd", "bzip2", "zip", "tar", "xz", "7z", "rar", "cab"}

func (k kind) String() string { return kindNames[k] }

func (k kind) compressed() bool { return k >= kindGzip && k <= kindBzip2 }

// tarHead is how many bytes sniff wants: a tar header is one block.
const tarHead = 512

// sniff tells the layer by its magic bytes.
func sniff(head []byte) kind {
	has := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case has("\x1f\x8b\x08"):
		return kindGzip
	case has("\x28\xb5\x2f\xfd"), len(head) >= 8 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		return kindZstd
	case len(head) >= 10 && has("BZh") && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "\x31\x41\x59\x26\x53\x59" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return kindBzip2
	case has("PK\x03\x04"), has("PK\x05\x06"), has("PK\x07\x08PK\x03\x04"):
		return kindZip
	case has("\xfd7zXZ\x00"):
		return kindXZ
	case has("7z\xbc\xaf\x27\x1c"):
		return kind7z
	case has("Rar!\x1a\x07"):
		return kindRar
	case has("MSCF\x00\x00\x00\x00"):
		return kindCab
	case isTar(head):
		return kindTar
	}
	return kindPlain
}

// isTar checks the checksum of a tar header, which old headers without a magic
// have too.
func isTar(head []byte) bool {
	if len(head) < tarHead || head[0] == 0 {
		return false
	}
	want, digits := 0, 0
	for _, c := range head[148:156] {
		switch {
		case c >= '0' && c <= '7':
			want, digits = want*8+int(c-'0'), digits+1
		case c != ' ' && c != 0:
			return false
		}
	}
	sum := 0
	for i, c := range head[:tarHead] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int(c)
	}
	return digits > 0 && sum == want
}

// A node is a stream on the way from a file to a leaf.
type node struct {
	path  string
	r     io.Reader
	at    io.ReaderAt // the same bytes in any order, when that is possible
	size  int64       // of at
	depth int         // archives and compressions around it
	top   int
	b     *budget
	layer string // what it comes out of, for messages: "gzip"
	hint  int64  // bytes that its archive says it has
	sum   uint32 // CRC-32 that its archive says it has
}

// A visitor is told what lies in a file. An error of leaf ends the visit.
type visitor interface {
	leaf(n *node, r io.Reader) error
	trouble(path string, top int, state string, offset int64, reason string)
}

// A budget bounds what may come out of a layer, and those around it.
type budget struct {
	parent *budget
	name   string
	in     func() int64 // bytes that went in
	out    int64
	ratio  int64
	most   int64
}

const ratioFrom = 64 << 20 // below it a ratio means nothing

// spend counts n bytes that came out; its error says which bound they broke.
func (b *budget) spend(n int) error {
	for ; b != nil; b = b.parent {
		b.out += int64(n)
		switch {
		case b.out > b.most:
			return &boundError{fmt.Sprintf("%s: more than %d bytes come out of it", b.name, b.most)}
		case b.out > ratioFrom && b.in != nil && b.out/b.ratio > b.in():
			return &boundError{fmt.Sprintf("%s: more than %d bytes come out of each byte, which is what a decompression bomb does", b.name, b.ratio)}
		}
	}
	return nil
}

// A boundError says that a stream was left because of Limits.
type boundError struct{ text string }

func (e *boundError) Error() string { return e.text }

// A meter spends what is read through it, and names the layer in errors.
type meter struct {
	r    io.Reader
	b    *budget
	name string
	err  error
}

func (m *meter) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	if over := m.b.spend(n); over != nil {
		n, err = 0, over
	} else if err != nil && err != io.EOF {
		err = layerError(m.name, err)
	}
	m.err = err
	return n, err
}

// layerError says in plain words what went wrong in a layer, once.
func layerError(name string, err error) error {
	var b *boundError
	var l *layered
	switch {
	case errors.As(err, &b), errors.As(err, &l), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &layered{name + ": the stream ends before its end", err}
	}
	return &layered{name + ": " + strings.TrimPrefix(cause(err), name+": "), err}
}

type layered struct {
	text string
	err  error
}

func (l *layered) Error() string { return l.text }
func (l *layered) Unwrap() error { return l.err }

// A counter counts what is read from a file.
type counter struct {
	r   io.Reader
	ctx context.Context
	all *atomic.Int64
	n   int64
}

func (c *counter) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.all != nil {
		c.all.Add(int64(n))
	}
	return n, err
}

// tops is a range of members of a zip; the zero value is all of them.
type tops struct{ from, to int }

func (t tops) has(i int) bool { return t == tops{} || i >= t.from && i < t.to }

// visit walks what lies in o, or in some members of it, and tells v. done counts
// the bytes read.
func (s *Source) visit(ctx context.Context, o *outer, only tops, done *atomic.Int64, v visitor) error {
	f, err := o.open()
	if err != nil {
		return errors.New(cause(err))
	}
	defer f.Close()
	w := &walk{s: s, ctx: ctx, v: v, only: only, done: done}
	c := &counter{r: f, ctx: ctx, all: done}
	n := &node{path: o.path, r: c, at: f, size: o.size, top: all}
	n.b = &budget{name: o.path, in: nil, ratio: s.opt.Limits.Ratio, most: s.opt.Limits.Total}
	w.count = func() int64 { return c.n }
	return w.enter(n)
}

// A walk is one pass over a file.
type walk struct {
	s       *Source
	ctx     context.Context
	v       visitor
	only    tops // of an outermost zip
	members int
	count   func() int64 // bytes of the file that were read
	done    *atomic.Int64
	long    int // zstd streams with a long window that are open
}

// enter looks at what n is and goes on with what lies in it. Its error is one
// of the visitor or of the context; what is wrong with n is told to the visitor.
func (w *walk) enter(n *node) error {
	br := bufio.NewReaderSize(n.r, 4<<10)
	head, err := br.Peek(tarHead)
	if len(head) == 0 && err != nil && err != io.EOF {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		w.v.trouble(n.path, n.top, "unreadable", 0, message(n, err))
		return nil
	}
	k := sniff(head)
	if k != kindPlain && n.depth >= w.s.opt.Limits.Depth {
		w.v.trouble(n.path, n.top, "unreadable", 0, fmt.Sprintf("%s within more than %d archives", k, w.s.opt.Limits.Depth))
		return nil
	}
	n.r = br
	switch k {
	case kindGzip, kindZstd, kindBzip2:
		return w.decompress(n, k)
	case kindTar, kindZip:
		if p, ok := w.v.(*prober); ok {
			return p.enter(n)
		}
		if k == kindTar {
			return w.tar(n)
		}
		return w.zip(n)
	case kindXZ, kind7z, kindRar, kindCab:
		w.v.trouble(n.path, n.top, "unreadable", 0, fmt.Sprintf("%s is not read here: unpack it first", k))
		return nil
	}
	return w.v.leaf(n, br)
}

// message is the text of an error that came from reading n.
func message(n *node, err error) string {
	if n.layer == "" {
		return cause(err)
	}
	return layerError(n.layer, err).Error()
}

// decompress goes on with what is in a compressed stream.
func (w *walk) decompress(n *node, k kind) error {
	r, end, err := w.open(k, n.r)
	if err != nil {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		w.v.trouble(n.path, n.top, "unreadable", 0, layerError(k.String(), err).Error())
		return nil
	}
	defer end()
	in := n.b.outOr(w.count)
	b := &budget{parent: n.b, name: k.String(), in: in, ratio: w.s.opt.Limits.Ratio, most: w.s.opt.Limits.Member}
	return w.enter(&node{
		path: n.path, top: n.top, depth: n.depth + 1, b: b, layer: k.String(),
		r: &meter{r: r, b: b, name: k.String()},
	})
}

// outOr returns a function that counts what went into a layer: all that was
// read of the file. A nested layer is thereby measured against the outermost
// bytes, so that bombs within bombs do not multiply.
func (b *budget) outOr(file func() int64) func() int64 {
	for ; b != nil; b = b.parent {
		if b.in != nil {
			return b.in
		}
	}
	return file
}

// open begins to decompress r; end frees what that takes.
func (w *walk) open(k kind, r io.Reader) (out io.Reader, end func(), err error) {
	switch k {
	case kindGzip:
		z, err := newMembers(r)
		return z, func() {}, err
	case kindZstd:
		return w.openZstd(r)
	}
	return bzip2.NewReader(r), func() {}, nil
}

const (
	zstdWindow     = 8 << 20   // what all levels but --ultra and --long need at most
	zstdLongWindow = 128 << 20 // what zstd itself takes unless it is told otherwise
)

// openZstd lets one stream at a time have a long window, so that memory stays
// bounded however many streams are read at once.
func (w *walk) openZstd(r io.Reader) (out io.Reader, end func(), err error) {
	br := bufio.NewReaderSize(r, 4<<10)
	head, _ := br.Peek(zstd.HeaderMaxSize) // a short one is an error of the decoder
	var h zstd.Header
	window, done := uint64(zstdWindow), func() {}
	if h.Decode(head) == nil && max(h.WindowSize, h.FrameContentSize*single(h)) > zstdWindow {
		window = zstdLongWindow
		if w.long++; w.long == 1 {
			w.s.long.Lock()
		}
		done = func() {
			if w.long--; w.long == 0 {
				w.s.long.Unlock()
			}
		}
	}
	z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(window), zstd.WithDecoderMaxMemory(window))
	if err != nil {
		done()
		return nil, nil, err
	}
	return z, func() { z.Close(); done() }, nil
}

// single is 1 when the frame's content is its window.
func single(h zstd.Header) uint64 {
	if h.SingleSegment {
		return 1
	}
	return 0
}

// members reads a gzip stream of any number of members. Zeros behind the last,
// as tapes and some rotators leave them, are not an error.
type members struct {
	br *bufio.Reader
	z  *gzip.Reader
}

func newMembers(r io.Reader) (*members, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	z, err := gzip.NewReader(br)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &members{br, z}, nil
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.z.Read(p)
		if n > 0 && err == io.EOF {
			return n, nil
		}
		if n > 0 || err != io.EOF {
			return n, err
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
}

// next goes to the next member; io.EOF says that there is none.
func (m *members) next() error {
	for {
		c, err := m.br.ReadByte()
		if err != nil {
			return err
		}
		if c != 0 {
			break
		}
	}
	if err := m.br.UnreadByte(); err != nil {
		return err
	}
	if magic, _ := m.br.Peek(2); string(magic) != "\x1f\x8b" {
		return errors.New("what follows the last member is no gzip")
	}
	if err := m.z.Reset(m.br); err != nil {
		return err
	}
	m.z.Multistream(false)
	return nil
}
