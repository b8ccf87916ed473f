package remotecmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// What commands of a group show beyond their way.
const (
	trickShare  uint8 = 1 << iota // output goes to an administrative share, as wmiexec's and smbexec's does
	trickDrive                    // a drive of the remote desktop's client
	trickRemote                   // the session is known to be opened over the network
)

func (w *watcher) begin(k groupKey, s *footfall.Step, sess *footfall.Session) *group {
	n := w.env.Names
	g := &group{recon: map[string]bool{}, about: *s}
	g.f = &footfall.Finding{
		ID:   footfall.FindingID("remotecmd", n.String(k.host)+"|"+n.String(k.session)+"|"+wayNames[k.way], s.ID),
		Rule: &Analytic.Rules[0],
	}
	if sess != nil {
		if g.about.SrcAddr|g.about.SrcHost == 0 {
			g.about.SrcAddr, g.about.SrcHost = sess.SrcAddr, sess.SrcHost
			g.about.Flags |= sess.Flags & (footfall.FlagRemote | footfall.FlagPublic)
		}
		if g.about.Account == 0 {
			g.about.Account = sess.Account
		}
		if sess.Remote() {
			g.tricks |= trickRemote
		}
		if sess.Start != 0 && sess.Remote() {
			g.f.CiteRef(sess.Opened)
		}
	}
	h, _ := w.habits.Put(habitKey{g.about.Account, k.host, k.way})
	g.days = h.days
	if d := s.Time / day; h.days == 0 || h.lastDay != d {
		h.days++
		h.lastDay = d
	} else {
		g.days--
	}
	if len(w.order) >= 1<<12 {
		w.order = slices.DeleteFunc(w.order, func(k groupKey) bool { return w.groups.Get(k) == nil })
	}
	w.order = append(w.order, k)
	return g
}

func (g *group) add(s *footfall.Step, gr grade, what, command, image string) {
	g.f.Cite(s)
	g.last = s.Time
	g.counts[gr]++
	if gr == low && len(g.recon) < 64 {
		g.recon[what] = true
	}
	if contains(command, `\\127.0.0.1\admin$`) || contains(command, `\\127.0.0.1\c$`) || contains(command, `\\localhost\admin$`) {
		g.tricks |= trickShare
	}
	if contains(command, `\\tsclient\`) || contains(image, `\\tsclient\`) {
		g.tricks |= trickDrive
	}
	text := command
	if text == "" {
		text = image
	}
	q := quoted{gr, what, say.Short(text, 160)}
	if len(g.worst) == maxWorst && g.worst[maxWorst-1].grade >= gr || slices.Contains(g.worst, q) {
		return
	}
	// The worst first; among equals the earlier.
	g.worst = append(g.worst, q)
	slices.SortStableFunc(g.worst, func(a, b quoted) int { return cmp.Compare(b.grade, a.grade) })
	g.worst = g.worst[:min(len(g.worst), maxWorst)]
}

// level grades the group. What was meant to be run from elsewhere is worth a
// look by itself; what a person types in a desktop or a shell is not.
func (w *watcher) level(g *group, k groupKey, s *footfall.Step) {
	l := footfall.LevelUnknown
	switch {
	case k.way == hijack:
		l = footfall.LevelMedium
		if s.Flags&footfall.FlagSystem != 0 || s.Flags&footfall.FlagMachine != 0 {
			l = footfall.LevelHigh
		}
	case k.way.tool() && g.counts[strong]+g.counts[high] > 0:
		l = footfall.LevelHigh
	case k.way == network && g.counts[low] == 0:
	case k.way == service && g.counts[strong]+g.counts[high] == 0:
	case k.way.tool():
		l = footfall.LevelMedium
	case g.counts[strong] > 0 && g.tricks&trickDrive != 0:
		l = footfall.LevelHigh
	case g.counts[strong] > 1:
		l = footfall.LevelHigh
	case g.counts[strong] > 0:
		l = footfall.LevelMedium
	case g.counts[high] > 0 && len(g.recon) >= 3:
		l = footfall.LevelMedium
	case g.counts[high] > 0, len(g.recon) >= 4:
		l = footfall.LevelLow
	}
	if l > footfall.LevelLow && g.days >= habit {
		l--
	}
	if l > g.f.Level {
		g.f.Level = l
		g.told = min(g.told, g.f.Count/2)
	}
}

func (w *watcher) give(g *group, k groupKey, sess *footfall.Session, out *footfall.Sink) {
	g.told = g.f.Count
	f, n, s := g.f, w.env.Names, &g.about
	who, host := n.String(s.Account), n.String(k.host)
	if who == "" {
		who = "an account that no record names"
	}
	f.Title = fmt.Sprintf("Commands on %s through %s", host, wayNames[k.way])
	if k.way == hijack {
		f.Title = "A command to take over a remote desktop session on " + host
	}
	f.Why = fmt.Sprintf("%s ran %s through %s", who, say.Count(f.Count, "program"), wayNames[k.way])
	if src := n.String(s.Source()); src != "" {
		f.Why += " from " + src
	}
	f.Why += " on " + host
	if f.Last > f.First {
		f.Why += " within " + say.Span(f.Last-f.First)
	}
	f.Why += g.grades() + ": " + g.quotes() + "."
	f.Innocent = w.innocent(g, k)
	f.Weight = f.Level.Weight()
	w.bear(g, k)
	w.name(g, k, sess)
	out.Find(f, s)
}

// grades counts the programs that say something by themselves.
func (g *group) grades() string {
	var out []string
	for gr := strong; gr > normal; gr-- {
		if c := g.counts[gr]; c > 0 {
			out = append(out, fmt.Sprintf("%d %s", c, gradeTexts[gr]))
		}
	}
	if out == nil {
		return ""
	}
	return ", " + strings.Join(out, ", ")
}

func (g *group) quotes() string {
	var out []string
	for _, q := range g.worst {
		t := say.Quote(strings.Trim(q.text, `"`), 160)
		if q.what != "" && q.grade > normal {
			t += fmt.Sprintf(" (%s)", q.what)
		}
		out = append(out, t)
	}
	return strings.Join(out, ", ")
}

func (w *watcher) innocent(g *group, k groupKey) string {
	who := w.env.Names.String(g.about.Account)
	switch {
	case g.days >= habit:
		return fmt.Sprintf("%s ran programs in this way on this host on %s before, which speaks for administration.", who, say.Count(int(g.days), "day"))
	case k.way.tool():
		return fmt.Sprintf("Administration and monitoring come this way too: on %s before it did, and no such command is declared as expected.", say.Count(int(g.days), "day"))
	}
	return fmt.Sprintf("Administrators type such commands too: %s was seen doing so on this host on %s before; the words decide, not the history.", who, say.Count(int(g.days), "day"))
}

func (w *watcher) bear(g *group, k groupKey) {
	f := g.f
	switch k.way {
	case ssh:
		f.Bear("T1021.004")
	case rdp:
		f.Bear("T1021.001")
	case winrm:
		f.Bear("T1021.006")
	case wmi:
		f.Bear("T1047")
		if g.tricks&(trickRemote|trickShare) != 0 {
			f.Bear("T1021.003")
		}
	case dcom:
		f.Bear("T1021.003")
	case psexec:
		f.Bear("T1021.002")
		f.Bear("T1569.002")
	case network:
		f.Bear("T1021")
	case service:
		f.Bear("T1569.002")
	case hijack:
		f.Bear("T1021.001")
		f.Bear("T1563.002")
	}
	if g.tricks&trickShare != 0 {
		f.Bear("T1021.002")
	}
	if g.about.Flags&footfall.FlagPublic != 0 {
		f.Bear("T1133")
	}
}

func (w *watcher) name(g *group, k groupKey, sess *footfall.Session) {
	f, n, s := g.f, w.env.Names, &g.about
	f.About(footfall.RoleDestination, "host", n.String(k.host))
	f.About(footfall.RoleActor, "account", n.String(s.Account))
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	if id := n.String(s.Session); id != "" && len(f.Sessions) == 0 {
		f.Sessions = append(f.Sessions, id)
		f.About(footfall.RoleSession, "session", id)
	}
	if sess.Remote() && sess.Start != 0 && len(f.Path) == 0 {
		from := n.String(sess.SrcHost)
		if from == "" {
			from = n.String(sess.SrcAddr)
		}
		f.Path = []footfall.Hop{{Time: sess.Start, From: from, To: n.String(k.host), Account: n.String(sess.Account), Service: sess.Service, Outcome: footfall.Success, Switch: n.String(sess.Switch), Ref: sess.Opened}}
	}
}

// Flush gives the findings that grew since they were given last.
func (w *watcher) Flush(_ int64, out *footfall.Sink) {
	for _, k := range w.order {
		if g := w.groups.Get(k); g != nil && (*g).f.Level > footfall.LevelUnknown && (*g).told != (*g).f.Count {
			w.give(*g, k, nil, out)
		}
	}
}
