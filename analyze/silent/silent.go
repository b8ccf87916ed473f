// Package silent finds holes in logs: one of a host's logs says nothing for
// longer than it ever did while the host's others go on, and somebody had
// come over the network just before. In go steps with the log that they came
// from; out comes one finding for each hole.
package silent

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic sees all logs in one instance: the logs of a host are compared.
var Analytic = footfall.Analytic{
	Name: "silent",
	Doc: "A log of a host falls silent for half an hour or more, five times longer than ever in the two days or more that are known of it, within an hour after a logon over the network, " +
		"while other logs of the host go on: its records were removed, or nobody wrote them. A host that was off is silent in all its logs; " +
		"nights and week-ends are learned with the rest.",
	Rules: []footfall.Rule{{
		ID: "silent", Title: "A hole in a log after somebody came", Level: footfall.LevelMedium,
		Description: "What happened in the hole cannot be seen: answers of no rest on what is left.",
		Attack:      []string{"T1021", "T1070", "T1562.002"}, Rows: []string{"MIS-12"},
		Reference: "https://attack.mitre.org/techniques/T1562/",
		Innocent:  []string{"a shipper of one log that stood still", "a program that was idle as never before"},
	}},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && s.Extra != 0 && s.Flags&(footfall.FlagObserved|footfall.FlagLoopback) == 0 {
			return append(dst, footfall.All)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, hole: int64(e.Context.Limit("silent.minutes", limitMinutes) * 60e9), times: int64(e.Context.Limit("silent.times", limitTimes)),
			logs: recent.New[footfall.Name, log](1 << 13), hosts: recent.New[footfall.Name, host](1 << 13),
		}
	},
}

const (
	hour = 3600 * 1e9
	day  = 24 * hour
	// limitMinutes (silent.minutes) is how long a hole is at least.
	limitMinutes = 30
	// limitTimes (silent.times) is how many times longer than the longest
	// quiet before a hole is.
	limitTimes = 5
	// known is how many records over how long tell what is quiet for a log.
	known     = 200
	knownSpan = 2 * day
	// others is how many records of other logs show that the host was up.
	others = 20
)

// A log is one of a host's: what is known of how often it speaks.
type log struct {
	host        footfall.Name
	first, last int64
	lastRef     footfall.Ref
	n           uint32
	longest     int64  // quiet
	total       uint32 // of the host when the log spoke last
}

type host struct {
	total uint32        // records of all its logs
	came  footfall.Step // the last logon over the network
	start int64         // when it started last
}

type watcher struct {
	env         *footfall.Env
	hole, times int64
	logs        *recent.Map[footfall.Name, log]
	hosts       *recent.Map[footfall.Name, host]
}

// Observe compares how long a log was quiet with what is known of it.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	l, fresh := w.logs.Put(s.Extra)
	if fresh {
		source := w.env.Extra(s.Extra).Source
		name, _, _ := strings.Cut(source, "|")
		*l = log{host: w.env.Names.Intern(name), first: s.Time, last: s.Time}
	}
	h, _ := w.hosts.Put(l.host)
	h.total++
	if s.Kind == footfall.KindStart && s.DstHost == l.host {
		h.start = s.Time
	}
	quiet := s.Time - l.last
	if quiet >= w.hole && l.n >= known && l.last-l.first >= knownSpan && quiet >= w.times*max(l.longest, 60e9) && l.host != 0 {
		w.judge(s, l, h, quiet, out)
	}
	l.longest = max(l.longest, quiet)
	l.last, l.lastRef, l.total = s.Time, s.Ref, h.total
	l.n++
	if s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Flags&footfall.FlagRemote != 0 && s.DstHost == l.host &&
		s.Flags&(footfall.FlagMachine|footfall.FlagSystem|footfall.FlagGuest) == 0 {
		h.came = *s
	}
}

func (w *watcher) judge(s *footfall.Step, l *log, h *host, quiet int64, out *footfall.Sink) {
	came := &h.came
	went := h.total - l.total - 1
	switch {
	case h.start >= l.last, went < others, came.Time == 0:
		return
	case came.Time > s.Time-quiet+hour || came.Time < l.last-hour:
		return // nobody came just before it, or while it began
	}
	n := w.env.Names
	name, source := n.String(l.host), w.env.Extra(s.Extra).Source
	_, channel, _ := strings.Cut(source, "|")
	from := n.String(cmp.Or(came.SrcHost, came.SrcAddr))
	f := &footfall.Finding{
		ID: footfall.FindingID("silent", source, s.ID), Rule: &Analytic.Rules[0], Level: footfall.LevelMedium, First: l.last, Last: s.Time, Count: 2,
		Title: fmt.Sprintf("%s of %s has a hole of %s", channel, name, say.Span(quiet)),
		Innocent: fmt.Sprintf("A host that was off was tested for: its other logs have %s in the hole, and no start of the host is recorded.",
			say.Count(int(went), "record")),
		Evidence: []footfall.Ref{l.lastRef, s.Ref},
	}
	f.CiteRef(came.Ref)
	f.Why = fmt.Sprintf("%s of %s says nothing from %s for %s, and was never quiet for more than %s in %s before, over %s; %s had logged on from %s at %s.",
		channel, name, say.Time(l.last), say.Span(quiet), say.Span(l.longest), say.Count(int(l.n), "record"), say.Span(l.last-l.first),
		n.String(came.Account), cmp.Or(from, "elsewhere"), say.Time(came.Time))
	f.Weight = f.Level.Weight()
	f.Bear("T1562.002")
	f.Bear(cmp.Or(came.Service.Technique(), "T1021"))
	f.About(footfall.RoleDestination, "host", name)
	f.About(footfall.RoleActor, "account", n.String(came.Account))
	f.About(footfall.RoleSource, "address", n.String(came.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(came.SrcHost))
	f.About(footfall.RoleSession, "session", n.String(came.Session))
	about := *came
	out.Find(f, &about)
}

// Flush does nothing: a log that ends is no hole.
func (*watcher) Flush(int64, *footfall.Sink) {}
