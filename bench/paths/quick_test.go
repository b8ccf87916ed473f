package main

import (
	"bytes"
	"io"
	"testing"
)

// TestQuick is the small form of the evaluation, of one company and with the
// whole engine alone. Seeds are given and nothing hangs on a clock, so what
// comes out is the same on every machine; the bars are below it by what a
// change that is none for the better may cost.
func TestQuick(t *testing.T) {
	dir := t.TempDir()
	o, err := readOptions([]string{"-quick", "-out", dir, "-tmp", dir}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	p := o.plans()[0]
	w, err := build(t.Context(), p, dir+"/world")
	if err != nil {
		t.Fatal(err)
	}
	r, err := play(t.Context(), w, variants()[:1], t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	s := newSample([]*run{r})
	own := row(full.name+" and own", full.budget)
	found, hands, campaigns := s.share(own, anyOf), r.Benign.few(), r.Hostile.few()
	t.Logf("found %v; session before right: people %v, campaigns %v; %.2f cases a day", found, hands, campaigns, s.load(own, full.budget+ownBudget).mean.at)
	if found.Of < 5 || found.Rate() < 0.4 {
		t.Errorf("found %v", found)
	}
	if hands.Rate() < 0.95 {
		t.Errorf("session before right of at most three hands: %v", hands)
	}
	if l := s.load(own, full.budget+ownBudget); l.mean.at > float64(full.budget+ownBudget) {
		t.Errorf("%.1f cases a day where nobody attacks, want at most %d", l.mean.at, full.budget+ownBudget)
	}
	for _, name := range rivalNames {
		if n := r.Null[row(name, full.budget)]; len(n) != p.Days {
			t.Errorf("%s was counted on %d days", name, len(n))
		}
	}
	var out bytes.Buffer
	(&page{o: o, runs: []*run{r}}).print(&out)
	if out.Len() < 2000 {
		t.Errorf("the tables are %d bytes", out.Len())
	}
}
