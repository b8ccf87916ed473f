package triage

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

const (
	// maxListed is how many addresses or tickets an answer names.
	maxListed = 5
	// ticketBefore is how long before a case a ticket about it may have ended,
	// and ticketAfter how long after it one may be opened.
	ticketBefore = 7 * 24 * time.Hour
	ticketAfter  = 24 * time.Hour
)

// declared are the facts about a case that logs do not hold: what lists say of
// its addresses, whom to ask, and which tickets name its things.
func (b *builder) declared(c *footfall.Case, s *scene) []*footfall.Fact {
	var out []*footfall.Fact
	top := s.top()
	for _, f := range []*footfall.Fact{b.listed(c), b.owners(s), b.tickets(c, s)} {
		f.Finding, f.Time = top.ID, c.Last
		out = append(out, f)
	}
	return out
}

// addresses are the public addresses that a case names, in order.
func addresses(c *footfall.Case) (out []string) {
	add := func(name string) {
		if a, err := netip.ParseAddr(name); err == nil && public(a.Unmap()) {
			out = append(out, name)
		}
	}
	for _, e := range c.Entities {
		add(e.Name)
	}
	for _, h := range c.Path {
		add(h.From)
		add(h.To)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate()
}

// listed says what lists of intelligence say of every address of a case.
func (b *builder) listed(c *footfall.Case) *footfall.Fact {
	f := &footfall.Fact{Kind: "addresses-known-bad"}
	all := addresses(c)
	for _, a := range all {
		f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleAddress, Kind: "address", Name: a})
	}
	names := count(len(all), "public address") + " (" + list(all, maxListed) + ")"
	if len(all) == 1 {
		names = all[0]
	}
	switch {
	case len(all) == 0:
		f.Text = "The case names no public address that a list could know."
		return f
	case b.opt.Intel == nil:
		f.Text = fmt.Sprintf("Whether %s is known to be malicious is not known: no list of intelligence was given (--intel).", names)
		return f
	}
	var bad, other []string
	var buf []footfall.Listing
	witnesses := 0
	for _, a := range all {
		buf = b.opt.Intel(buf[:0], a)
		kind, lists := "", []string(nil)
		for i := range buf {
			l := &buf[i]
			if !l.Covers(c.First) && !l.Covers(c.Last) {
				continue
			}
			if l.Verdict() || kind == "" {
				kind = l.Kind
			}
			if l.Verdict() {
				witnesses++
			}
			lists = note(lists, l.List)
		}
		switch text := a + " as " + kind + " by " + list(lists, 3); {
		case kind == footfall.ListedMalicious:
			bad = append(bad, text)
		case kind != "":
			other = append(other, text)
		}
	}
	given := b.feeds(c.Last)
	switch {
	case len(bad) > 0:
		f.Verdict, f.Sure = footfall.Yes, footfall.SureOf(witnesses)
		f.Text = fmt.Sprintf("Of %s lists name %s. Looked up in %s.", names, list(append(bad, other...), maxListed), given)
	case len(other) > 0:
		f.Text = fmt.Sprintf("Of %s lists name %s, which is no verdict. Looked up in %s.", names, list(other, maxListed), given)
	default:
		f.Verdict, f.Sure = footfall.No, footfall.SureOf(0)
		f.Text = fmt.Sprintf("None of the lists names %s at that time: %s.", names, given)
	}
	return f
}

// feeds names the lists that were given, with how old each is at a time.
func (b *builder) feeds(at int64) string {
	var out []string
	for _, l := range b.opt.Feeds {
		text := fmt.Sprintf("%s (%s, ", l.Name, count(l.Entries, "listing"))
		switch age := time.Duration(at - l.Newest); {
		case l.Newest == 0:
			text += "of unknown age)"
		case age < 0:
			text += "newest " + span(-age) + " after the case)"
		default:
			text += "newest " + span(age) + " before the end of the case)"
		}
		out = append(out, text)
	}
	return list(out, maxListed)
}

// owners says whom to ask about the accounts of a case.
func (b *builder) owners(s *scene) *footfall.Fact {
	f := &footfall.Fact{Kind: "owner-contact"}
	ctx := b.opt.Context
	var known, open []string
	for _, a := range s.accounts {
		f.Entities = append(f.Entities, footfall.Entity{Role: footfall.RoleActor, Kind: "account", Name: a})
		switch who, to := ctx.People[a], ctx.Contacts[a]; {
		case who != "" && to != "":
			text := fmt.Sprintf("%s is %s, reached at %s", a, who, to)
			if roles := ctx.Roles[a]; len(roles) > 0 {
				text += " (" + strings.Join(roles, ", ") + ")"
			}
			known = append(known, text)
		case ctx.Services[a]:
			known = append(known, a+" is declared as a program's")
		case who != "":
			open = append(open, a+" is "+who+", of whom no address is declared")
		default:
			open = append(open, "nobody is declared for "+a)
		}
	}
	switch {
	case len(s.accounts) == 0:
		f.Text = "The records name no account of a person."
	case len(open) == 0:
		f.Verdict, f.Sure = footfall.Yes, footfall.SureOf(len(known))
		f.Text = capital(list(known, maxListed)) + "."
	case len(ctx.People) == 0:
		f.Text = fmt.Sprintf("No people are declared in the context file: whose %s is, is not known.", list(s.accounts, 3))
	default:
		f.Verdict, f.Sure = footfall.No, footfall.SureOf(len(open))
		f.Text = capital(list(append(open, known...), maxListed)) + "."
	}
	return f
}

// capital begins a sentence with nobody; names keep how they are spelled.
func capital(s string) string {
	if rest, ok := strings.CutPrefix(s, "nobody "); ok {
		return "Nobody " + rest
	}
	return s
}

// tickets says which tickets of the time name an account, a host or an
// address of a case.
func (b *builder) tickets(c *footfall.Case, s *scene) *footfall.Fact {
	f := &footfall.Fact{Kind: "tickets"}
	desk := b.opt.Context.Tickets
	if desk == nil {
		f.Text = "No export of tickets was given (--tickets); look in the service desk's own."
		return f
	}
	var names []string
	for _, n := range slices.Concat(s.accounts, s.hosts, s.allFrom) {
		names = note(names, bare(n))
	}
	var found []string
	for i := range desk.List {
		t := &desk.List[i]
		if t.Opened > c.Last+int64(ticketAfter) || t.Ended != 0 && t.Ended < c.First-int64(ticketBefore) {
			continue
		}
		if n := mentions(t.Text, names); n != "" {
			text := fmt.Sprintf("%s %q", t.ID, short(t.Title, 80))
			if t.State != "" {
				text += " (" + short(t.State, 40) + ")"
			}
			found = append(found, text+", which names "+n)
		}
	}
	f.Span = footfall.Span{From: desk.First, Until: desk.Last}
	if desk.First != 0 {
		f.Span.Days = int((desk.Last-desk.First)/int64(24*time.Hour)) + 1
	}
	switch {
	case len(found) > 0:
		f.Verdict, f.Sure = footfall.Yes, footfall.SureOf(len(found))
		f.Text = fmt.Sprintf("%s of that time: %s.", count(len(found), "ticket"), list(found, maxListed))
	case desk.First == 0 || desk.First > c.First || desk.Last < c.Last:
		f.Text = fmt.Sprintf("None of the %s in %s names the case's accounts, hosts or addresses, but they do not cover its time.", count(len(desk.List), "ticket"), desk.Name)
	default:
		f.Verdict, f.Sure = footfall.No, footfall.SureOf(f.Span.Days)
		f.Text = fmt.Sprintf("None of the %s in %s, which cover the time, names the case's accounts, hosts or addresses.", count(len(desk.List), "ticket"), desk.Name)
	}
	return f
}

// bare is a name as people write it: an account without its domain.
func bare(name string) string {
	if _, n, ok := strings.Cut(name, `\`); ok {
		return n
	}
	return name
}

// mentions returns the first of names that stands in a text as a word of its own.
func mentions(text string, names []string) string {
	text = strings.ToLower(text)
	for _, n := range names {
		want := strings.ToLower(n)
		if len(want) < 2 {
			continue
		}
		for at := 0; ; {
			i := strings.Index(text[at:], want)
			if i < 0 {
				break
			}
			i += at
			if !partOfName(text, i-1) && !partOfName(text, i+len(want)) {
				return n
			}
			at = i + len(want)
		}
	}
	return ""
}

// partOfName reports whether the byte at i continues a name.
func partOfName(text string, i int) bool {
	if i < 0 || i >= len(text) {
		return false
	}
	c := text[i]
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c >= 0x80
}

func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}
