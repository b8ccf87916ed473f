// Package coerce finds hosts that are made to log on elsewhere: right after
// somebody reaches a host's SMB port, the system itself connects back to the
// SMB port of where he came from, as the printer bug, PetitPotam and their
// kind make it do. In go connections; out comes one finding for each pair.
package coerce

import (
	"cmp"
	"fmt"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the far end's address.
var Analytic = footfall.Analytic{
	Name: "coerce",
	Doc: "The system of a host connects to port 445 of an address within seconds of a connection from there to its own port 445 (Sysmon 3, 5156). " +
		"Servers that use each other's shares do so too: a host that went there of its own accord before, or on an earlier day, is left alone.",
	Rules: []footfall.Rule{{
		ID: "coerce", Title: "A host was made to log on elsewhere", Level: footfall.LevelMedium,
		Description: "A call over SMB made the machine's own account authenticate to the caller, who can pass that on or crack it.",
		Attack:      []string{"T1021.002", "T1187"}, Rows: []string{"SMB-04"},
		Reference: "https://attack.mitre.org/techniques/T1187/",
		Innocent:  []string{"two servers that use each other's shares", "a print server that tells its clients of jobs"},
	}},
	Kinds: []footfall.Kind{footfall.KindConnection},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Kind != footfall.KindConnection || s.Rule != 0 || s.DstPort != smb || s.SrcAddr == s.DstAddr || s.Flags&footfall.FlagLoopback != 0 {
			return dst
		}
		for _, a := range [...]footfall.Name{s.SrcAddr, s.DstAddr} {
			if a != 0 {
				dst = append(dst, a)
			}
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{env: e, pairs: recent.New[pairKey, pair](1 << 10)}
	},
}

const (
	smb = 445
	// answer is within what time a coerced host calls back: tools wait that
	// long at most.
	answer = 10 * 1e9
)

// A pairKey is two addresses: who is called first, and who calls.
type pairKey struct{ host, far footfall.Name }

type pair struct {
	in   footfall.Step // the last connection from the far end
	out  footfall.Step // the first connection to it
	own  bool          // the host went there of its own accord
	told bool
}

type watcher struct {
	env   *footfall.Env
	pairs *recent.Map[pairKey, pair]
}

// Observe joins a connection with the one in the other direction. Each step
// has two roles, and the instance of an address takes those in which it is
// the far end.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	if s.SrcAddr == 0 || s.DstAddr == 0 {
		return
	}
	if w.mine(s.SrcAddr) {
		p, _ := w.pairs.Put(pairKey{s.DstAddr, s.SrcAddr})
		p.in = *s
		w.judge(p, out)
	}
	if w.mine(s.DstAddr) && s.Flags&footfall.FlagSystem != 0 {
		p, _ := w.pairs.Put(pairKey{s.SrcAddr, s.DstAddr})
		if p.out.Time == 0 {
			p.out = *s
			w.judge(p, out)
		} else if s.Time-p.out.Time > answer {
			p.own = true
		}
	}
}

func (w *watcher) mine(a footfall.Name) bool { return w.env.Names.Slot(a) == w.env.Slot }

func (w *watcher) judge(p *pair, out *footfall.Sink) {
	if p.told || p.own || p.in.Time == 0 || p.out.Time == 0 {
		return
	}
	if after := p.out.Time - p.in.Time; after < 0 || after > answer {
		p.own = p.own || p.out.Time < p.in.Time
		return
	}
	p.told = true
	n, s := w.env.Names, &p.out
	from, host := n.String(s.DstAddr), n.String(cmp.Or(s.SrcHost, s.SrcAddr))
	f := &footfall.Finding{
		ID: footfall.FindingID("coerce", n.String(s.SrcAddr)+"|"+from, s.ID), Rule: &Analytic.Rules[0],
		Title: fmt.Sprintf("%s made to log on at %s", host, from), Level: footfall.LevelMedium, Attack: []string{"T1021.002", "T1187"},
		Why: fmt.Sprintf("%s after %s connected to port 445 of %s, the system of %s connected to port 445 of %s, for the first time in these records.",
			say.Span(s.Time-p.in.Time), from, host, host, from),
		Innocent: "Servers that use each other's shares were tested for: the host had not gone there of its own accord before.",
	}
	f.Cite(&p.in)
	f.Cite(s)
	f.Weight = f.Level.Weight()
	f.About(footfall.RoleDestination, "host", n.String(s.SrcHost))
	f.About(footfall.RoleDestination, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "address", from)
	f.About(footfall.RoleSource, "host", n.String(p.in.SrcHost))
	out.Find(f, &p.in)
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
