package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// A Shift is what a shift report is about beside the run.
type Shift struct {
	From, Until int64  // Unix nanoseconds
	Out, In     string // who hands over and who takes over; "" for a line to fill in
	Anchor      string // the journal's last entry: number and hash
	Suggested   []string
	Watch       []string // what is to be watched or expected, each with its end
	Zone        *time.Location
}

// Handover writes the one page that a shift leaves to the next: text, markdown
// or html. What a folder without live response cannot have says so in a line.
func Handover(w io.Writer, format string, r *footfall.Run, s *Shift, opt TextOptions) error {
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	p := s.page(r)
	switch format {
	case "text":
		return p.text(w, opt)
	case "markdown":
		return p.markdown(w)
	case "html":
		return p.html(w)
	}
	return fmt.Errorf("report: format %q is not text, markdown or html", format)
}

// A page is a shift report before it is laid out.
type page struct {
	title  string
	head   []string
	blocks []block
}

// A block is one numbered part of it.
type block struct {
	title string
	items []item
	none  string // what stands there when there are no items
}

type item struct {
	lead string
	text string
	more []string
}

func (s *Shift) page(r *footfall.Run) *page {
	p := &page{title: "Shift handover"}
	fill := func(name string) string { return cmp.Or(name, "____________________") }
	p.head = []string{
		"Period " + s.both(s.From) + " to " + s.both(s.Until),
		"Handed over by " + fill(s.Out) + ", taken over by " + fill(s.In),
		"Written at " + s.both(s.Until),
		"Journal " + cmp.Or(s.Anchor, "empty"),
	}
	open, ended := s.sorted(r)
	p.blocks = []block{
		{title: "State", items: []item{{text: s.state(r, open)}}},
		{title: "Changes in force", none: "None by this program: it changed nothing outside. What people changed stands in the notes of the cases."},
		{title: "Open cases", items: s.open(open), none: "None."},
		{title: "Waiting on others", items: s.waiting(open), none: "Nobody is waited for."},
		{title: "Approvals pending", items: s.approvals(open), none: "None."},
		{title: "Escalated and closed in this shift", items: s.ended(r, ended), none: "None."},
		{title: "Sources and health", items: s.health(r), none: "All inputs were read whole."},
		{title: "Modes and breakers", none: "None: without live response there is no mode to change."},
		{title: "Watch", items: plainItems(s.Watch), none: "Nothing is on watch."},
		{title: "Numbers", items: s.numbers(r)},
		{title: "Acknowledged by the next shift", items: s.ticks(open), none: "Nothing is open."},
	}
	return p
}

func plainItems(list []string) (out []item) {
	for _, s := range list {
		out = append(out, item{text: s})
	}
	return out
}

// both is a time in UTC and, where that is another one, in local time.
func (s *Shift) both(t int64) string {
	out := stamp(t, nil, "2006-01-02 15:04") + " UTC"
	if s.Zone.String() != "UTC" {
		out += " (" + stamp(t, s.Zone, "15:04 MST") + ")"
	}
	return out
}

func (s *Shift) within(t int64) bool { return t >= s.From && t <= s.Until }

// sorted are the open cases, the worst first, and those that were escalated or
// closed in the shift.
func (s *Shift) sorted(r *footfall.Run) (open, ended []*footfall.Case) {
	for _, c := range r.Cases {
		if !isClosed(c) {
			open = append(open, c)
		}
		if c.Work != nil && (isClosed(c) && s.within(c.Work.Closed) || slices.ContainsFunc(c.Work.Decisions, func(d footfall.Turn) bool {
			return s.within(d.Time) && strings.HasPrefix(d.Text, "escalated to ")
		})) {
			ended = append(ended, c)
		}
	}
	slices.SortStableFunc(open, func(a, b *footfall.Case) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(dueAt(a), dueAt(b)))
	})
	return open, ended
}

// state is how things stand, in two sentences.
func (s *Shift) state(r *footfall.Run, open []*footfall.Case) string {
	levels := map[footfall.Level]int{}
	fresh, late := 0, 0
	var first *footfall.Case
	for _, c := range open {
		levels[c.Level]++
		if k, ok := nextDue(c); ok {
			if k.Started+int64(k.Within) < s.Until {
				late++
			}
			if first == nil || dueAt(c) < dueAt(first) {
				first = c
			}
		}
	}
	shut := 0
	for _, c := range r.Cases {
		if c.Work == nil {
			continue
		}
		if s.within(c.Work.Opened) {
			fresh++
		}
		if isClosed(c) && s.within(c.Work.Closed) {
			shut++
		}
	}
	var parts []string
	for l := footfall.LevelCritical; l > footfall.LevelUnknown; l-- {
		if levels[l] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", levels[l], l))
		}
	}
	out := plural(len(open), "case is open", "cases are open")
	if parts != nil {
		out += " (" + strings.Join(parts, ", ") + ")"
	}
	out += fmt.Sprintf("; new in this shift: %d, closed: %d. ", fresh, shut)
	if first == nil {
		return out + "No clock is running."
	}
	k, _ := nextDue(first)
	overdue := "No clock is overdue"
	if late > 0 {
		overdue = plural(late, "case is", "cases are") + " overdue"
	}
	return out + fmt.Sprintf("%s; the first is case %s, %s.", overdue, calledBy(first), timeLeft(k, s.Until))
}

// mostOpen is how many open cases stand on the page whole; the others are
// counted, since a page that nobody reads hands nothing over.
const mostOpen = 10

func (s *Shift) open(open []*footfall.Case) (out []item) {
	for i, c := range open {
		if i == mostOpen {
			out = append(out, item{text: plural(len(open)-i, "more case", "more cases") + ": footfall case list"})
			break
		}
		x := item{lead: calledBy(c) + " " + levelWord(c.Level), text: caseLine(c)}
		who, status := "nobody", ""
		if c.Work != nil {
			who, status = cmp.Or(c.Work.Owner, who), c.Work.Status.String()
		}
		line := fmt.Sprintf("%s, owner %s", status, who)
		if k, ok := nextDue(c); ok {
			line += ", " + timeLeft(k, s.Until)
		}
		if n := unanswered(c); n > 0 {
			line += fmt.Sprintf(", %s unknown", plural(n, "answer", "answers"))
		}
		if isTouched(c) {
			line += "; last " + s.last(c)
		}
		x.more = append(x.more, line)
		if t := openTasks(c); len(t) > 0 {
			x.more = append(x.more, fmt.Sprintf("next: %s %s", t[0].Tier, t[0].Text))
		}
		out = append(out, x)
	}
	return out
}

func unanswered(c *footfall.Case) (n int) {
	for _, q := range c.Questions {
		if q.Verdict == footfall.Unknown {
			n++
		}
	}
	return n
}

// last is what was done last about a case.
func (s *Shift) last(c *footfall.Case) string {
	if c.Work == nil {
		return "nothing"
	}
	h := history(c)
	m := h[len(h)-1]
	return s.both(m.time) + ", " + shorten(tidy(m.text), 90)
}

// waiting are the tasks that somebody was asked for, or that people set.
func (s *Shift) waiting(open []*footfall.Case) (out []item) {
	for _, c := range open {
		for _, t := range openTasks(c) {
			asked := t.Who != "" || strings.HasPrefix(t.ID, "own-")
			if !asked || len(out) == mostOpen {
				continue
			}
			x := item{lead: calledBy(c), text: t.Text}
			if t.Since != 0 {
				x.text += ", since " + s.both(t.Since)
			}
			if t.To != "" {
				x.text += ", asked of " + t.To
			}
			out = append(out, x)
		}
	}
	return out
}

// approvals counts what is proposed and must be approved by somebody.
func (s *Shift) approvals(open []*footfall.Case) (out []item) {
	by := map[string]int{}
	cases := 0
	for _, c := range open {
		if len(c.Plan) > 0 {
			cases++
		}
		for _, a := range c.Plan {
			by[a.Approval]++
		}
	}
	if cases == 0 {
		return nil
	}
	var parts []string
	for tier, n := range by {
		parts = append(parts, fmt.Sprintf("%d by %s", n, cmp.Or(tier, "anybody")))
	}
	slices.Sort(parts)
	return []item{{text: fmt.Sprintf("Proposed measures of %s, to be approved and done by people: %s.", plural(cases, "open case", "open cases"), strings.Join(parts, ", "))}}
}

func (s *Shift) ended(r *footfall.Run, list []*footfall.Case) (out []item) {
	for _, c := range list {
		w := c.Work
		x := item{lead: calledBy(c) + " " + levelWord(c.Level), text: caseLine(c)}
		if isClosed(c) {
			x.more = append(x.more, fmt.Sprintf("closed as %s by %s: %s", w.Judgement, cmp.Or(w.Owner, "nobody"), w.Reason))
		} else {
			x.more = append(x.more, "escalated to "+w.Tier)
		}
		out = append(out, x)
	}
	for _, text := range s.Suggested {
		out = append(out, item{lead: "tuning", text: text})
	}
	return out
}

func (s *Shift) health(r *footfall.Run) (out []item) {
	for i, in := range broken(r) {
		if i == 4 {
			out = append(out, item{text: plural(len(broken(r))-i, "more input", "more inputs") + " not read whole"})
			break
		}
		out = append(out, item{lead: in.State, text: fmt.Sprintf("%s: %s not read", in.Path, plural(in.Unread, "part", "parts"))})
	}
	dumb := 0
	for _, h := range r.Health {
		if h.State != "can fire" {
			dumb++
		}
	}
	if len(r.Health) > 0 {
		out = append(out, item{text: fmt.Sprintf("%d of %d rows of the catalogue cannot fire, or only in part, on what was read (footfall sources --health).", dumb, len(r.Health))})
	}
	quiet, notes := 0, []string(nil)
	for _, n := range r.Notes {
		if strings.Contains(n, " suppressed until ") {
			quiet++
			continue
		}
		notes = append(notes, n)
	}
	if quiet > 0 {
		out = append(out, item{text: plural(quiet, "suppression", "suppressions") + " acted in the last run; the report lists them."})
	}
	for i, n := range notes {
		if i == 3 {
			out = append(out, item{text: plural(len(notes)-i, "more note", "more notes") + " in the report"})
			break
		}
		out = append(out, item{text: n})
	}
	return out
}

// numbers are counts and times of the shift: the median and the ninetieth of a
// hundred.
func (s *Shift) numbers(r *footfall.Run) []item {
	var seen, contained, shut []time.Duration
	breached := 0
	for _, c := range r.Cases {
		w := c.Work
		if w == nil {
			continue
		}
		if w.Seen != 0 && s.within(w.Seen) {
			seen = append(seen, time.Duration(w.Seen-w.Opened))
		}
		if isClosed(c) && s.within(w.Closed) {
			shut = append(shut, time.Duration(w.Closed-w.Opened))
		}
		for _, k := range w.Clocks {
			end := cmp.Or(k.Stopped, s.Until)
			if at := k.Started + int64(k.Within); end > at && s.within(at) {
				breached++
			}
			if k.ID == "contain" && k.Stopped != 0 && s.within(k.Stopped) {
				contained = append(contained, time.Duration(k.Stopped-k.Started))
			}
		}
	}
	tell := func(what string, list []time.Duration) item {
		if len(list) == 0 {
			return item{text: what + ": none in this shift"}
		}
		slices.Sort(list)
		at := func(share int) string { return howLong(list[(len(list)-1)*share/100]) }
		return item{text: fmt.Sprintf("%s: %d, median %s, p90 %s", what, len(list), at(50), at(90))}
	}
	return []item{
		tell("first looked at", seen), tell("contained or past it", contained), tell("closed", shut),
		{text: fmt.Sprintf("clocks that ran out: %d", breached)},
	}
}

func (s *Shift) ticks(open []*footfall.Case) (out []item) {
	var names []string
	for _, c := range open {
		names = append(names, "[_]"+calledBy(c))
	}
	for len(names) > 0 {
		n := min(len(names), 10)
		out = append(out, item{text: strings.Join(names[:n], "  ")})
		names = names[n:]
		if len(out) == 4 && len(names) > 0 {
			return append(out, item{text: fmt.Sprintf("and %d more", len(names))})
		}
	}
	return out
}
