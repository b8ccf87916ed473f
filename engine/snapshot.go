package engine

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/internal/freeze"
)

// A snapshot is the whole state of a sequencer between two steps: names,
// identity, sessions, analytics, findings, facts, the baseline. A fresh
// sequencer of the same build, rules and context goes on from it as if nothing
// had been. It does not hold the steps themselves, which are read again, nor
// what may be worked out anew.

const snapshotMagic = "footfall snapshot 1\n"

// snapshot writes the state.
func (q *sequencer) snapshot(to io.Writer) error {
	w := bufio.NewWriterSize(to, 1<<20)
	if _, err := w.WriteString(snapshotMagic); err != nil {
		return err
	}
	if err := writeNames(w, q.l.names); err != nil {
		return err
	}
	live := q.anal.Instances()
	s := q.shared(nil)
	if err := freeze.Write(w, s, &live); err != nil {
		return err
	}
	if err := freeze.Write(w, s, q.parts(live)...); err != nil {
		return err
	}
	if err := q.past.Save(w); err != nil {
		return err
	}
	return w.Flush()
}

// restore reads what snapshot wrote into a sequencer that has seen no step.
// After an error it is not to be used.
func (q *sequencer) restore(from io.Reader) error {
	r := bufio.NewReaderSize(from, 1<<20)
	head := make([]byte, len(snapshotMagic))
	if _, err := io.ReadFull(r, head); err != nil || string(head) != snapshotMagic {
		return errors.New("engine: this is no snapshot of this version")
	}
	names, err := readNames(r, q.l.names)
	if err != nil {
		return err
	}
	var live []analyze.Instance
	s := q.shared(names)
	if err := freeze.Read(r, s, &live); err != nil {
		return err
	}
	for _, x := range live {
		if q.anal.Make(x) == nil {
			return fmt.Errorf("engine: the snapshot is of a run with the analytic %q, which this one does not have", x.Analytic)
		}
	}
	if err := freeze.Read(r, s, q.parts(live)...); err != nil {
		return err
	}
	return q.past.Restore(r)
}

// parts are the roots of the state.
func (q *sequencer) parts(live []analyze.Instance) []any {
	out := []any{
		q.dir, q.sess, q.skew, q.edges, &q.found, &q.facts, &q.spans, &q.perRule, &q.beyond, &q.lost, &q.group, &q.uniq,
		&q.sink, &q.logons, &q.first, &q.last, &q.past.Forgotten, &q.past.Skipped, &q.past.Refused, &q.past.Unlearned,
	}
	return append(out, q.anal.State(live)...)
}

// shared says what of the state is the process's own. names are those of the
// snapshot that is read, by their old numbers.
func (q *sequencer) shared(names map[footfall.Name]footfall.Name) *freeze.Shared {
	s := freeze.NewShared()
	s.Keep((*footfall.Env)(nil), (*footfall.Names)(nil), (*footfall.Context)(nil), []footfall.Correlation(nil))
	s.Rename(footfall.Name(0), func(n uint32) (uint32, bool) {
		if n == 0 || footfall.Name(n) == footfall.All {
			return n, true
		}
		to, ok := names[footfall.Name(n)]
		return uint32(to), ok
	})
	for i := range q.opt.Analytics {
		a := &q.opt.Analytics[i]
		for j := range a.Rules {
			s.Add("analytic "+a.Rules[j].ID, &a.Rules[j])
		}
	}
	for _, id := range q.l.order {
		s.Add("rule "+q.l.names.String(id), q.l.rules[id])
	}
	for i := range q.correl {
		s.Add("correlation "+q.correl[i].Rule.ID, &q.correl[i])
		s.Add("rule "+q.correl[i].Rule.ID, q.correl[i].Rule)
	}
	return s
}

// texts are the names of a snapshot, by their numbers there.
type texts struct {
	ids  []uint32
	text []string
}

func writeNames(w io.Writer, names *footfall.Names) error {
	var t texts
	for id, text := range names.All() {
		t.ids, t.text = append(t.ids, uint32(id)), append(t.text, text)
	}
	return freeze.Write(w, freeze.NewShared(), &t)
}

// readNames makes the names of a snapshot names of this process.
func readNames(r io.Reader, names *footfall.Names) (map[footfall.Name]footfall.Name, error) {
	var t texts
	if err := freeze.Read(r, freeze.NewShared(), &t); err != nil {
		return nil, err
	}
	if len(t.ids) != len(t.text) {
		return nil, errors.New("engine: the names of the snapshot are damaged")
	}
	out := make(map[footfall.Name]footfall.Name, len(t.ids))
	for i, id := range t.ids {
		n := footfall.Name(id)
		if n.Passes() {
			out[n] = names.Pass(t.text[i])
		} else {
			out[n] = names.Intern(t.text[i])
		}
	}
	return out, nil
}
