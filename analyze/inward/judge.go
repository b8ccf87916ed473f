package inward

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// judge tells of a chain of two hops or more that ends on a host of tier 0.
func (w *watcher) judge(g *guest, at footfall.Name, s *footfall.Step, out *footfall.Sink) {
	c := &g.chain
	if c.n < 2 || g.reported {
		return
	}
	n := w.env.Names
	tier, declared := w.env.Context.Critical[n.String(at)]
	controller := !declared && w.env.HostKind(at) == footfall.HostController
	last := &c.hops[c.n-1]
	if !(declared && tier == 0 || controller) || !commands(last.service) && !g.elevated {
		return
	}
	g.reported = true
	key := toldKey{c.hops[0].from, g.account, at}
	if t, fresh := w.told.Put(key); !fresh && s.Time-*t <= day {
		return
	} else {
		*t = s.Time
	}
	t := w.weigh(c)
	if t.level == footfall.LevelUnknown {
		return
	}
	f := &footfall.Finding{
		ID: footfall.FindingID("inward", n.String(key.root)+"|"+n.String(key.account)+"|"+n.String(at), s.ID), Rule: &Analytic.Rules[0], Level: t.level,
		Title: fmt.Sprintf("From %s over %s to %s", n.String(c.hops[0].from), say.Count(int(c.n)-1, "host"), n.String(at)), Weight: t.level.Weight(),
		First: c.hops[0].time, Last: s.Time,
	}
	why := fmt.Sprintf("%s in %s led from %s to %s: %s; together %.1f bits.", say.Count(int(c.n), "hop"), say.Span(last.time-c.hops[0].time), w.root(c), w.tier(at, declared), strings.Join(t.parts, "; "), t.bits)
	f.Why = strings.ToUpper(why[:1]) + why[1:]
	f.Innocent = t.innocent
	w.name(f, c, g, at)
	out.Find(f, s)
}

// commands reports whether a service gives its user the host.
func commands(s footfall.Service) bool {
	switch s {
	case footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceWinRM, footfall.ServiceWMI, footfall.ServiceDCOM, footfall.ServiceVNC,
		footfall.ServiceARD, footfall.ServiceTelnet, footfall.ServiceR, footfall.ServiceRMM, footfall.ServiceVirtual:
		return true
	}
	return false
}

// A verdict is what a chain weighs.
type verdict struct {
	level    footfall.Level
	bits     float64
	parts    []string
	innocent string
}

func (w *watcher) weigh(c *chain) (t verdict) {
	n := w.env.Names
	usual, unknown, guessed := 0, 0, uint8(0)
	for i := range c.hops[:c.n] {
		x := &c.hops[i]
		t.bits += x.bits
		text := fmt.Sprintf("%s -> %s as %s by %s", n.String(x.from), n.String(x.to), n.String(x.account), x.service)
		if x.was != 0 {
			text += fmt.Sprintf(", before that %s", n.String(x.was))
			if x.shown {
				text += ", as records show"
			}
		}
		if x.of > 1 {
			text += fmt.Sprintf(", from one of %d sessions there", x.of)
			if !x.shown {
				guessed = x.of
			}
		}
		t.parts = append(t.parts, fmt.Sprintf("%s (%.1f)", text, x.bits))
		if x.usual {
			usual++
		}
		if !x.known && (i > 0 || c.root != rootVPN) { // the same person's name at the VPN is often another
			unknown++
		}
	}
	switch {
	case t.bits >= w.high:
		t.level = footfall.LevelHigh
	case t.bits >= w.medium:
		t.level = footfall.LevelMedium
	case t.bits >= w.low:
		t.level = footfall.LevelLow
	case unknown > 0 && c.moved:
		t.level = footfall.LevelInformational
	}
	t.innocent = fmt.Sprintf("An administrator's usual way was tested for: %d of %s were gone on an earlier day.", usual, say.Count(int(c.n), "hop"))
	if unknown > 0 {
		most := footfall.LevelLow
		if c.root == rootPublic && c.moved {
			most = footfall.LevelMedium
		}
		t.level = min(t.level, most)
		t.innocent = fmt.Sprintf("Whether it is an administrator's usual way is unknown: of %s of %s the history is short.", say.Count(unknown, "hop"), say.Count(int(c.n), "hop"))
	}
	if guessed > 0 {
		t.level = min(t.level, footfall.LevelLow)
	}
	if c.root == rootVPN && !c.moved {
		t.level = min(t.level, footfall.LevelMedium)
	}
	return t
}

func (w *watcher) root(c *chain) string {
	from := w.env.Names.String(c.hops[0].from)
	switch c.root {
	case rootPublic:
		return from + ", a public address,"
	case rootVPN:
		if from == "" {
			return "an entry by VPN or gateway"
		}
		return from + ", by VPN or gateway,"
	}
	return from + ", of an untrusted network,"
}

func (w *watcher) tier(at footfall.Name, declared bool) string {
	if declared {
		return w.env.Names.String(at) + ", of tier 0"
	}
	return w.env.Names.String(at) + ", a domain controller"
}

func (w *watcher) name(f *footfall.Finding, c *chain, g *guest, at footfall.Name) {
	n := w.env.Names
	for i := range c.hops[:c.n] {
		x := &c.hops[i]
		f.Count++
		f.CiteRef(x.ref)
		f.Bear(x.service.Technique())
		f.About(footfall.RoleActor, "account", n.String(x.account))
		if x.was != 0 {
			f.Bear("T1078")
			f.About(footfall.RoleActor, "account", n.String(x.was))
		}
		kind := "host"
		if _, err := netip.ParseAddr(n.String(x.from)); err == nil {
			kind = "address"
		}
		f.About(footfall.RoleSource, kind, n.String(x.from))
		f.Path = append(f.Path, footfall.Hop{Time: x.time, From: n.String(x.from), To: n.String(x.to), Account: n.String(x.account), Service: x.service, Outcome: footfall.Success, Switch: n.String(x.was), Ref: x.ref})
	}
	if c.root != rootZone {
		f.Bear("T1133")
	}
	f.About(footfall.RoleDestination, "host", n.String(at))
	f.About(footfall.RoleSession, "session", n.String(g.session))
	if g.session != 0 {
		f.Sessions = []string{n.String(g.session)}
	}
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
