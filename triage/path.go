package triage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// pathBefore is the kind of facts whose hops lead to a finding's.
const pathBefore = "path-before"

// path returns the hops of a case in the order of time, each once: those of its
// findings and of the facts that joined them, those that facts tell of before
// them, what records show between its hosts at its time, and how whoever made
// the first one came in. Addresses are replaced by the hosts that they were.
func (b *builder) path(c *footfall.Case, joined []footfall.Hop, facts []*footfall.Fact) []footfall.Hop {
	hops := slices.Clone(joined)
	for _, k := range facts {
		if k.Kind == pathBefore {
			hops = append(hops, k.Path...)
		}
	}
	hops = append(hops, ofFindings(c.Findings)...)
	hops = once(mergePath(b.between(c, b.named(hops))))
	if len(hops) == 0 {
		hops = once(mergePath(b.named(implied(c.Findings))))
	}
	if len(hops) == 0 {
		hops = once(mergePath(b.beside(c)))
	}
	taken(hops, c.Findings)
	b.byWhat(hops, c.Findings)
	return once(mergePath(b.entered(hops)))
}

// ofFindings are the hops that findings name. Those of what is below medium take
// part where they touch a host of the others.
func ofFindings(findings []*footfall.Finding) (out []footfall.Hop) {
	hosts := map[string]bool{}
	take := func(f *footfall.Finding, h footfall.Hop) {
		h.Time = cmp.Or(h.Time, f.First) // of a session that was open before the log begins
		out = append(out, h)
	}
	for _, f := range findings {
		if f.Level < footfall.LevelMedium {
			continue
		}
		for _, h := range f.Path {
			take(f, h)
			hosts[h.From], hosts[h.To] = true, true
		}
	}
	for _, f := range findings {
		if f.Level >= footfall.LevelMedium {
			continue
		}
		for _, h := range f.Path {
			if len(hosts) == 0 || hosts[h.From] || hosts[h.To] {
				take(f, h)
			}
		}
	}
	return out
}

// beside are the ways to a case's only host that were gone while it happened and
// just before, when they all came from one place.
func (b *builder) beside(c *footfall.Case) (out []footfall.Hop) {
	k := b.castOf(c, nil)
	if len(k.hosts) != 1 || len(b.ways) == 0 || onlyTried(c.Findings) || serviceOf(c.Attack) == nil {
		return nil
	}
	first, last := int64(0), int64(0)
	for _, f := range c.Findings {
		if f.Level >= footfall.LevelMedium && !traces(f) {
			if first == 0 || f.First < first {
				first = f.First
			}
			last = max(last, f.Last)
		}
	}
	for host := range k.hosts {
		for _, h := range b.ways[host] {
			if h.Time < first-sameVisit || h.Time > last || !k.has(h.Account) {
				continue
			}
			if len(out) > 0 && h.From != out[0].From {
				return nil
			}
			out = append(out, h)
		}
	}
	return out
}

// taken says whose hand a hop was where a finding says that one account used
// another one's credentials from there.
func taken(hops []footfall.Hop, findings []*footfall.Finding) {
	for i := range hops {
		h := &hops[i]
		if h.Switch == h.Account {
			h.Switch = ""
		}
		if h.Switch != "" || h.Account == "" || identity(h.From) {
			continue
		}
		for _, f := range findings {
			if h.Time < f.First-sameVisit || h.Time > f.Last+sameVisit {
				continue
			}
			var by []string
			of, from, to := false, false, false
			for _, e := range f.Entities {
				switch {
				case isSource(e):
					from = from || bareHost(e.Name) == h.From
				case isDestination(e):
					to = to || bareHost(e.Name) == h.To
				case isAccount(e) && e.Role == footfall.RoleTarget:
					of = of || e.Name == h.Account
				case isAccount(e) && !SystemAccount(e.Name) && e.Name != h.Account:
					by = note(by, e.Name)
				}
			}
			if of && from && to && len(by) == 1 {
				h.Switch = by[0]
			}
		}
	}
}

// byWhat says which service a hop was by that its record does not tell, or only
// that it was a call: when all findings about what was done there from where the
// hop came from, each of one service, agree.
func (b *builder) byWhat(hops []footfall.Hop, findings []*footfall.Finding) {
	for i := range hops {
		h := &hops[i]
		if !vague(h.Service) && h.Service != footfall.ServiceRPC {
			continue
		}
		agreed, several := footfall.ServiceUnknown, false
		for _, f := range findings {
			s := onlyService(f.Attack)
			if f.Level < footfall.LevelMedium || s == footfall.ServiceUnknown || h.Time < f.First-sameVisit || h.Time > f.Last+sameVisit || !b.aboutHop(f, h) {
				continue
			}
			if s == footfall.ServiceSMB && agreed != footfall.ServiceUnknown {
				continue // a logon over the network is taken for SMB's where nothing better is known
			}
			several = several || agreed != footfall.ServiceUnknown && agreed != footfall.ServiceSMB && agreed != s
			agreed = s
		}
		if agreed != footfall.ServiceUnknown && !several {
			h.Service = agreed
		}
	}
}

// onlyService is the service that techniques name when they name one alone.
func onlyService(attack []string) footfall.Service {
	out := footfall.ServiceUnknown
	for _, t := range attack {
		s := footfall.ServiceUnknown
		switch {
		case t == "T1047":
			s = footfall.ServiceWMI
		case strings.HasPrefix(t, "T1021."):
			s = serviceUsed([]string{t})
		default:
			continue
		}
		if out != footfall.ServiceUnknown {
			return footfall.ServiceUnknown
		}
		out = s
	}
	return out
}

// aboutHop reports whether a finding is about what the hop's account did where
// it came to, from where it came.
func (b *builder) aboutHop(f *footfall.Finding, h *footfall.Hop) bool {
	if len(f.Path) > 1 {
		return false // it is about a way of several hops
	}
	from, at, by := false, false, h.Account == ""
	for _, e := range f.Entities {
		name := bareHost(e.Name)
		from = from || isSource(e) && (name == h.From || b.opt.nameOf(name) == h.From)
		at = at || isDestination(e) && (name == h.To || b.opt.nameOf(name) == h.To)
		by = by || isAccount(e) && e.Name == h.Account
	}
	return from && at && by
}

// implied are the hops of findings of which no logon is recorded, but that say
// who acted there, from which one host or address, and by what.
func implied(findings []*footfall.Finding) (out []footfall.Hop) {
	for _, f := range findings {
		service := serviceUsed(f.Attack)
		if f.Level < footfall.LevelMedium || f.Failed || failedGuess(f) || service == footfall.ServiceUnknown {
			continue
		}
		h := footfall.Hop{Time: f.First, Service: service, Outcome: footfall.Success}
		only := map[*string]bool{&h.From: true, &h.To: true, &h.Account: true}
		take := func(into *string, name string) {
			only[into] = only[into] && (*into == "" || *into == name || isAddress(*into) != isAddress(name))
			if *into == "" || isAddress(*into) {
				*into = name
			}
		}
		for _, e := range f.Entities {
			switch {
			case isSource(e) && !ownAddress(e.Name):
				take(&h.From, e.Name)
			case isDestination(e):
				take(&h.To, e.Name)
			case isAccount(e) && e.Role == footfall.RoleActor && !SystemAccount(e.Name) && !ownMachine(e.Name, f):
				take(&h.Account, e.Name)
			}
		}
		acted := h.Account != ""
		if !only[&h.Account] {
			h.Account = ""
		}
		if acted && only[&h.From] && only[&h.To] && h.From != "" && h.To != "" && len(f.Evidence) > 0 {
			h.Ref = f.Evidence[0]
			out = append(out, h)
		}
	}
	return out
}

// serviceUsed is the service that techniques name, of several the one that says
// most; none of a cloud, where what is done needs no logon to a host.
func serviceUsed(attack []string) footfall.Service {
	for _, s := range []footfall.Service{footfall.ServiceRDP, footfall.ServiceSSH, footfall.ServiceVNC, footfall.ServiceWinRM, footfall.ServiceDCOM, footfall.ServiceSMB} {
		if slices.Contains(attack, s.Technique()) {
			return s
		}
	}
	return footfall.ServiceUnknown
}

// nameOf returns the host of an inner address, the name itself without one.
func (o *Options) nameOf(name string) string {
	if o.Host == nil || !isAddress(name) {
		return name
	}
	return cmp.Or(o.Host(name), name)
}

// withHosts adds the hosts of inner addresses.
func (o *Options) withHosts(names []string) []string {
	for _, n := range names {
		if host := o.nameOf(n); host != n {
			names = append(names, host)
		}
	}
	return names
}

// named gives hosts one name each, and leaves out what stayed on one host.
func (b *builder) named(hops []footfall.Hop) []footfall.Hop {
	out := make([]footfall.Hop, 0, len(hops))
	for _, h := range hops {
		h.From, h.To = b.opt.nameOf(bareHost(h.From)), b.opt.nameOf(bareHost(h.To))
		if h.From != h.To {
			out = append(out, h)
		}
	}
	return out
}

// bareHost takes the address from a name that has it behind: "web1 (192.0.2.7)".
func bareHost(name string) string {
	host, rest, ok := strings.Cut(name, " (")
	if addr, end := strings.CutSuffix(rest, ")"); ok && end && isAddress(addr) {
		return host
	}
	return name
}

// A cast is the hosts and accounts of a case.
type cast struct {
	hosts, accounts map[string]bool
}

func (b *builder) castOf(c *footfall.Case, hops []footfall.Hop) cast {
	k := cast{map[string]bool{}, map[string]bool{}}
	for _, h := range hops {
		k.hosts[h.From], k.hosts[h.To] = true, true
		k.account(h.Account)
	}
	for _, f := range c.Findings {
		if f.Level < footfall.LevelMedium || len(f.Entities) > maxEntities {
			continue
		}
		for _, e := range f.Entities {
			switch {
			case isSource(e), isDestination(e):
				k.hosts[b.opt.nameOf(bareHost(e.Name))] = true
			case isAccount(e):
				k.account(e.Name)
			}
		}
	}
	delete(k.hosts, "")
	return k
}

func (k *cast) account(name string) {
	if name != "" && !SystemAccount(name) {
		k.accounts[name] = true
	}
}

// has reports whether a hop is of one of the accounts, or of none that is named.
func (k *cast) has(account string) bool {
	return account == "" || len(k.accounts) == 0 || k.accounts[account]
}

// maxCast bounds the hosts of a case whose ways are looked for: what names more
// is about a network, not about a path.
const maxCast = 64

// between adds the ways between a case's hosts that were gone first at its time,
// by its accounts, and how its roles were taken.
func (b *builder) between(c *footfall.Case, hops []footfall.Hop) []footfall.Hop {
	k := b.castOf(c, hops)
	if len(b.ways) == 0 || len(k.hosts) > maxCast || gotNowhere(c.Findings) {
		return hops
	}
	add := func(to string, takes func(footfall.Hop) bool) {
		list := b.ways[to]
		at, _ := slices.BinarySearchFunc(list, c.First-withHop, func(h footfall.Hop, t int64) int { return cmp.Compare(h.Time, t) })
		for ; at < len(list) && list[at].Time <= c.Last+withHop; at++ {
			if takes(list[at]) {
				hops = append(hops, list[at])
			}
		}
	}
	for to := range k.hosts {
		add(to, func(h footfall.Hop) bool { return k.hosts[h.From] && k.has(h.Account) })
	}
	for who := range k.accounts {
		if !k.hosts[who] {
			add(who, func(h footfall.Hop) bool { return h.Service == footfall.ServiceCloud })
		}
	}
	return hops
}

// maxEntry is how many hops lead from outside to the first one of a case: by a
// gateway, an inner address and a desk.
const maxEntry = 3

// entered adds how whoever made the first hop had come to where it began: from
// outside, through a VPN or a gateway, or in a role of a cloud, within a day, as
// the same account or as one that a sensor could not see.
func (b *builder) entered(hops []footfall.Hop) []footfall.Hop {
	if len(b.ways) == 0 {
		return hops
	}
	for range maxEntry {
		first, ok := firstHop(hops)
		if !ok || external(first.From, b.opt.Context) {
			return hops
		}
		var best *footfall.Hop
		for i := range b.ways[first.From] {
			h := &b.ways[first.From][i]
			if h.Time > first.Time || h.Time < first.Time-withAccount || !b.leadsIn(h) || h.Account != "" && h.Account != first.Account {
				continue
			}
			if best == nil || (h.Account != "") == (best.Account != "") || h.Account != "" {
				best = h // they are in the order of time, and the last is the nearest
			}
		}
		if best == nil {
			return hops
		}
		hops = append(hops, *best)
	}
	return hops
}

// leadsIn reports whether a way comes from outside or from what stands at the border.
func (b *builder) leadsIn(h *footfall.Hop) bool {
	switch h.Service {
	case footfall.ServiceVPN, footfall.ServiceGateway, footfall.ServiceCloud:
		return true
	}
	return external(h.From, b.opt.Context)
}

// firstHop returns the earliest hop by which somebody got in.
func firstHop(hops []footfall.Hop) (first footfall.Hop, ok bool) {
	for _, h := range hops {
		if h.Outcome == footfall.Success && (!ok || h.Time < first.Time || h.Time == first.Time && precedes(h, first)) {
			first, ok = h, true
		}
	}
	return first, ok
}

// precedes orders hops of one time: one leads to where the other begins.
func precedes(a, b footfall.Hop) bool {
	if a.To == b.From || b.To == a.From {
		return a.To == b.From
	}
	return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To), strings.Compare(a.Account, b.Account)) < 0
}

// sameLogon is how far apart the records of one logon may be: the server's,
// the client's and the domain controller's.
const sameLogon = int64(2 * time.Second)

// mergePath puts hops in the order of time. Of equal hops (ends, account,
// service, outcome) the first stays, unless their ids say that they are several
// logons; one logon that several records tell of, by host and by address or with
// and without its service, is one hop with the best of them.
func mergePath(hops []footfall.Hop) []footfall.Hop {
	all := slices.Clone(hops)
	slices.SortStableFunc(all, func(a, b footfall.Hop) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.From, b.From), strings.Compare(a.To, b.To),
			strings.Compare(a.Account, b.Account), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Outcome, b.Outcome),
			strings.Compare(b.Switch, a.Switch), compareRef(a.Ref, b.Ref))
	})
	type end struct {
		to, account string
		outcome     footfall.Outcome
	}
	type whole struct {
		end
		from    string
		service footfall.Service
	}
	last := map[end][]int{} // hops to an end, the newest last
	known := map[whole]int{}
	var out []footfall.Hop
	for _, h := range all {
		k := end{h.To, h.Account, h.Outcome}
		w := whole{k, h.From, h.Service}
		at, ok := known[w]
		if !ok || severalLogons(&out[at], h) {
			at, ok = recentHop(out, last[k], h)
		}
		if ok {
			merge(&out[at], h)
		} else {
			at = len(out)
			last[k] = append(last[k], at)
			out = append(out, h)
		}
		known[w] = at
	}
	return out
}

// recentHop finds the hop among list, the newest last, that h is another
// record of.
func recentHop(out []footfall.Hop, list []int, h footfall.Hop) (int, bool) {
	for k := len(list) - 1; k >= 0 && h.Time-out[list[k]].Time <= sameLogon; k-- {
		p := &out[list[k]]
		from := p.From == h.From || isAddress(p.From) != isAddress(h.From) || p.From == "" || h.From == ""
		if from && !severalLogons(p, h) && (p.Service == h.Service || vague(p.Service) || vague(h.Service)) {
			return list[k], true
		}
	}
	return 0, false
}

// severalLogons reports whether two hops between the same ends are two logons: those
// that others went on from are told apart by their ids.
func severalLogons(p *footfall.Hop, h footfall.Hop) bool {
	return h.ID != 0 && p.ID != h.ID && (p.ID != 0 || h.Time-p.Time > sameLogon)
}

// vague reports whether a record does not say which service was used.
func vague(s footfall.Service) bool {
	return s == footfall.ServiceUnknown || s == footfall.ServiceNetwork
}

// merge takes from another record of a hop what it says better.
func merge(into *footfall.Hop, h footfall.Hop) {
	if into.From == "" || isAddress(into.From) && !isAddress(h.From) && h.From != "" {
		into.From = h.From
	}
	if vague(into.Service) && !vague(h.Service) {
		into.Service = h.Service
	}
	if into.Switch == "" {
		into.Switch = h.Switch
	}
	if into.ID == 0 {
		into.ID = h.ID
	}
	if into.Of == 0 && !into.Shown {
		into.After, into.Sure, into.Shown, into.Hand, into.Of, into.Else = cmp.Or(h.After, into.After), h.Sure, h.Shown, cmp.Or(h.Hand, into.Hand), h.Of, h.Else
	}
}

func compareRef(a, b footfall.Ref) int {
	return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Chunk, b.Chunk), cmp.Compare(a.Offset, b.Offset))
}

// sameVisit is how far apart the records of one visit may be, of which one says
// more than the other.
const sameVisit = int64(2 * time.Minute)

// once leaves out hops that others tell better: those without an account where
// an account is known to have gone the same way by the same service, and those
// without a service where a visit of the account has one. Two that others went
// on from are two logons.
func once(path []footfall.Hop) []footfall.Hop {
	type way struct{ from, to string }
	by := map[way][]int{}
	for i, h := range path {
		by[way{h.From, h.To}] = append(by[way{h.From, h.To}], i)
	}
	drop := map[int]bool{}
	for i, h := range path {
		at := -1
		for _, j := range by[way{h.From, h.To}] {
			if j != i && !drop[j] && (path[j].ID == h.ID || path[j].ID == 0 || h.ID == 0) && tellsBetter(path[j], h) && (at < 0 || path[j].Time <= h.Time) {
				at = j
			}
		}
		if at < 0 {
			continue
		}
		drop[i] = true
		merge(&path[at], h)
	}
	out := path[:0]
	for i, h := range path {
		if !drop[i] {
			out = append(out, h)
		}
	}
	inOrder(out)
	return out
}

// inOrder puts hops of one time behind those that lead to them.
func inOrder(path []footfall.Hop) {
	for i := range path {
		moves := 0 // ways in a ring have no order
		for j := i + 1; j < len(path) && path[j].Time == path[i].Time && moves < maxEntry; j++ {
			if h := path[j]; h.To == path[i].From && path[i].To != h.From {
				copy(path[i+1:j+1], path[i:j])
				path[i] = h
				j, moves = i, moves+1
			}
		}
	}
}

// tellsBetter reports whether a says all that b does of one visit, and more.
func tellsBetter(a, b footfall.Hop) bool {
	if a.Outcome != b.Outcome || a.Account != b.Account && b.Account != "" {
		return false
	}
	visit := max(a.Time-b.Time, b.Time-a.Time) <= sameVisit
	if a.Account != b.Account && a.Service == b.Service {
		return true
	}
	return visit && telling(a.Service) > telling(b.Service)
}

// telling orders services by how much they say of what was done: RPC and
// Kerberos go before others.
func telling(s footfall.Service) int {
	switch {
	case vague(s):
		return 0
	case s == footfall.ServiceRPC, s == footfall.ServiceKerberos:
		return 1
	}
	return 2
}
