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
	"time"

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
		Attack:      []string{"T1021", "T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006", "T1133"}, Rows: []string{"RDP-01", "SSH-02", "SSH-08", "VNC-02", "WRM-01", "EXT-03"},
		Innocent: []string{"new work", "a new machine", "a new colleague"},
	}},
	Kinds: []footfall.Kind{footfall.KindLogon},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && s.Kind == footfall.KindLogon && s.Outcome == footfall.Success && s.Flags&footfall.FlagRemote != 0 && s.Account != 0 &&
			s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagGuest) == 0 {
			return append(dst, footfall.All)
		}
		return dst
	},
	New: newWatcher,
}

const (
	// rare and odd are probabilities of the way below which a first logon is
	// worth a low and a medium finding.
	rare = 0.05
	odd  = 0.01
	// hop is within what time two public networks are one too many.
	hop = 10 * 60 * 1e9
	day = 24 * 3600 * 1e9

	maxWays     = 1 << 16
	maxAccounts = 1 << 14
)

// A wayKey is what must be new: account, source, destination and service.
type wayKey struct {
	account, source, host footfall.Name
	service               footfall.Service
}

// An account is where it came from outside last.
type account struct {
	public   footfall.Name
	publicAt int64
}

type watcher struct {
	env         *footfall.Env
	days, hours float64
	judged      *recent.Map[wayKey, int64] // ways that were new in this run, and when: the baseline counts days
	accounts    *recent.Map[footfall.Name, account]
	services    footfall.ServiceItems
}

func newWatcher(e *footfall.Env) footfall.Watcher {
	return &watcher{
		env: e, days: e.Context.Limit("firsthop.days", footfall.EnoughDays), hours: e.Context.Limit("firsthop.hours", footfall.EnoughHours),
		judged:   recent.New[wayKey, int64](maxWays),
		accounts: recent.New[footfall.Name, account](maxAccounts),
	}
}

// Observe weighs a logon by what was seen before it.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	src := s.Source()
	if s.DstHost == 0 || src == s.DstHost {
		return
	}
	item := src
	if s.Flags&footfall.FlagLoopback != 0 {
		item = 0
	}
	t := w.env.Past.Tally(footfall.TraitEdge, s.Account, item, s.DstHost, w.services.Of(w.env.Names, s.Service))
	if t.Days == 0 {
		if at, fresh := w.judged.Put(wayKey{s.Account, src, s.DstHost, s.Service}); fresh {
			*at = s.Time
			w.judge(s, sess, out)
		}
	}
	if s.Flags&footfall.FlagPublic != 0 {
		a, _ := w.accounts.Put(s.Account)
		a.public, a.publicAt = s.SrcAddr, s.Time
	}
}

// circumstances are what the level of a first logon rests on beside the step.
type circumstances struct {
	p                    float64        // of this host for this account
	all                  footfall.Habit // the account's hosts
	hours                footfall.Habit // the hours of its logons
	known, off, critical bool           // history is long enough; the hour is odd; the host is critical
}

// level weighs a first logon; moved says that the account was at another
// public network minutes ago.
func (w *watcher) level(s *footfall.Step, sess *footfall.Session, c *circumstances) (l footfall.Level, moved bool) {
	elevated := s.Flags&footfall.FlagElevated != 0 || sess != nil && sess.Flags&footfall.FlagElevated != 0
	outside := s.Flags&footfall.FlagPublic != 0
	moved = w.moved(s)
	switch {
	case moved, outside && !c.known && w.builtin(s):
		l = footfall.LevelMedium
	case !c.known && (c.critical || outside || elevated):
		l = footfall.LevelInformational
	case !c.known:
	case c.p < odd && c.critical && elevated && (c.off || outside):
		l = footfall.LevelHigh
	case c.p < odd && c.critical && (elevated || c.off || outside):
		l = footfall.LevelMedium
	case c.p < rare, outside:
		l = footfall.LevelLow
	}
	if looksLikeComputer(w.env.Names.String(s.Account)) {
		l = min(l, footfall.LevelInformational)
	}
	return l, moved
}

func (w *watcher) judge(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	n, past := w.env.Names, w.env.Past
	host := n.String(s.DstHost)
	tier, critical := w.critical(host)
	// Everybody's computer logs on to domain controllers for policies and files:
	// that counts only by a service that one works on a host with, or with rights.
	controller := w.env.HostKind(s.DstHost) == footfall.HostController &&
		(s.Service != footfall.ServiceNetwork && s.Service != footfall.ServiceSMB || s.Flags&footfall.FlagElevated != 0)
	c := circumstances{
		p: past.Likely(s.Account, s.DstHost), all: past.Habit(footfall.TraitHost, s.Account), hours: past.Habit(footfall.TraitHour, s.Account),
		critical: critical && tier == 0 || controller,
	}
	c.known = float64(c.hours.Days) >= w.days && float64(c.hours.Sum) >= w.hours
	c.off = c.known && w.offHours(s, &c)
	level, moved := w.level(s, sess, &c)
	if level == footfall.LevelUnknown {
		return
	}
	f := &footfall.Finding{
		ID:    footfall.FindingID("firsthop", n.String(s.Account)+"|"+n.String(s.Source())+"|"+host+"|"+s.Service.String(), s.ID),
		Rule:  &Analytic.Rules[0],
		Title: fmt.Sprintf("First logon of %s on %s from %s", n.String(s.Account), host, n.String(s.Source())),
		Level: level, Weight: weight(level, c.p),
	}
	f.Cite(s)
	f.Why, f.Innocent = w.text(s, &c)
	if moved {
		a := w.accounts.Get(s.Account)
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
func (w *watcher) moved(s *footfall.Step) bool {
	a := w.accounts.Get(s.Account)
	if a == nil || s.Flags&footfall.FlagPublic == 0 || a.public == 0 || a.public == s.SrcAddr || s.Time-a.publicAt > hop {
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

// offHours reports whether fewer than one in fifty of the hours with a logon of
// the account, on days of this kind, lay within two hours of this one: people
// log on in the morning and after lunch, and are at work between.
func (w *watcher) offHours(s *footfall.Step, c *circumstances) bool {
	at := footfall.HourOfWeek(s.Time, w.env.Zone(s.Account))
	first, last := 0, 5 // working days
	if at >= 5*24 {
		first, last = 5, 7
	}
	near := 0
	for d := first; d < last; d++ {
		for h := at%24 - 2; h <= at%24+2; h++ {
			item := w.env.Names.Find(footfall.HourName(d*24 + (h+24)%24))
			t := w.env.Past.Tally(footfall.TraitHour, s.Account, item, 0, 0)
			near += t.Days
		}
	}
	return near*50 < c.hours.Sum
}

func (w *watcher) text(s *footfall.Step, c *circumstances) (why, innocent string) {
	n := w.env.Names
	service := "a network logon"
	if s.Service != footfall.ServiceUnknown && s.Service != footfall.ServiceNetwork {
		service = s.Service.String()
	}
	short := fmt.Sprintf("Whether it is unusual is unknown: that takes %g days and logons in %g hours of history.", w.days, w.hours)
	if c.hours.First == 0 {
		return fmt.Sprintf("%s logged on to %s from %s by %s; it is the first logon of the account that the log shows.", n.String(s.Account), n.String(s.DstHost), n.String(s.Source()), service), short
	}
	others := c.all.Items
	if t := w.env.Past.Tally(footfall.TraitHost, s.Account, s.DstHost, 0, 0); t.Known() {
		others--
	}
	why = fmt.Sprintf("%s logged on to %s from %s by %s for the first time; ", n.String(s.Account), n.String(s.DstHost), n.String(s.Source()), service)
	if c.hours.Days == 0 {
		why += "no earlier day of it is in the log."
	} else {
		why += fmt.Sprintf("before, it logged on to %s on %s since %s.", say.Count(others, "other host"), say.Count(c.hours.Days, "earlier day"), say.Day(c.hours.First))
	}
	if !c.known {
		return why, short
	}
	peers := "no peers are known"
	if _, k := w.env.Past.Peers(s.Account); k > 0 {
		peers = fmt.Sprintf("%d accounts are its peers", k)
	}
	innocent = fmt.Sprintf("New work was tested for: given what the account, its peers and everybody reach by habit, this host has a probability of %.2g a day; %s.", c.p, peers)
	if c.off {
		at := footfall.HourOfWeek(s.Time, w.env.Zone(s.Account))
		why += fmt.Sprintf(" Fewer than one in fifty of the hours of its logons lay within two hours of %02d:00%s.", at%24, zoneName(w.env.Zone(s.Account)))
	}
	return why, innocent
}

func zoneName(z *time.Location) string {
	if z == nil {
		return " UTC"
	}
	return " " + z.String()
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
