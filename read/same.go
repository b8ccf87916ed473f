package read

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
)

// duplicates marks the files whose content an earlier one has. Contents are
// compared by hash, and only where sizes and samples are equal.
func (s *Source) duplicates() {
	sizes := map[int64][]*outer{}
	for _, o := range s.outers {
		if !o.skip && o.size > 0 {
			sizes[o.size] = append(sizes[o.size], o)
		}
	}
	for _, same := range sizes {
		samples := map[digest][]*outer{}
		for _, o := range same {
			if len(same) < 2 {
				break
			}
			if h, ok := o.sample(); ok {
				samples[h] = append(samples[h], o)
			}
		}
		for _, alike := range samples {
			compare(alike)
		}
	}
}

type digest = [sha256.Size]byte

// compare marks the files among alike that equal one before them.
func compare(alike []*outer) {
	if len(alike) < 2 {
		return
	}
	first := map[digest]*outer{}
	for _, o := range alike {
		h, ok := o.hash()
		if !ok {
			continue // whoever reads it will say why
		}
		if at := first[h]; at != nil {
			o.skip, o.state, o.reason = true, "duplicate", sameAs(at.path)
			continue
		}
		first[h] = o
	}
}

func sameAs(path string) string { return "the same content as " + path }

// sample hashes a few kilobytes of o, which tell most files of equal size apart.
func (o *outer) sample() (sum digest, ok bool) {
	f, err := o.open()
	if err != nil {
		return sum, false
	}
	defer f.Close()
	h := sha256.New()
	var b [4 << 10]byte
	for i := range int64(5) {
		if i > 0 && o.size <= int64(len(b)) {
			break
		}
		n, err := f.ReadAt(b[:], max(0, o.size-int64(len(b)))*i/4)
		if err != nil && !errors.Is(err, io.EOF) {
			return sum, false
		}
		h.Write(b[:n])
	}
	return digest(h.Sum(nil)), true
}

func (o *outer) hash() (sum digest, ok bool) {
	f, err := o.open()
	if err != nil {
		return sum, false
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, make([]byte, 256<<10)); err != nil {
		return sum, false
	}
	return digest(h.Sum(nil)), true
}

// copies marks the members of zips, and the files that gzip holds, whose
// content another input before them has. Their size and checksum stand in the
// zip's directory and at the end of the gzip; where both are equal, contents
// are compared by hash, since either may lie. Members of tars have no checksum
// and are not compared.
func (s *Source) copies(ctx context.Context) {
	sizes := map[int64]bool{}
	for _, e := range s.entries {
		s.gzipSum(e)
		if e.sum != 0 {
			sizes[e.in.Size] = true
		}
	}
	type finger struct {
		size int64
		sum  uint32
	}
	groups := map[finger][]*entry{}
	for _, e := range s.entries {
		if e.stat.State != "" || !sizes[e.in.Size] || e.in.Size == 0 {
			continue
		}
		if e.sum == 0 && e.o.kind == kindPlain {
			e.sum = e.o.crc()
		}
		if e.sum != 0 {
			f := finger{e.in.Size, e.sum}
			groups[f] = append(groups[f], e)
		}
	}
	alike := map[*outer][]*entry{}
	for _, g := range groups {
		for _, e := range g {
			if len(g) > 1 {
				alike[e.o] = append(alike[e.o], e)
			}
		}
	}
	sums := map[*entry]digest{}
	for o, list := range alike {
		if ctx.Err() == nil {
			s.contents(ctx, o, list, sums)
		}
	}
	for _, g := range groups {
		settleCopies(g, sums)
	}
}

// settleCopies marks the entries of g whose content equals that of one with a
// lower index. Those without a sum could not be read, which whoever reads them
// will say.
func settleCopies(g []*entry, sums map[*entry]digest) {
	slices.SortFunc(g, func(a, b *entry) int { return cmp.Compare(a.in.Index, b.in.Index) })
	first := map[digest]*entry{}
	for _, e := range g {
		h, ok := sums[e]
		if !ok {
			continue
		}
		at := first[h]
		if at == nil {
			first[h] = e
			continue
		}
		e.settle("duplicate", 0, sameAs(at.in.Path))
		e.o.skip = e.o.skip || e.in.Path == e.o.path
	}
}

// gzipSum gives the entry of a file that is one gzip stream the size and the
// checksum that stand at its end.
func (s *Source) gzipSum(e *entry) {
	if e.stat.State != "" || e.o.kind != kindGzip || e.in.Path != e.o.path {
		return
	}
	f, err := e.o.open()
	if err != nil {
		return
	}
	defer f.Close()
	var b [8]byte
	if n, _ := f.ReadAt(b[:], e.o.size-8); n == len(b) {
		e.sum, e.in.Size = binary.LittleEndian.Uint32(b[:]), int64(binary.LittleEndian.Uint32(b[4:]))
	}
}

// crc is the checksum of a plain file, 0 when it cannot be read.
func (o *outer) crc() uint32 {
	f, err := o.open()
	if err != nil {
		return 0
	}
	defer f.Close()
	h := crc32.NewIEEE()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, make([]byte, 256<<10)); err != nil {
		return 0
	}
	return h.Sum32()
}

// contents hashes what the entries of list hold, all in o, in one pass over it:
// a pass for each would cost the square of the members of a large archive.
func (s *Source) contents(ctx context.Context, o *outer, list []*entry, sums map[*entry]digest) {
	slices.SortFunc(list, func(a, b *entry) int { return cmp.Compare(a.in.Index, b.in.Index) })
	only := tops{}
	first, last := list[0], list[len(list)-1]
	if first.top != all && last.top != all {
		only = tops{first.top, last.top + 1}
	}
	v := &hasher{ctx: ctx, next: s.start(first, only != tops{}), want: list, sums: sums}
	// Whatever ends the pass early, reading will meet and tell.
	_ = s.visit(ctx, o, only, nil, v)
}

// A hasher is the visitor that hashes leaves.
type hasher struct {
	ctx  context.Context
	next int      // index of the next entry
	want []*entry // that are to be hashed, by index
	sums map[*entry]digest
}

// met passes one entry; it is returned when its hash is wanted.
func (v *hasher) met() *entry {
	i := v.next
	v.next++
	if len(v.want) == 0 || v.want[0].in.Index != i {
		return nil
	}
	e := v.want[0]
	v.want = v.want[1:]
	return e
}

func (v *hasher) trouble(string, int, string, int64, string) { v.met() }

func (v *hasher) leaf(n *node, r io.Reader) error {
	if e := v.met(); e != nil && e.in.Path == n.path {
		h := sha256.New()
		if _, err := io.Copy(h, r); err == nil {
			v.sums[e] = digest(h.Sum(nil))
		}
	}
	if len(v.want) == 0 {
		return errFound
	}
	return v.ctx.Err()
}
