// Package shape finds remote sessions at a desktop that are unlike the others
// of their account: far longer or shorter, with far more programs, at an hour
// at which the account never came. In go logons, programs and ends of sessions;
// out come weak findings, which count beside others.
package shape

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the account.
var Analytic = footfall.Analytic{
	Name: "shape",
	Doc: "Sessions of RDP, VNC and Apple Remote Desktop that are unlike shape.sessions (10) or more earlier ones of the account: how long they last and how many different programs run " +
		"(log-normal, more than shape.deviations, 3, away), and the hour of the week. One respect is informational, two are low. New work, an installation and a night of maintenance look the same.",
	Rules: []footfall.Rule{{
		ID: "shape", Title: "A session unlike the account's others", Level: footfall.LevelLow,
		Description: "A remote session at a desktop differs from the earlier ones of its account.",
		Attack:      []string{"T1021", "T1021.001", "T1021.005"}, Rows: []string{"RDP-09"},
		Reference: "https://attack.mitre.org/techniques/T1021/001/",
		Innocent:  []string{"new work", "a night of maintenance", "a session that was left open"},
	}},
	Kinds: []footfall.Kind{footfall.KindLogon, footfall.KindProcess, footfall.KindLogoff},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule != 0 || s.Account == 0 || s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) != 0 {
			return dst
		}
		switch s.Kind {
		case footfall.KindLogon:
			if s.Outcome != footfall.Success || !desktop(s.Service) {
				return dst
			}
		case footfall.KindProcess, footfall.KindLogoff:
			if s.Session == 0 {
				return dst
			}
		default:
			return dst
		}
		return append(dst, s.Account)
	},
	New: func(e *footfall.Env) footfall.Watcher {
		c := e.Context
		return &watcher{
			env: e, sessions: c.Limit("shape.sessions", limitSessions), deviations: c.Limit("shape.deviations", limitDeviations),
			open: recent.New[footfall.Name, open](maxOpen), accounts: recent.New[footfall.Name, habit](maxAccounts),
		}
	},
}

const (
	limitSessions   = 10
	limitDeviations = 3
	// The least deviations that are believed, in logarithms: sessions that are
	// all alike by chance say little.
	leastTook     = 0.4
	leastPrograms = 0.5
	// together is within what time records are of one session.
	together = 5 * 1e9

	maxOpen     = 1 << 9
	maxAccounts = 1 << 9
)

func desktop(s footfall.Service) bool {
	return s == footfall.ServiceRDP || s == footfall.ServiceVNC || s == footfall.ServiceARD
}

// A normal is mean and variance of what came so far, by Welford.
type normal struct{ n, mean, m2 float64 }

func (v *normal) add(x float64) {
	v.n++
	d := x - v.mean
	v.mean += d / v.n
	v.m2 += d * (x - v.mean)
}

// away is by how many deviations x is off, of a prediction from n values.
func (v *normal) away(x, least float64) float64 {
	if v.n < 2 {
		return 0
	}
	sd := max(math.Sqrt(v.m2/(v.n-1)), least)
	return (x - v.mean) / (sd * math.Sqrt(1+1/v.n))
}

// A habit is what the sessions of an account were like.
type habit struct {
	took, programs normal // logarithms
	start          int64  // of the newest
	first          int64
}

// An open session.
type open struct {
	start    int64
	ref      footfall.Ref
	programs [8]uint64 // different ones, by their hashes
	hours    int       // hours with logons before; 0 where these are too few
	odd      bool      // none of them near
}

type watcher struct {
	env                  *footfall.Env
	sessions, deviations float64
	open                 *recent.Map[footfall.Name, open]
	accounts             *recent.Map[footfall.Name, habit]
}

// Observe follows sessions, and judges each at its end.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if sess == nil || !sess.Remote() || !desktop(sess.Service) {
		return
	}
	switch s.Kind {
	case footfall.KindLogon:
		o, fresh := w.open.Put(sess.ID)
		if fresh || s.Time-o.start > together && sess.Start == s.Time {
			*o = open{start: s.Time, ref: s.Ref}
			o.hours, o.odd = w.hour(s)
		}
	case footfall.KindProcess:
		if o := w.open.Get(sess.ID); o != nil && s.Image != 0 {
			h := w.env.Names.HashOf(s.Image) % 512
			o.programs[h/64] |= 1 << (h % 64)
		}
	case footfall.KindLogoff:
		if o := w.open.Get(sess.ID); o != nil {
			w.end(o, s, sess, out)
			w.open.Delete(sess.ID)
		}
	}
}

// hour compares the hour with those of the account's logons before.
func (w *watcher) hour(s *footfall.Step) (hours int, odd bool) {
	past := w.env.Past
	known := past.Habit(footfall.TraitHour, s.Account)
	if known.Sum < footfall.EnoughHours || known.Days < footfall.EnoughDays {
		return 0, false
	}
	at := footfall.HourOfWeek(s.Time, w.env.Zone(s.Account))
	for d := range 7 {
		for h := -1; h <= 1; h++ {
			item := w.env.Names.Find(footfall.HourName(at + 24*d + h))
			if t := past.Tally(footfall.TraitHour, s.Account, item, 0, 0); t.Days > 0 {
				return known.Sum, false
			}
		}
	}
	return known.Sum, true
}

func (w *watcher) end(o *open, s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	h, _ := w.accounts.Put(sess.Account)
	if h.start != 0 && o.start-h.start <= together {
		return // the other token of the same logon
	}
	h.start = o.start
	if h.first == 0 {
		h.first = o.start
	}
	n := o.count()
	took := s.Time - o.start
	x, y := math.Log(max(float64(took)/1e9, 1)), math.Log1p(float64(n))
	if h.took.n >= w.sessions {
		w.judge(h, o, s, sess, n, took, h.took.away(x, leastTook), h.programs.away(y, leastPrograms), out)
	}
	h.took.add(x)
	h.programs.add(y)
}

// count estimates how many different programs ran, from the bits that their
// hashes set (linear counting).
func (o *open) count() int {
	free := 0
	for _, b := range o.programs {
		free += 64 - bits.OnesCount64(b)
	}
	const all = 512.0
	return int(math.Round(all * math.Log(all/float64(max(free, 1)))))
}

func (w *watcher) judge(h *habit, o *open, s *footfall.Step, sess *footfall.Session, programs int, took int64, dt, dp float64, out *footfall.Sink) {
	n := w.env.Names
	var odd []string
	if math.Abs(dt) > w.deviations {
		odd = append(odd, fmt.Sprintf("it lasted %s, where %s is usual (%+.1f deviations)", say.Span(took), say.Span(int64(math.Round(math.Exp(h.took.mean)))*1e9), dt))
	}
	if dp > w.deviations {
		odd = append(odd, fmt.Sprintf("about %s ran, where %.0f are usual (%+.1f deviations)", say.Count(programs, "different program"), math.Expm1(h.programs.mean), dp))
	}
	if o.odd {
		odd = append(odd, fmt.Sprintf("it began at an hour that none of the %d hours of the account's logons lay near", o.hours))
	}
	if len(odd) == 0 {
		return
	}
	level := footfall.LevelInformational
	if len(odd) > 1 {
		level = footfall.LevelLow
	}
	who, host := n.String(sess.Account), n.String(sess.Host)
	f := &footfall.Finding{
		ID: footfall.FindingID("shape", who+"|"+host, s.ID), Rule: &Analytic.Rules[0], Level: level, Weight: level.Weight(),
		Title: fmt.Sprintf("A session of %s on %s unlike its others", who, host), First: o.start, Last: s.Time, Count: 2,
		Innocent: "A session that was left open was tested for: see how many respects are odd; one alone says little.",
	}
	f.Why = fmt.Sprintf("A session of %s on %s by %s from %s is unlike the %.0f before it since %s: %s.",
		who, host, sess.Service, from(n, sess), h.took.n, say.Day(h.first), say.List(odd, 3))
	if len(odd) == 1 && math.Abs(dt) > w.deviations && dt > 0 {
		f.Innocent = "A session that was left open fits: nothing but its length is odd."
	} else if len(odd) > 1 {
		f.Innocent = "A session that was left open was tested for: more than its length is odd."
	}
	f.CiteRef(o.ref)
	f.CiteRef(s.Ref)
	f.Bear(sess.Service.Technique())
	f.About(footfall.RoleActor, "account", who)
	f.About(footfall.RoleSource, "address", n.String(sess.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(sess.SrcHost))
	f.About(footfall.RoleDestination, "host", host)
	f.About(footfall.RoleSession, "session", n.String(sess.ID))
	f.Sessions = []string{n.String(sess.ID)}
	out.Find(f, s)
}

func from(n *footfall.Names, sess *footfall.Session) string {
	if sess.SrcAddr != 0 {
		return n.String(sess.SrcAddr)
	}
	if sess.SrcHost != 0 {
		return n.String(sess.SrcHost)
	}
	return "a place that is not named"
}

// Flush does nothing: a session that goes on is not judged.
func (*watcher) Flush(int64, *footfall.Sink) {}
