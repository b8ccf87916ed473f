package around

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// fact begins a fact about a finding.
func (w *watcher) fact(kind, finding string, about *footfall.Step, now int64) *footfall.Fact {
	n := w.env.Names
	f := &footfall.Fact{Kind: kind, Finding: finding, Time: now, Evidence: []footfall.Ref{about.Ref}}
	if a := n.String(about.Account); a != "" {
		f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleActor, Kind: "account", Name: a})
	}
	if h := n.String(about.DstHost); h != "" {
		f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleDestination, Kind: "host", Name: h})
	}
	return f
}

// span is the time that an answer rests on.
func span(from, until int64) footfall.Span {
	if from == 0 || until < from {
		return footfall.Span{}
	}
	return footfall.Span{From: from, Until: until, Days: int((until-from)/day) + 1}
}

func (w *watcher) tellAlerts(x *followed, now int64, out *footfall.Sink) {
	n := w.env.Names
	f := w.fact("alerts-around", x.id, &x.about, now)
	var list []footfall.Step
	for _, k := range [4]footfall.Name{x.hosts[0], x.hosts[1], x.about.Account, x.about.SrcAddr} {
		a := w.alerts.Get(k)
		if k == 0 || a == nil {
			continue
		}
		for i := range min(a.n, fewAlerts) {
			s := &a.last[i]
			if s.Time >= x.about.Time-day && s.Time <= x.about.Time+day && !slices.ContainsFunc(list, func(o footfall.Step) bool { return o.ID == s.ID }) {
				list = append(list, *s)
			}
		}
	}
	slices.SortFunc(list, func(a, b footfall.Step) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.ID, b.ID)) })
	first, last := w.env.Told(0, footfall.ToldAlerts)
	watched, _ := w.env.Told(x.about.DstHost, footfall.ToldAlerts)
	if x.about.DstHost == 0 {
		watched = 0
	}
	f.Span = span(max(first, x.about.Time-day), min(last, x.about.Time+day))
	host := cmp.Or(n.String(x.about.DstHost), "the host")
	switch {
	case len(list) > 0:
		x.alerted = true
		var texts []string
		f.Evidence = nil
		for i := range list {
			texts = append(texts, w.alertText(&list[i], x.about.Time))
			f.Evidence = append(f.Evidence, list[i].Ref)
		}
		f.Verdict, f.Sure, f.Span = footfall.Yes, footfall.SureOf(len(list)), span(x.about.Time-day, now)
		f.Text = fmt.Sprintf("%s of other products from a day before to a day after: %s.", say.Count(len(list), "alert"), say.List(texts, most))
	case first == 0:
		f.Text = "No alerts of another product were read."
	case watched == 0:
		f.Text = fmt.Sprintf("No alert names %s or the account, but none ever did: whether another product watches it is not known.", host)
	case first > x.about.Time-day || last < x.about.Time+hour:
		f.Text = fmt.Sprintf("No alert names %s or the account, but the alerts that were read are of %s to %s only.", host, say.Time(first), say.Time(last))
	default:
		f.Verdict, f.Sure = footfall.No, footfall.SureOf(int((min(last, x.about.Time+day)-x.about.Time)/hour))
		f.Text = fmt.Sprintf("No alert names %s or the account from a day before to %s after, while other alerts came.", host, say.Span(min(last, x.about.Time+day)-x.about.Time))
	}
	out.Tell(f)
}

func (w *watcher) alertText(s *footfall.Step, at int64) string {
	n := w.env.Names
	text := say.Quote(cmp.Or(n.String(s.Object), "an alert without a title"), 100)
	if h := n.String(cmp.Or(s.DstHost, s.SrcHost)); h != "" {
		text += " on " + h
	}
	if s.Time < at {
		return text + " " + say.Span(at-s.Time) + " before"
	}
	return text + " " + say.Span(s.Time-at) + " after"
}

// tellOthers counts the other accounts that came from the source of a finding.
func (w *watcher) tellOthers(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	src := about.Source()
	if src == 0 || about.Account == 0 || about.Flags&footfall.FlagLoopback != 0 {
		return
	}
	n, past := w.env.Names, w.env.Past.AsOf(about.Time)
	users, failed := past.Habit(footfall.TraitUser, src), past.Habit(footfall.TraitFailure, src)
	own := past.Tally(footfall.TraitUser, src, about.Account, 0, 0)
	ownFailed := past.Tally(footfall.TraitFailure, src, about.Account, 0, 0)
	others, tried := users.Items, failed.Items
	if own.Known() {
		others--
	}
	if ownFailed.Known() {
		tried--
	}
	k := w.fact("others-at-source", f.ID, about, about.Time)
	k.Entities = append(k.Entities, footfall.Entity{Role: footfall.RoleSource, Kind: "address", Name: n.String(src)})
	first, days := past.Span()
	k.Span = footfall.Span{From: first, Until: about.Time, Days: days}
	from, who := n.String(src), n.String(about.Account)
	switch {
	case others > 0 || tried > 0:
		k.Verdict, k.Sure = footfall.Yes, footfall.SureOf(others+tried)
		var parts []string
		if others > 0 {
			parts = append(parts, fmt.Sprintf("%s logged on from there", say.Count(others, "other account")))
		}
		if tried > 0 {
			parts = append(parts, fmt.Sprintf("logons of %s failed from there", say.Count(tried, "other account")))
		}
		k.Text = fmt.Sprintf("Beside %s at %s, %s.", who, from, strings.Join(parts, " and "))
	case own.Days > 0:
		k.Text = fmt.Sprintf("In the logs that were read, %s alone came from %s, on %s before.", who, from, say.Count(own.Days, "day"))
	default:
		k.Text = fmt.Sprintf("In the logs that were read, nobody came from %s on an earlier day.", from)
	}
	out.Tell(k)
}

// tellShared says whether an address stands for many, and what network it is in.
func (w *watcher) tellShared(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	addr := w.env.Names.String(about.SrcAddr)
	a, err := netip.ParseAddr(addr)
	if err != nil || about.Flags&footfall.FlagLoopback != 0 {
		return
	}
	k := w.fact("source-shared", f.ID, about, about.Time)
	k.Entities = append(k.Entities, footfall.Entity{Role: footfall.RoleSource, Kind: "address", Name: addr})
	var network *footfall.Network
	for i := range w.env.Context.Networks {
		if x := &w.env.Context.Networks[i]; x.Prefix.Contains(a.Unmap()) {
			network = x
			break
		}
	}
	hides := ""
	if w.env.Intel != nil {
		for _, l := range w.env.Intel(nil, addr) {
			if !l.Verdict() && l.Covers(about.Time) && hides == "" {
				hides = fmt.Sprintf("the list %s names it as %s", l.List, l.Kind)
			}
		}
	}
	name := ""
	if network != nil {
		name = fmt.Sprintf("%s is in the declared network %s", addr, network.Name)
		if network.Trust != "" {
			name += " (" + network.Trust + ")"
		}
	}
	switch {
	case network != nil && network.Shared:
		k.Verdict, k.Sure, k.Text = footfall.Yes, footfall.SureOf(1), name+", behind whose addresses many people stand."
	case hides != "":
		k.Verdict, k.Sure, k.Text = footfall.Yes, footfall.SureOf(1), fmt.Sprintf("Many may stand behind %s: %s.", addr, hides)
	case w.env.Shared != nil && w.env.Shared(about.SrcAddr):
		// Where a record that names its host is missing, one host with many people looks so too.
		k.Text = fmt.Sprintf("Several people or hosts came from %s within hours: many may stand behind it, or it is a host on which many work.", addr)
	case network != nil:
		k.Verdict, k.Sure, k.Text = footfall.No, footfall.SureOf(1), name+", which is not declared as shared by many."
	default:
		k.Text = fmt.Sprintf("Whether many people stand behind %s is not known: no declared network has it.", addr)
	}
	out.Tell(k)
}

// together is how long before a finding another session may have begun, where
// its end was not seen.
const together = hour

// tellSessions names the account's other sessions at the time of a finding.
func (w *watcher) tellSessions(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	if about.Account == 0 || about.Flags&(footfall.FlagSystem|footfall.FlagMachine) != 0 {
		return
	}
	n := w.env.Names
	k := w.fact("other-sessions", f.ID, about, about.Time)
	k.Span = span(about.Time-together, about.Time)
	who := n.String(about.Account)
	var texts []string
	x := w.sessions.Get(about.Account)
	for i := range fewSessions {
		if x == nil {
			break
		}
		l := &x.last[i]
		open := l.start != 0 && l.start <= about.Time && (l.end >= about.Time || l.end == 0 && about.Time-l.start <= together)
		if !open || l.session != 0 && l.session == about.Session || l.host == about.DstHost && l.source == about.Source() {
			continue
		}
		text := "on " + cmp.Or(n.String(l.host), "a host that is not named")
		if s := n.String(l.source); s != "" {
			text += " from " + s
		}
		texts = append(texts, fmt.Sprintf("%s since %s", text, say.Span(about.Time-l.start)))
		k.Evidence = append(k.Evidence, l.ref)
	}
	if len(texts) > 0 {
		k.Verdict, k.Sure = footfall.Yes, footfall.SureOf(len(texts))
		k.Text = fmt.Sprintf("%s of %s at that time: %s.", say.Count(len(texts), "other session"), who, say.List(texts, most))
	} else {
		k.Text = fmt.Sprintf("No other session of %s is seen at that time, in the logs that were read.", who)
	}
	out.Tell(k)
}

// tellDoings says what was done in the session of a finding.
func (w *watcher) tellDoings(x *followed, now int64, out *footfall.Sink) {
	n := w.env.Names
	k := w.fact("session-logs", x.id, &x.about, now)
	k.Span = span(x.about.Time, now)
	host := cmp.Or(n.String(x.about.DstHost), "the host")
	until := cmp.Or(x.ended, now)
	first, last := w.env.Told(x.about.DstHost, footfall.ToldPrograms)
	switch {
	case x.doings.n > 0:
		k.Verdict, k.Sure, k.Evidence = footfall.Yes, footfall.SureOf(x.doings.n), x.doings.refs
		k.Text = fmt.Sprintf("%s of the session tell what was done: %s.", say.Count(x.doings.n, "record"), say.List(x.doings.texts, most))
	case x.asked-x.about.Time > late:
		k.Text = fmt.Sprintf("No record tells what was done in the session, but what happened in the %s before it was found was not followed.", say.Span(x.asked-x.about.Time))
	case x.lost:
		k.Text = fmt.Sprintf("No record tells what was done in the session, but more than %d findings are about the same things, and this one was not followed to the end.", maxLinked)
	case x.about.Session == 0:
		k.Text = "The record does not name a session by which others could be tied to it."
	case x.about.DstHost == 0 || first == 0 || first > x.about.Time || last < until:
		k.Text = fmt.Sprintf("No record tells what was done in the session; no log of %s that tells of programs covers it.", host)
	case x.ended == 0:
		k.Text = "No record tells what was done in the session so far, and its end is not seen."
	default:
		k.Verdict, k.Sure = footfall.No, footfall.SureOf(int((x.ended-x.about.Time)/hour))
		k.Text = fmt.Sprintf("The session ended after %s; nothing that ran in it is recorded on %s, whose log tells of programs before and after.", say.Span(x.ended-x.about.Time), host)
	}
	out.Tell(k)
}

// tellData says what was opened or moved after a finding.
func (w *watcher) tellData(x *followed, now int64, out *footfall.Sink) {
	n := w.env.Names
	k := w.fact("transfer-after", x.id, &x.about, now)
	k.Span = span(x.about.Time, now)
	host := cmp.Or(n.String(x.about.DstHost), "the host")
	from, _ := w.env.Told(x.about.DstHost, footfall.ToldShares)
	_, flows := w.env.Told(0, footfall.ToldFlows)
	seen := w.env.Past.Habit(footfall.TraitFlow, x.about.DstHost)
	switch {
	case x.data.n > 0:
		k.Verdict, k.Sure, k.Evidence = footfall.Yes, footfall.SureOf(x.data.n), x.data.refs
		k.Text = fmt.Sprintf("%s of data opened or moved", say.Count(x.data.n, "record"))
		if x.bytes > 0 {
			k.Text += fmt.Sprintf(", %s in all", size(x.bytes))
		}
		k.Text += fmt.Sprintf(", in the %s after: %s.", say.Span(now-x.about.Time), say.List(x.data.texts, most))
	case x.opened.n > 0:
		k.Evidence = x.opened.refs
		k.Text = fmt.Sprintf("Shares were opened, and which files is not recorded: %s.", say.List(x.opened.texts, most))
	case x.asked-x.about.Time > late:
		k.Text = fmt.Sprintf("No data are seen to be opened or moved, but what happened in the %s before it was found was not followed.", say.Span(x.asked-x.about.Time))
	case x.lost:
		k.Text = fmt.Sprintf("No data are seen to be opened or moved, but more than %d findings are about the same things, and this one was not followed to the end.", maxLinked)
	case x.about.DstHost == 0 || from == 0 || from > x.about.Time:
		k.Text = fmt.Sprintf("No data are seen to be opened or moved, but no log that tells of shares on %s covers the time.", host)
	case seen.Days == 0 && seen.Today == 0 || flows < now-hour:
		k.Text = fmt.Sprintf("No share is seen to be opened, but no sensor that tells what leaves %s covers the time.", host)
	case now-x.about.Time < hour:
		k.Text = fmt.Sprintf("No data are seen to be opened or moved, but the log ends %s after.", say.Span(now-x.about.Time))
	default:
		k.Verdict, k.Sure = footfall.No, footfall.SureOf(int((now-x.about.Time)/hour))
		k.Text = fmt.Sprintf("No share was opened on %s by the account and nothing of more than 1 MiB left it in the %s after, in logs that tell of both.", host, say.Span(now-x.about.Time))
	}
	out.Tell(k)
}
