// Package intel finds logons from addresses, networks and hosts, and by keys,
// that lists of intelligence name. In go steps; out come findings and the fact
// source-known-bad. What a list says counts at the time of the step only, and a
// list of anonymisers or data centres is no verdict.
package intel

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the source.
var Analytic = footfall.Analytic{
	Name: "intel",
	Doc: "Logons, entries by VPN and remote sessions from an address, a network or a host, or by a key, that a list given with --intel names at that time. " +
		"An address that many people share, one that has changed hands since it was listed, and an honest user of Tor, a VPN service or a data centre look the same.",
	Rules: []footfall.Rule{{
		ID: "intel", Title: "Entry from a source that a list of intelligence names", Level: footfall.LevelHigh,
		Description: "A logon succeeded from what a valid listing calls malicious; medium where the list is not sure of it, or only says that it hides or hosts others; low for failures and for listings that were not valid then.",
		Attack:      []string{"T1021", "T1078", "T1133"}, Rows: []string{"EXT-03"},
		Innocent: []string{"an address that many people share", "an address that has changed hands since it was listed", "an honest user of an anonymiser or of a machine in a data centre"},
	}},
	Facts: []string{"source-known-bad"},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if src := s.Source(); src != 0 && s.Flags&footfall.FlagLoopback == 0 {
			return append(dst, src)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{env: e, found: recent.New[key, state](maxFound)}
	},
}

const (
	maxFound = 1 << 11
	// unsure is the confidence below which STIX calls one low (STIX 2.1, appendix A).
	unsure = 30
	// stale is how long before or behind its validity a listing is still worth
	// a look: lists are written after the fact, and addresses change hands.
	stale = 90 * 24 * 3600 * 1e9
)

// A key is what becomes one finding: whose entries from where, or tries of anybody.
type key struct {
	source, account footfall.Name
	failed          bool
}

type state struct {
	f    *footfall.Finding
	told int
}

type watcher struct {
	env   *footfall.Env
	found *recent.Map[key, state]
	buf   []footfall.Listing
}

// Observe looks up where an entry comes from and by which key.
func (w *watcher) Observe(s *footfall.Step, _ *footfall.Session, out *footfall.Sink) {
	if w.env.Intel == nil || s.Rule != 0 || s.Service == footfall.ServiceLocal || s.Flags&footfall.FlagLearn != 0 {
		return
	}
	failed := s.Kind == footfall.KindLogon && s.Outcome == footfall.Failure
	if !failed && !entry(s) {
		return
	}
	list := w.listed(s, !failed)
	v, ok := w.judge(list, s)
	if !ok {
		return
	}
	k := key{s.Source(), s.Account, failed}
	if failed {
		k.account = 0
	}
	st, _ := w.found.Put(k)
	n := w.env.Names
	if st.f == nil || s.Time-st.f.Last > 24*3600*1e9 {
		st.f = &footfall.Finding{
			ID:   footfall.FindingID("intel", n.String(k.source)+"|"+n.String(k.account)+"|"+v.best.What+fmt.Sprint(failed), s.ID),
			Rule: &Analytic.Rules[0],
		}
		st.told = 0
	}
	w.tell(st.f, s, &v, failed)
	if st.f.Count >= 2*st.told {
		st.told = st.f.Count
		out.Find(st.f.Clone(), s)
	}
}

// entry reports whether somebody came in.
func entry(s *footfall.Step) bool {
	if s.Outcome == footfall.Failure || s.Flags&footfall.FlagOutward != 0 {
		return false
	}
	switch s.Kind {
	case footfall.KindLogon:
		return s.Outcome == footfall.Success
	case footfall.KindReconnect, footfall.KindShell:
		return true
	case footfall.KindLease:
		return s.Account != 0 // an inner address for somebody who came by VPN
	}
	return false
}

// listed is what lists say of the step's address, host and key. Only the key
// of an entry was proved to be held.
func (w *watcher) listed(s *footfall.Step, keys bool) []footfall.Listing {
	n := w.env.Names
	w.buf = w.buf[:0]
	if s.SrcAddr != 0 {
		w.buf = w.env.Intel(w.buf, n.String(s.SrcAddr))
	}
	if s.SrcHost != 0 {
		w.buf = w.env.Intel(w.buf, n.String(s.SrcHost))
	}
	if keys && s.Service == footfall.ServiceSSH && s.Object != 0 {
		// sshd ends the record with the fingerprint; what stands before it may
		// be a name that a certificate was given.
		text := n.String(s.Object)
		text = text[strings.LastIndexByte(text, ' ')+1:]
		if strings.HasPrefix(text, "SHA256:") || strings.HasPrefix(text, "MD5:") {
			w.buf = w.env.Intel(w.buf, text)
		}
	}
	return w.buf
}

// A verdict is the listing that weighs most, and what was tested of it.
type verdict struct {
	best     footfall.Listing
	others   int
	level    footfall.Level
	innocent string
}

func (w *watcher) judge(list []footfall.Listing, s *footfall.Step) (v verdict, ok bool) {
	for i := range list {
		level := weigh(&list[i], s.Time)
		if level == footfall.LevelUnknown {
			continue
		}
		if level > v.level {
			v.best, v.level = list[i], level
		}
		v.others++
	}
	if v.level == footfall.LevelUnknown {
		return v, false
	}
	v.others--
	v.innocent = validity(&v.best, s.Time)
	network, trusted := w.declared(s.SrcAddr)
	switch {
	case network != nil && network.Shared:
		v.level = min(v.level, footfall.LevelMedium)
		v.innocent += fmt.Sprintf(" Many people stand behind the address: it is declared as shared (%s).", network.Name)
	case trusted && !v.best.Verdict():
		v.level = footfall.LevelLow
		v.innocent += " The address is declared as a trusted source."
	default:
		v.innocent += " The address is not declared as shared by many people."
	}
	if !v.best.Verdict() {
		v.innocent += " The list is of " + v.best.Kind + " addresses: it says how somebody came, not that he meant harm."
	}
	return v, true
}

// weigh is how much a listing says at a time; unknown is nothing.
func weigh(l *footfall.Listing, t int64) footfall.Level {
	switch {
	case t < l.From-stale || l.Until != 0 && t >= l.Until+stale:
		return footfall.LevelUnknown
	case !l.Covers(t):
		return footfall.LevelLow
	case !l.Verdict() || l.Confidence >= 0 && l.Confidence < unsure:
		return footfall.LevelMedium
	}
	return footfall.LevelHigh
}

// validity tells how the listing's time and the step's lie to each other.
func validity(l *footfall.Listing, t int64) string {
	switch {
	case t < l.From:
		return "Validity was tested for: the listing begins " + say.Span(l.From-t) + " later."
	case l.Until != 0 && t >= l.Until:
		return "Validity was tested for: the listing ended " + say.Span(t-l.Until) + " before; the address may have changed hands."
	case l.Until != 0:
		return "Validity was tested for: the listing holds for another " + say.Span(l.Until-t) + "."
	}
	return "Validity was tested for: the listing names no end."
}

// declared is what the context file says of an address.
func (w *watcher) declared(addr footfall.Name) (*footfall.Network, bool) {
	a, err := netip.ParseAddr(w.env.Names.String(addr))
	if err != nil {
		return nil, false
	}
	trusted := false
	for _, p := range w.env.Context.Trusted {
		trusted = trusted || p.Contains(a)
	}
	for i := range w.env.Context.Networks {
		if n := &w.env.Context.Networks[i]; n.Prefix.Contains(a) {
			return n, trusted
		}
	}
	return nil, trusted
}

// tell fills a finding in after one more step of it.
func (w *watcher) tell(f *footfall.Finding, s *footfall.Step, v *verdict, failed bool) {
	n := w.env.Names
	f.Cite(s)
	f.Bear(s.Service.Technique())
	if s.Flags&footfall.FlagPublic != 0 {
		f.Bear("T1133")
	}
	who, source, host := n.String(s.Account), n.String(s.Source()), n.String(s.DstHost)
	for _, e := range []footfall.Entity{
		{Role: footfall.RoleSource, Kind: "address", Name: n.String(s.SrcAddr)},
		{Role: footfall.RoleSource, Kind: "host", Name: n.String(s.SrcHost)},
		{Role: footfall.RoleDestination, Kind: "host", Name: host},
		{Role: footfall.RoleActor, Kind: "account", Name: who},
	} {
		f.About(e.Role, e.Kind, e.Name)
	}
	if failed {
		f.Level, f.Title = footfall.LevelLow, fmt.Sprintf("Failed logons from %s, which a list names", source)
		f.Why = fmt.Sprintf("%s came from %s: %s.", say.Count(f.Count, "failed logon"), source, about(v, s.Time))
	} else {
		f.Level = max(f.Level, v.level)
		f.Bear("T1078")
		if who == "" {
			who = "Somebody"
		}
		f.Title = fmt.Sprintf("%s came from %s, which a list names as %s", who, source, v.best.Kind)
		f.Why = fmt.Sprintf("%s entered %s from %s %s: %s.", who, cover(host), source, say.Count(f.Count, "time"), about(v, s.Time))
		if id := n.String(s.Session); id != "" && len(f.Sessions) < footfall.MaxEvidence && (len(f.Sessions) == 0 || f.Sessions[len(f.Sessions)-1] != id) {
			f.Sessions = append(f.Sessions, id)
		}
	}
	f.Weight, f.Innocent = f.Level.Weight(), v.innocent
}

func cover(host string) string {
	if host == "" {
		return "the network"
	}
	return host
}

// about says of a listing what it names, who says so, since when, and how sure.
func about(v *verdict, t int64) string {
	l := &v.best
	out := fmt.Sprintf("the list %s names %s as %s", l.List, say.Quote(l.What, 80), l.Kind)
	if l.Source != "" {
		out += ", by " + say.Quote(l.Source, 80)
	}
	if l.Description != "" {
		out += " (" + say.Quote(l.Description, 120) + ")"
	}
	switch {
	case l.From == 0:
		out += ", without saying since when"
	case t >= l.From:
		out += ", since " + say.Span(t-l.From)
	}
	if l.Confidence >= 0 {
		out += fmt.Sprintf(", confidence %d of 100", l.Confidence)
	} else {
		out += ", without saying how sure"
	}
	if v.others > 0 {
		out += "; " + say.Count(v.others, "other listing") + " of the source as well"
	}
	return out
}

// Facts says whether the source of a finding is known to be bad.
func (w *watcher) Facts(step *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	src := w.env.Names.String(step.Source())
	if src == "" || step.Flags&footfall.FlagLoopback != 0 {
		return
	}
	fact := &footfall.Fact{Kind: "source-known-bad", Finding: f.ID, Time: step.Time, Evidence: []footfall.Ref{step.Ref}}
	fact.Entities = append(fact.Entities, footfall.Entity{Role: footfall.RoleSource, Kind: "address", Name: src})
	if w.env.Intel == nil {
		if step.Flags&footfall.FlagPublic != 0 {
			fact.Text = "Whether " + src + " is known to be malicious is not known: no list of intelligence was given (--intel)."
			out.Tell(fact)
		}
		return
	}
	v, ok := w.judge(w.listed(step, entry(step)), step)
	switch {
	case !ok && step.Flags&footfall.FlagPublic == 0:
		return // lists are of the outside
	case !ok:
		fact.Verdict, fact.Sure = footfall.No, footfall.SureOf(0)
		fact.Text = "None of the lists given names " + src + " at that time."
	case v.best.Verdict() && v.level >= footfall.LevelHigh:
		fact.Verdict, fact.Sure = footfall.Yes, v.sure()
		fact.Text = "Of " + src + " " + about(&v, step.Time) + "."
	default:
		fact.Text = "Of " + src + " " + about(&v, step.Time) + "; that is no verdict. " + v.innocent
	}
	out.Tell(fact)
}

// sure is the list's own confidence; where it tells none, that of what one
// witness says, and more of several.
func (v *verdict) sure() float64 {
	if v.best.Confidence >= 0 {
		return float64(v.best.Confidence) / 100
	}
	return footfall.SureOf(1 + v.others)
}

// Flush does nothing: findings are given as they come.
func (*watcher) Flush(int64, *footfall.Sink) {}
