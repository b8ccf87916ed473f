package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// List writes cases as a queue: what is worst, and of that what is due first,
// stands first. What is closed comes last.
func List(w io.Writer, cases []*footfall.Case, opt TextOptions) error {
	t := newText(bufio.NewWriter(w), opt)
	if len(cases) == 0 {
		t.line("No cases.")
	}
	cases = slices.Clone(cases)
	slices.SortStableFunc(cases, func(a, b *footfall.Case) int {
		return cmp.Or(order(isClosed(a), isClosed(b)), cmp.Compare(b.Level, a.Level), cmp.Compare(dueAt(a), dueAt(b)), cmp.Compare(b.Score, a.Score))
	})
	if len(cases) > 0 {
		t.line(t.paint(dim, t.row("no", "level", "status", "owner", "clock", "case")))
	}
	for _, c := range cases {
		t.listed(c)
	}
	return t.w.Flush()
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// dueAt is when the next clock of a case ends; those without one come last.
func dueAt(c *footfall.Case) int64 {
	if k, ok := nextDue(c); ok {
		return k.Started + int64(k.Within)
	}
	return 1<<63 - 1
}

const (
	colNo     = 5
	colLevel  = 9
	colStatus = 19
	colOwner  = 12
	colClock  = 25
	oneLine   = 110 // columns from which on a case is one line
)

func (t *text) row(no, level, status, owner, clock, title string) string {
	s := pad(shorten(no, colNo-1), colNo) + pad(level, colLevel) + pad(status, colStatus) + pad(fold(owner, colOwner-2), colOwner)
	if t.opt.Width >= oneLine {
		return s + pad(shorten(clock, colClock-1), colClock) + title
	}
	return shorten(s+clock, t.opt.Width)
}

func (t *text) listed(c *footfall.Case) {
	status, owner, clock := cmp.Or(standingOf(c), "-"), "-", ""
	if c.Work != nil {
		owner = cmp.Or(clean(c.Work.Owner), "-")
		if k, ok := nextDue(c); ok {
			clock = timeLeft(k, t.opt.Now)
		}
		if n := len(c.Work.Merged); n > 0 {
			status += fmt.Sprintf(" +%d", n)
		}
	}
	row := t.row(calledBy(c), levelWord(c.Level), status, owner, clock, "")
	code := levelColor(c.Level)
	if isClosed(c) {
		code = dim
	}
	title := tidy(caseLine(c))
	if t.opt.Width >= oneLine {
		t.line(t.paint(code, row) + shorten(title, t.opt.Width-columns(row)))
		return
	}
	t.line(t.paint(code, row))
	t.clipped(colNo, "", "", title, 2)
}

// shorten cuts a line to a width, with a mark.
func shorten(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	return cutShort(s, n-2) + ".."
}

// Show writes the first screen of a case: what an analyst must know before
// anything else, and where the rest is.
func Show(w io.Writer, r *footfall.Run, c *footfall.Case, opt TextOptions) error {
	t := newText(bufio.NewWriter(w), opt)
	t.r = r
	t.headOf(c)
	t.painted(0, "", bold, c.Sentence)
	t.against(c)
	t.answers(c)
	t.grounds(c)
	t.brief = true
	t.path(c)
	t.done(c)
	t.remains(c)
	t.likeness(c)
	t.blind(c)
	t.more(c)
	return t.w.Flush()
}

// Whole writes all that a terminal shows of a case.
func Whole(w io.Writer, r *footfall.Run, c *footfall.Case, opt TextOptions) error {
	t := newText(bufio.NewWriter(w), opt)
	t.r, t.folder, t.all = r, commonFolder(r.Inputs), true
	t.headOf(c)
	t.painted(0, "", "", c.Sentence)
	t.against(c)
	t.body(c)
	t.bonds(c)
	t.likeness(c)
	t.words(c)
	return t.w.Flush()
}

func (t *text) headOf(c *footfall.Case) {
	level := strings.ToUpper(levelWord(c.Level))
	s := fmt.Sprintf("  score %d of 100  case %s", c.Score, calledBy(c))
	if c.Work != nil && c.Work.Number > 0 {
		s += "  " + fold(clean(c.ID), 16)
	}
	t.line(t.paint(levelColor(c.Level), level) + shorten(s, t.opt.Width-columns(level)))
	if c.Work == nil {
		return
	}
	parts := []string{standingOf(c), "nobody has it"}
	if c.Work.Owner != "" {
		parts[1] = "owner " + c.Work.Owner
	}
	if c.Work.Tier != "" {
		parts = append(parts, "tier "+c.Work.Tier)
	}
	for _, k := range c.Work.Clocks {
		if k.Stopped == 0 {
			parts = append(parts, timeLeft(k, t.opt.Now))
		}
	}
	if isClosed(c) {
		parts[0] = "closed as " + c.Work.Judgement.String()
	}
	t.clipped(0, "", "", strings.Join(parts, ", "), 2)
	if isClosed(c) {
		t.clipped(0, "because ", "", c.Work.Reason, 3)
	}
	if n := len(c.Work.Merged); n > 0 {
		t.clipped(0, "with ", "", fmt.Sprintf("%s merged into it: %s", plural(n, "case", "cases"), strings.Join(c.Work.Merged, ", ")), 2)
	}
}

const shownAgainst = 3

// against is what speaks for innocence: the first thing after the sentence.
func (t *text) against(c *footfall.Case) {
	for i, s := range c.Against {
		if i == shownAgainst {
			t.line("  and " + plural(len(c.Against)-i, "more", "more"))
			break
		}
		t.clipped(0, "Against abuse: ", green, s, 2)
	}
}

// answers writes a line for each question that was answered and one for all
// that were not.
func (t *text) answers(c *footfall.Case) {
	var open []string
	answered, n := 0, 0
	for _, q := range c.Questions {
		if q.Verdict == footfall.Unknown {
			open = append(open, strings.ReplaceAll(inShort(q.ID), "_", " "))
			continue
		}
		answered++
	}
	if len(c.Questions) == 0 {
		return
	}
	t.line("")
	t.sub(fmt.Sprintf("Questions: %d answered, %d unknown", answered, len(open)))
	for _, q := range c.Questions {
		n = max(n, columns(strings.ReplaceAll(inShort(q.ID), "_", " ")))
	}
	n = min(n, 22)
	for _, q := range c.Questions {
		if q.Verdict == footfall.Unknown {
			continue
		}
		mark, code := "  ", bold
		if q.Abuse {
			mark, code = "! ", bold+";"+red
		}
		lead := pad(strings.ToUpper(q.Verdict.String()), 4) + mark + pad(shorten(strings.ReplaceAll(inShort(q.ID), "_", " "), n), n) + "  "
		count := ""
		if k := len(q.Evidence); k > 0 {
			count = fmt.Sprintf(" [%d]", k)
		}
		room := t.opt.Width - 4 - columns(lead) - columns(count)
		t.line("    " + t.paint(code, lead) + shorten(tidy(firstSentence(q.Text)), room) + count)
	}
	if open != nil {
		t.clipped(4, pad("?", 6), yellow, strings.Join(open, ", "), 3)
	}
}

// inShort is the end of a question's, a reason's or a task's id.
func inShort(id string) string {
	if i := strings.LastIndexByte(id, '.'); i >= 0 {
		id = id[i+1:]
	}
	return clean(id)
}

// grounds writes the decision and what became of each reason.
func (t *text) grounds(c *footfall.Case) {
	if len(c.Decision.Reasons) == 0 {
		return
	}
	t.line("")
	if d := c.Decision; d.Escalate {
		t.painted(2, "Escalate to ", bold+";"+red, d.To+", "+d.Urgency)
	} else {
		t.sub(undecided(c))
	}
	states := map[string][]string{}
	seen := map[string]bool{}
	for _, g := range c.Decision.Reasons {
		if seen[g.State+g.Because] {
			continue
		}
		seen[g.State+g.Because] = true
		states[g.State] = append(states[g.State], g.Because)
	}
	for _, s := range states["matched"] {
		t.clipped(4, "yes  ", bold+";"+red, s, 1)
	}
	for _, x := range [...]struct{ state, lead, code string }{{"not_matched", "no   ", bold}, {"unknown", "?    ", yellow}} {
		if list := states[x.state]; list != nil {
			t.clipped(4, x.lead, x.code, fmt.Sprintf("%d: %s", len(list), strings.Join(list, "; ")), 2)
		}
	}
}

// done says what was done against it; without a live system nothing can be
// verified to be.
func (t *text) done(c *footfall.Case) {
	if len(c.Plan) == 0 {
		return
	}
	t.line("")
	t.sub("Containment: proposed; nothing done, nothing verified")
	all := measures(c.Plan)
	var careful []string
	for i, m := range all {
		for _, a := range m {
			if touches(a) && !slices.Contains(careful, a.On.Name) {
				careful = append(careful, a.On.Name)
			}
		}
		if i < 4 {
			t.bullet(4, fold(verbName(m[0]), 24), "("+word(m[0].Approval, 12)+") "+targets(m), 1)
		}
	}
	if n := len(all) - 4; n > 0 {
		t.line("    and " + plural(n, "more measure", "more measures"))
	}
	if careful != nil {
		t.clipped(4, "careful, more is touched: ", yellow, strings.Join(careful, ", "), 1)
	}
}

// targets names what a measure acts on.
func targets(same []footfall.Action) string {
	if same[0].On.Kind == "case" {
		return "all of the above"
	}
	var names []string
	for _, a := range same {
		names = append(names, fold(clean(a.On.Name), maxNameCols))
	}
	return strings.Join(names, ", ")
}

func (t *text) remains(c *footfall.Case) {
	open := openTasks(c)
	if len(open) == 0 {
		return
	}
	t.line("")
	t.sub(fmt.Sprintf("Next: %d of %d tasks open", len(open), len(c.Tasks)))
	for i, task := range open {
		if i == shownTasks {
			t.line("    and " + plural(len(open)-i, "more", "more"))
			break
		}
		t.clipped(4, pad(word(task.Tier, 8), 3)+pad(word(inShort(task.ID), 22), 15)+" ", bold, task.Text, 1)
	}
}

func (t *text) likeness(c *footfall.Case) {
	if len(c.Similar) == 0 {
		return
	}
	t.line("")
	t.sub("Similar")
	for i, s := range c.Similar {
		if i == 3 {
			t.line("    and " + plural(len(c.Similar)-i, "more", "more"))
			break
		}
		t.clipped(4, t.called(s.Case)+"  ", "", s.Because, 1)
	}
}

// called names another case of the run.
func (t *text) called(id string) string {
	for _, c := range t.r.Cases {
		if c.ID != id {
			continue
		}
		s := calledBy(c)
		if isClosed(c) {
			s += " (" + standingOf(c) + ")"
		}
		return s
	}
	return fold(clean(id), 16)
}

// blind is what could not be seen, in few lines.
func (t *text) blind(c *footfall.Case) {
	if len(c.Health) == 0 {
		return
	}
	t.line("")
	t.sub("Not seen")
	for i, h := range c.Health {
		if i == 3 {
			t.line("    and " + plural(len(c.Health)-i, "more gap", "more gaps"))
			break
		}
		t.clipped(4, "- ", "", h, 1)
	}
}

// more names the commands that show the rest.
func (t *text) more(c *footfall.Case) {
	t.line("")
	if c.Work != nil && len(c.Work.Notes) > 0 {
		n := c.Work.Notes[len(c.Work.Notes)-1]
		t.clipped(0, fmt.Sprintf("Last note, %s, %s: ", stamp(n.Time, t.opt.Zone, timeLong), word(n.Who, 16)), dim, n.Text, 2)
	}
	id := strings.TrimPrefix(calledBy(c), "#")
	t.faint(fmt.Sprintf("footfall case evidence|timeline|path %s; all of it: case show --all %[1]s; case take|note|task|close %[1]s", id))
}

// faint writes a hint below what was asked for.
func (t *text) faint(s string) {
	for _, l := range wrap(s, t.opt.Width) {
		t.line(t.paint(dim, l))
	}
}

// bonds says why each finding is in the case.
func (t *text) bonds(c *footfall.Case) {
	if len(c.Bonds) < 2 {
		return
	}
	title := map[string]string{}
	for _, f := range c.Findings {
		title[f.ID] = ruleTitle(f)
	}
	t.line("")
	t.sub("Why it is one case")
	for i, b := range c.Bonds {
		if i == maxListed {
			t.line("    and " + plural(len(c.Bonds)-i, "more finding", "more findings"))
			break
		}
		t.clipped(4, fold(clean(b.Finding), 16)+"  ", dim, title[b.Finding]+": "+b.Because, 2)
	}
}

// words are the notes and the decisions about a case.
func (t *text) words(c *footfall.Case) {
	if c.Work == nil {
		return
	}
	t.line("")
	t.sub("Work")
	for _, e := range history(c) {
		t.clipped(4, stamp(e.time, t.opt.Zone, timeLong)+"  ", dim, e.text, 4)
	}
}

// A moment is something that was done or said about a case.
type moment struct {
	time int64
	text string
}

// history is what was said, decided and done about a case, in order.
func history(c *footfall.Case) []moment {
	w := c.Work
	out := []moment{{w.Opened, "opened"}}
	for _, t := range c.Tasks {
		if t.Who == "" || t.Who == "footfall" || t.Until == 0 {
			continue
		}
		s := t.Who + ": task " + inShort(t.ID) + " is done"
		if _, note, ok := strings.Cut(t.Note, t.Who+": "); ok {
			s += ": " + note
		}
		out = append(out, moment{t.Until, s})
	}
	for _, d := range w.Decisions {
		if strings.HasPrefix(d.Text, "opened again; ") {
			continue // a note has it, with the verdict that was taken back
		}
		s := d.Who + ": " + d.Text
		if d.Cause != "" {
			s += " (" + d.Cause + ")"
		}
		out = append(out, moment{d.Time, s})
	}
	for _, n := range w.Notes {
		out = append(out, moment{n.Time, n.Who + ": " + n.Text})
	}
	slices.SortStableFunc(out, func(a, b moment) int { return cmp.Compare(a.time, b.time) })
	return out
}
