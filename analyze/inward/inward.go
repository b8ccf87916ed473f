// Package inward follows logons from host to host, from an entry that nobody
// vouches for to a host of the innermost tier. In go logons, changes of account
// and ends of sessions; out come the chains of two and more hops that reach
// tier 0, weighed by how rare each hop is for its account.
package inward

import (
	"cmp"
	"math"
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// Analytic sees all hosts in one instance: a chain goes over many.
var Analytic = footfall.Analytic{
	Name: "inward",
	Doc: "Logons that follow on one another within 24 hours, from a public address, an untrusted network or a VPN to a host of tier 0 (declared, or a domain controller) over at least " +
		"one host between. A hop follows on a session that was live where it came from: that of the account, of whoever changed into it, or the only one there. Each hop weighs " +
		"-log2 of its probability for the account; an account that changes on the way weighs more. An administrator's way over a jump host looks the same until it is usual.",
	Rules: []footfall.Rule{{
		ID: "inward", Title: "A way from outside to a host of tier 0", Level: footfall.LevelMedium,
		Description: "Logons from host to host lead from an untrusted entry to a host of the innermost tier in a way that is rare for the accounts that went it.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.003", "T1021.004", "T1021.005", "T1021.006", "T1078", "T1133"}, Rows: []string{"X-01"},
		Reference: "https://attack.mitre.org/tactics/TA0008/",
		Innocent:  []string{"an administrator who works from home over a jump host", "several people on one host at once, whose hops are taken for one another's"},
	}},
	Kinds: []footfall.Kind{footfall.KindLogon, footfall.KindLogoff, footfall.KindExplicit, footfall.KindPrivilege},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule != 0 || s.DstHost == 0 && s.Session == 0 {
			return dst
		}
		const nobody = footfall.FlagSystem | footfall.FlagMachine | footfall.FlagGuest
		switch s.Kind {
		case footfall.KindLogon:
			if s.Outcome == footfall.Success && s.Account != 0 && s.DstHost != 0 && s.Flags&nobody == 0 {
				return append(dst, footfall.All)
			}
		case footfall.KindLogoff:
			if s.Session != 0 && s.DstHost != 0 {
				return append(dst, footfall.All)
			}
		case footfall.KindExplicit, footfall.KindPrivilege:
			if s.Outcome != footfall.Failure && s.Account != 0 && s.Flags&nobody == 0 {
				return append(dst, footfall.All)
			}
		}
		return dst
	},
	New: newWatcher,
}

const (
	minute = 60 * 1e9
	day    = 24 * 3600 * 1e9

	span   = day         // how long a chain is followed
	linger = 10 * minute // how long what a session began goes on after its end

	mostHops   = 6
	mostGuests = 6 // sessions of a host that are followed
	maxHosts   = 1 << 12
	maxEntries = 1 << 13
	maxTold    = 1 << 12

	maxBits    = 12.0 // of one hop
	switchBits = 3.0  // another person's account
	ownBits    = 0.5  // another account of the same person

	limitLow    = 6.0
	limitMedium = 11.0
	limitHigh   = 18.0
)

// A hop is one logon of a chain.
type hop struct {
	time              int64
	ref               footfall.Ref
	from, to, account footfall.Name
	was               footfall.Name // the account that the way was gone with before
	bits              float64
	service           footfall.Service
	of                uint8 // this many sessions were live where it came from
	usual, known      bool  // gone on an earlier day; the account has enough history
	shown             bool  // a record shows that accounts were changed
}

// A chain is the way that led to a session.
type chain struct {
	hops  [mostHops]hop
	n     uint8
	root  uint8
	moved bool // another person's account on the way
}

// What a chain begins with.
const (
	rootNone = iota
	rootPublic
	rootZone
	rootVPN
)

// A guest is a session on a host that was opened from elsewhere.
type guest struct {
	chain              chain // none when it did not begin outside
	session            footfall.Name
	account, as        footfall.Name // as is what it changed into
	at, end            int64
	elevated, reported bool
}

type host struct {
	guests [mostGuests]guest
	n      int
}

type toldKey struct{ root, account, host footfall.Name }

type watcher struct {
	env               *footfall.Env
	low, medium, high float64
	days, hours       float64
	hosts             *recent.Map[footfall.Name, host]
	entries           *recent.Map[footfall.Name, chain] // by the session of a VPN or a gateway
	told              *recent.Map[toldKey, int64]
	services          footfall.ServiceItems
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	c := e.Context
	return &watcher{
		env: e, low: c.Limit("inward.low", limitLow), medium: c.Limit("inward.medium", limitMedium), high: c.Limit("inward.high", limitHigh),
		days: c.Limit("inward.days", footfall.EnoughDays), hours: c.Limit("inward.hours", footfall.EnoughHours),
		hosts:   recent.New[footfall.Name, host](maxHosts),
		entries: recent.New[footfall.Name, chain](maxEntries),
		told:    recent.New[toldKey, int64](maxTold),
	}
}

// Observe adds a hop to what led to where it came from.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	switch s.Kind {
	case footfall.KindLogon:
		w.logon(s, sess, out)
	case footfall.KindLogoff:
		if h := w.hosts.Get(s.DstHost); h != nil {
			if g := h.find(s.Session); g != nil && g.end == 0 {
				g.end = s.Time
			}
		}
	default:
		w.change(s, sess, out)
	}
}

func (h *host) find(session footfall.Name) *guest {
	for i := range h.guests[:h.n] {
		if g := &h.guests[i]; session != 0 && g.session == session {
			return g
		}
	}
	return nil
}

// change notes which account somebody on a host changed into, and rights that
// a session turned out to have.
func (w *watcher) change(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	at := s.DstHost
	if sess != nil && sess.Host != 0 {
		at = sess.Host
	}
	h := w.hosts.Get(at)
	if h == nil {
		return
	}
	g := h.find(s.Session)
	if g == nil && s.Session == 0 {
		g = h.only(s.Account, s.Time)
	}
	if g == nil {
		return
	}
	if s.Target != 0 && s.Target != g.account && s.Flags&footfall.FlagTargetSystem == 0 && s.Flags&footfall.FlagTargetMachine == 0 {
		g.as = s.Target
	}
	if s.Kind == footfall.KindPrivilege && s.Flags&footfall.FlagElevated != 0 {
		g.elevated = true
		w.judge(g, at, s, out)
	}
}

// only returns the one living session of an account, nil when there are several.
func (h *host) only(account footfall.Name, now int64) (one *guest) {
	for i := range h.guests[:h.n] {
		if g := &h.guests[i]; g.account == account && g.live(now) {
			if one != nil {
				return nil
			}
			one = g
		}
	}
	return one
}

func (g *guest) live(now int64) bool {
	return now-g.at <= span && (g.end == 0 || now-g.end <= linger)
}

func (w *watcher) logon(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if strings.HasSuffix(w.env.Names.String(s.Account), "$") {
		return // a computer's own, until it is shown: nobody goes on with it
	}
	if s.Service == footfall.ServiceVPN || s.Service == footfall.ServiceGateway {
		w.entry(s)
		return
	}
	if s.Flags&footfall.FlagRemote == 0 || s.Flags&footfall.FlagLoopback != 0 || s.SrcHost == s.DstHost || s.Flags&footfall.FlagOutward != 0 && s.SrcHost == 0 {
		return
	}
	c := w.inbound(s, sess)
	h, _ := w.hosts.Put(s.DstHost)
	if g := h.find(s.Session); g != nil && s.Time-g.at <= linger {
		if g.chain.n == 0 {
			g.chain = c
		}
		return // another record of the same opening
	}
	g := h.room(s.Time)
	*g = guest{chain: c, session: s.Session, account: s.Account, at: s.Time}
	g.elevated = s.Flags&footfall.FlagElevated != 0 || sess != nil && sess.Flags&footfall.FlagElevated != 0
	w.judge(g, s.DstHost, s, out)
}

// room returns a place for a guest: a free one, that of one who is gone, or of
// the oldest that began inside, else of the oldest.
func (h *host) room(now int64) *guest {
	if h.n < mostGuests {
		h.n++
		return &h.guests[h.n-1]
	}
	worth := func(g *guest) int {
		switch {
		case !g.live(now):
			return 0
		case g.chain.n == 0:
			return 1
		}
		return 2
	}
	best := &h.guests[0]
	for i := range h.guests[1:] {
		g := &h.guests[i+1]
		if c := cmp.Or(cmp.Compare(worth(g), worth(best)), cmp.Compare(g.at, best.at)); c < 0 {
			best = g
		}
	}
	return best
}

// entry begins a chain at a VPN or a gateway.
func (w *watcher) entry(s *footfall.Step) {
	if s.Session == 0 {
		return
	}
	c := chain{root: rootVPN}
	c.add(w.hop(s, 0))
	e, _ := w.entries.Put(s.Session)
	*e = c
}

// inbound returns the chain that a logon ends, empty when it began inside.
func (w *watcher) inbound(s *footfall.Step, sess *footfall.Session) chain {
	if sess != nil && sess.Parent != nil {
		if e := w.entries.Get(sess.Parent.ID); e != nil && s.Time-e.hops[0].time <= span {
			return w.extend(e, s, e.hops[e.n-1].account, 1, sess.Parent.Account == s.Account)
		}
	}
	if s.Flags&footfall.FlagPublic != 0 {
		c := chain{root: rootPublic}
		c.add(w.hop(s, 0))
		return c
	}
	if c := w.joined(s, sess); c.n > 0 {
		return c
	}
	if w.untrusted(s.SrcAddr) {
		c := chain{root: rootZone}
		c.add(w.hop(s, 0))
		return c
	}
	return chain{}
}

// joined extends the chain of the session that a logon came from: one of the
// same account, or whose account changed into it, or the only one.
func (w *watcher) joined(s *footfall.Step, sess *footfall.Session) chain {
	if s.SrcHost == 0 {
		return chain{}
	}
	h := w.hosts.Get(s.SrcHost)
	if h == nil {
		return chain{}
	}
	live := uint8(0)
	var best *guest
	worth := 0
	for i := range h.guests[:h.n] {
		g := &h.guests[i]
		if !g.live(s.Time) {
			continue
		}
		live++
		v := 1
		switch {
		case g.account == s.Account || g.as == s.Account:
			v = 3
		case sess != nil && sess.Switch != 0 && sess.Switch == g.account:
			v = 3
		}
		if v > worth || v == worth && g.chain.n > best.chain.n {
			best, worth = g, v
		}
	}
	if best == nil || best.chain.n == 0 || best.chain.n >= mostHops || worth < 3 && live > 1 || s.Time-best.chain.hops[0].time > span {
		return chain{}
	}
	for i := range best.chain.hops[:best.chain.n] {
		if best.chain.hops[i].to == s.DstHost || best.chain.hops[i].from == s.DstHost {
			return chain{}
		}
	}
	shown := worth == 3
	return w.extend(&best.chain, s, best.account, live, shown)
}

// extend adds a logon to a chain that came so far as an account.
func (w *watcher) extend(c *chain, s *footfall.Step, came footfall.Name, live uint8, shown bool) chain {
	x := w.hop(s, live)
	x.shown = shown
	out := *c
	n := w.env.Names
	if came != s.Account && !strings.EqualFold(footfall.Bare(n.String(came)), footfall.Bare(n.String(s.Account))) { // a VPN's names have no domain
		x.was = came
		if p := w.env.Person(came); p != 0 && p == w.env.Person(s.Account) {
			x.bits += ownBits
		} else {
			x.bits += switchBits
			out.moved = true
		}
	}
	out.add(x)
	return out
}

func (c *chain) add(x hop) {
	if c.n < mostHops {
		c.hops[c.n] = x
		c.n++
	}
}

// hop weighs a logon by itself: what was gone on earlier days is light.
func (w *watcher) hop(s *footfall.Step, live uint8) hop {
	past := w.env.Past
	x := hop{time: s.Time, ref: s.Ref, from: s.SrcHost, to: s.DstHost, account: s.Account, service: s.Service, of: live}
	if x.from == 0 {
		x.from = s.SrcAddr
	}
	x.bits = max(0, min(-math.Log2(max(past.Likely(s.Account, s.DstHost), 1e-9)), maxBits))
	switch t := past.Tally(footfall.TraitEdge, s.Account, s.Source(), s.DstHost, w.services.Of(w.env.Names, s.Service)); {
	case t.Days >= 3:
		x.bits, x.usual = min(x.bits, 0.5), true
	case t.Days > 0:
		x.bits, x.usual = min(x.bits, 2), true
	}
	hours := past.Habit(footfall.TraitHour, s.Account)
	x.known = float64(hours.Days) >= w.days && float64(hours.Sum) >= w.hours
	return x
}

// untrusted reports whether an address is of a network that is declared so.
func (w *watcher) untrusted(addr footfall.Name) bool {
	list := w.env.Context.Networks
	if addr == 0 || len(list) == 0 {
		return false
	}
	a, err := netip.ParseAddr(w.env.Names.String(addr))
	if err != nil {
		return false
	}
	a = a.Unmap()
	for i := range list {
		if list[i].Prefix.Contains(a) {
			t := list[i].Trust
			return t == "external" || t == "dmz" || t == "vpn"
		}
	}
	return false
}
