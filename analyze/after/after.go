// Package after bears witness to what followed a finding: hops onward by its
// account or from its host, and rights gained in its session, for a day; and
// to the second factor of its logon. In go steps; out come the facts
// movement-after, privileges-after and mfa.
package after

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic sees everything in one instance: what follows may happen anywhere.
var Analytic = footfall.Analytic{
	Name: "after",
	Doc: "What an account, a host and a session of a finding did in the day after it: logons onward, special rights, groups, sudo. " +
		"It finds nothing by itself. No is said only where the log goes on long enough.",
	Rules: []footfall.Rule{{
		ID: "after", Title: "What followed", Level: footfall.LevelInformational,
		Description: "Facts about what followed findings; no findings of its own.",
	}},
	Facts: []string{"movement-after", "privileges-after", "mfa"},
	Keys:  keys,
	About: func(dst []footfall.Name, _ *footfall.Step) []footfall.Name { return append(dst, footfall.All) },
	New: func(e *footfall.Env) footfall.Watcher {
		return &watcher{
			env: e, accounts: map[footfall.Name][]int{}, hosts: map[footfall.Name][]int{}, sessions: map[footfall.Name][]int{},
			byID: map[string]int{}, raised: recent.New[footfall.Name, footfall.Ref](1 << 14), mfa: recent.New[footfall.Name, footfall.MFA](1 << 14),
		}
	},
}

const (
	// horizon is how long a finding's things are followed.
	horizon = 24 * 3600 * 1e9
	hour    = 3600 * 1e9
	// enough is how much log after a finding lets "no" be said.
	enough = hour
	// late is how long after its step a finding may come for nothing to have been missed.
	late = 1e9
	// maxWatched bounds the findings that are followed at once; the oldest
	// gives way and is answered as far as it was followed.
	maxWatched = 4096
	// maxLinked bounds the findings that one account, host or session is
	// followed for.
	maxLinked = 64
	// maxHops is how many hops and rights a fact names.
	maxHops = 5
)

// A watched is a finding whose things are followed.
type watched struct {
	id                     string
	begun                  int64
	asked                  int64 // what came from begun up to then was not followed
	account, host, session footfall.Name
	hops, rights           int
	opened                 int // applications of a cloud, of which it is not known whether the account used them before
	hopText, rightText     []string
	hopRefs, rightRefs     []footfall.Ref
	path                   []footfall.Hop // the logons among the hops
	reached                int            // connections that sensors had seen the host make
	lost                   bool           // gave way to later findings about the same
	done                   bool
}

type watcher struct {
	env                       *footfall.Env
	list                      []watched
	head                      int // those before are done
	accounts, hosts, sessions map[footfall.Name][]int
	byID                      map[string]int
	now                       int64
	raised                    *recent.Map[footfall.Name, footfall.Ref] // sessions with special rights, by the record
	mfa                       *recent.Map[footfall.Name, footfall.MFA] // by session
}

// keys leaves out what nothing is noted of.
func keys(dst []footfall.Name, s *footfall.Step) []footfall.Name {
	if s.Rule != 0 {
		return dst
	}
	switch s.Kind {
	case footfall.KindLogon, footfall.KindExplicit, footfall.KindPrivilege, footfall.KindGroup, footfall.KindAccount, footfall.KindPassword:
		return append(dst, footfall.All)
	}
	if s.MFA != footfall.MFAUnknown && s.Session != 0 {
		return append(dst, footfall.All)
	}
	return dst
}

// Observe notes what followed.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if s.MFA != footfall.MFAUnknown && s.Session != 0 && s.Rule == 0 {
		m, _ := w.mfa.Put(s.Session)
		*m = s.MFA
	}
	w.now = s.Time
	if s.Kind == footfall.KindPrivilege && s.Session != 0 && s.Rule == 0 && s.Outcome != footfall.Failure {
		if ref, fresh := w.raised.Put(s.Session); fresh {
			*ref = s.Ref
		}
	}
	if w.head == len(w.list) || s.Rule != 0 {
		return
	}
	w.expire(s.Time, out)
	switch s.Kind {
	case footfall.KindLogon:
		if s.Outcome == footfall.Success && s.Flags&footfall.FlagRemote != 0 && s.Flags&(footfall.FlagSystem|footfall.FlagMachine) == 0 {
			w.hop(s, out)
		}
	case footfall.KindExplicit:
		if s.Flags&(footfall.FlagSystem|footfall.FlagMachine) == 0 && s.Local >= 0 {
			w.hop(s, out)
		}
	case footfall.KindPrivilege, footfall.KindGroup, footfall.KindAccount, footfall.KindPassword:
		if s.Outcome != footfall.Failure && s.Flags&(footfall.FlagSystem|footfall.FlagMachine) == 0 {
			w.right(s, sess, out)
		}
	}
}

// hop is a logon elsewhere: by the account from the host, or by anybody who
// came from the host.
func (w *watcher) hop(s *footfall.Step, out *footfall.Sink) {
	if s.Service == footfall.ServiceCloud {
		w.application(s, out)
		return
	}
	for _, i := range w.accounts[s.Account] {
		if x := &w.list[i]; s.DstHost != x.host && s.DstHost != 0 {
			w.noteHop(x, s, out)
		}
	}
	if s.SrcHost == 0 {
		return
	}
	if w.itself(s) {
		return
	}
	for _, i := range w.hosts[s.SrcHost] {
		if x := &w.list[i]; s.Account != x.account && s.DstHost != x.host && s.DstHost != 0 {
			w.noteHop(x, s, out)
		}
	}
}

// application is a sign-in to an application of a cloud, which one sign-in
// opens many of: onward is only where the account never was, and whether that
// is so takes history.
func (w *watcher) application(s *footfall.Step, out *footfall.Sink) {
	list := w.accounts[s.Account]
	if len(list) == 0 || s.DstHost == 0 {
		return
	}
	if t := w.env.Past.Tally(footfall.TraitHost, s.Account, s.DstHost, 0, 0); t.Known() {
		return
	}
	enough := w.env.Past.Habit(footfall.TraitLogon, s.Account).Days >= footfall.EnoughDays
	for _, i := range list {
		switch x := &w.list[i]; {
		case s.DstHost == x.host:
		case enough:
			w.noteHop(x, s, out)
		default:
			x.opened++
		}
	}
}

// itself reports whether a host came with its own account, by its name: what
// would show that it is one may not have been read.
func (w *watcher) itself(s *footfall.Step) bool {
	name := w.env.Names.String(s.Account)
	name = name[strings.LastIndexByte(name, '\\')+1:]
	return strings.TrimSuffix(name, "$") == w.env.Names.String(s.SrcHost) && strings.HasSuffix(name, "$")
}

func (w *watcher) noteHop(x *watched, s *footfall.Step, out *footfall.Sink) {
	if x.done || s.Time < x.begun || s.Time > x.begun+horizon {
		return
	}
	n := w.env.Names
	x.hops++
	if len(x.hopText) < maxHops {
		x.hopText = append(x.hopText, fmt.Sprintf("%s as %s %s later", n.String(s.DstHost), n.String(s.Account), say.Span(s.Time-x.begun)))
		x.hopRefs = append(x.hopRefs, s.Ref)
		if s.Kind == footfall.KindLogon {
			x.path = append(x.path, footfall.Hop{
				Time: s.Time, From: n.String(cmp.Or(s.SrcHost, s.SrcAddr)), To: n.String(s.DstHost),
				Account: n.String(s.Account), Service: s.Service, Outcome: s.Outcome, Ref: s.Ref,
			})
		}
	}
	if x.hops == 1 {
		w.tellMovement(x, s.Time, out)
	}
}

func (w *watcher) right(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	note := func(i int) {
		x := &w.list[i]
		if x.done || s.Time < x.begun || s.Time > x.begun+horizon || s.DstHost != x.host {
			return
		}
		x.rights++
		if len(x.rightText) < maxHops {
			n := w.env.Names
			what := [...]string{"rights", "a group changed", "an account changed", "a password changed"}[max(0, slices.Index([]footfall.Kind{footfall.KindPrivilege, footfall.KindGroup, footfall.KindAccount, footfall.KindPassword}, s.Kind))]
			if s.Kind == footfall.KindPrivilege && s.Event == 4672 {
				what = "special rights (4672)"
			} else if c := n.String(s.Command); c != "" {
				what = fmt.Sprintf("%q as another", say.Short(c, 80))
			}
			if o := n.String(s.Object); o != "" {
				what += " (" + say.Short(o, 80) + ")"
			}
			x.rightText = append(x.rightText, what)
			x.rightRefs = append(x.rightRefs, s.Ref)
		}
		if x.rights == 1 {
			w.tellRights(x, s.Time, out)
		}
	}
	seen := w.sessions[s.Session]
	if s.Session == 0 {
		seen = nil
	}
	for _, i := range seen {
		note(i)
	}
	for _, i := range w.accounts[s.Account] {
		if !slices.Contains(seen, i) {
			note(i)
		}
	}
	if sess != nil && sess.Parent != nil && sess.Parent.ID != s.Session {
		for _, i := range w.sessions[sess.Parent.ID] {
			if !slices.Contains(seen, i) && sess.Account != w.list[i].account {
				note(i)
			}
		}
	}
}

// Facts begins to follow a finding, and answers for its second factor.
func (w *watcher) Facts(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	if about.Kind == footfall.KindAttempt || about.Outcome == footfall.Failure {
		for _, kind := range [...]string{"movement-after", "privileges-after"} {
			out.Tell(w.failed(kind, about, f))
		}
		return
	}
	if i, ok := w.byID[f.ID]; ok {
		if x := &w.list[i]; !x.done && x.account == about.Account && x.session == about.Session {
			return
		} else if !x.done {
			// A guess that got in is followed from the logon on.
			w.unlink(i)
			x.done = true
		}
	}
	if len(w.list)-w.head >= maxWatched {
		w.end(w.head, about.Time, out)
		w.skip()
	}
	i := len(w.list)
	w.list = append(w.list, watched{id: f.ID, begun: about.Time, asked: max(about.Time, w.now), account: about.Account, host: about.DstHost, session: about.Session, reached: w.env.Past.Habit(footfall.TraitFlow, about.DstHost).Items})
	w.byID[f.ID] = i
	// A busy account in many findings is followed for its latest: of the others
	// it is no longer known that nothing followed.
	link := func(m map[footfall.Name][]int, k footfall.Name) {
		if k == 0 {
			return
		}
		l := append(m[k], i)
		if len(l) > maxLinked {
			w.list[l[0]].lost = true
			l = slices.Delete(l, 0, 1)
		}
		m[k] = l
	}
	link(w.accounts, about.Account)
	link(w.hosts, about.DstHost)
	link(w.sessions, about.Session)
	w.tellMFA(about, f, out)
	if ref := w.raised.Get(about.Session); ref != nil && about.Session != 0 {
		x := &w.list[i]
		x.rights++
		x.rightText, x.rightRefs = append(x.rightText, "rights in the session from before on"), append(x.rightRefs, *ref)
	} else if about.Flags&footfall.FlagElevated != 0 {
		x := &w.list[i]
		x.rights++
		x.rightText = append(x.rightText, "administrator rights from the logon on")
		x.rightRefs = append(x.rightRefs, about.Ref)
	}
}

// failed answers for a try that failed: nothing could follow, unless the log
// tells of failures alone.
func (w *watcher) failed(kind string, about *footfall.Step, f *footfall.Finding) *footfall.Fact {
	k := &footfall.Fact{Kind: kind, Finding: f.ID, Time: about.Time, Evidence: []footfall.Ref{about.Ref}, Entities: w.about(about.Account, about.DstHost)}
	first, last := w.env.Told(about.DstHost, footfall.ToldLogons)
	host := cmp.Or(w.env.Names.String(about.DstHost), "the host")
	if first == 0 && footfall.TellsLogons(about) {
		first = about.Time
	}
	if about.DstHost == 0 || first == 0 {
		k.Text = fmt.Sprintf("What was tried failed, but no log that was read tells of logons on %s that succeed.", host)
		return k
	}
	k.Verdict, k.Span = footfall.No, spanOf(first, about.Time)
	k.Sure = footfall.SureOf(int(max(last, about.Time)-first) / hour)
	k.Text = fmt.Sprintf("What was tried failed: no access is seen from which anything could follow, in a log of %s that tells of logons.", host)
	return k
}

// about are the things that a fact is about, so that what is told of others is
// not taken for it.
func (w *watcher) about(account, host footfall.Name) (out []footfall.Entity) {
	n := w.env.Names
	if a := n.String(account); a != "" {
		out = append(out, footfall.Entity{Role: footfall.RoleActor, Kind: "account", Name: a})
	}
	if h := n.String(host); h != "" {
		out = append(out, footfall.Entity{Role: footfall.RoleDestination, Kind: "host", Name: h})
	}
	return out
}

// spanOf is the history between two times.
func spanOf(from, until int64) footfall.Span {
	if from == 0 || until < from {
		return footfall.Span{}
	}
	return footfall.Span{From: from, Until: until, Days: int((until-from)/horizon) + 1}
}

// tellMFA says whether a second factor was used.
func (w *watcher) tellMFA(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	m := about.MFA
	if have := w.mfa.Get(about.Session); m == footfall.MFAUnknown && have != nil && about.Session != 0 {
		m = *have
	}
	k := &footfall.Fact{Kind: "mfa", Finding: f.ID, Time: about.Time, Evidence: []footfall.Ref{about.Ref}, Entities: w.about(about.Account, about.DstHost)}
	switch m {
	case footfall.MFAUsed:
		k.Verdict, k.Text = footfall.Yes, "The log says that a second factor was used."
	case footfall.MFAAbsent:
		k.Verdict, k.Text = footfall.No, "The log says that no second factor was used."
	case footfall.MFADenied:
		k.Verdict, k.Text = footfall.No, "The log says that the second factor was denied."
	default:
		k.Text = "The log does not say whether a second factor was used."
	}
	if k.Verdict != footfall.Unknown {
		k.Sure, k.Span = footfall.SureOf(1), spanOf(about.Time, about.Time)
	}
	out.Tell(k)
}

func (w *watcher) tellMovement(x *watched, now int64, out *footfall.Sink) {
	n := w.env.Names
	k := &footfall.Fact{Kind: "movement-after", Finding: x.id, Time: now, Path: x.path, Evidence: x.hopRefs, Entities: w.about(x.account, x.host)}
	seen := say.Span(now - x.begun)
	who := n.String(x.account)
	if who == "" {
		who = "the finding's account"
	}
	k.Span = spanOf(x.begun, now)
	dark := w.darkOnward(x, now)
	switch {
	case x.hops > 0:
		k.Verdict, k.Sure = footfall.Yes, footfall.SureOf(x.hops)
		k.Text = fmt.Sprintf("%s onward by %s or from %s: %s.", say.Count(x.hops, "logon"), who, n.String(x.host), say.List(x.hopText, maxHops))
	case x.asked-x.begun > late:
		k.Text = fmt.Sprintf("No logon onward is seen, but what happened in the %s before it was found was not followed.", say.Span(x.asked-x.begun))
	case x.lost:
		k.Text = fmt.Sprintf("No logon onward is seen, but more than %d findings are about the same things, and this one was not followed to the end.", maxLinked)
	case now-x.begun < enough:
		k.Text = fmt.Sprintf("No logon onward is seen, but the log ends %s later.", seen)
	case x.opened > 0:
		k.Text = fmt.Sprintf("%s of a cloud opened by %s in the %s after; too few earlier days are known to tell whether it had used them before.", say.Count(x.opened, "application"), who, seen)
	case dark != "":
		k.Text = fmt.Sprintf("No logon onward by %s or from %s is seen in the %s after, in the logs that were read; %s", who, n.String(x.host), seen, dark)
	default:
		k.Verdict, k.Sure = footfall.No, footfall.SureOf(int((now-x.begun)/hour))
		k.Text = fmt.Sprintf("No logon onward by %s or from %s in the %s after, and its directory and a sensor, which tell of others, show nothing new.", who, n.String(x.host), seen)
	}
	out.Tell(k)
}

// darkOnward says why that nothing onward was seen does not show that there was
// nothing: a host may have no log. Only who sees the account everywhere and who
// sees all that leaves the host can tell. "" says that both were read.
func (w *watcher) darkOnward(x *watched, now int64) string {
	first, last := w.env.Told(0, footfall.ToldTickets)
	_, flows := w.env.Told(0, footfall.ToldFlows)
	seen := w.env.Past.Habit(footfall.TraitFlow, x.host)
	switch {
	case x.host == 0:
		return "the record does not name the host, so what left it is not known."
	case first == 0 || first > x.begun || last < now-enough:
		return "no directory's log that would tell of other hosts covers the time."
	case seen.Days == 0 && seen.Today == 0 || flows < now-enough:
		return fmt.Sprintf("no sensor that would tell what leaves %s covers the time.", w.env.Names.String(x.host))
	case seen.Items > x.reached:
		return fmt.Sprintf("a sensor saw %s that %s had not made before.", say.Count(seen.Items-x.reached, "connection"), w.env.Names.String(x.host))
	}
	return ""
}

func (w *watcher) tellRights(x *watched, now int64, out *footfall.Sink) {
	k := &footfall.Fact{Kind: "privileges-after", Finding: x.id, Time: now, Evidence: x.rightRefs, Span: spanOf(x.begun, now), Entities: w.about(x.account, x.host)}
	seen := say.Span(now - x.begun)
	host := w.env.Names.String(x.host)
	_, last := w.env.Span(x.host)
	told, _ := w.env.Told(x.host, footfall.ToldRights)
	switch {
	case x.rights > 0:
		k.Verdict, k.Sure = footfall.Yes, footfall.SureOf(x.rights)
		k.Text = fmt.Sprintf("Rights used or gained on %s afterwards, in %s: %s.", cmp.Or(host, "the host"), say.Count(x.rights, "record"), say.List(x.rightText, maxHops))
	case x.asked-x.begun > late:
		k.Text = fmt.Sprintf("No rights gained are seen, but what happened in the %s before it was found was not followed.", say.Span(x.asked-x.begun))
	case x.lost:
		k.Text = fmt.Sprintf("No rights gained are seen, but more than %d findings are about the same things, and this one was not followed to the end.", maxLinked)
	case now-x.begun < enough:
		k.Text = fmt.Sprintf("No rights gained are seen, but the log ends %s after.", seen)
	case x.host == 0 || told == 0:
		k.Text = fmt.Sprintf("No rights gained are seen, but no log of %s that was read tells of such things.", cmp.Or(host, "the host"))
	case last < x.begun+enough:
		k.Text = fmt.Sprintf("No rights gained are seen, but the log of %s ends %s after.", host, say.Span(max(0, last-x.begun)))
	default:
		k.Verdict, k.Sure = footfall.No, footfall.SureOf(int((min(last, now)-x.begun)/hour))
		k.Text = fmt.Sprintf("No special rights, group changes or sudo by the account on %s in the %s after, in a log that tells of such things.", host, say.Span(min(last, now)-x.begun))
	}
	out.Tell(k)
}

// expire answers for findings that were followed long enough.
func (w *watcher) expire(now int64, out *footfall.Sink) {
	for w.head < len(w.list) && (w.list[w.head].done || now-w.list[w.head].begun > horizon) {
		w.end(w.head, w.list[w.head].begun+horizon, out)
		w.skip()
	}
	if w.head > 1024 && w.head > len(w.list)/2 {
		w.compact()
	}
}

func (w *watcher) skip() {
	w.head++
}

// end answers for a finding and stops following it.
func (w *watcher) end(i int, now int64, out *footfall.Sink) {
	x := &w.list[i]
	if x.done {
		return
	}
	x.done = true
	w.tellMovement(x, now, out)
	w.tellRights(x, now, out)
	w.unlink(i)
	if w.byID[x.id] == i {
		delete(w.byID, x.id)
	}
}

func (w *watcher) unlink(i int) {
	drop := func(m map[footfall.Name][]int, k footfall.Name) {
		if l := slices.DeleteFunc(m[k], func(j int) bool { return j == i }); len(l) > 0 {
			m[k] = l
		} else {
			delete(m, k)
		}
	}
	x := &w.list[i]
	drop(w.accounts, x.account)
	drop(w.hosts, x.host)
	drop(w.sessions, x.session)
}

// compact forgets what is done and renumbers the rest.
func (w *watcher) compact() {
	d := w.head
	n := copy(w.list, w.list[d:])
	clear(w.list[n:])
	w.list, w.head = w.list[:n], 0
	for _, m := range []map[footfall.Name][]int{w.accounts, w.hosts, w.sessions} {
		for _, l := range m {
			for j := range l {
				l[j] -= d
			}
		}
	}
	for id, i := range w.byID {
		if i < d {
			delete(w.byID, id)
		} else {
			w.byID[id] = i - d
		}
	}
}

// Flush answers for all that is still followed.
func (w *watcher) Flush(now int64, out *footfall.Sink) {
	for i := w.head; i < len(w.list); i++ {
		w.end(i, max(now, w.list[i].begun), out)
	}
	w.head = len(w.list)
}
