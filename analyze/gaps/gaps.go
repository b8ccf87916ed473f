// Package gaps finds evidence that was taken away: logs that were cleared. In
// go steps; out come findings that say who cleared what, how long the log had
// been seen before, and whether it was done in a session from elsewhere. Holes
// in record numbers are counted by the stage, over whole logs.
package gaps

import (
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the host.
var Analytic = footfall.Analytic{
	Name: "gaps",
	Doc: "Logs that were cleared (1102, 104). An administrator who sets up a machine clears its logs once; " +
		"one that does it after somebody came over the network is told apart.",
	Rules: []footfall.Rule{{
		ID: "gaps", Title: "A log was cleared", Level: footfall.LevelMedium,
		Description: "What happened before it can no longer be seen: answers of no rest on what is left.",
		Attack:      []string{"T1070.001"}, Rows: []string{"MIS-12"}, Innocent: []string{"setting up a machine", "a test that clears the log before it begins"},
	}},
	Kinds: []footfall.Kind{footfall.KindCleared, footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Kind == footfall.KindCleared || s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Flags&footfall.FlagRemote != 0 {
			return append(dst, s.DstHost)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{env: e, hosts: recent.New[footfall.Name, host](1 << 11)}
	},
}

// near is how long after a logon from elsewhere a cleared log is told with it.
const near = 3600 * 1e9

type host struct {
	logon footfall.Step // the last from elsewhere by a person
}

type watcher struct {
	env   *footfall.Env
	hosts *recent.Map[footfall.Name, host]
}

// Observe finds cleared logs.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if s.Rule != 0 {
		return
	}
	h, _ := w.hosts.Put(s.DstHost)
	if s.Kind == footfall.KindLogon {
		if s.Flags&(footfall.FlagMachine|footfall.FlagSystem|footfall.FlagGuest) == 0 {
			h.logon = *s
		}
		return
	}
	n := w.env.Names
	of := ""
	if host := n.String(s.DstHost); host != "" {
		of = " of " + host
	}
	f := &footfall.Finding{
		ID:   footfall.FindingID("gaps", n.String(s.DstHost), s.ID),
		Rule: &Analytic.Rules[0], Title: "A log" + of + " was cleared", Level: footfall.LevelMedium,
		Attack: []string{"T1070.001"},
	}
	f.Cite(s)
	who := n.String(s.Account)
	if who == "" {
		who = "somebody whom the record does not name"
	}
	log := n.String(s.Object)
	if log == "" {
		log = "a log"
	}
	f.Why = fmt.Sprintf("%s%s was cleared by %s at %s", log, of, who, say.Time(s.Time))
	w.tested(f, s, sess, h)
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	f.About(footfall.RoleActor, "account", n.String(s.Account))
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	f.Weight = f.Level.Weight()
	out.Find(f, s)
}

// tested says what harmless reason was tested: that nobody had come from
// elsewhere.
func (w *watcher) tested(f *footfall.Finding, s *footfall.Step, sess *footfall.Session, h *host) {
	n := w.env.Names
	switch l := &h.logon; {
	case sess.Remote() && sess.Service != footfall.ServiceCloud && sess.Flags&(footfall.FlagMachine|footfall.FlagSystem) == 0: // in a cloud everybody is from elsewhere
		from := n.String(sess.SrcAddr)
		if from == "" {
			from = n.String(sess.SrcHost)
		}
		f.Level = footfall.LevelHigh
		f.Why += fmt.Sprintf(", in a session opened from %s.", from)
		f.Innocent = "Setting up a machine is done at it or by its deployment; this came from another host."
		f.Bear(sess.Service.Technique())
		f.CiteRef(sess.Opened)
		f.About(footfall.RoleSource, "address", n.String(sess.SrcAddr))
		f.About(footfall.RoleSource, "host", n.String(sess.SrcHost))
		f.Sessions = append(f.Sessions, n.String(sess.ID))
	case l.Time != 0 && s.Time-l.Time <= near && (l.Account == s.Account || s.Account == 0):
		f.Level = footfall.LevelHigh
		f.Why += fmt.Sprintf(", %s after %s logged on from %s.", say.Span(s.Time-l.Time), n.String(l.Account), n.String(l.Source()))
		f.Innocent = "An administrator who clears a log at the machine was tested for: the same account had come from elsewhere."
		f.CiteRef(l.Ref)
		f.About(footfall.RoleSource, "address", n.String(l.SrcAddr))
	default:
		first, _ := w.env.Span(s.DstHost)
		f.Why += "."
		f.Innocent = fmt.Sprintf("It may be an administrator at the machine: no logon from elsewhere is seen in the %s of log before it, but the cleared part is gone.", say.Span(s.Time-first))
	}
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
