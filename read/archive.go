package read

import (
	"archive/tar"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zip"
)

// member counts a member of the file; false means that there are too many.
func (w *walk) member(n *node) bool {
	w.members++
	if w.members == w.s.opt.Limits.Members+1 {
		w.v.trouble(n.path, n.top, "partly", 0, fmt.Sprintf("more than %d members; the rest is not read", w.s.opt.Limits.Members))
	}
	return w.members <= w.s.opt.Limits.Members
}

// tar goes on with the members of a tar.
func (w *walk) tar(n *node) error {
	in, src := w.count, n.r
	if n.at != nil {
		// With a Seeker members that are not wanted cost nothing.
		src = io.NewSectionReader(n.at, 0, n.size)
		in = func() int64 { return n.size }
		defer w.add(n.size)
	}
	pos := &position{r: src}
	if sk, ok := src.(io.Seeker); ok {
		pos.seek, pos.end = sk, n.size
	}
	tr := tar.NewReader(pos.reader())
	b := &budget{parent: n.b, name: "tar", in: in, ratio: w.s.opt.Limits.Ratio, most: w.s.opt.Limits.Total}
	empty := true
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		h, err := tr.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				w.v.trouble(n.path, n.top, "partly", pos.n, layerError("tar", err).Error())
			} else if empty {
				w.v.trouble(n.path, n.top, "empty", 0, "an archive without files")
			}
			return w.ctx.Err()
		}
		if !regular(h.Typeflag) {
			continue
		}
		empty = false
		if !w.member(n) {
			return nil
		}
		mb := &budget{parent: b, name: "tar", ratio: w.s.opt.Limits.Ratio, most: w.s.opt.Limits.Member}
		err = w.enter(&node{
			path: n.path + "!/" + h.Name, top: n.top, depth: n.depth + 1, b: mb, layer: "tar", hint: h.Size,
			r: &meter{r: tr, b: mb, name: "tar"},
		})
		if err != nil {
			return err
		}
	}
}

// add counts bytes of the file as read.
func (w *walk) add(n int64) {
	if w.done != nil {
		w.done.Add(n)
	}
}

func regular(flag byte) bool {
	return flag == tar.TypeReg || flag == '\x00' || flag == tar.TypeCont || flag == tar.TypeGNUSparse
}

// A position knows how far a tar was read, for messages.
type position struct {
	r    io.Reader
	seek io.Seeker
	n    int64
	end  int64 // when there is a seek
}

func (p *position) reader() io.Reader {
	if p.seek != nil {
		return p
	}
	return struct{ io.Reader }{p}
}

func (p *position) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.n += int64(n)
	return n, err
}

func (p *position) Seek(offset int64, whence int) (int64, error) {
	n, err := p.seek.Seek(offset, whence)
	p.n = min(n, p.end)
	return n, err
}

// zip goes on with the members of a zip. Its directory stands at its end, so a
// zip that comes out of another layer is spooled first.
func (w *walk) zip(n *node) error {
	at, size := n.at, n.size
	if at == nil {
		f, err := w.s.spool.file(w.s.opt.SpoolDir)
		if err != nil {
			w.v.trouble(n.path, n.top, "unreadable", 0, "no room to unpack it: "+cause(err))
			return nil
		}
		defer f.Close()
		if size, err = io.Copy(f, n.r); err != nil {
			if w.ctx.Err() != nil {
				return w.ctx.Err()
			}
			w.v.trouble(n.path, n.top, "unreadable", size, message(n, err))
			return nil
		}
		at = f
	}
	zr, err := zip.NewReader(at, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return w.salvage(n, at, size, zipError(err))
	}
	return w.zipMembers(n, zr, size)
}

func (w *walk) zipMembers(n *node, zr *zip.Reader, size int64) error {
	var packed uint64
	empty := true
	for i, f := range zr.File {
		if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 {
			continue
		}
		empty = false
		if !w.member(n) {
			return nil
		}
		top := n.top
		if n.depth == 0 {
			top = i
			if !w.only.has(i) {
				continue
			}
		}
		if packed += f.CompressedSize64; packed > uint64(size) && w.only == (tops{}) {
			// Members that share bytes are how a small zip becomes petabytes.
			w.v.trouble(n.path, n.top, "partly", 0, fmt.Sprintf("zip: members overlap from %q on; the rest is not read", f.Name))
			return nil
		}
		if err := w.zipMember(n, f, top, size); err != nil {
			return err
		}
	}
	if empty {
		w.v.trouble(n.path, n.top, "empty", 0, "an archive without files")
	}
	return nil
}

func (w *walk) zipMember(n *node, f *zip.File, top int, size int64) error {
	path := n.path + "!/" + f.Name
	if f.Flags&1 != 0 {
		w.v.trouble(path, top, "unreadable", 0, "zip: the member is encrypted")
		return nil
	}
	raw, err := f.OpenRaw()
	if err != nil {
		w.v.trouble(path, top, "unreadable", 0, zipError(err))
		return nil
	}
	out, end, err := w.unpack(f.Method, &contextReader{w.ctx, raw})
	if err != nil {
		w.v.trouble(path, top, "unreadable", 0, zipError(err))
		return nil
	}
	defer end()
	if n.depth == 0 {
		defer w.add(int64(min(f.CompressedSize64, uint64(size))))
	}
	packed := max(1, int64(min(f.CompressedSize64, uint64(size))))
	b := &budget{parent: n.b, name: "zip", in: func() int64 { return packed }, ratio: w.s.opt.Limits.Ratio, most: w.s.opt.Limits.Member}
	r := &meter{r: &summed{r: out, want: f.CRC32}, b: b, name: "zip"}
	return w.enter(&node{
		path: path, top: top, depth: n.depth + 1, b: b, layer: "zip", r: r,
		hint: int64(min(f.UncompressedSize64, 1<<40)), sum: f.CRC32,
	})
}

// The methods of APPNOTE.TXT, section 4.4.5, that are read here.
const (
	methodStore   = 0
	methodDeflate = 8
	methodBzip2   = 12
	methodZstd    = 93
)

// unpack begins to decompress a member of a zip; end frees what that takes.
func (w *walk) unpack(method uint16, r io.Reader) (out io.Reader, end func(), err error) {
	switch method {
	case methodStore:
		return r, func() {}, nil
	case methodDeflate:
		z := flate.NewReader(r)
		return z, func() { z.Close() }, nil
	case methodBzip2:
		return w.open(kindBzip2, r)
	case methodZstd:
		return w.open(kindZstd, r)
	}
	return nil, nil, fmt.Errorf("compression method %d is not read here", method)
}

// A summed checks the checksum of a zip's member at its end, after all that
// there is was handed on. What the zip says of sizes is not believed anyway.
type summed struct {
	r    io.Reader
	sum  uint32
	want uint32 // 0 when it was not kept
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.sum = crc32.Update(s.sum, crc32.IEEETable, p[:n])
	if err == io.EOF && s.want != 0 && s.sum != s.want {
		err = errChecksum
	}
	return n, err
}

var errChecksum = errors.New("the checksum does not fit")

func zipError(err error) string {
	if errors.Is(err, zip.ErrFormat) {
		return "zip: the directory at its end is missing or damaged"
	}
	return "zip: " + strings.TrimPrefix(cause(err), "zip: ")
}
