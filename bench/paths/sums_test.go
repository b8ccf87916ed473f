package main

import (
	"math"
	"testing"
)

// made is a run with campaigns of two cells: all of the first found, none of
// the second, which has three times as many.
func made(seed uint64) *run {
	r := &run{Plan: plan{Seed: seed, Days: 12, Quiet: 10}, Null: map[string][]int{"x @5": {9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 4, 7}}}
	for i := range 40 {
		o := outcome{Realised: true, Cell: map[string]string{"goal": "spread", "stealth": "none"}, Found: map[string]hit{}}
		if i < 10 {
			o.Cell["goal"], o.Found["x @5"] = "target", hit{Hops: 2}
		}
		r.Campaigns = append(r.Campaigns, o)
	}
	r.Campaigns = append(r.Campaigns, outcome{Cell: map[string]string{}})
	return r
}

func TestPooled(t *testing.T) {
	s := newSample([]*run{made(1), made(2)})
	if got := s.share("x @5", anyOf); got.Part != 20 || got.Of != 80 {
		t.Errorf("got %v, want 20 of 80", got)
	}
	e := s.rate("x @5", anyOf)
	if e.at != 0.5 || e.low != 0.5 || e.high != 0.5 {
		t.Errorf("pooled: got %+v, want 0.5: one cell all, one none", e)
	}
	if g := s.gain("x @5", "y @5", anyOf); g.at != 0.5 {
		t.Errorf("against nothing: got %+v", g)
	}
	if g := s.gain("x @5", "x @5", anyOf); g.at != 0 || g.low != 0 || g.high != 0 {
		t.Errorf("against itself: got %+v", g)
	}
}

func TestLoad(t *testing.T) {
	s := newSample([]*run{made(1), made(2)})
	l := s.load("x @5", 5)
	if l.mean.at != 5.5 || l.max != 7 || l.within != 0.5 || l.first7 != 9 || l.double != 0 {
		t.Errorf("got %+v", l)
	}
	if !l.over(5) || l.over(6) {
		t.Errorf("5.5 a day: over 5 %v, over 6 %v", l.over(5), l.over(6))
	}
}

func TestAUC(t *testing.T) {
	f := func(want float64, yes, no []float64) {
		t.Helper()
		if got := auc(yes, no); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	f(1, []float64{3, 4}, []float64{2, 1})
	f(0, []float64{1}, []float64{2, 3})
	f(0.5, []float64{1, 1}, []float64{1, 1, 1})
	f(0.875, []float64{1, 3}, []float64{1, 0})
	f(math.NaN(), nil, []float64{1})
}

// TestLeakFinds: what gives attacks away is found, and what does not is not.
func TestLeakFinds(t *testing.T) {
	f := func(word string) float64 {
		attacks, benign := map[string][]text{}, map[string][]text{}
		for i := range 1000 {
			own := text{words: []string{"logon", "success"}, like: "k", fold: i % folds}
			if i%3 == 0 {
				own.words = append(own.words, "remote")
			}
			if i%5 == 0 {
				own.attack = true
				if word != "" && i%2 == 0 {
					own.words = append(own.words, word)
				}
				attacks["k"] = append(attacks["k"], own)
			} else {
				benign["k"] = append(benign["k"], own)
			}
		}
		for i := range attacks["k"] {
			attacks["k"][i].fold = i % folds
		}
		return judgeLeak(attacks, benign).AUC
	}
	if got := f(""); math.Abs(got-0.5) > tolerance {
		t.Errorf("nothing to tell by: AUC %.3f", got)
	}
	if got := f("implant"); got < 0.7 {
		t.Errorf("half of the attacks have a word of their own: AUC %.3f", got)
	}
}

// TestSweptPlans: every knob that is turned is one that there is.
func TestSweptPlans(t *testing.T) {
	o := options{seeds: []uint64{1}}
	for _, p := range o.swept() {
		if c := p.config("x"); len(c.Set) != 1 {
			t.Errorf("%s is no setting", p.Set)
		}
	}
}
