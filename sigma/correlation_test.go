package sigma_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze/correlate"
	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/sigma"
)

// TestCorrelations runs the conformance suite of correlations: each file of
// testdata/correlation holds cases, one after another. A case begins with
// "-- rules --"; a document without a title is titled T, and unless the case
// brings rules of its own there are the rules a, b, c and d, which hit events
// of these names. "-- events --" has one event a line: when, the names of the
// rules that hit it, its fields; "!guess" is a finding of an analytic. "--
// want --" says each match: its group, when the condition came to hold, how
// many events it has and the greatest value that was compared.
func TestCorrelations(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "correlation", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	cases := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := txtar.Parse(data)
		var rules, events []byte
		for i := range f.Files {
			p := &f.Files[i]
			switch strings.Fields(p.Name)[0] {
			case "rules":
				rules, events = p.Data, nil
			case "events":
				events = p.Data
			case "want":
				cases++
				got := correlated(t, rules, events)
				if flag.Lookup("update").Value.String() == "true" {
					p.Data = []byte(got)
				} else if got != string(p.Data) {
					t.Errorf("%s, case %d:\n%s%s\n got %s\nwant %s", name, cases, rules, events, got, p.Data)
				}
			default:
				t.Fatalf("%s: a part named %q", name, p.Name)
			}
		}
		if flag.Lookup("update").Value.String() == "true" {
			if err := os.WriteFile(name, txtar.Format(f), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d cases", cases)
	if cases < 60 {
		t.Errorf("%d cases, want at least 60", cases)
	}
}

const plainRules = `title: rule a
name: a
logsource: {product: test}
detection: {s: {r: a}, condition: s}
---
title: rule b
name: b
logsource: {product: test}
detection: {s: {r: b}, condition: s}
---
title: rule c
name: c
logsource: {product: test}
detection: {s: {r: c}, condition: s}
---
title: rule d
name: d
logsource: {product: test}
detection: {s: {r: d}, condition: s}
`

// correlated returns what becomes of a case, in batch and for other orders
// and cuts of its events.
func correlated(t *testing.T, rules, events []byte) string {
	t.Helper()
	var docs [][]byte
	for _, d := range bytes.Split(rules, []byte("---\n")) {
		if !bytes.Contains(d, []byte("title:")) && len(bytes.TrimSpace(d)) > 0 {
			d = append([]byte("title: T\n"), d...)
		}
		docs = append(docs, d)
	}
	srcs := []sigma.Source{{Name: "rule", Data: bytes.Join(docs, []byte("---\n"))}}
	if !bytes.Contains(rules, []byte("detection:")) {
		srcs = append(srcs, sigma.Source{Name: "plain", Data: []byte(plainRules)})
	}
	list, errs := sigma.Load(srcs)
	var out strings.Builder
	for _, err := range errs {
		fmt.Fprintln(&out, err)
	}
	s := footfall.NewSchema(true)
	set, err := sigma.Compile(list, s, sigma.Options{})
	if err != nil {
		return out.String() + err.Error() + "\n"
	}
	hits := caseHits(t, set, s, events)
	var told reports
	w := correlate.NewWindow(set.Correlations(), told.tell)
	for _, h := range hits {
		w.Push(h)
	}
	w.Close()
	want := told.text(set)
	for seed := range uint64(3) {
		if got := scattered(set, hits, rand.New(rand.NewPCG(seed, 7))); got != want {
			t.Errorf("%s%sin another order:\n%swant:\n%s", rules, events, got, want)
		}
	}
	return out.String() + want
}

// scattered pushes hits out of order by up to a lateness, with watermarks.
func scattered(set *sigma.Set, hits []correlate.Hit, r *rand.Rand) string {
	const late = 90 * time.Second
	type sent struct {
		at int64
		h  correlate.Hit
	}
	var list []sent
	for _, h := range hits {
		list = append(list, sent{h.Time + r.Int64N(int64(late)), h})
	}
	slices.SortStableFunc(list, func(a, b sent) int { return int(min(max(a.at-b.at, -1), 1)) })
	var told reports
	w := correlate.NewWindow(set.Correlations(), told.tell)
	for _, x := range list {
		w.Advance(x.at - int64(late) - 1)
		w.Push(x.h)
	}
	w.Close()
	return told.text(set)
}

// reports keeps the newest form of each match, in the order of beginning.
type reports struct {
	list   []*correlate.Match
	events map[*correlate.Match]int
}

func (r *reports) tell(m *correlate.Match, fresh []correlate.Event) {
	if r.events == nil {
		r.events = map[*correlate.Match]int{}
	}
	if _, ok := r.events[m]; !ok {
		r.list = append(r.list, m)
	}
	r.events[m] += len(fresh)
}

func (r *reports) text(set *sigma.Set) string {
	var b strings.Builder
	for _, m := range r.list {
		c := &set.Correlations()[m.Correlation]
		if c.Silent {
			continue
		}
		fmt.Fprintf(&b, "%s", c.Rule.Title)
		for i, g := range c.GroupBy {
			fmt.Fprintf(&b, " %s=%s", g, m.Group[i])
		}
		fmt.Fprintf(&b, " at %v: %d events, %v\n", time.Duration(m.At), r.events[m], m.Most)
	}
	return b.String()
}

func caseHits(t *testing.T, set *sigma.Set, s *footfall.Schema, events []byte) []correlate.Hit {
	t.Helper()
	log := s.AddLog(footfall.Log{Product: "test"})
	m := set.New()
	var out []correlate.Hit
	n := uint64(0)
	for line := range strings.Lines(string(events)) {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		at, err := time.ParseDuration(w[0])
		if err != nil {
			t.Fatal(err)
		}
		n++
		e := footfall.Event{Time: int64(at), Log: log}
		values := map[string]string{}
		for _, f := range w[2:] {
			k, v, _ := strings.Cut(f, "=")
			values[k] = v
			e.Fields = append(e.Fields, footfall.Field{ID: s.Asked(k), Val: v})
		}
		if name, ok := strings.CutPrefix(w[1], "!"); ok {
			h := correlate.Hit{Rule: name, Found: true, Time: int64(at), ID: n}
			for _, f := range footfall.EntityFields {
				h.Values = append(h.Values, values[f])
			}
			out = append(out, h)
			continue
		}
		for r := range strings.SplitSeq(w[1], "+") {
			e.Fields = append(e.Fields, footfall.Field{ID: s.Asked("r"), Val: r})
		}
		m.Match(&e, func(i int) {
			if set.Correlated(i) {
				h := correlate.Hit{Rule: set.Rules()[i].Meta.ID, Time: int64(at), ID: n}
				h.Values = footfall.CarriedValues(nil, string(set.Carry(nil, i, &e)))
				out = append(out, h)
			}
		})
	}
	return out
}

// FuzzCorrelation holds that any bytes are correlations or an error with a
// place, and that what loads compiles and evaluates.
func FuzzCorrelation(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "correlation", "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, p := range txtar.Parse(data).Files {
			if p.Name == "rules" {
				f.Add(append([]byte("title: T\n"), p.Data...))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		list, errs := sigma.Load([]sigma.Source{{Name: "f", Data: data}, {Name: "plain", Data: []byte(plainRules)}})
		for _, err := range errs {
			var e *sigma.Error
			if !errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Reason == "" {
				t.Fatalf("an error without a place: %#v", err)
			}
		}
		s := footfall.NewSchema(true)
		set, err := sigma.Compile(list, s, sigma.Options{})
		if err != nil {
			return
		}
		hits := caseHits(t, set, s, []byte("0s a ip=1 user=u\n1s a+b ip=1 user=v v=3\n1s b ip=1\n2s c+d user=u host=h\n1h a ip=1 v=9\n"))
		var told reports
		w := correlate.NewWindow(set.Correlations(), told.tell)
		for _, h := range hits {
			w.Push(h)
		}
		w.Close()
		if want := told.text(set); scattered(set, hits, rand.New(rand.NewPCG(1, 1))) != want {
			t.Errorf("another order gives another result than\n%s", want)
		}
	})
}
