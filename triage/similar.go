package triage

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// Bounds on likeness: what so many cases share says nothing of two of them.
const (
	maxSimilar = 20
	maxSharing = 64
	maxTraits  = 64 // of one kind and case
)

// A trait is something that two cases may be alike in.
type trait struct {
	key    string
	what   string // the same account alice
	weight int
}

// Similar fills in which other cases each case is like, and in what: an
// account, a source, its network, all of the rules, the shape of the path. Cases
// come in any order and may be closed ones of earlier runs.
func Similar(cases []*footfall.Case, ctx *footfall.Context) {
	if ctx == nil {
		ctx = &footfall.Context{}
	}
	having := map[string][]int{}
	traits := make([][]trait, len(cases))
	for i, c := range cases {
		traits[i] = traitsOf(c, ctx)
		for _, t := range traits[i] {
			having[t.key] = append(having[t.key], i)
		}
	}
	for i, c := range cases {
		c.Similar = likest(i, cases, traits[i], having)
	}
}

func likest(i int, cases []*footfall.Case, traits []trait, having map[string][]int) []footfall.Likeness {
	type match struct {
		other  int
		weight int
		why    []string
		more   map[string]int // how many further ones of a kind
	}
	found := map[int]*match{}
	for _, t := range traits {
		with := having[t.key]
		if len(with) > maxSharing {
			continue
		}
		for _, k := range with {
			if k == i || cases[k].ID == cases[i].ID {
				continue
			}
			m := found[k]
			if m == nil {
				m = &match{other: k, more: map[string]int{}}
				found[k] = m
			}
			kind, _, _ := strings.Cut(t.key, "\x00")
			// The network of a source that both have says nothing more.
			if _, same := m.more["source"]; same && kind == "network" {
				continue
			}
			m.weight += t.weight
			if n, again := m.more[kind]; again {
				m.more[kind] = n + 1
				continue
			}
			m.more[kind] = 0
			m.why = append(m.why, t.what)
		}
	}
	list := make([]*match, 0, len(found))
	for _, m := range found {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *match) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight),
			strings.Compare(cases[a.other].ID, cases[b.other].ID))
	})
	var out []footfall.Likeness
	for _, m := range list[:min(len(list), maxSimilar)] {
		why := strings.Join(m.why, "; ")
		n := 0
		for _, k := range m.more {
			n += k
		}
		if n > 0 {
			why += fmt.Sprintf("; and %d more of these", n)
		}
		out = append(out, footfall.Likeness{Case: cases[m.other].ID, Because: why})
	}
	return out
}

func traitsOf(c *footfall.Case, ctx *footfall.Context) []trait {
	var accounts, sources, rules []string
	for _, e := range c.Entities {
		switch {
		case isAccount(e) && e.Role == footfall.RoleActor && !SystemAccount(e.Name) && !commonAccount(e.Name):
			accounts = append(accounts, e.Name)
		case isSource(e) && e.Name != "" && !ctx.Scanners[e.Name] && !sharedAddress(e.Name, ctx):
			sources = append(sources, e.Name)
		}
	}
	for _, f := range c.Findings {
		if f.Level >= footfall.LevelMedium && f.Rule != nil {
			rules = append(rules, f.Rule.ID)
		}
	}
	accounts, sources, rules = distinct(accounts), distinct(sources), distinct(rules)
	var out []trait
	for _, a := range accounts[:min(len(accounts), maxTraits)] {
		out = append(out, trait{"account\x00" + a, "same account " + a, 4})
	}
	sources = sources[:min(len(sources), maxTraits)]
	for _, s := range sources {
		out = append(out, trait{"source\x00" + s, "same source " + s, 4})
	}
	for _, n := range networks(sources) {
		out = append(out, trait{"network\x00" + n, "same network " + n, 2})
	}
	for _, as := range systems(c) {
		out = append(out, trait{"as\x00" + as, "same autonomous system " + as, 1})
	}
	if len(rules) > 0 {
		what := fmt.Sprintf("same %d rules", len(rules))
		if len(rules) == 1 {
			what = "same rule"
		}
		out = append(out, trait{"rules\x00" + strings.Join(rules, "\x00"), what, min(len(rules), 3)})
	}
	if s := shape(c.Path); s != "" {
		out = append(out, trait{"shape\x00" + s, "same shape of path: " + s, 2})
	}
	return out
}

// networks are those of outer addresses: 24 bits of an IPv4 address and 48 of
// an IPv6 one, which is what one customer mostly gets.
func networks(sources []string) (out []string) {
	for _, s := range sources {
		a, err := netip.ParseAddr(s)
		if err != nil || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
			continue
		}
		bits := 48
		if a = a.Unmap(); a.Is4() {
			bits = 24
		}
		if p, err := a.Prefix(bits); err == nil {
			out = append(out, p.String())
		}
	}
	return distinct(out)
}

// asNumber is how facts about a source's place name its autonomous system.
var asNumber = regexp.MustCompile(`\((AS[0-9]{1,10})\)`)

// systems are the autonomous systems of a case's sources, as facts tell them.
func systems(c *footfall.Case) (out []string) {
	for _, f := range c.Facts {
		if f.Kind != "source-location" {
			continue
		}
		if m := asNumber.FindStringSubmatch(f.Text); m != nil {
			out = append(out, m[1])
		}
	}
	return distinct(out)
}

// shape is the services of a path's hops in order, with the changes of account;
// a path of one hop has none.
func shape(path []footfall.Hop) string {
	var steps []string
	for _, h := range path {
		if h.Outcome != footfall.Success {
			continue
		}
		s := cmp.Or(serviceName(h.Service), "logon")
		if h.Switch != "" {
			s += " as another"
		}
		if n := len(steps); n == 0 || steps[n-1] != s {
			steps = append(steps, s)
		}
	}
	if len(steps) < 2 || len(steps) > 12 {
		return ""
	}
	return strings.Join(steps, ", ")
}
