package firstflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/flow"
	"github.com/footfall/footfall/internal/say"
)

// banner reports whether a step names the client of an SSH session.
func banner(s *footfall.Step) bool {
	return s.Service == footfall.ServiceSSH && s.Client != 0 && s.SrcAddr != 0 && s.Rule == 0 && s.Event == 0 &&
		(s.Kind == footfall.KindLogon || s.Kind == footfall.KindConnection) && s.Flags&footfall.FlagLoopback == 0
}

// libraries are SSH clients that programs bring along; people at a terminal use others.
var libraries = [...]string{"paramiko", "libssh", "ssh-2.0-go", "asyncssh", "ssh2js", "jsch", "russh", "ruby/net::ssh", "phpseclib", "dropbear", "renci.sshnet"}

// client weighs another client than the source's.
func (w *watcher) client(s *footfall.Step, out *footfall.Sink) {
	src, _ := w.from.Put(s.SrcAddr)
	name := w.plain(s.Client)
	free, others, oldest := -1, 0, s.Time
	var usual footfall.Name
	for i := range src.clients {
		switch c := &src.clients[i]; {
		case c.name == name:
			return
		case c.name == 0:
			if free < 0 {
				free = i
			}
		default:
			others++
			if c.first < oldest {
				oldest, usual = c.first, c.name
			}
		}
	}
	if free < 0 {
		return // a source with so many is no person's
	}
	src.clients[free] = client{name, s.Time}
	if others == 0 || s.Time-oldest < footfall.EnoughDays*day || w.desk.Crowd(s) {
		return
	}
	n := w.env.Names
	text := n.String(name)
	f := w.ssh(s, "client|"+text)
	library := slices.ContainsFunc(libraries[:], func(l string) bool { return strings.Contains(strings.ToLower(text), l) })
	f.Level = footfall.LevelLow
	f.Innocent = "An update of the client was tested for: versions are not compared, only its name."
	if library {
		f.Level = footfall.LevelMedium
		f.Innocent += " This one is a library that programs use."
	}
	from, to := w.desk.Name(s.SrcHost, s.SrcAddr), w.desk.Name(s.DstHost, s.DstAddr)
	f.Title = fmt.Sprintf("New SSH client from %s", from)
	f.Why = fmt.Sprintf("%s came to SSH of %s with the client %s; for %s it had used %s and no more than %s.",
		from, to, say.Quote(text, 60), say.Span(s.Time-oldest), say.Quote(n.String(usual), 60), say.Count(others-1, "other"))
	f.Weight = f.Level.Weight()
	out.Find(f, s)
}

// plain is a client's name without its version: SSH-2.0-OpenSSH_9.6p1 and
// SSH-2.0-OpenSSH_9.9 are the same client.
func (w *watcher) plain(c footfall.Name) footfall.Name {
	n := w.env.Names
	text := n.String(c)
	head := 0
	if strings.HasPrefix(text, "SSH-2.0-") {
		head = len("SSH-2.0-")
	}
	if i := strings.IndexAny(text[head:], "_ 0123456789"); i > 0 {
		return n.Intern(text[:head+i])
	}
	return c
}

// port weighs SSH at a port that it does not usually have.
func (w *watcher) port(s *footfall.Step, out *footfall.Sink) {
	if s.DstPort == 22 || s.DstPort == 0 || w.desk.Edge(s) > 0 {
		return
	}
	src, _ := w.from.Put(s.SrcAddr)
	to := flow.To(s)
	if slices.Contains(src.odd[:], to) {
		return
	}
	copy(src.odd[1:], src.odd[:])
	src.odd[0] = to
	f := w.ssh(s, "port|"+w.env.Names.String(to))
	f.Level, f.Innocent = footfall.LevelLow, "Whether that is usual is unknown: "+w.desk.History()+"."
	if w.desk.Enough() {
		f.Level = footfall.LevelMedium
		f.Innocent = fmt.Sprintf("Habit was tested for: in %s of connections this source never came to that port there.", say.Count(w.desk.Days(), "day"))
		if w.env.Past != nil && w.env.Past.Habit(footfall.TraitCaller, to).Days >= footfall.EnoughDays {
			f.Level = footfall.LevelLow
			f.Innocent += " The host is called by others on most days, as a server with a port of its own is."
		}
	}
	from, host := w.desk.Name(s.SrcHost, s.SrcAddr), w.desk.Name(s.DstHost, s.DstAddr)
	f.Title = fmt.Sprintf("SSH at port %d of %s", s.DstPort, host)
	f.Why = fmt.Sprintf("A sensor recognised SSH from %s at port %d of %s, with %s.", from, s.DstPort, host, flow.Size(s.Bytes))
	f.Weight = f.Level.Weight()
	out.Find(f, s)
}

func (w *watcher) ssh(s *footfall.Step, key string) *footfall.Finding {
	f := &footfall.Finding{ID: footfall.FindingID("firstflow-ssh", w.env.Names.String(s.SrcAddr)+"|"+key, s.ID), Rule: &Analytic.Rules[2]}
	f.Cite(s)
	f.Bear("T1021.004")
	w.desk.Ends(f, s)
	return f
}
