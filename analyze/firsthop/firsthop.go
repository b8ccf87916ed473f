// Package firsthop finds logons that are new for their account: from this
// source, to this host, by this service. In go steps; out come findings
// weighed by how rare the way is for the account and for its peers, and gated
// by how much of the account was seen: on a short history it says unknown.
package firsthop

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic sees all accounts in one instance: rarity is measured with peers.
var Analytic = footfall.Analytic{
	Name: "firsthop",
	Doc: "The first logon of an account from a source to a host by a service, weighed by a smoothed rarity over days (account, then its " +
		"peers, then everybody). New work, new machines and new colleagues look the same: who explores by habit, and what peers do, weighs little.",
	Rules: []footfall.Rule{{
		ID: "firsthop", Title: "First logon on this way", Level: footfall.LevelLow,
		Description: "An account logged on in a way that is new for it and rare for its peers.",
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006", "T1133"}, Rows: []string{"RDP-01", "SSH-02", "EXT-03"},
		Innocent: []string{"new work", "a new machine", "a new colleague"},
	}},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Flags&footfall.FlagRemote != 0 && s.Account != 0 &&
			s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) == 0 {
			return append(dst, footfall.All)
		}
		if controls(s) {
			return append(dst, footfall.All)
		}
		return dst
	},
	New: newWatcher,
}

// controls reports whether a step shows that its host is a domain controller:
// it gives Kerberos tickets.
func controls(s *footfall.Step) bool {
	return s.Rule == 0 && s.Flags&footfall.FlagObserved == 0 && s.Service == footfall.ServiceKerberos && (s.Kind == footfall.KindTicket || s.Kind == footfall.KindCredential)
}

const (
	// An account's history says something after five days and twenty logons:
	// a working week (firsthop.days, firsthop.logons).
	limitDays   = 5
	limitLogons = 20
	// Discount and strength of the hierarchical Pitman-Yor estimate: half a
	// day of each known host is lent to the unknown ones.
	discount = 0.5
	strength = 1.0
	// rare and odd are probabilities of the way below which a first logon is
	// worth a low and a medium finding.
	rare = 0.05
	// hop is within what time two public networks are one too many.
	hop = 10 * 60 * 1e9
	odd = 0.01
	day = 24 * 3600 * 1e9
)

// A wayKey is what must be new: account, source, destination and service.
type wayKey struct {
	account, source, host footfall.Name
	service               footfall.Service
}

// A count is on how many days something was seen.
type count struct {
	days    uint32
	lastDay int64
}

// add counts a day once and reports whether it did.
func (c *count) add(today int64) bool {
	if c.days > 0 && c.lastDay == today {
		return false
	}
	c.days, c.lastDay = c.days+1, today
	return true
}

type account struct {
	first    int64
	logons   uint32
	days     count
	hosts    uint32        // different hosts
	seen     uint32        // days over all hosts
	hours    [24]uint16    // logons by hour of the day, UTC
	public   footfall.Name // the public address of the last logon that had one
	publicAt int64
}

type edgeKey struct{ account, host footfall.Name }

type watcher struct {
	env          *footfall.Env
	days, logons float64
	ways         *recent.Map[wayKey, count]
	accounts     *recent.Map[footfall.Name, account]
	edges        *recent.Map[edgeKey, count]
	hosts        *recent.Map[footfall.Name, count] // days over all accounts
	peers        *recent.Map[edgeKey, count]       // role and host
	roles        *recent.Map[footfall.Name, account]
	dcs          *recent.Map[footfall.Name, bool] // domain controllers, by evidence
	all          account
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env: e, days: e.Context.Limit("firsthop.days", limitDays), logons: e.Context.Limit("firsthop.logons", limitLogons),
		ways:     recent.New[wayKey, count](1 << 18),
		accounts: recent.New[footfall.Name, account](1 << 16),
		edges:    recent.New[edgeKey, count](1 << 18),
		hosts:    recent.New[footfall.Name, count](1 << 16),
		peers:    recent.New[edgeKey, count](1 << 14),
		dcs:      recent.New[footfall.Name, bool](1 << 10),
		roles:    recent.New[footfall.Name, account](1 << 8),
	}
}

// Observe weighs a logon by what was seen before it, and then learns it.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if controls(s) {
		dc, _ := w.dcs.Put(s.DstHost)
		*dc = true
		return
	}
	src := s.SrcHost
	if src == 0 {
		src = s.SrcAddr
	}
	if s.DstHost == 0 || src == s.DstHost {
		return
	}
	a, fresh := w.accounts.Put(s.Account)
	if fresh {
		a.first = s.Time
	}
	way, isNew := w.ways.Put(wayKey{s.Account, src, s.DstHost, s.Service})
	if isNew {
		w.judge(s, sess, a, out)
	}
	way.add(s.Time / day)
	if s.Flags&footfall.FlagPublic != 0 {
		a.public, a.publicAt = s.SrcAddr, s.Time
	}
	w.learn(s, a)
}

func (w *watcher) learn(s *footfall.Step, a *account) {
	today := s.Time / day
	a.logons++
	a.hours[hour(s.Time)]++
	a.days.add(today)
	e, fresh := w.edges.Put(edgeKey{s.Account, s.DstHost})
	if fresh {
		a.hosts++
	}
	if !e.add(today) {
		return
	}
	a.seen++
	h, fresh := w.hosts.Put(s.DstHost)
	if fresh {
		w.all.hosts++
	}
	h.days++
	w.all.seen++
	if role := w.role(s.Account); role != 0 {
		r, _ := w.roles.Put(role)
		p, fresh := w.peers.Put(edgeKey{role, s.DstHost})
		if fresh {
			r.hosts++
		}
		p.days++
		r.seen++
	}
}

func hour(t int64) int { return int((t/(3600*1e9)%24 + 24) % 24) }

func (w *watcher) role(acct footfall.Name) footfall.Name {
	if w.env.Context == nil || len(w.env.Context.Roles) == 0 {
		return 0
	}
	if r := w.env.Context.Roles[w.env.Names.String(acct)]; len(r) > 0 {
		return w.env.Names.Intern("role:" + r[0])
	}
	return 0
}

// probability of this host for this account on a day, from days seen: the
// account's own, backed by its peers', by everybody's, by chance.
func (w *watcher) probability(s *footfall.Step, a *account) float64 {
	p := 1 / float64(w.all.hosts+1)
	p = smooth(w.hosts.Get(s.DstHost), &w.all, p)
	if role := w.role(s.Account); role != 0 {
		if r := w.roles.Get(role); r != nil {
			p = smooth(w.peers.Get(edgeKey{role, s.DstHost}), r, p)
		}
	}
	return smooth(w.edges.Get(edgeKey{s.Account, s.DstHost}), a, p)
}

// smooth is the Pitman-Yor estimate of one level over the next.
func smooth(c *count, a *account, below float64) float64 {
	n := 0.0
	if c != nil {
		n = float64(c.days)
	}
	total := strength + float64(a.seen)
	return max(n-discount, 0)/total + (strength+discount*float64(a.hosts))/total*below
}

// circumstances are what the level of a first logon rests on beside the step.
type circumstances struct {
	p                    float64 // of this host for this account
	known, off, critical bool    // history is long enough; the hour is odd; the host is critical
}

// level weighs a first logon; moved says that the account was at another
// public network minutes ago.
func (w *watcher) level(s *footfall.Step, sess *footfall.Session, a *account, c circumstances) (l footfall.Level, moved bool) {
	elevated := s.Flags&footfall.FlagElevated != 0 || sess != nil && sess.Flags&footfall.FlagElevated != 0
	outside := s.Flags&footfall.FlagPublic != 0
	moved = w.moved(s, a)
	switch {
	case moved, outside && !c.known && w.builtin(s):
		l = footfall.LevelMedium
	case !c.known && (c.critical || outside || elevated):
		l = footfall.LevelInformational
	case !c.known:
	case c.p < odd && c.critical && elevated && (c.off || outside):
		l = footfall.LevelHigh
	case c.p < odd && (c.critical || elevated || outside):
		l = footfall.LevelMedium
	case c.p < rare, outside:
		l = footfall.LevelLow
	}
	if looksLikeComputer(w.env.Names.String(s.Account)) {
		l = min(l, footfall.LevelInformational)
	}
	return l, moved
}

func (w *watcher) judge(s *footfall.Step, sess *footfall.Session, a *account, out *footfall.Sink) {
	n := w.env.Names
	host := n.String(s.DstHost)
	tier, critical := w.critical(host)
	controller := w.dcs.Get(s.DstHost) != nil
	p := w.probability(s, a)
	known := float64(a.days.days) >= w.days && float64(a.logons) >= w.logons
	off := known && w.offHours(s.Time, a)
	level, moved := w.level(s, sess, a, circumstances{p, known, off, critical || controller})
	if level == footfall.LevelUnknown {
		return
	}
	f := &footfall.Finding{
		ID:    footfall.FindingID("firsthop", n.String(s.Account)+"|"+n.String(s.Source())+"|"+host+"|"+s.Service.String(), s.ID),
		Rule:  &Analytic.Rules[0],
		Title: fmt.Sprintf("First logon of %s on %s from %s", n.String(s.Account), host, n.String(s.Source())),
		Level: level, Weight: weight(level, p),
	}
	f.Cite(s)
	f.Why, f.Innocent = w.text(s, a, p, known, off)
	if moved {
		f.Why += fmt.Sprintf(" It came %s after a logon from %s, another public network.", say.Span(s.Time-a.publicAt), n.String(a.public))
	}
	switch {
	case critical:
		f.Why += fmt.Sprintf(" %s is declared critical (tier %d).", host, tier)
	case controller:
		f.Why += fmt.Sprintf(" %s gives Kerberos tickets: it is a domain controller.", host)
	}
	service := s.Service
	if service == footfall.ServiceNetwork {
		service = footfall.ServiceSMB // what a network logon is for more often than anything else
	}
	f.Bear(service.Technique())
	if s.Service == footfall.ServiceGateway && s.Event >= 300 && s.Event <= 303 {
		f.Bear("T1021.001") // RD Gateway leads to a remote desktop
	}
	if s.Flags&footfall.FlagPublic != 0 {
		f.Bear("T1133")
	}
	w.name(f, s)
	out.Find(f, s)
}

// moved reports whether the account was at another public network minutes ago:
// nobody travels that fast, but a telephone may change its network.
func (w *watcher) moved(s *footfall.Step, a *account) bool {
	if s.Flags&footfall.FlagPublic == 0 || a.public == 0 || a.public == s.SrcAddr || s.Time-a.publicAt > hop {
		return false
	}
	x, err1 := netip.ParseAddr(w.env.Names.String(a.public))
	y, err2 := netip.ParseAddr(w.env.Names.String(s.SrcAddr))
	if err1 != nil || err2 != nil || x.Is4() != y.Is4() {
		return false
	}
	bits := 16
	if x.Is6() {
		bits = 32
	}
	p, err := x.Prefix(bits)
	return err == nil && !p.Contains(y)
}

// builtin reports whether the account is an administrator's that every such
// system has, and was not proved by a key: nobody should come in from outside
// with it.
func (w *watcher) builtin(s *footfall.Step) bool {
	if s.Auth == footfall.AuthKey || s.Auth == footfall.AuthCertificate {
		return false
	}
	switch footfall.Bare(w.env.Names.String(s.Account)) {
	case "administrator", "root":
		return true
	}
	return false
}

func looksLikeComputer(account string) bool { return strings.HasSuffix(account, "$") }

// weight grows with surprise, within the bounds of neighbouring levels.
func weight(l footfall.Level, p float64) float64 {
	if l <= footfall.LevelInformational {
		return l.Weight()
	}
	return min(l.Weight()+0.2*max(0, -math.Log2(max(p, 1e-9))-4), (l + 1).Weight())
}

func (w *watcher) critical(host string) (tier int, ok bool) {
	if w.env.Context == nil {
		return 0, false
	}
	tier, ok = w.env.Context.Critical[host]
	return tier, ok
}

// offHours reports whether fewer than one logon in fifty of the account came
// within two hours of this time of day: people log on in the morning and after
// lunch, and are at work between.
func (w *watcher) offHours(t int64, a *account) bool {
	h := hour(t)
	var near uint32
	for d := 22; d <= 26; d++ {
		near += uint32(a.hours[(h+d)%24])
	}
	return near*50 < a.logons
}

func (w *watcher) text(s *footfall.Step, a *account, p float64, known, off bool) (why, innocent string) {
	n := w.env.Names
	service := "a network logon"
	if s.Service != footfall.ServiceUnknown && s.Service != footfall.ServiceNetwork {
		service = s.Service.String()
	}
	if a.logons == 0 {
		return fmt.Sprintf("%s logged on to %s from %s by %s; it is the first logon of the account that the log shows.", n.String(s.Account), n.String(s.DstHost), n.String(s.Source()), service),
			fmt.Sprintf("Whether it is unusual is unknown: that takes %g days and %g logons of history.", w.days, w.logons)
	}
	why = fmt.Sprintf("%s logged on to %s from %s by %s for the first time in %s with %s on %s over %s.",
		n.String(s.Account), n.String(s.DstHost), n.String(s.Source()), service,
		say.Count(int(a.logons), "logon"), say.Count(int(a.hosts), "other host"), say.Count(int(a.days.days), "day"), say.Span(s.Time-a.first))
	if !known {
		return why, fmt.Sprintf("Whether it is unusual is unknown: that takes %g days and %g logons of history.", w.days, w.logons)
	}
	innocent = fmt.Sprintf("New work was tested for: given what the account and its peers reach by habit, this host has a probability of %.2g a day.", p)
	if off {
		why += fmt.Sprintf(" Fewer than one in fifty of its logons came within two hours of %02d:00 UTC.", hour(s.Time))
	}
	return why, innocent
}

func (w *watcher) name(f *footfall.Finding, s *footfall.Step) {
	n := w.env.Names
	f.About(footfall.RoleActor, "account", n.String(s.Account))
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	if s.Session != 0 {
		f.Sessions = []string{n.String(s.Session)}
	}
	from := n.String(s.SrcHost)
	if from == "" {
		from = n.String(s.SrcAddr)
	}
	f.Path = slices.Clone([]footfall.Hop{{Time: s.Time, From: from, To: n.String(s.DstHost), Account: n.String(s.Account), Service: s.Service, Outcome: s.Outcome, Ref: s.Ref}})
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
