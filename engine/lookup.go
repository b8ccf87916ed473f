package engine

import (
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/clock"
)

// maxRaw bounds what evidence shows of one record; the rest is in its input.
const maxRaw = 64 << 10

// A lookup reads the records that findings rest on a second time, whole, in
// one pass over their inputs, and keeps them on disk.
type lookup struct {
	l     *line
	c     *collector
	want  map[uint32]map[uint32][]int64 // input -> chunk -> offsets
	where map[refKey]place
	times map[refKey]int64 // event times of records whose year was open
	file  *os.File
	end   int64
}

type refKey struct {
	input  uint32
	offset int64
}

type place struct {
	at    int64
	n     int32
	chunk uint32
}

func newLookup(l *line, c *collector) *lookup {
	return &lookup{l: l, c: c, want: map[uint32]map[uint32][]int64{}, where: map[refKey]place{}}
}

func (k *lookup) ask(refs ...footfall.Ref) {
	for _, r := range refs {
		key := refKey{r.Input, r.Offset}
		if _, ok := k.where[key]; ok {
			continue
		}
		k.where[key] = place{n: -1}
		if k.want[r.Input] == nil {
			k.want[r.Input] = map[uint32][]int64{}
		}
		k.want[r.Input][r.Chunk] = append(k.want[r.Input][r.Chunk], r.Offset)
	}
}

// settle notes the years that steps of year-less inputs were given.
func (k *lookup) settle(steps iter.Seq[*footfall.Step]) {
	if len(k.c.open) == 0 {
		return
	}
	k.times = map[refKey]int64{}
	for s := range steps {
		key := refKey{s.Ref.Input, s.Ref.Offset}
		if _, ok := k.where[key]; ok {
			k.times[key] = s.Time
		}
	}
}

// gather finds the records of everything that r names.
func (k *lookup) gather(r *footfall.Run, steps iter.Seq[*footfall.Step]) error {
	for _, f := range r.Findings {
		k.ask(f.Evidence...)
		for _, h := range f.Path {
			k.ask(h.Ref)
		}
	}
	for _, c := range r.Cases {
		for _, f := range c.Facts {
			k.ask(f.Evidence...)
		}
		for _, h := range c.Path {
			k.ask(h.Ref)
		}
		for _, a := range c.Questions {
			k.ask(a.Evidence...)
		}
	}
	if len(k.want) == 0 {
		return nil
	}
	f, err := unnamed(k.l.opt.tempDir())
	if err != nil {
		return err
	}
	k.file = f
	k.settle(steps)
	return k.read()
}

func (k *lookup) read() error {
	schema := footfall.NewSchema(true)
	st, err := decode.New(k.l.opt.Decoders, schema)
	if err != nil {
		return err
	}
	chunks := map[uint32][]uint32{}
	for in, m := range k.want {
		for c := range m {
			chunks[in] = append(chunks[in], c)
		}
		slices.Sort(chunks[in])
	}
	var b footfall.Batch
	var fail error
	err = k.l.src.Many(chunks, func(c *footfall.Chunk) {
		b.Reset()
		if err := st.Chunk(&b, c); err != nil && fail == nil {
			fail = err
		}
		offsets := k.want[uint32(c.Input.Index)][uint32(c.Index)]
		slices.Sort(offsets)
		for i := range b.Events {
			e := &b.Events[i]
			if _, ok := slices.BinarySearch(offsets, e.Offset); !ok {
				continue
			}
			if err := k.store(c, e, schema); err != nil && fail == nil {
				fail = err
			}
		}
	})
	if err != nil {
		return err
	}
	return fail
}

func (k *lookup) store(c *footfall.Chunk, e *footfall.Event, s *footfall.Schema) error {
	key := refKey{uint32(c.Input.Index), e.Offset}
	if p, ok := k.where[key]; !ok || p.n >= 0 {
		return nil
	}
	number := e.Record
	if before := k.c.before[c.Input.Index]; !e.Native && c.Index < len(before) {
		number += uint64(before[c.Index])
	}
	raw := string(record(c, e))
	if c.Input.Format == "evtx" || !utf8.ValidString(raw) {
		raw = fieldsJSON(e, s)
	}
	if len(raw) > maxRaw {
		raw = strings.ToValidUTF8(raw[:maxRaw], "") + "..."
	}
	at := e.Time
	if t, ok := k.times[key]; ok {
		at = t
	} else if clock.Unresolved(at) {
		at = 0
	}
	line, err := json.Marshal(footfall.Record{
		Input: c.Input.Path, Offset: e.Offset, Number: number, Time: at,
		Host: e.Computer, Format: c.Input.Format, Raw: raw,
	})
	if err != nil {
		return err
	}
	if _, err := k.file.WriteAt(line, k.end); err != nil {
		return fmt.Errorf("engine: keeping evidence: %w", err)
	}
	k.where[key] = place{at: k.end, n: int32(len(line)), chunk: uint32(c.Index)}
	k.end += int64(len(line))
	return nil
}

// fieldsJSON shows the fields of a binary record as one JSON object, in the
// record's own order; a name that comes twice is numbered.
func fieldsJSON(e *footfall.Event, s *footfall.Schema) string {
	out := []byte{'{'}
	seen := map[footfall.FieldID]int{}
	for _, f := range e.Fields {
		name := s.FieldName(f.ID)
		if seen[f.ID]++; seen[f.ID] > 1 {
			name += "." + strconv.Itoa(seen[f.ID])
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		k, _ := json.Marshal(name)                            // a string is always JSON
		v, _ := json.Marshal(strings.ToValidUTF8(f.Val, "?")) // as above
		out = append(append(append(out, k...), ':'), v...)
	}
	return string(append(out, '}'))
}

// find is the Run's Lookup.
func (k *lookup) find(r footfall.Ref) (footfall.Record, bool) {
	p, ok := k.where[refKey{r.Input, r.Offset}]
	if !ok || p.n < 0 || k.file == nil {
		return footfall.Record{}, false
	}
	buf := make([]byte, p.n)
	if _, err := k.file.ReadAt(buf, p.at); err != nil {
		return footfall.Record{}, false
	}
	var rec footfall.Record
	if json.Unmarshal(buf, &rec) != nil {
		return footfall.Record{}, false
	}
	return rec, true
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// peak returns the most memory that the process has held, in bytes: what
// Linux calls VmHWM; 0 where the system does not say.
func peak() int64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
			if err == nil {
				return kb << 10
			}
		}
	}
	return 0
}
