// Package account bears witness to what became of an account: changes of it
// and of its password, and lockouts, for a week before a finding and a day
// after it. In go steps; out come the facts account-changes and lockouts.
package account

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic sees changes and lockouts of all accounts in one instance.
var Analytic = footfall.Analytic{
	Name: "account",
	Doc: "Changes of an account and of its password, and lockouts, in the week before a finding and the day after it. " +
		"It finds nothing by itself; no is said only where records show that such changes are recorded, and for all of the week.",
	Rules: []footfall.Rule{{
		ID: "account", Title: "What became of an account", Level: footfall.LevelInformational,
		Description: "Facts about the accounts of findings; no findings of its own.",
	}},
	Plain: true,
	Facts: []string{"account-changes", "lockouts"},
	Kinds: []footfall.Kind{footfall.KindPassword, footfall.KindAccount, footfall.KindLogon, footfall.KindCredential},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		switch s.Kind {
		case footfall.KindPassword, footfall.KindAccount:
			return append(dst, footfall.All)
		case footfall.KindLogon, footfall.KindCredential:
			if footfall.Lockout(s) {
				return append(dst, footfall.All)
			}
		}
		return dst
	},
	About: func(dst []footfall.Name, _ *footfall.Step) []footfall.Name { return append(dst, footfall.All) },
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{env: e, accounts: recent.New[key, state](1 << 14), places: recent.New[place, told](1 << 12)}
	},
}

const (
	day    = 24 * 3600 * 1e9
	before = 7 * day
	after  = day
	// most is how many changes of one account are kept, and findings about it
	// that are still told of new ones.
	most = 4
)

// A key is an account where it is kept: a domain's everywhere, another one on
// its host.
type key struct{ account, host footfall.Name }

// A place is where accounts are kept, a domain or a host, and what of them.
type place struct {
	domain string
	host   footfall.Name
	what   int
}

// What of an account.
const (
	changes = iota
	lockouts
	sorts
)

var kindNames = [sorts]string{"account-changes", "lockouts"}

// told is that a place tells such things: on which host it was recorded.
type told struct {
	host  footfall.Name
	first int64
}

// A state is what became of an account, and who wants to know.
type state struct {
	of    [sorts]kept
	asked [most]asked
}

type kept struct {
	last [most]footfall.Step
	n    int
}

type asked struct {
	finding string
	about   footfall.Step
}

type watcher struct {
	env      *footfall.Env
	accounts *recent.Map[key, state]
	places   *recent.Map[place, told]
}

// domain is the domain of an account, "" for one of its host alone.
func domain(account string) string {
	d, _, ok := strings.Cut(account, `\`)
	if !ok {
		return ""
	}
	return d
}

func (w *watcher) key(account, host footfall.Name) (key, string) {
	d := domain(w.env.Names.String(account))
	if d != "" && d != w.env.Names.String(host) {
		return key{account: account}, d
	}
	return key{account, host}, ""
}

// Observe notes a change or a lockout.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	whose := cmp.Or(s.Target, s.Account)
	if s.Rule != 0 {
		return
	}
	if whose == 0 || whose == s.Target && s.Flags&footfall.FlagTargetMachine != 0 || whose == s.Account && s.Flags&footfall.FlagMachine != 0 {
		return
	}
	what := changes
	if footfall.Lockout(s) {
		what = lockouts
		if s.Kind == footfall.KindLogon {
			whose = s.Account
		}
	} else if s.Outcome == footfall.Failure {
		return
	}
	k, d := w.key(whose, s.DstHost)
	if p, fresh := w.places.Put(place{d, k.host, what}); fresh {
		*p = told{s.DstHost, s.Time}
	}
	st, _ := w.accounts.Put(k)
	x := &st.of[what]
	x.last[x.n%most] = *s
	x.n++
	for i := range st.asked {
		if a := &st.asked[i]; a.finding != "" && s.Time-a.about.Time <= after {
			w.tell(what, k, d, &a.about, a.finding, s.Time, st, out)
		}
	}
}

// Facts answers for the account of a finding.
func (w *watcher) Facts(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	if about.Account == 0 || about.Flags&(footfall.FlagSystem|footfall.FlagMachine) != 0 {
		return
	}
	k, d := w.key(about.Account, about.DstHost)
	st, _ := w.accounts.Put(k)
	i := slices.IndexFunc(st.asked[:], func(a asked) bool { return a.finding == f.ID })
	if i < 0 {
		i = 0
		for j := range st.asked {
			if st.asked[j].about.Time < st.asked[i].about.Time {
				i = j
			}
		}
	}
	st.asked[i] = asked{f.ID, *about}
	for what := range sorts {
		w.tell(what, k, d, about, f.ID, about.Time, st, out)
	}
}

func (w *watcher) tell(what int, k key, d string, about *footfall.Step, finding string, now int64, st *state, out *footfall.Sink) {
	n := w.env.Names
	name := n.String(k.account)
	f := &footfall.Fact{
		Kind: kindNames[what], Finding: finding, Time: now,
		Entities: []footfall.Entity{{Role: footfall.RoleActor, Kind: "account", Name: name}},
	}
	var texts []string
	x := &st.of[what]
	for i := range min(x.n, most) {
		s := &x.last[(x.n-1-i)%most]
		if s.Time < about.Time-before || s.Time > about.Time+after {
			continue
		}
		texts = append(texts, w.describe(what, s, about.Time))
		f.Evidence = append(f.Evidence, s.Ref)
	}
	p := w.places.Get(place{d, k.host, what})
	first, last := int64(0), int64(0)
	if p != nil {
		first, last = w.env.Span(p.host)
		first, last = min(cmp.Or(first, p.first), p.first), max(last, p.first)
	}
	noun := [sorts]string{"change of " + name + " or of its password", "lockout of " + name}[what]
	f.Span = footfall.Span{From: max(first, about.Time-before), Until: now}
	f.Span.Days = int((f.Span.Until - f.Span.From) / day)
	switch {
	case len(texts) > 0:
		f.Verdict, f.Sure = footfall.Yes, footfall.SureOf(len(texts))
		f.Text = fmt.Sprintf("%s in the week before or the day after: %s.", strings.ToUpper(noun[:1])+noun[1:], say.List(texts, most))
	case first == 0:
		f.Span = footfall.Span{}
		f.Text = fmt.Sprintf("No %s is recorded, but no log that was read is seen to record such things where the account is kept.", noun)
	case about.Time-first < before:
		f.Text = fmt.Sprintf("No %s is recorded, but the log of %s begins only %s before.", noun, n.String(p.host), say.Span(about.Time-first))
	case about.Time-last > day:
		f.Text = fmt.Sprintf("No %s is recorded, but the log of %s ends %s before.", noun, n.String(p.host), say.Span(about.Time-last))
	default:
		f.Verdict, f.Sure = footfall.No, footfall.SureOf(7)
		f.Text = fmt.Sprintf("No %s in the 7 days before, in the log of %s, which records such things.", noun, n.String(p.host))
	}
	out.Tell(f)
}

// describe says what was done, by whom, where and when.
func (w *watcher) describe(what int, s *footfall.Step, at int64) string {
	n := w.env.Names
	text := [...]string{"the account changed", "locked out"}[what]
	switch {
	case what == lockouts && s.Kind == footfall.KindLogon:
		text = "a logon refused because the account was locked out"
	case what == lockouts:
	case s.Event == 4724:
		text = "password reset"
	case s.Kind == footfall.KindPassword:
		text = "password changed"
	case n.String(s.Object) != "":
		text = say.Short(n.String(s.Object), 80)
	}
	if s.Target != 0 && s.Account != 0 && s.Account != s.Target && what == changes {
		text += " by " + n.String(s.Account)
	}
	if s.DstHost != 0 {
		text += " on " + n.String(s.DstHost)
	}
	if s.Event != 0 {
		text += fmt.Sprintf(" (%d)", s.Event)
	}
	if s.Time > at {
		return text + " " + say.Span(s.Time-at) + " after"
	}
	return text + " " + say.Span(at-s.Time) + " before"
}

// Flush does nothing: facts are given when they are asked for, and when more comes.
func (*watcher) Flush(int64, *footfall.Sink) {}
