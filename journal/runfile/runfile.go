// Package runfile keeps a run in a file, so that the work on its cases can go
// on without the logs: what a report is made of, down to the records, is read
// back as it was. The file is a gzip stream of lines, each a word and JSON; the
// same run gives the same bytes. What is read is bounded, and nothing in a file
// can do more than be refused.
package runfile

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/footfall/footfall"
)

// Name is the file's name in a report's folder.
const Name = "run.gz"

// Version is that of the layout; a file of another one is refused.
const Version = 1

// A Stored is a run with what it was made by. Close it.
type Stored struct {
	Run         *footfall.Run
	ContextName string            // the context file's name; "" when none was given
	Context     []byte            // and its text
	Zone        string            // the time zone of what is shown, as Europe/Berlin; "" is UTC
	Playbooks   map[string][]byte // what its cases were judged by, by file
	records     *records
}

// Close gives back the records.
func (s *Stored) Close() error {
	if s.records == nil {
		return nil
	}
	return s.records.close()
}

// The lines: first a head, then rules, findings and cases, then records, each
// with its reference in front, and an end that counts the others.
type (
	headLine struct {
		Version     int
		Own         int // how many of the findings are the run's; others are in cases alone
		ContextName string
		Context     []byte
		Zone        string
		Playbooks   map[string][]byte
		Run         runLine
	}
	runLine struct {
		*footfall.Run
		Cases    *int `json:",omitempty"` // lines of their own
		Findings *int `json:",omitempty"`
		Lookup   *int `json:",omitempty"`
	}
	findingLine struct {
		*footfall.Finding
		Rule int // number of the rule's line from 1; 0 for none
	}
	caseLine struct {
		*footfall.Case
		Findings []int // numbers of findings' lines from 0
	}
	endLine struct{ Lines int }
)

// Save writes a run into dir, in the place of the one before it.
func Save(dir string, s *Stored) error {
	f, err := os.CreateTemp(dir, "."+Name+"-*")
	if err != nil {
		return fmt.Errorf("runfile: %w", err)
	}
	err = Write(f, s)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, Name))
	}
	if err != nil {
		return fmt.Errorf("runfile: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// Write writes a run.
func Write(w io.Writer, s *Stored) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	out := &writer{w: bufio.NewWriterSize(z, 1<<16)}
	out.run(s)
	if out.err != nil {
		return out.err
	}
	return errors.Join(out.w.Flush(), z.Close())
}

type writer struct {
	w     *bufio.Writer
	lines int
	err   error
}

func (w *writer) run(s *Stored) {
	r := s.Run
	findings, at := allFindings(r)
	rules, ruleAt := allRules(findings)
	w.line("run", headLine{Version, len(r.Findings), s.ContextName, s.Context, s.Zone, s.Playbooks, runLine{Run: r}})
	for _, x := range rules {
		w.line("rule", x)
	}
	for _, f := range findings {
		w.line("finding", findingLine{f, ruleAt[f.Rule]})
	}
	for _, c := range r.Cases {
		l := caseLine{Case: c, Findings: []int{}}
		for _, f := range c.Findings {
			l.Findings = append(l.Findings, at[f])
		}
		w.line("case", l)
	}
	if r.Lookup != nil {
		for _, ref := range refs(findings, r.Cases) {
			if rec, ok := r.Lookup(ref); ok {
				w.line(fmt.Sprintf("record %d %d %d", ref.Input, ref.Chunk, ref.Offset), rec)
			}
		}
	}
	w.line("end", endLine{w.lines})
}

// allFindings are the run's, and behind them those that only cases have.
func allFindings(r *footfall.Run) ([]*footfall.Finding, map[*footfall.Finding]int) {
	list := slices.Clone(r.Findings)
	at := map[*footfall.Finding]int{}
	for i, f := range list {
		at[f] = i
	}
	for _, c := range r.Cases {
		for _, f := range c.Findings {
			if _, ok := at[f]; !ok {
				at[f] = len(list)
				list = append(list, f)
			}
		}
	}
	return list, at
}

func allRules(findings []*footfall.Finding) (list []*footfall.Rule, at map[*footfall.Rule]int) {
	at = map[*footfall.Rule]int{nil: 0}
	for _, f := range findings {
		if _, ok := at[f.Rule]; !ok {
			list = append(list, f.Rule)
			at[f.Rule] = len(list)
		}
	}
	return list, at
}

// line writes a word and a value.
func (w *writer) line(word string, v any) {
	if w.err != nil {
		return
	}
	data, err := encode(v)
	if err != nil {
		w.err = fmt.Errorf("%s: %w", word, err)
		return
	}
	if len(data) > maxLine {
		w.err = fmt.Errorf("%s of %d bytes, more than the %d of a line", word, len(data), maxLine)
		return
	}
	w.lines++
	w.w.WriteString(word + " ")
	w.w.Write(data)
	w.err = w.w.WriteByte('\n')
}

// refs are the records that anything names, in the order of inputs.
func refs(findings []*footfall.Finding, cases []*footfall.Case) []footfall.Ref {
	seen := map[footfall.Ref]bool{}
	walk := walker{ref: func(r footfall.Ref) footfall.Ref {
		seen[r] = true
		return r
	}}
	for _, f := range findings {
		walk.copy(f)
	}
	for _, c := range cases {
		own := *c
		own.Findings = nil
		walk.copy(&own)
	}
	out := make([]footfall.Ref, 0, len(seen))
	for r := range seen {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b footfall.Ref) int {
		return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Chunk, b.Chunk))
	})
	return out
}

// encode writes a value as JSON that keeps what JSON cannot say: text that is
// not UTF-8 stands there in another form, and a number that is none is 0.
func encode(v any) ([]byte, error) {
	data, err := marshal(v)
	if unsaid := (*json.UnsupportedValueError)(nil); !errors.As(err, &unsaid) && (err != nil || !bytes.Contains(data, []byte(`\ufffd`)) && !bytes.Contains(data, mark)) {
		return data, err
	}
	return marshal(walker{text: toJSON, finite: true}.copy(v))
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
