package engine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/freeze"
)

// state is all that a sequencer holds, part by part, with the names of one
// table, so that two sequencers that hold the same have the same bytes.
func state(t *testing.T, q *sequencer, into *line) (parts [][]byte) {
	t.Helper()
	var b bytes.Buffer
	if err := q.snapshot(&b); err != nil {
		t.Fatal(err)
	}
	r, err := newSequencer(into, q.opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.restore(&b); err != nil {
		t.Fatal(err)
	}
	for _, p := range r.parts(r.anal.Instances()) {
		b.Reset()
		if err := freeze.Write(&b, r.shared(nil), p); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, bytes.Clone(b.Bytes()))
	}
	return parts
}

// TestForget: a run that forgets names on the way holds what one that does not
// holds, to the byte, and has fewer names.
func TestForget(t *testing.T) {
	x := taped(t, options(t, moving(t), example))
	made := x.l.names
	rnd := rand.New(rand.NewPCG(4, 4))
	last := x.steps[len(x.steps)-1].Time
	for i := range 30_000 { // the numbers of servers' sessions come again and again
		s := synthetic(made, rnd, i)
		s.Time += last - 1_700_000_000e9 + 1e9
		if s.Kind == footfall.KindLogon {
			s.Flags |= footfall.FlagRemote
			s.Session = made.Pass(fmt.Sprintf("%s|%d", made.String(s.DstHost), 1000+i/4%9000))
		}
		x.steps = append(x.steps, s)
	}
	run := func(every int) *sequencer {
		q, as := x.fresh(t)
		for i := range x.steps {
			s := as(&x.steps[i])
			q.feed(&s)
			if every > 0 && i%every == 0 {
				q.crowd = 0
				if err := q.forget(); err != nil {
					t.Fatal(err)
				}
			}
		}
		q.together()
		return q
	}
	same, _ := x.fresh(t)
	all := run(0)
	want, again, names := state(t, all, same.l), state(t, run(0), same.l), all.l.names.Passing()
	for _, every := range []int{701, 9001} {
		q := run(every)
		if got := q.l.names.Passing(); got > names*4/5 {
			t.Errorf("%d names of %d are left", got, names)
		}
		alike := 0
		got := state(t, q, same.l)
		for i := range want {
			switch {
			case !bytes.Equal(again[i], want[i]): // lists that have the order of another process's names
			case len(got) != len(want) || !bytes.Equal(got[i], want[i]):
				t.Errorf("forgetting every %d steps, part %d is another", every, i)
			default:
				alike++
			}
		}
		if alike < len(want)*9/10 {
			t.Errorf("%d of %d parts can be compared", alike, len(want))
		}
	}
}
