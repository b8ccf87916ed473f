package footfall_test

import (
	"testing"

	"github.com/footfall/footfall"
)

// A fewDays is a past of which only tallies of two names are known.
type fewDays struct {
	footfall.Past
	days   int
	tallys map[[3]footfall.Name]int // trait, owner, item -> days
}

func (p *fewDays) Tally(t footfall.Trait, owner, a, _, _ footfall.Name) footfall.Tally {
	return footfall.Tally{Days: p.tallys[[3]footfall.Name{footfall.Name(t), owner, a}]}
}

func (p *fewDays) Span() (first int64, days int) { return 0, p.days }

func (*fewDays) Peers(footfall.Name) (footfall.Name, int) { return 0, 0 }

func TestExpects(t *testing.T) {
	n := footfall.NewNames()
	ann, admin, ben, desk, server, other := n.Intern(`corp\ann`), n.Intern(`corp\adm-ann`), n.Intern(`corp\ben`), n.Intern("pc1"), n.Intern("srv1"), n.Intern("pc9")
	past := &fewDays{days: 9, tallys: map[[3]footfall.Name]int{
		{footfall.Name(footfall.TraitHost), ann, server}: 1,
		{footfall.Name(footfall.TraitSource), ben, desk}: 3,
	}}
	e := &footfall.Env{
		Names:   n,
		Context: &footfall.Context{Roles: map[string][]string{`corp\ann`: {"windows-admin"}, `corp\adm-ann`: {"windows-admin"}, `corp\ben`: {"developer"}}},
		Past:    past,
		Owner:   func(h footfall.Name) footfall.Name { return map[footfall.Name]footfall.Name{desk: ann}[h] },
		Person: func(a footfall.Name) footfall.Name {
			return map[footfall.Name]footfall.Name{ann: n.Intern("Ann"), admin: n.Intern("Ann")}[a]
		},
	}
	for _, c := range []struct {
		account, source footfall.Name
		own, expects    bool
	}{
		{ann, desk, true, true},
		{admin, desk, true, true},     // another account of whom the machine belongs to
		{ann, server, false, true},    // a host that it worked on
		{admin, server, false, false}, // that account never did
		{ann, other, false, false},
		{ben, desk, true, false}, // it comes from there, but administers nothing
		{0, desk, false, false},
	} {
		if own, expects := e.Own(c.account, c.source), e.Expects(c.account, c.source); own != c.own || expects != c.expects {
			t.Errorf("%s from %s: own %t, expected %t; want %t, %t", n.String(c.account), n.String(c.source), own, expects, c.own, c.expects)
		}
	}
	if !e.Knows(ann, other, server) || e.Knows(ben, other, server) {
		t.Error("a way is known by the host, and not without")
	}
	past.days = footfall.EnoughDays - 1
	if e.Knows(ann, other, server) {
		t.Error("a few days tell nothing")
	}
	local := n.Intern(`srv1\administrator`)
	if e.Doer(local, desk, server) != desk || e.Doer(ann, desk, server) != ann {
		t.Error("the habit of a host's own account is its source's")
	}
	if e = (&footfall.Env{Names: n}); e.Own(ann, desk) || e.Expects(ann, desk) || e.Knows(ann, desk, server) {
		t.Error("without history and declaration nothing is known")
	}
}
