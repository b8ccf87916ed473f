package runfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/footfall/footfall"
)

// Bounds on what is read.
const (
	maxLine     = 64 << 20
	maxFile     = 8 << 30 // bytes, unpacked
	maxRules    = 1 << 18
	maxFindings = 1 << 20
	maxCases    = 1 << 18
	maxRecords  = 1 << 24
)

// Load reads the run of a folder; fs.ErrNotExist when it has none. Without
// records it stops before them, and nothing has a record's text.
func Load(dir string, withRecords bool) (*Stored, error) {
	f, err := os.Open(filepath.Join(dir, Name))
	if err != nil {
		return nil, fmt.Errorf("runfile: %w", err)
	}
	defer f.Close()
	var rec *records
	if withRecords {
		if rec, err = newRecords(); err != nil {
			return nil, err
		}
	}
	s, err := read(f, rec)
	if err != nil {
		if rec != nil {
			err = errors.Join(err, rec.close())
		}
		return nil, fmt.Errorf("runfile: %s: %w", filepath.Join(dir, Name), err)
	}
	return s, nil
}

// read reads a run, and into rec, when there is one, its records.
func read(r io.Reader, rec *records) (*Stored, error) {
	z, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, err
	}
	in := &reader{in: bufio.NewReaderSize(io.LimitReader(z, maxFile), 1<<16), rec: rec}
	for {
		word, data, err := in.next()
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", in.lines+1, err)
		}
		if word == "end" || word == "record" && rec == nil {
			if err := in.finish(word, data); err != nil {
				return nil, fmt.Errorf("line %d: %w", in.lines+1, err)
			}
			in.s.records = rec
			return &in.s, nil
		}
		if err := in.line(word, data); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", in.lines+1, word, err)
		}
		in.lines++
	}
}

type reader struct {
	in       *bufio.Reader
	s        Stored
	rec      *records
	own      int
	rules    []*footfall.Rule
	findings []*footfall.Finding
	buf      []byte
	lines    int
}

// next returns the word and the value of a line; the value is good until the
// next call.
func (r *reader) next() (string, []byte, error) {
	r.buf = r.buf[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.buf)+len(part) > maxLine+16 {
			return "", nil, fmt.Errorf("more than %d bytes", maxLine)
		}
		r.buf = append(r.buf, part...)
		if err == nil {
			break
		}
		if errors.Is(err, io.EOF) {
			return "", nil, errors.New("the file is not whole")
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", nil, err
		}
	}
	word, data, ok := bytes.Cut(r.buf[:len(r.buf)-1], []byte(" "))
	if !ok || len(word) > 16 {
		return "", nil, errors.New("it is not a word and a value")
	}
	return string(word), data, nil
}

func (r *reader) line(word string, data []byte) error {
	if (word == "run") != (r.lines == 0) {
		return errors.New("the head is not the first line, or not the only one")
	}
	switch word {
	case "run":
		return r.head(data)
	case "rule":
		rule := &footfall.Rule{}
		if len(r.rules) == maxRules {
			return fmt.Errorf("more than %d", maxRules)
		}
		r.rules = append(r.rules, rule)
		return decode(data, rule)
	case "finding":
		return r.finding(data)
	case "case":
		return r.oneCase(data)
	case "record":
		return r.record(data)
	}
	return errors.New("it is no line of a run")
}

// decode is the inverse of encode.
func decode[T any](data []byte, into *T) error {
	if err := json.Unmarshal(data, into); err != nil {
		return err
	}
	if bytes.Contains(data, mark) {
		*into = *walker{text: fromJSON}.copy(into).(*T)
	}
	return nil
}

func (r *reader) head(data []byte) error {
	h := headLine{Run: runLine{Run: &footfall.Run{}}}
	if err := decode(data, &h); err != nil {
		return err
	}
	if h.Version != Version {
		return fmt.Errorf("its layout is version %d, and this program knows %d: hunt again", h.Version, Version)
	}
	if h.Run.Run == nil || h.Own < 0 {
		return errors.New("it has no run")
	}
	r.own = h.Own
	r.s = Stored{Run: h.Run.Run, ContextName: h.ContextName, Context: h.Context, Zone: h.Zone, Playbooks: h.Playbooks}
	r.s.Run.Cases, r.s.Run.Findings = nil, nil
	return nil
}

func (r *reader) finding(data []byte) error {
	l := findingLine{Finding: &footfall.Finding{}}
	if err := decode(data, &l); err != nil {
		return err
	}
	if l.Finding == nil || l.Rule < 0 || l.Rule > len(r.rules) || len(r.findings) == maxFindings {
		return errors.New("it has no finding, a rule that is not there, or there are too many")
	}
	if l.Rule > 0 {
		l.Finding.Rule = r.rules[l.Rule-1]
	}
	r.findings = append(r.findings, l.Finding)
	return nil
}

func (r *reader) oneCase(data []byte) error {
	l := caseLine{Case: &footfall.Case{}}
	if err := decode(data, &l); err != nil {
		return err
	}
	if l.Case == nil || len(r.s.Run.Cases) == maxCases {
		return errors.New("it has no case, or there are too many")
	}
	l.Case.Findings = nil
	for _, i := range l.Findings {
		if i < 0 || i >= len(r.findings) {
			return errors.New("it has a finding that is not there")
		}
		l.Case.Findings = append(l.Case.Findings, r.findings[i])
	}
	r.s.Run.Cases = append(r.s.Run.Cases, l.Case)
	return nil
}

// record keeps a record's text as it stands; whether it is one is seen when it
// is asked for.
func (r *reader) record(data []byte) error {
	var n [3]int64
	for i := range n {
		number, rest, ok := bytes.Cut(data, []byte(" "))
		v, err := strconv.ParseInt(string(number), 10, 64)
		if !ok || err != nil || i < 2 && (v < 0 || v > math.MaxUint32) {
			return errors.New("it has no reference")
		}
		n[i], data = v, rest
	}
	return r.rec.add(footfall.Ref{Input: uint32(n[0]), Chunk: uint32(n[1]), Offset: n[2]}, data)
}

// finish checks that all is there; without records they are not counted.
func (r *reader) finish(word string, data []byte) error {
	var e endLine
	if word == "end" {
		if err := decode(data, &e); err != nil {
			return err
		}
		if e.Lines != r.lines {
			return fmt.Errorf("%d lines are here of %d", r.lines, e.Lines)
		}
		// The checksum of the stream is compared when its end is read.
		if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("something stands behind the end (%v)", err)
		}
	}
	if r.s.Run == nil || r.own > len(r.findings) {
		return errors.New("findings are missing")
	}
	r.s.Run.Findings = r.findings[:r.own:r.own]
	if r.own == 0 {
		r.s.Run.Findings = nil
	}
	if r.rec != nil {
		r.s.Run.Lookup = r.rec.find
	}
	return nil
}

// records are kept on disk: a run may have a million.
type records struct {
	file  *os.File
	w     *bufio.Writer
	where map[footfall.Ref]span
	end   int64
}

type span struct {
	at int64
	n  int32
}

func newRecords() (*records, error) {
	f, err := os.CreateTemp("", "footfall-records-*")
	if err != nil {
		return nil, fmt.Errorf("runfile: %w", err)
	}
	// Without a name it is gone with the process; where that cannot be, close
	// removes it.
	_ = os.Remove(f.Name())
	return &records{file: f, w: bufio.NewWriterSize(f, 1<<18), where: map[footfall.Ref]span{}}, nil
}

func (k *records) add(r footfall.Ref, line []byte) error {
	if len(k.where) == maxRecords {
		return fmt.Errorf("more than %d", maxRecords)
	}
	if _, err := k.w.Write(line); err != nil {
		return err
	}
	k.where[r] = span{k.end, int32(len(line))}
	k.end += int64(len(line))
	return nil
}

// find is the Run's Lookup.
func (k *records) find(r footfall.Ref) (footfall.Record, bool) {
	p, ok := k.where[r]
	if !ok || k.w.Flush() != nil {
		return footfall.Record{}, false
	}
	buf := make([]byte, p.n)
	if _, err := k.file.ReadAt(buf, p.at); err != nil {
		return footfall.Record{}, false
	}
	var rec footfall.Record
	if decode(buf, &rec) != nil {
		return footfall.Record{}, false
	}
	return rec, true
}

func (k *records) close() error {
	err := k.file.Close()
	if rm := os.Remove(k.file.Name()); rm != nil && !errors.Is(rm, os.ErrNotExist) {
		err = errors.Join(err, rm)
	}
	return err
}

// Carry adds cases of an earlier run to a run, with their records: references
// into the inputs of that run get numbers that no input of this one has.
func Carry(run, from *footfall.Run, cases []*footfall.Case) {
	if len(cases) == 0 {
		return
	}
	next := uint32(0)
	walker{ref: func(r footfall.Ref) footfall.Ref {
		next = max(next, r.Input+1)
		return r
	}}.copy(&footfall.Run{Findings: run.Findings, Cases: run.Cases})
	next = max(next, uint32(len(run.Inputs)))
	inputs, back := map[uint32]uint32{}, map[footfall.Ref]footfall.Ref{}
	move := walker{ref: func(r footfall.Ref) footfall.Ref {
		in, ok := inputs[r.Input]
		if !ok {
			in = next
			inputs[r.Input] = in
			next++
		}
		to := footfall.Ref{Input: in, Chunk: r.Chunk, Offset: r.Offset}
		back[to] = r
		return to
	}}
	for _, c := range cases {
		run.Cases = append(run.Cases, move.copy(c).(*footfall.Case))
	}
	own, old := run.Lookup, from.Lookup
	run.Lookup = func(r footfall.Ref) (footfall.Record, bool) {
		if was, ok := back[r]; ok {
			if old == nil {
				return footfall.Record{}, false
			}
			return old(was)
		}
		if own == nil {
			return footfall.Record{}, false
		}
		return own(r)
	}
}
