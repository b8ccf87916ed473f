// Package rulehit makes findings of the hits of Sigma rules: one for each
// rule, host, account and source, under the rule's own id. In go hits, which
// are steps with a rule; out come findings with the values that the rule saw.
// What a weaker rule saw of the same account here on earlier days weighs less.
package rulehit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the host.
var Analytic = footfall.Analytic{
	Name: "rulehit",
	Doc: "Hits of Sigma rules on single events, one finding for each rule, host, account and source. " +
		"What harmless activity looks the same each rule says itself; what an account did from the same source on three earlier days, on about as many hosts, counts a level lower.",
	Rules: []footfall.Rule{{
		ID: "rulehit", Title: "A Sigma rule hit", Level: footfall.LevelLow,
		Description: "Findings carry the id, title and level of the rule that hit.",
		Innocent:    []string{"what the rule lists under falsepositives"},
	}},
	Kinds: []footfall.Kind{}, // plain steps of none
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 {
			return dst
		}
		return append(dst, s.DstHost)
	},
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{env: e, open: recent.New[key, opened](maxOpen)}
	},
}

// maxOpen bounds the findings that one of the 64 instances extends.
const maxOpen = 1 << 12

// forgetAfter ends a finding: the same rule hitting a day later is another.
const forgetAfter = 24 * 3600 * 1e9

// few is on how many hosts who helps their users works in a day by accounts of
// the hosts themselves.
const few = 5

type key struct{ rule, host, account, source footfall.Name }

type opened struct {
	f     *footfall.Finding
	about footfall.Step
	told  int
}

type watcher struct {
	env   *footfall.Env
	open  *recent.Map[key, opened]
	order []key
}

// Observe adds a hit to its finding.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	rule := w.env.Rule(s.Rule)
	if rule == nil {
		return
	}
	who := s.Account
	if who == 0 && sess != nil {
		who = sess.Account
	}
	k := key{s.Rule, s.DstHost, who, s.Source()}
	if k.source == 0 && sess != nil {
		k.source = cmp.Or(sess.SrcAddr, sess.SrcHost)
	}
	o, fresh := w.open.Put(k)
	days, ordinary := w.env.Ordinary(w.env.Doer(who, k.source, s.DstHost), s.Rule, k.source, s.DstHost)
	if fresh || s.Time-o.f.Last > forgetAfter {
		*o = opened{f: w.begin(rule, k, s, sess), about: *s}
		o.f.Failed = true
		refine(o.f, s)
		if ordinary {
			lower(o.f, days)
		}
		w.fits(o.f, s, who, k.source)
		w.declared(o.f, who, k.source, o.about.SrcHost)
		w.expected(o.f, s)
		o.about.Account = who
		if sess.Remote() && s.Source() == 0 {
			o.about.SrcAddr, o.about.SrcHost = sess.SrcAddr, sess.SrcHost
			o.about.Flags |= sess.Flags & (footfall.FlagRemote | footfall.FlagPublic)
		}
		if len(w.order) >= 4*maxOpen {
			w.order = slices.DeleteFunc(w.order, func(k key) bool { return w.open.Get(k) == nil })
		}
		w.order = append(w.order, k)
	}
	o.f.Failed = o.f.Failed && footfall.Refused(s.Kind, s.Outcome)
	o.f.Cite(s)
	w.name(o.f, s, sess)
	if o.f.Count >= 2*o.told {
		w.give(o, out)
	}
}

func (w *watcher) begin(r *footfall.Rule, k key, s *footfall.Step, sess *footfall.Session) *footfall.Finding {
	n := w.env.Names
	about := n.String(k.host) + "|" + n.String(k.account)
	if k.source != 0 {
		about += "|" + n.String(k.source)
	}
	f := &footfall.Finding{
		ID:   footfall.FindingID(r.ID, about, s.ID),
		Rule: r, Title: r.Title, Level: r.Level, Weight: r.Level.Weight(), Attack: slices.Clone(r.Attack),
		Innocent: "The rule sees one event and tests no history.",
	}
	if len(r.Innocent) > 0 {
		var harmless []string
		for _, h := range r.Innocent {
			if h = strings.TrimRight(strings.TrimSpace(h), "."); !nothing(h) {
				harmless = append(harmless, h)
			}
		}
		f.Innocent = "The rule knows of nothing harmless that looks the same, and tests no history."
		if harmless != nil {
			f.Innocent = "Not tested by the rule, which names as harmless: " + say.Short(strings.Join(harmless, "; "), 300) + "."
		}
	}
	if sess.Remote() {
		from := n.String(sess.SrcAddr)
		if from == "" {
			from = n.String(sess.SrcHost)
		}
		f.Innocent = fmt.Sprintf("It happened in a session that was opened from %s. %s", from, f.Innocent)
	}
	return f
}

// refine says by which service it was when the rule, which is about any, says
// remote services alone and the record names one of them.
func refine(f *footfall.Finding, s *footfall.Step) {
	t := s.Service.Technique()
	if !strings.HasPrefix(t, "T1021.") || slices.ContainsFunc(f.Attack, func(a string) bool { return strings.HasPrefix(a, "T1021.") }) {
		return
	}
	if i := slices.Index(f.Attack, "T1021"); i >= 0 {
		f.Attack[i] = t
		slices.Sort(f.Attack)
	}
}

// expected does the same as a habit for commands that are declared as
// legitimate there.
func (w *watcher) expected(f *footfall.Finding, s *footfall.Step) {
	if w.env.Context == nil || s.Command == 0 || s.Kind != footfall.KindProcess || f.Level <= footfall.LevelInformational {
		return
	}
	n := w.env.Names
	for _, e := range w.env.Context.Expected {
		if (e.Account == "" || e.Account == n.String(s.Account)) && (e.Host == "" || e.Host == n.String(s.DstHost)) &&
			(e.Parent == "" || strings.EqualFold(e.Parent, program(n.String(s.Object)))) &&
			e.Command != "" && strings.HasPrefix(n.String(s.Command), e.Command) && (e.Until == 0 || s.Time < e.Until) {
			f.Level = footfall.LevelInformational
			f.Weight = f.Level.Weight()
			f.Innocent = "The command is declared as expected there: " + say.Quote(e.Command, 80) + "."
			return
		}
	}
}

// program is the name of a program without its folder and ".exe".
func program(path string) string {
	path = path[strings.LastIndexAny(path, `\/`)+1:]
	return strings.TrimSuffix(strings.ToLower(path), ".exe")
}

// lower makes a finding of a medium or low rule one level less when the same
// account did the same from there on days before: administration looks so.
func lower(f *footfall.Finding, days int) {
	if f.Level > footfall.LevelMedium || f.Level <= footfall.LevelInformational {
		return
	}
	f.Level--
	f.Weight = min(f.Level.Weight(), footfall.Explained)
	f.Innocent = fmt.Sprintf("It fits the account's work: the rule hit on it from that source on %s before, and on about as many hosts.", say.Count(days, "day"))
}

// fits does so when what else is known of a medium hit explains it: both
// accounts are of one person, it is the work that is declared for the account
// from where it works, or it is no more than a share opened on a way of which an
// end is known, where enough days were seen.
func (w *watcher) fits(f *footfall.Finding, s *footfall.Step, who, source footfall.Name) {
	if f.Level != footfall.LevelMedium {
		return
	}
	e := w.env
	from := cmp.Or(source, s.SrcHost)
	why := ""
	switch {
	case s.Target != who && e.Same(who, s.Target):
		why = "Both accounts are of " + e.Names.String(e.Person(who)) + ", as declared or as records show."
	case e.Expects(who, from):
		_, _, roles := e.Context.Role(e.Names.String(who))
		why = fmt.Sprintf("It fits the account's work: its declared roles are %s, and it works from that source.", roles)
	case s.Kind == footfall.KindShare && e.Knows(who, source, s.DstHost):
		why = "It is no more than a share opened, and the way was not all new: on earlier days the account came from there or to this host, or its peers did."
	case e.Doer(who, source, s.DstHost) == source && e.Expects(e.Behind(source), source) && e.Past.Habit(footfall.TraitWorkHost, source).Today < few:
		behind := e.Names.String(e.Behind(source))
		_, _, roles := e.Context.Role(behind)
		why = fmt.Sprintf("It fits the work of %s, whose machine the source is: the declared roles are %s, and it came to few hosts by their own accounts today.", behind, roles)
	default:
		return
	}
	f.Level, f.Weight, f.Innocent = footfall.LevelLow, footfall.Explained, why
}

// declared does so when the source is declared to administer other hosts, or to
// scan them and the account is declared as a service's.
func (w *watcher) declared(f *footfall.Finding, who footfall.Name, sources ...footfall.Name) {
	c, n := w.env.Context, w.env.Names
	if c == nil || f.Level > footfall.LevelMedium || f.Level <= footfall.LevelInformational {
		return
	}
	for _, s := range sources {
		name := n.String(s)
		does := ""
		switch {
		case s == 0:
		case c.Deployers[name]:
			does = " is declared to administer other hosts."
		case c.Scanners[name] && c.Services[n.String(who)]:
			does = " is declared to scan other hosts, and the account as a service's."
		}
		if does != "" {
			f.Level = footfall.LevelInformational
			f.Weight = f.Level.Weight()
			f.Innocent = name + does
			return
		}
	}
}

func (w *watcher) name(f *footfall.Finding, s *footfall.Step, sess *footfall.Session) {
	n := w.env.Names
	f.About(footfall.RoleDestination, "host", n.String(s.DstHost))
	f.About(footfall.RoleActor, "account", n.String(s.Account))
	f.About(footfall.RoleTarget, "account", n.String(s.Target))
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.About(footfall.RoleSession, "session", n.String(s.Session))
	if s.Session != 0 && len(f.Sessions) < footfall.MaxEvidence && !slices.Contains(f.Sessions, n.String(s.Session)) {
		f.Sessions = append(f.Sessions, n.String(s.Session))
	}
	if sess != nil {
		f.About(footfall.RoleActor, "account", n.String(sess.Account))
		f.About(footfall.RoleSource, "address", n.String(sess.SrcAddr))
		f.About(footfall.RoleSource, "host", n.String(sess.SrcHost))
	}
}

func (w *watcher) give(o *opened, out *footfall.Sink) {
	o.told = o.f.Count
	n := w.env.Names
	where := n.String(o.about.DstHost)
	if where == "" {
		where = "a host that the record does not name"
	}
	o.f.Why = "On " + where
	if who := n.String(o.about.Account); who != "" {
		o.f.Why = who + " on " + where
	}
	if from := n.String(cmp.Or(o.about.SrcAddr, o.about.SrcHost)); from != "" && from != where {
		o.f.Why += " from " + from
	}
	if v := values(n.String(o.about.Values)); v != "" {
		o.f.Why += ": " + v
	}
	if o.f.Count > 1 {
		o.f.Why += fmt.Sprintf(" (the first of %s)", say.Count(o.f.Count, "event"))
	}
	o.f.Why += "."
	out.Find(o.f, &o.about)
}

// nothing reports whether a rule's false positive is a way to say that there
// is none.
func nothing(s string) bool {
	switch strings.ToLower(s) {
	case "", "none", "none known", "unknown":
		return true
	}
	return false
}

// values makes one line of "Field: value" lines: "EventID 5145, ShareName ...".
func values(s string) string {
	list := strings.Split(strings.TrimSpace(s), "\n")
	for i, v := range list {
		list[i] = strings.Replace(v, ": ", " ", 1)
	}
	return say.Short(strings.Join(list, ", "), 600)
}

// Flush gives the findings that grew since they were given last.
func (w *watcher) Flush(_ int64, out *footfall.Sink) {
	for _, k := range w.order {
		if o := w.open.Get(k); o != nil && o.told != o.f.Count {
			w.give(o, out)
		}
	}
}
