package graph

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

// likely is how probable a hand is of which it need not be said.
const likely = 0.95

// What a finding of a high level takes: so much history, and no comparable way
// that was as rare among so many that one would be a small share.
const (
	sureDays  = 10
	sureShare = 0.01
)

// tell gives the finding of an incident, again when it grew.
func (j *judge) tell(in *incident, l *Login, s *footfall.Step, out *footfall.Sink) {
	n := j.opt.Names
	rule := &Analytic.Rules[0]
	if in.own {
		rule = &Analytic.Rules[1]
	}
	if in.told == "" {
		in.told = footfall.FindingID("paths", n.String(in.hand), l.ID)
		j.told++
		if in.beyond && j.opt.Beyond != nil {
			j.opt.Beyond(in.told)
		}
	}
	level := footfall.LevelMedium
	if in.top.as == 0 && in.top.rare <= sureShare && in.top.days >= sureDays {
		level = footfall.LevelHigh
	}
	in.level = max(in.level, level)
	stops := slices.DeleteFunc(slices.Clone(in.stops), func(st stop) bool { return st.hop.src == 0 }) // who sits down at a host makes no hop
	slices.SortFunc(stops, func(a, b stop) int {
		return cmp.Or(cmp.Compare(a.hop.time, b.hop.time), cmp.Compare(a.hop.id, b.hop.id))
	})
	f := &footfall.Finding{ID: in.told, Rule: rule, Level: in.level, Weight: in.level.Weight(), Title: j.title(in), Why: j.why(in, stops), Innocent: j.innocent(in), First: stops[0].hop.time}
	for i := range stops {
		j.name(f, &stops[i])
	}
	if in.top.outside {
		f.Bear("T1133")
	}
	f.About(footfall.RoleActor, "account", n.String(in.hand))
	out.Find(f, s)
}

// name puts a hop and what it is about into a finding.
func (j *judge) name(f *footfall.Finding, st *stop) {
	n, h := j.opt.Names, &st.hop
	f.Count++
	f.Last = max(f.Last, h.time)
	f.CiteRef(h.ref)
	f.Bear(h.service.Technique())
	f.About(footfall.RoleActor, "account", n.String(h.account))
	if h.was != 0 && h.person != h.hand {
		f.Bear("T1078")
	}
	f.About(footfall.RoleActor, "account", n.String(h.was))
	kind := "host"
	if _, err := netip.ParseAddr(n.String(h.src)); err == nil {
		kind = "address"
	}
	f.About(footfall.RoleSource, kind, n.String(h.src))
	f.About(footfall.RoleDestination, "host", n.String(h.dst))
	if h.session != 0 {
		f.About(footfall.RoleSession, "session", n.String(h.session))
		f.Sessions = append(f.Sessions, n.String(h.session))
	}
	f.Path = append(f.Path, tellHop(n, h, st.others[:]))
}

// tellWay writes the hops of a way as a finding or a fact shows them.
func tellWay(n *footfall.Names, w *way) []footfall.Hop {
	path := make([]footfall.Hop, 0, len(w.hops))
	for i := range w.hops {
		var others []Hand
		if i == len(w.hops)-1 {
			others = w.others
		}
		path = append(path, tellHop(n, &w.hops[i], others))
	}
	return path
}

func tellHop(n *footfall.Names, h *hop, others []Hand) footfall.Hop {
	out := footfall.Hop{
		Time: h.time, From: n.String(h.src), To: n.String(h.dst), Account: n.String(h.account), Service: h.service, Outcome: footfall.Success,
		Switch: n.String(h.was), Ref: h.ref, ID: h.id, After: h.after, Sure: float64(h.weight), Shown: h.shown, Hand: n.String(h.hand), Of: int(h.of),
	}
	for i := range others {
		if o := &others[i]; o.Weight > 0 && (o.Person != h.hand || o.Parent != h.after) {
			out.Else = append(out.Else, footfall.Hand{Account: n.String(o.Account), Person: n.String(o.Person), Sure: o.Weight})
		}
	}
	return out
}

func (j *judge) title(in *incident) string {
	n, h := j.opt.Names, &in.topHop
	switch {
	case in.top.switched:
		return fmt.Sprintf("%s went on from %s to %s as %s", n.String(h.hand), n.String(h.src), n.String(h.dst), n.String(h.account))
	case len(in.places) > 2:
		return fmt.Sprintf("%s came to %s for the first time", n.String(in.hand), say.Count(len(in.places), "host"))
	}
	return fmt.Sprintf("%s went from %s to %s for the first time", n.String(h.hand), n.String(h.src), n.String(h.dst))
}

// around is the part of the hops that a sentence has room for: the rarest, more
// before it than after it.
func (in *incident) around(stops []stop) (part []stop, before, after int) {
	const most, behind = 10, 3
	if len(stops) <= most {
		return stops, 0, 0
	}
	at := slices.IndexFunc(stops, func(st stop) bool { return st.hop.id == in.topHop.id })
	end := min(len(stops), max(at, 0)+1+behind)
	begin := max(0, end-most)
	end = min(len(stops), begin+most)
	return stops[begin:end], begin, len(stops) - end
}

// why is one sentence: the hops, and then the numbers of the rarest.
func (j *judge) why(in *incident, stops []stop) string {
	stops, before, after := in.around(stops)
	var hops []string
	for i := range stops {
		h := &stops[i].hop
		at := say.Time(h.time)
		if i > 0 {
			at = say.Span(h.time-stops[i-1].hop.time) + " later"
		}
		hops = append(hops, at+" "+j.hopText(h))
	}
	text := strings.Join(hops, ", ")
	if before > 0 {
		text = "After " + say.Count(before, "hop") + " " + text
	}
	if after > 0 {
		text += " and " + say.Count(after, "hop") + " more"
	}
	return text + ": " + strings.Join(j.numbers(in), "; ") + "."
}

// hopText is a hop in words.
func (j *judge) hopText(h *hop) string {
	n := j.opt.Names
	text := fmt.Sprintf("%s -> %s as %s", n.String(h.src), n.String(h.dst), n.String(h.account))
	if h.service != footfall.ServiceUnknown && h.service != footfall.ServiceNetwork {
		text += " by " + h.service.String()
	}
	if h.was != 0 && h.was != h.account {
		text += ", before that " + n.String(h.was)
	}
	switch {
	case h.shown && h.after != 0:
		text += ", as records show"
	case h.of > 1 && h.weight < likely:
		text += fmt.Sprintf(", one of %d hands (%.2f)", h.of, h.weight)
	}
	return text
}

// numbers are what is rare about the rarest way of an incident.
func (j *judge) numbers(in *incident) []string {
	n, r, h := j.opt.Names, &in.top, &in.topHop
	hand, dst := n.String(r.hand), n.String(h.dst)
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if r.switched {
		if r.fresh {
			add("%s is another's account, which %s never used", n.String(h.account), hand)
		} else {
			add("%s is another's account", n.String(h.account))
		}
	}
	if r.never {
		add("%s was never on %s (%s known)", hand, dst, say.Count(r.known, "host"))
	}
	if r.team > 0 {
		add("its %s were there on %s", say.Count(r.team, "peer"), say.Count(r.peers, "day"))
	}
	if r.edge {
		add("nobody went from %s to %s before", n.String(h.src), dst)
	}
	if r.recent > 1 {
		add("it is the %s new host in %s, at %s's pace a probability of %.2g", nth(r.recent), say.Span(r.within), hand, r.pace)
	}
	if r.exposed != 0 {
		add("%s was on %s on %s, where it can have been taken", n.String(h.account), n.String(r.exposed), say.Day(r.exposedAt))
	}
	if r.failed >= 1 {
		add("about %.0f logons had failed in the hours before", r.failed)
	}
	if r.tiered {
		if _, declared := j.opt.Context.Critical[dst]; declared {
			add("%s is of tier %d", dst, r.tier)
		} else {
			add("%s is a domain controller", dst)
		}
	}
	if r.outside {
		add("the way begins outside")
	}
	days := r.days
	add("%s of %s comparable ways in %s were as rare (history of %s)", thousands(r.as), thousands(r.of), say.Count(min(days, keptDays), "day"), say.Count(days, "day"))
	return out
}

// innocent says which harmless explanations were tested, and how they came out.
func (j *judge) innocent(in *incident) string {
	n, r, h := j.opt.Names, &in.top, &in.topHop
	hand, account := n.String(r.hand), n.String(h.account)
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if r.switched {
		add("an own administrative account: %s is not known to be %s's", account, hand)
	}
	_, administers, roles := j.opt.Context.Role(n.String(r.main))
	switch {
	case administers:
		add("on call or administration: declared roles are %s", roles)
	case roles != "":
		add("on call or administration: no, declared roles are %s", roles)
	default:
		add("on call or administration: no roles are declared")
	}
	switch {
	case r.newcomer:
		add("a newcomer: %s is new, but its peers do not go to %s", hand, n.String(h.dst))
	case r.team == 0:
		add("work of its team: no peers are known")
	case r.peers > 0:
		add("work of its team: peers were there on %s", say.Count(r.peers, "day"))
	default:
		add("work of its team: none of %s was there", say.Count(r.team, "peer"))
	}
	if h.of > 1 {
		add("somebody else on %s: %s can have made the hop", n.String(h.src), say.Count(int(h.of), "person"))
	}
	if in.top.sortOf() == handProgram {
		add("a wave of patches: the account comes from a host that it did not come from before")
	}
	settle := fmt.Sprintf("Ask %s whether it was on %s at %s and went on to %s", hand, n.String(h.src), say.Time(h.time), n.String(h.dst))
	if r.switched {
		settle += " as " + account
	}
	return "Tested: " + strings.Join(out, "; ") + ". " + settle + "."
}

// nth writes 2nd, 3rd, 11th.
func nth(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// thousands writes 1,214.
func thousands(n uint32) string {
	s := strconv.FormatUint(uint64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// stepOf is the step of a login, as far as the login tells, for what is found
// when a late record changes what came before it.
func stepOf(l *Login) *footfall.Step {
	return &footfall.Step{
		Time: l.Time, ID: l.ID, Ref: l.Ref, Kind: footfall.KindLogon, Service: l.Service, Outcome: footfall.Success,
		SrcHost: l.Src, DstHost: l.Dst, Account: l.Account, Session: l.Session, Flags: footfall.FlagRemote,
	}
}
