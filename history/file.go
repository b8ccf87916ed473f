package history

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
)

// The file of a baseline, all numbers little-endian:
//
//	magic, version, key, day, days learned
//	edges:  for each page its count, then key and tally of each in its order
//	habits: the same, with habits
//	rates and sums by trait
//	peers:  sketches, bands
//	held:   sources with their days and seconds; abuse that was taken back
//	CRC-32C of all before
const (
	magic       = "footfall history\n"
	fileVersion = 1
	maxKey      = 64
	maxText     = 4096
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A Damaged error says that a file is no baseline or a broken one.
type Damaged struct {
	At  int64
	Why string
}

func (d *Damaged) Error() string {
	return fmt.Sprintf("at offset %d: %s", d.At, d.Why)
}

// Save writes the baseline as it is.
func (h *History) Save(to io.Writer) error {
	w := &writer{to: bufio.NewWriterSize(to, 1<<20), sum: crc32.New(castagnoli)}
	w.bytes([]byte(magic))
	w.u32(fileVersion)
	w.text(string(h.opt.Key))
	w.u64(uint64(h.day))
	w.u64(uint64(h.days))
	saveTable(w, &h.edges, func(v *tally) { w.u64(uint64(*v)) })
	saveTable(w, &h.habits, w.habit)
	w.u32(uint32(len(h.rates)))
	for i := range h.rates {
		for _, r := range h.rates[i] {
			w.u64(math.Float64bits(r.s))
			w.u64(math.Float64bits(r.n))
			w.u64(uint64(r.last))
		}
		w.u64(h.sums[i])
	}
	saveTable(w, &h.groups.of, w.sketch)
	saveTable(w, &h.groups.bands, func(v *members) { w.u32(uint32(*v)) })
	w.held(&h.held)
	if w.err == nil {
		w.err = binary.Write(w.to, binary.LittleEndian, w.sum.Sum32())
	}
	return errors.Join(w.err, w.to.Flush())
}

// Load reads the baseline of earlier runs into an empty History: steps of the
// sources and times that it holds are not learned again.
func (h *History) Load(from io.Reader) error {
	if err := h.Restore(from); err != nil {
		return err
	}
	for k, i := range h.held.now {
		if j, ok := h.held.before[k]; ok {
			i = &interval{min(i.first, j.first), max(i.last, j.last)}
		}
		h.held.before[k] = i
	}
	for k := range h.held.gone {
		h.held.gone[k] = true
	}
	clear(h.held.now)
	clear(h.held.lately[:])
	clear(h.held.took)
	return nil
}

// Restore reads what Save wrote into an empty History, to go on as if nothing
// had been.
func (h *History) Restore(from io.Reader) error {
	r := &reader{from: bufio.NewReaderSize(from, 1<<20), sum: crc32.New(castagnoli)}
	if got := string(r.bytes(len(magic))); got != magic {
		return &Damaged{0, "it is not a history file"}
	}
	if v := r.u32(); r.err == nil && v != fileVersion {
		return &Damaged{r.at, fmt.Sprintf("version %d; this program knows %d", v, fileVersion)}
	}
	h.opt.Key = []byte(r.text(maxKey))
	h.hash = hashes{names: h.opt.Names, key: h.opt.Key}
	h.day = int(min(r.u64(), maxDay))
	h.days = tally(r.u64())
	loadTable(r, &h.edges, func() tally { return tally(r.u64()) })
	loadTable(r, &h.habits, r.habit)
	if n := r.u32(); r.err == nil && int(n) != len(h.rates) {
		r.fail(fmt.Sprintf("%d traits; this program knows %d", n, len(h.rates)))
	}
	for i := range h.rates {
		for j := range h.rates[i] {
			h.rates[i][j] = rate{r.float(), r.float(), int(min(r.u64(), maxDay))}
		}
		h.sums[i] = r.u64()
	}
	loadTable(r, &h.groups.of, r.sketch)
	loadTable(r, &h.groups.bands, func() members { return members(r.u32()) })
	r.held(&h.held)
	sum := r.checksum()
	var want uint32
	if r.err == nil {
		r.err = binary.Read(r.from, binary.LittleEndian, &want)
	}
	if r.err == nil && sum != want {
		r.fail("the checksum is wrong: the file is cut or was changed")
	}
	if errors.Is(r.err, io.EOF) || errors.Is(r.err, io.ErrUnexpectedEOF) {
		return &Damaged{r.at, "the file ends too early"}
	}
	return r.err
}

// Key returns the key of the hashes, which a file keeps.
func (h *History) Key() []byte { return h.opt.Key }

func saveTable[V any](w *writer, t *table[V], one func(*V)) {
	for i := range t.pages {
		w.u32(uint32(t.pages[i].used))
		for j := range t.pages[i].slots {
			if s := &t.pages[i].slots[j]; s.key != 0 {
				w.u64(s.key)
				one(&s.val)
			}
		}
	}
}

// loadTable reads page by page, each made as large as it has to be: a page
// that grows slot by slot would be filled five times over. The count of a page
// is believed a little at a time, since a broken file may say anything.
func loadTable[V any](r *reader, t *table[V], one func() V) {
	for i := range t.pages {
		p := &t.pages[i]
		n := int(r.u32())
		if n > 0 {
			p.resize(max(smallest, min(n, 1<<16)*9/8+1))
		}
		for ; n > 0 && r.err == nil; n-- {
			k := r.u64()
			v := one()
			if r.err != nil {
				return
			}
			if k == 0 || k>>(64-pageBits) != uint64(i) {
				r.fail("a thing is in the wrong place")
				return
			}
			to, fresh := t.put(k)
			if !fresh {
				r.fail("a thing is there twice")
				return
			}
			*to = v
		}
	}
}

type writer struct {
	to  *bufio.Writer
	sum hash.Hash32
	buf [64]byte
	err error
}

func (w *writer) bytes(p []byte) {
	if w.err == nil {
		w.sum.Write(p)
		_, w.err = w.to.Write(p)
	}
}

func (w *writer) u32(v uint32) {
	binary.LittleEndian.PutUint32(w.buf[:], v)
	w.bytes(w.buf[:4])
}

func (w *writer) u64(v uint64) {
	binary.LittleEndian.PutUint64(w.buf[:], v)
	w.bytes(w.buf[:8])
}

func (w *writer) text(s string) {
	s = s[:min(len(s), maxText)]
	w.u32(uint32(len(s)))
	w.bytes([]byte(s))
}

func (w *writer) habit(v *habit) {
	b := binary.LittleEndian
	p := w.buf[:0]
	for _, x := range [...]uint16{v.first, v.last, v.days, v.today, v.new} {
		p = b.AppendUint16(p, x)
	}
	for _, x := range [...]uint32{v.items, v.once, v.sum, v.times} {
		p = b.AppendUint32(p, x)
	}
	for i := range v.s {
		p = b.AppendUint32(b.AppendUint32(p, math.Float32bits(v.s[i])), math.Float32bits(v.n[i]))
	}
	w.bytes(p)
}

func (w *writer) sketch(v *sketch) {
	for _, x := range v.now {
		w.u32(x)
	}
	for _, x := range v.keys {
		w.u64(x)
	}
	w.u32(uint32(v.turn))
}

func (w *writer) held(h *held) {
	w.intervals(h.before)
	w.intervals(h.now)
	w.u64(uint64(len(h.gone)))
	for _, k := range slices.SortedFunc(maps.Keys(h.gone), func(a, b taken) int {
		return cmp.Or(cmp.Compare(a.abuse, b.abuse), a.of.compare(b.of))
	}) {
		w.u64(k.abuse)
		w.text(k.of.source)
		w.u32(uint32(k.of.day)<<1 | bit(h.gone[k]))
	}
	w.u64(uint64(len(h.took)))
	for _, k := range slices.SortedFunc(maps.Keys(h.took), func(a, b thing) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.day, b.day))
	}) {
		w.u64(k.key)
		w.u32(uint32(k.day))
	}
}

func bit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

func (w *writer) intervals(m map[sourceDay]*interval) {
	w.u64(uint64(len(m)))
	for _, k := range slices.SortedFunc(maps.Keys(m), sourceDay.compare) {
		w.text(k.source)
		w.u32(uint32(k.day))
		w.u32(m[k].first)
		w.u32(m[k].last)
	}
}

func (k sourceDay) compare(o sourceDay) int {
	return cmp.Or(cmp.Compare(k.source, o.source), cmp.Compare(k.day, o.day))
}

type reader struct {
	from *bufio.Reader
	sum  hash.Hash32
	buf  [maxText]byte
	last []byte // read and not yet in the sum: a checksum of 8 bytes at a time takes longer than all else
	at   int64
	err  error
}

// checksum is that of all that was read.
func (r *reader) checksum() uint32 {
	r.sum.Write(r.last)
	r.last = r.last[:0]
	return r.sum.Sum32()
}

func (r *reader) fail(why string) {
	if r.err == nil {
		r.err = &Damaged{r.at, why}
	}
}

func (r *reader) bytes(n int) []byte {
	p := r.buf[:n]
	if r.err != nil {
		clear(p)
		return p
	}
	if _, r.err = io.ReadFull(r.from, p); r.err != nil {
		clear(p)
		return p
	}
	r.at += int64(n)
	if r.last = append(r.last, p...); len(r.last) >= maxText {
		r.checksum()
	}
	return p
}

func (r *reader) u32() uint32    { return binary.LittleEndian.Uint32(r.bytes(4)) }
func (r *reader) u64() uint64    { return binary.LittleEndian.Uint64(r.bytes(8)) }
func (r *reader) float() float64 { return math.Float64frombits(r.u64()) }

func (r *reader) text(most int) string {
	n := r.u32()
	if r.err == nil && int64(n) > int64(most) {
		r.fail(fmt.Sprintf("a text of %d bytes", n))
	}
	if r.err != nil {
		return ""
	}
	return string(r.bytes(int(n)))
}

const habitSize = 5*2 + 4*4 + 4*4

func (r *reader) habit() (v habit) {
	b, p := binary.LittleEndian, r.bytes(habitSize)
	for _, x := range [...]*uint16{&v.first, &v.last, &v.days, &v.today, &v.new} {
		*x, p = b.Uint16(p), p[2:]
	}
	for _, x := range [...]*uint32{&v.items, &v.once, &v.sum, &v.times} {
		*x, p = b.Uint32(p), p[4:]
	}
	for i := range v.s {
		v.s[i], v.n[i], p = math.Float32frombits(b.Uint32(p)), math.Float32frombits(b.Uint32(p[4:])), p[8:]
	}
	return v
}

func (r *reader) sketch() (v sketch) {
	for i := range v.now {
		v.now[i] = r.u32()
	}
	for i := range v.keys {
		v.keys[i] = r.u64()
	}
	v.turn = uint16(r.u32())
	return v
}

func (r *reader) held(h *held) {
	r.intervals(h.before)
	r.intervals(h.now)
	for n := r.u64(); n > 0 && r.err == nil && r.bounded(len(h.gone)); n-- {
		k := taken{r.u64(), sourceDay{r.text(maxText), 0}}
		v := r.u32()
		k.of.day = int(v >> 1)
		h.gone[k] = v&1 != 0
	}
	for n := r.u64(); n > 0 && r.err == nil && r.bounded(len(h.took)); n-- {
		h.took[thing{r.u64(), int(r.u32())}] = true
	}
}

func (r *reader) intervals(m map[sourceDay]*interval) {
	for n := r.u64(); n > 0 && r.err == nil && r.bounded(len(m)); n-- {
		k := sourceDay{r.text(maxText), int(r.u32())}
		m[k] = &interval{r.u32(), r.u32()}
	}
}

// bounded fails where a file has more of something than a baseline keeps.
func (r *reader) bounded(n int) bool {
	if n >= mostSources {
		r.fail("more sources than a baseline keeps")
	}
	return r.err == nil
}
