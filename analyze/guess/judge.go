package guess

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// An openKey is a source and which of the two things it does.
type openKey struct {
	source footfall.Name
	probe  bool
}

// maxBy bounds the services of an opened finding's logons.
const maxBy = 4

// An opened is a finding that grows.
type opened struct {
	f     *footfall.Finding
	about footfall.Step // what it was found on, or what raised it last
	won   footfall.Step // the logon at the end, when there was one
	by    []string      // techniques of the services of such logons
	tries uint32        // of that account, before it
	told  int           // Count when it was given last
	early bool          // the logon's source was usual for the account before
}

// judge decides after a failure whether there is a finding.
func (w *watcher) judge(s *footfall.Step, src *source, p *pair, out *footfall.Sink) {
	k := openKey{key(s), false}
	o := w.open.Get(k)
	if o == nil {
		fast := src.times.within(w.lim.fast, fastWithin)
		slow := int(src.tries) >= w.lim.slow && src.times.within(w.lim.slow, day)
		spray := int(src.accounts) >= w.lim.spray && src.times.within(w.lim.spray, day)
		low := int(src.tries) >= w.lim.fast && src.unknown > 0 && src.times.within(w.lim.fast, day)
		if !fast && !slow && !spray && !low {
			return
		}
		o = w.begin(k, s, src, 0)
	}
	w.extend(o, s, src, p, out)
}

// begin makes a finding of an episode; its step is counted by who calls.
func (w *watcher) begin(k openKey, s *footfall.Step, src *source, rule int) *opened {
	o, _ := w.open.Put(k)
	r := &Analytic.Rules[rule]
	o.f = &footfall.Finding{
		ID: footfall.FindingID(r.ID, w.env.Names.String(k.source), s.ID), Rule: r, First: src.first, Last: s.Time, Count: max(0, int(src.records)-1),
	}
	for _, ref := range src.early[:min(int(src.records), len(src.early))] {
		o.f.CiteRef(ref)
	}
	o.about = *s
	if len(w.order) >= 4*maxSources {
		w.order = slices.DeleteFunc(w.order, func(k openKey) bool { return w.open.Get(k) == nil })
	}
	w.order = append(w.order, k)
	return o
}

// extend adds a record to a finding and gives it again when that is worth it:
// when its count has doubled, or its level rose.
func (w *watcher) extend(o *opened, s *footfall.Step, src *source, p *pair, out *footfall.Sink) {
	o.f.Cite(s)
	if o.about.Flags&footfall.FlagLearn != 0 && o.won.Time == 0 {
		o.about = *s // what is learned from is not judged; what goes on after it is
	}
	if o.f.Count < 2*o.told {
		return
	}
	w.give(o, src, p, out)
}

func (w *watcher) give(o *opened, src *source, p *pair, out *footfall.Sink) {
	o.told = o.f.Count
	if o.f.Rule == &Analytic.Rules[1] {
		w.describeProbe(o, src)
	} else {
		w.describe(o, src, p)
	}
	o.f.Weight = o.f.Level.Weight()
	out.Find(o.f, &o.about)
}

// won is a logon of an account that was guessed at from the same source.
func (w *watcher) won(s *footfall.Step, src *source, p *pair, out *footfall.Sink) {
	k := openKey{key(s), false}
	o := w.open.Get(k)
	if o == nil {
		o = w.begin(k, s, src, 0)
		o.f.Count++
	}
	early := p.winsBefore >= usual
	if o.won.Time == 0 || o.early && !early || p.tries() > 2*o.tries {
		o.won, o.tries, o.early, o.about = *s, p.tries(), early, *s
	}
	// With network level authentication the guesses are network logons, and
	// only what follows them names the desktop.
	if t := technique(s.Service); len(o.by) < maxBy && !slices.Contains(o.by, t) {
		o.by = append(o.by, t)
	}
	o.f.Cite(s)
	o.f.Count-- // it counts failures
	if len(o.f.Path) < footfall.MaxEvidence {
		n := w.env.Names
		o.f.Path = append(o.f.Path, footfall.Hop{
			Time: s.Time, From: w.from(s), To: n.String(s.DstHost), Account: n.String(s.Account),
			Service: s.Service, Outcome: s.Outcome, Ref: s.Ref,
		})
	}
	if s.Session != 0 && len(o.f.Sessions) < footfall.MaxEvidence {
		o.f.Sessions = append(o.f.Sessions, w.env.Names.String(s.Session))
	}
	w.give(o, src, p, out)
}

func (w *watcher) from(s *footfall.Step) string {
	n := w.env.Names
	if s.SrcHost != 0 {
		return n.String(s.SrcHost)
	}
	return n.String(s.SrcAddr)
}

func (w *watcher) describe(o *opened, src *source, p *pair) {
	f, n, s := o.f, w.env.Names, &o.about
	from := w.sourceText(s)
	span := src.last - src.first
	accounts := say.Count(int(src.accounts), "account")
	if src.accounts == 0 {
		accounts = "accounts that no record names"
	}
	f.Why = fmt.Sprintf("%s on %s from %s to %s%s", say.Count(int(src.tries), "failed logon"), accounts, from, w.hostsText(src), within(span))
	if src.unknown > 0 {
		f.Why += fmt.Sprintf(", %d of the accounts unknown there", src.unknown)
	}
	f.Title = "Password guessing from " + from
	if w.sprayed(src) {
		f.Title = "Passwords sprayed over accounts from " + from
	}
	if o.won.Time != 0 {
		f.Title += ", then a logon as " + n.String(o.won.Account)
		f.Why += fmt.Sprintf("; after %s on %s it logged on at %s", say.Count(int(o.tries), "failure"), n.String(o.won.Account), say.Time(o.won.Time))
	}
	f.Why += "."
	f.Level, f.Innocent = w.level(o, src, p)
	w.bear(o, src)
	w.entities(o, src)
}

// sprayed reports whether the tries are few for each of many accounts.
func (w *watcher) sprayed(src *source) bool {
	return int(src.accounts) >= w.lim.spray && src.tries <= 3*uint32(src.accounts)
}

func (w *watcher) bear(o *opened, src *source) {
	f := o.f
	f.Attack = f.Attack[:0]
	f.Bear(technique(src.service))
	for v := footfall.ServiceUnknown; v < 64; v++ {
		if src.tried>>v&1 != 0 {
			f.Bear(v.Technique())
		}
	}
	for _, t := range o.by {
		f.Bear(t)
	}
	if o.about.Flags&footfall.FlagPublic != 0 {
		f.Bear("T1133")
	}
	if f.Rule == &Analytic.Rules[1] {
		return
	}
	if w.sprayed(src) {
		f.Bear("T1110.003")
	} else {
		f.Bear("T1110.001")
	}
}

// technique is that of the service; a network logon whose service the record
// does not name is SMB's more often than anything else's.
func technique(s footfall.Service) string {
	if s == footfall.ServiceNetwork {
		s = footfall.ServiceSMB
	}
	return s.Technique()
}

func (w *watcher) entities(o *opened, src *source) {
	f, n, s := o.f, w.env.Names, &o.about
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	for _, h := range src.hosts {
		f.About(footfall.RoleDestination, "host", n.String(h))
	}
	role := footfall.RoleTarget
	if o.won.Time != 0 {
		f.About(footfall.RoleActor, "account", n.String(o.won.Account))
		f.About(footfall.RoleSession, "session", n.String(o.won.Session))
	}
	f.About(role, "account", n.String(s.Account))
}

// level weighs a guess, and says which harmless explanation was tested.
func (w *watcher) level(o *opened, src *source, p *pair) (footfall.Level, string) {
	if o.won.Time != 0 {
		return w.wonLevel(o, src)
	}
	tries := int(src.tries)
	if name := w.env.Names.String(key(&o.about)); w.env.Context != nil && w.env.Context.Scanners[name] {
		return footfall.LevelLow, name + " is declared to scan by trade."
	}
	if w.slips(o, src) {
		return footfall.LevelLow, w.slipsText(src)
	}
	if beat, ok := steady(src, p); ok {
		return footfall.LevelLow, fmt.Sprintf("It fits a service with an old password: one account fails every %s, at a steady beat, and never logs on.", say.Span(int64(beat*1e9)))
	}
	outside := o.about.Flags&footfall.FlagPublic != 0
	if who := w.env.Behind(o.about.Source()); who != 0 && !outside && src.accounts <= 2 && tries < w.lim.slow && !src.times.within(w.lim.fast, minute) {
		return footfall.LevelLow, fmt.Sprintf("It may be a person who mistypes a name: the source is the machine that %s works on, and %s on %s came within %s.",
			w.env.Names.String(who), say.Count(tries, "try"), say.Count(int(src.accounts), "account"), say.Span(src.last-src.first))
	}
	switch {
	case o.about.Source() == 0 && o.about.Event == 0:
		return footfall.LevelLow, "The records name no source; they may tell of tries that others, with one, tell of too."
	case !outside && tries >= w.lim.internal && src.quick*2 >= src.tries:
		return footfall.LevelHigh, fmt.Sprintf("No person does it: %d of %d tries came less than two seconds after the one before, from inside the network.", src.quick, tries)
	case tries >= w.lim.slow, int(src.accounts) >= w.lim.spray, outside, src.accounts >= 3, src.unknown > 0,
		src.times.within(w.lim.fast, minute):
		return footfall.LevelMedium, fmt.Sprintf("A person who mistypes stops or gets in; here %s on %s failed and no logon followed.", say.Count(tries, "try"), say.Count(int(src.accounts), "account"))
	}
	return footfall.LevelLow, fmt.Sprintf("It may be a person who mistypes: %s on %s within %s, and no logon yet.", say.Count(tries, "try"), say.Count(int(src.accounts), "account"), say.Span(src.last-src.first))
}

func (w *watcher) wonLevel(o *opened, src *source) (footfall.Level, string) {
	person := int(o.tries) < w.lim.sure && !w.sprayed(src)
	crowd, n, c := w.crowd(&o.about), w.env.Names, w.env.Context
	slow := src.quick*2 < src.tries && src.last-src.first >= int64(src.tries)*minute*1e9
	switch {
	case c != nil && (c.Scanners[n.String(key(&o.about))] || c.Scanners[n.String(o.about.SrcHost)]) && c.Services[n.String(o.won.Account)]:
		return footfall.LevelLow, "The source is declared to scan by trade, and the account as a service's."
	case w.slips(o, src):
		return footfall.LevelLow, w.slipsText(src)
	case slow && (src.accounts == 1 || crowd && w.others(o, src)) && w.env.Own(o.won.Account, o.won.Source()):
		return footfall.LevelLow, "It fits an old password that a session or a device went on with: the account works from the source on other days, and tries came less than once a minute."
	case o.early && person:
		return footfall.LevelInformational, fmt.Sprintf("It fits a person who mistypes: %s, then a logon from a source that the account had logged on from at least %d times before.", say.Count(int(o.tries), "failure"), usual)
	case o.early && (src.accounts == 1 || crowd && slow) && src.quick*2 < src.tries:
		return footfall.LevelMedium, fmt.Sprintf("The source is usual for the account, which speaks for a forgotten password; %s are many for that.", say.Count(int(o.tries), "failure"))
	case person && src.quick*2 < src.tries && o.about.Flags&footfall.FlagPublic == 0:
		return footfall.LevelMedium, fmt.Sprintf("%s may be a person's who mistypes, but no earlier logon shows the source to be usual for the account.", say.Count(int(o.tries), "failure"))
	}
	return footfall.LevelHigh, fmt.Sprintf("A person who mistypes was tested for: %s on %s, %d of them within two seconds of the one before, and no habit of this source for the account.", say.Count(int(src.tries), "failure"), say.Count(int(src.accounts), "account"), src.quick)
}

// slipsEach is how often each person mistypes, and slipsHour how many tries an
// hour of several people's slips has at most.
const (
	slipsEach = 4
	slipsHour = 8
	// manyPeople is how many accounts of some days make a machine one that
	// people take turns at.
	manyPeople = 8
)

// slips reports whether failures are what the people behind one address mistype:
// it is known to stand for many, each account failed a few times, and the tries
// lie over hours.
func (w *watcher) slips(o *opened, src *source) bool {
	return src.accounts > 1 && int(src.tries) <= slipsEach*int(src.accounts) && int(o.tries) <= slipsEach && src.quick*2 < src.tries &&
		!src.times.within(slipsHour, 60*minute) && src.last-src.first >= 60*minute*1e9*int64(src.accounts) && w.crowd(&o.about)
}

// others reports whether what a source failed with beside the account that got
// in is no more than slips.
func (w *watcher) others(o *opened, src *source) bool {
	return int(src.tries)-int(o.tries) <= slipsEach*(int(src.accounts)-1)
}

func (w *watcher) slipsText(src *source) string {
	return fmt.Sprintf("It fits people who mistype: many stand behind the source, and %s on %s came over %s.",
		say.Count(int(src.tries), "failure"), say.Count(int(src.accounts), "account"), say.Span(src.last-src.first))
}

// comers is how many accounts logged on from a source, on earlier days too, at
// which a workstation is one that people share: a kiosk, a classroom.
const comers = 8

// crowd reports whether many people stand behind a step's source: an address
// that is shared, a workstation that many log on at, or a host that others are
// reached through.
func (w *watcher) crowd(s *footfall.Step) bool {
	if s.SrcAddr != 0 && w.env.Shared != nil && w.env.Shared(s.SrcAddr) {
		return true
	}
	if h := w.env.Past.Habit(footfall.TraitUser, s.Source()); h.Items >= comers && h.Days >= 2 {
		return true
	}
	if p := w.env.Past; p != nil {
		for _, h := range [...]footfall.Habit{p.Habit(footfall.TraitUser, s.Source()), p.Habit(footfall.TraitVisitor, cmp.Or(s.SrcHost, w.env.HostAt(s.SrcAddr)))} {
			if h.Days >= usual && h.Items >= manyPeople {
				return true
			}
		}
	}
	if s.SrcHost == 0 || w.env.HostKind == nil {
		return false
	}
	k := w.env.HostKind(s.SrcHost)
	return k == footfall.HostBastion || k == footfall.HostTerminalServer
}

// steady reports whether failures on one account come at a steady beat, as a
// service's do, and the beat in seconds: gaps of a minute or more that differ
// by less than 15 %.
func steady(src *source, p *pair) (beat float64, ok bool) {
	if p == nil || src.accounts != 1 || p.gaps < 8 || p.mean < minute {
		return 0, false
	}
	return p.mean, math.Sqrt(p.m2/float64(p.gaps)) < 0.15*p.mean
}

func (w *watcher) describeProbe(o *opened, src *source) {
	f := o.f
	from := w.sourceText(&o.about)
	var what []string
	if n := int(src.probes.n); n > 0 {
		what = append(what, say.Count(n, "connection")+" that broke off before authentication")
	}
	if n := int(src.connects.n); n > 0 {
		what = append(what, say.Count(n, "connection")+" of which no logon came")
	}
	service := "a remote service"
	if src.service != footfall.ServiceUnknown {
		service = src.service.String()
	}
	f.Title = fmt.Sprintf("%s tries the door of %s", from, service)
	f.Why = fmt.Sprintf("%s from %s to %s%s.", strings.Join(what, " and "), from, w.hostsText(src), within(src.last-f.First))
	f.Level = footfall.LevelMedium
	f.Innocent = "A monitor that tests the port connects at a steady beat and is declared as a scanner; this one is not declared."
	if technique(src.service) == "" {
		f.Level = footfall.LevelLow
	}
	if src.wins > 0 {
		f.Level = footfall.LevelLow
		f.Innocent = fmt.Sprintf("The source also logged on %s, as a client with a bad line would.", say.Count(int(src.wins), "time"))
	}
	if name := w.env.Names.String(key(&o.about)); w.env.Context != nil && w.env.Context.Scanners[name] {
		f.Level, f.Innocent = footfall.LevelInformational, name+" is declared to scan by trade."
	}
	w.bear(o, src)
	w.entities(o, src)
}

// sourceText names a source: its address and, when known, its host.
func (w *watcher) sourceText(s *footfall.Step) string {
	n := w.env.Names
	addr, host := n.String(s.SrcAddr), n.String(s.SrcHost)
	switch {
	case addr == "" && host == "":
		return "an unnamed source"
	case addr == "":
		return host
	case host == "" || s.Flags&footfall.FlagLoopback != 0:
		return addr
	}
	return addr + " (" + host + ")"
}

// within tells a length of time; records may tell of several things with one time.
func within(span int64) string {
	if span <= 0 {
		return " at one time"
	}
	return " within " + say.Span(span)
}

func (w *watcher) hostsText(src *source) string {
	switch c := src.countHosts(); {
	case c == 0:
		return "a host that no record names"
	case src.more:
		return fmt.Sprintf("more than %d hosts", c)
	case c != 1:
		return say.Count(c, "host")
	}
	return w.env.Names.String(src.hosts[0])
}

// close ends the finding of an episode that is over.
func (w *watcher) close(source footfall.Name) {
	w.open.Delete(openKey{source, false})
	w.open.Delete(openKey{source, true})
}

// Flush gives the findings that grew since they were given last.
func (w *watcher) Flush(_ int64, out *footfall.Sink) {
	for _, k := range w.order {
		o := w.open.Get(k)
		if o == nil || o.told == o.f.Count {
			continue
		}
		if src := w.sources.Get(k.source); src != nil {
			w.give(o, src, w.pairs.Get(pairKey{k.source, w.env.Names.Bare(o.about.Account)}), out)
		}
	}
}

// noLogon answers for failures that no logon followed.
func (w *watcher) noLogon(p *pair, k footfall.Name, who, from string) string {
	n := 0
	if p != nil {
		n = int(p.tries())
	}
	text := fmt.Sprintf("%s of %s from %s", say.Count(n, "failed logon"), who, from)
	if src := w.sources.Get(k); src != nil && src.accounts > 1 {
		text += fmt.Sprintf(", and %d from there on %s in all", src.tries, say.Count(int(src.accounts), "account"))
	}
	return text + "; no logon of the account from there followed by then."
}

// Facts tells whether failures came before: by the account of the finding's
// step, from its source.
func (w *watcher) Facts(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	k := key(about)
	if about.Source() == 0 || about.Account == 0 {
		return
	}
	fact := &footfall.Fact{Kind: "failures-before", Finding: f.ID, Time: about.Time, Evidence: []footfall.Ref{about.Ref}}
	n := w.env.Names
	who, from, host := n.String(about.Account), n.String(about.Source()), n.String(about.DstHost)
	fact.Entities = []footfall.Entity{
		{Role: footfall.RoleActor, Kind: "account", Name: who},
		{Role: footfall.RoleSource, Kind: "address", Name: n.String(about.SrcAddr)},
		{Role: footfall.RoleDestination, Kind: "host", Name: host},
	}
	p, src := w.pairs.Get(pairKey{k, n.Bare(about.Account)}), w.sources.Get(k)
	first, _ := w.env.Span(about.DstHost)
	if first != 0 && first <= about.Time {
		fact.Span = footfall.Span{From: first, Until: about.Time, Days: int((about.Time-first)/(day*1e9)) + 1}
	}
	tries := 0
	if p != nil {
		tries = int(p.tries())
	}
	logons, _ := w.env.Told(about.DstHost, footfall.ToldLogons)
	dark := w.dark(about, who, host)
	switch {
	case about.Outcome == footfall.Failure && logons == 0 && !footfall.TellsLogons(about):
		fact.Text = w.noLogon(p, k, who, from) + " No log that was read tells of logons there that succeed."
	case about.Outcome == footfall.Failure:
		fact.Verdict, fact.Sure, fact.Text = footfall.No, footfall.SureOf(tries), w.noLogon(p, k, who, from)
		fact.Evidence = src.refs(fact.Evidence)
	case tries > 0 && about.Time-p.first <= 2*day*1e9 && p.first <= about.Time:
		fact.Verdict, fact.Sure = footfall.Yes, footfall.SureOf(tries)
		fact.Span = footfall.Span{From: p.first, Until: about.Time, Days: int((about.Time-p.first)/(day*1e9)) + 1}
		fact.Text = fmt.Sprintf("%s of %s from %s in the %s up to then", say.Count(tries, "failed logon"), who, from, say.Span(about.Time-p.first))
		if src != nil && src.accounts > 1 {
			fact.Text += fmt.Sprintf(", and %d from there on %s in all", src.tries, say.Count(int(src.accounts), "account"))
		}
		fact.Text += "."
		fact.Evidence = src.refs(fact.Evidence)
	case first == 0 || first > about.Time || about.Time-first < 15*minute*1e9:
		fact.Text = fmt.Sprintf("No failed logon of %s from %s is recorded, but no log of %s of the 15 minutes before was read.", who, from, cmp.Or(host, "the host"))
	case dark != "":
		fact.Text = fmt.Sprintf("No failed logon of %s from %s is recorded in the %s before, but %s.", who, from, say.Span(about.Time-first), dark)
	default:
		fact.Verdict, fact.Sure = footfall.No, footfall.SureOf(int((about.Time-first)/(3600*1e9)))
		fact.Text = fmt.Sprintf("No failed logon of %s from %s in the %s of log before, which tells of failures.", who, from, say.Span(about.Time-first))
	}
	out.Tell(fact)
}

// dark says why failures may have come that no log tells of, "" when there is
// no reason: Windows records them only when it is told to, and those of a
// domain's accounts may stand in its directory's log alone.
func (w *watcher) dark(about *footfall.Step, who, host string) string {
	if failures, _ := w.env.Told(about.DstHost, footfall.ToldFailures); failures == 0 && about.Service != footfall.ServiceSSH {
		return "no failure of anybody is recorded on " + host + " either: failures may not be recorded there"
	}
	if d, _, ok := strings.Cut(who, `\`); ok && d != host && about.Service != footfall.ServiceSSH {
		if first, _ := w.env.Told(0, footfall.ToldTickets); first == 0 || first > about.Time-15*minute*1e9 {
			return "no log of the directory of " + d + " covers the time"
		}
	}
	return ""
}

// refs adds the first records of a source to those of a fact.
func (src *source) refs(list []footfall.Ref) []footfall.Ref {
	if src == nil {
		return list
	}
	n := min(int(src.records), len(src.early))
	return append(slices.Clone(src.early[:n]), list...)
}
