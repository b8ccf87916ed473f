// Package relayed finds a computer's own account that logs on to that very
// computer from somewhere else: it was made to authenticate and what it sent
// was passed back to it. In go logons; out comes one finding for each host and
// source.
package relayed

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the host.
var Analytic = footfall.Analytic{
	Name: "relayed",
	Doc: "A network logon with NTLM of a host's own machine account on that host, from an address that is not the host's (4624). " +
		"A host that reaches itself by its own address looks the same: addresses that are known to be its own are left out.",
	Rules: []footfall.Rule{{
		ID: "relayed", Title: "A host's own account came to it from elsewhere", Level: footfall.LevelHigh,
		Description: "No computer logs on to itself through another: what its account sent to somebody was relayed back, and is an administrator there.",
		Attack:      []string{"T1021.002", "T1133", "T1187", "T1557.001"}, Rows: []string{"SMB-07"},
		Reference: "https://attack.mitre.org/techniques/T1557/001/",
		Innocent:  []string{"a host with several addresses that reaches itself", "address translation between a cluster's nodes"},
	}},
	Kinds: []footfall.Kind{footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.LogonType == 3 &&
			s.Auth == footfall.AuthNTLM && s.SrcAddr != 0 && s.Flags&(footfall.FlagLoopback|footfall.FlagGuest) == 0 {
			return append(dst, s.DstHost)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{env: e, open: recent.New[key, *opened](1 << 9)}
	},
}

type key struct{ host, from footfall.Name }

type opened struct {
	f     *footfall.Finding
	about footfall.Step
	told  int
}

// quiet ends a finding.
const quiet = 24 * 3600 * 1e9

type watcher struct {
	env  *footfall.Env
	open *recent.Map[key, *opened]
}

// Observe finds the host's own account.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	n := w.env.Names
	if !own(n.String(s.Account), n.String(s.DstHost)) {
		return
	}
	owner := w.env.HostAt(s.SrcAddr)
	if owner == s.DstHost || s.SrcAddr == s.DstAddr {
		return
	}
	slot, fresh := w.open.Put(key{s.DstHost, s.SrcAddr})
	if fresh || *slot == nil || s.Time-(*slot).f.Last > quiet {
		*slot = &opened{about: *s, f: &footfall.Finding{ID: footfall.FindingID("relayed", n.String(s.DstHost)+"|"+n.String(s.SrcAddr), s.ID), Rule: &Analytic.Rules[0]}}
	}
	o := *slot
	o.f.Cite(s)
	if o.f.Count < 2*o.told {
		return
	}
	o.told = o.f.Count
	w.describe(o, owner)
	out.Find(o.f, &o.about)
}

// own reports whether an account is the machine account of a host. Names of
// more than 15 characters are cut in accounts.
func own(account, host string) bool {
	name, ok := strings.CutSuffix(footfall.Bare(account), "$")
	return ok && host != "" && (strings.EqualFold(name, host) || len(host) > 15 && strings.EqualFold(name, host[:15]))
}

func (w *watcher) describe(o *opened, owner footfall.Name) {
	n, f, s := w.env.Names, o.f, &o.about
	host, from := n.String(s.DstHost), n.String(s.SrcAddr)
	f.Title = fmt.Sprintf("The own account of %s came to it from %s", host, from)
	f.Why = fmt.Sprintf("%s, the account of %s itself, logged on to it over the network with NTLM %s from %s, first at %s", n.String(s.Account), host, say.Count(f.Count, "time"), from, say.Time(f.First))
	f.Level = footfall.LevelMedium
	f.Innocent = "It may be a second address of the host, which no record shows to be its own."
	if owner != 0 {
		f.Level = footfall.LevelHigh
		f.Why += ", an address of " + n.String(owner)
		f.Innocent = fmt.Sprintf("A second address of the host was tested for: other records show the address to be %s's.", n.String(owner))
		f.About(footfall.RoleSource, "host", n.String(owner))
	}
	f.Why += "."
	f.Bear("T1021.002")
	f.Bear("T1557.001")
	if s.Flags&footfall.FlagPublic != 0 {
		f.Bear("T1133")
		f.Level = footfall.LevelHigh
		f.Innocent = "A second address of the host was tested for: hosts seldom reach themselves by a public address."
	}
	f.Weight = f.Level.Weight()
	f.About(footfall.RoleDestination, "host", host)
	f.About(footfall.RoleActor, "account", n.String(s.Account))
	f.About(footfall.RoleSource, "address", from)
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	f.Path = []footfall.Hop{{Time: s.Time, From: from, To: host, Account: n.String(s.Account), Service: footfall.ServiceSMB, Outcome: footfall.Success, Ref: s.Ref}}
}

// Flush gives findings that grew since.
func (w *watcher) Flush(int64, *footfall.Sink) {}
