package read

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// salvage reads the members of a zip whose directory is missing, as it is when
// a copy broke off: each member has a header of its own in front of it. It is
// told as partly read however much was found.
// Source: APPNOTE.TXT, section 4.3.7.
func (w *walk) salvage(n *node, at io.ReaderAt, size int64, why string) error {
	found := 0
	pos := int64(0)
	for w.ctx.Err() == nil {
		h, ok := localHeader(at, pos, size)
		if !ok {
			break
		}
		if !w.member(n) {
			return nil
		}
		found++
		next, err := w.salvaged(n, at, h)
		if err != nil {
			return err
		}
		if next = signature(at, next, size); next < 0 {
			break
		}
		pos = next
	}
	state := "partly"
	if found == 0 {
		state = "unreadable"
	}
	w.v.trouble(n.path, n.top, state, pos, fmt.Sprintf("%s; %d members were found without it", why, found))
	return w.ctx.Err()
}

// A local is the header in front of a member.
type local struct {
	name   string
	flags  uint16
	method uint16
	sum    uint32
	data   int64 // where the member's bytes begin
	end    int64 // where they end; the end of the zip when that is not said
	known  bool
}

// localHeader reads the header at pos.
func localHeader(at io.ReaderAt, pos, size int64) (h local, ok bool) {
	var b [30]byte
	if n, _ := at.ReadAt(b[:], pos); n < len(b) || string(b[:4]) != "PK\x03\x04" {
		return h, false
	}
	le := binary.LittleEndian
	name := make([]byte, int(le.Uint16(b[26:])))
	if n, _ := at.ReadAt(name, pos+30); n < len(name) {
		return h, false
	}
	h = local{name: string(name), flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]), sum: le.Uint32(b[14:])}
	h.data = pos + 30 + int64(len(name)) + int64(le.Uint16(b[28:]))
	packed := int64(le.Uint32(b[18:]))
	h.end = size
	if h.flags&8 == 0 && packed != 0xffffffff {
		h.known, h.end = true, min(size, h.data+packed)
	}
	return h, h.data <= size
}

// salvaged goes on with one member, and returns where its bytes end.
func (w *walk) salvaged(n *node, at io.ReaderAt, h local) (next int64, err error) {
	path := n.path + "!/" + h.name
	if h.flags&1 != 0 {
		w.v.trouble(path, n.top, "unreadable", 0, "zip: the member is encrypted")
		return h.skip(), nil
	}
	if !h.known && h.method == methodStore {
		w.v.trouble(path, n.top, "unreadable", 0, "zip: where the member ends is not said")
		return h.data, nil
	}
	raw := &tally{br: bufio.NewReaderSize(io.NewSectionReader(at, h.data, h.end-h.data), 64<<10)}
	out, end, err := w.unpack(h.method, raw)
	if err != nil {
		w.v.trouble(path, n.top, "unreadable", 0, zipError(err))
		return h.skip(), nil
	}
	defer end()
	if h.flags&8 != 0 {
		h.sum = 0 // it stands behind the member
	}
	b := &budget{parent: n.b, name: "zip", in: func() int64 { return raw.n }, ratio: w.s.opt.Limits.Ratio, most: w.s.opt.Limits.Member}
	r := &meter{r: &contextReader{w.ctx, &summed{r: out, want: h.sum}}, b: b, name: "zip"}
	if err := w.enter(&node{path: path, top: n.top, depth: n.depth + 1, b: b, layer: "zip", r: r}); err != nil {
		return 0, err
	}
	if h.known {
		return h.end, nil
	}
	// Only its own end says where it ends. An error was told by who read it, or
	// the search for the next header finds the way.
	_, _ = io.Copy(io.Discard, r)
	return h.data + raw.n, w.ctx.Err()
}

// skip returns where to look for the next header when the member is not read.
func (h local) skip() int64 {
	if h.known {
		return h.end
	}
	return h.data
}

// A tally counts the bytes that a decompressor takes; being an io.ByteReader
// it is asked for no more than needed.
type tally struct {
	br *bufio.Reader
	n  int64
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.br.Read(p)
	t.n += int64(n)
	return n, err
}

func (t *tally) ReadByte() (byte, error) {
	c, err := t.br.ReadByte()
	if err == nil {
		t.n++
	}
	return c, err
}

// signature returns where the next local header begins at or behind pos, -1
// when there is none.
func signature(at io.ReaderAt, pos, size int64) int64 {
	buf := make([]byte, 64<<10)
	for pos < size {
		n, _ := at.ReadAt(buf, pos)
		if i := bytes.Index(buf[:n], []byte("PK\x03\x04")); i >= 0 {
			return pos + int64(i)
		}
		if n < len(buf) {
			return -1
		}
		pos += int64(n) - 3
	}
	return -1
}
