package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// TextOptions say how text is laid out.
type TextOptions struct {
	Width int // columns; 0 is 80
	Color bool
	Zone  *time.Location // nil is UTC
}

const (
	minWidth    = 60
	maxHops     = 40
	maxListed   = 12 // findings of a case, inputs with problems, rules without a case
	maxNameCols = 44
)

// Text writes a run for people at a terminal: one line of summary, then each
// case with its sentence, path, answers, decision, next steps, plan and gaps,
// then what belongs to no case and what could not be read.
func Text(w io.Writer, r *footfall.Run, opt TextOptions) error {
	if opt.Width == 0 {
		opt.Width = 80
	}
	opt.Width = max(opt.Width, minWidth)
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	t := &text{w: bufio.NewWriter(w), r: r, opt: opt}
	t.summary()
	for i, c := range r.Cases {
		t.oneCase(i, c)
	}
	t.others()
	t.inputs()
	for i, n := range r.Notes {
		if i == 0 {
			t.head("Notes")
		}
		t.para(2, "- ", n)
	}
	return t.w.Flush()
}

type text struct {
	w   *bufio.Writer
	r   *footfall.Run
	opt TextOptions
}

// The colours carry no meaning that words do not carry too.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (t *text) paint(code, s string) string {
	if !t.opt.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *text) line(s string) { t.w.WriteString(strings.TrimRight(s, " ") + "\n") }

func (t *text) head(s string) {
	t.line("")
	t.line(t.paint(bold, s))
}

// sub is a heading inside a case.
func (t *text) sub(s string) { t.line("  " + t.paint(cyan, s)) }

// para writes wrapped text with an indent; lead stands before its first line,
// and the others stand under its text.
func (t *text) para(indent int, lead, s string) { t.painted(indent, lead, "", s) }

func (t *text) painted(indent int, lead, code, s string) {
	room := strings.Repeat(" ", indent)
	for i, l := range wrap(tidy(s), t.opt.Width-indent-len(lead)) {
		if i == 0 {
			t.line(room + t.paint(code, lead) + l)
			continue
		}
		t.line(room + strings.Repeat(" ", len(lead)) + l)
	}
}

func (t *text) summary() {
	r := t.r
	s := fmt.Sprintf("%s and %s in %s of %s", plural(len(r.Cases), "case", "cases"), plural(len(r.Findings), "finding", "findings"),
		plural(records(r), "record", "records"), plural(len(r.Inputs), "input", "inputs"))
	if r.First != 0 {
		s += fmt.Sprintf(", from %s to %s %s", stamp(r.First, t.opt.Zone, timeLong), stamp(r.Last, t.opt.Zone, timeLong), t.opt.Zone)
	}
	if r.Seconds > 0 {
		s += fmt.Sprintf(", read in %.1f s", r.Seconds)
	}
	if n := len(broken(r)); n > 0 {
		s += fmt.Sprintf("; %s not read whole", plural(n, "input", "inputs"))
	}
	for _, l := range wrap(s+".", t.opt.Width) {
		t.line(t.paint(bold, l))
	}
}

func levelColor(l footfall.Level) string {
	switch l {
	case footfall.LevelCritical, footfall.LevelHigh:
		return bold + ";" + red
	case footfall.LevelMedium:
		return yellow
	}
	return dim
}

func (t *text) oneCase(i int, c *footfall.Case) {
	t.line("")
	t.line(t.paint(dim, strings.Repeat("-", t.opt.Width)))
	id := fmt.Sprintf("case %d of %d", i+1, len(t.r.Cases))
	t.line(t.paint(levelColor(c.Level), strings.ToUpper(c.Level.String())) + fmt.Sprintf("  score %d of 100  %s  %s", c.Score, id, fold(clean(c.ID), 16)))
	t.painted(0, "", "", c.Sentence)
	if len(c.Attack) > 0 {
		t.para(0, "", "ATT&CK "+strings.Join(c.Attack, " "))
	}
	t.path(c)
	t.questions(c)
	t.decision(c)
	t.findings(c)
	t.next(c)
	t.plan(c)
	if len(c.Health) > 0 {
		t.line("")
		t.sub("What could not be seen")
		for _, h := range c.Health {
			t.para(4, "- ", h)
		}
	}
	t.line("")
	t.para(2, "Score: ", c.ScoreText)
}

// path writes the hops in columns that fit: time, from, service, to, account.
func (t *text) path(c *footfall.Case) {
	if len(c.Path) == 0 {
		return
	}
	t.line("")
	t.sub("Path")
	shown := c.Path[:min(len(c.Path), maxHops)]
	layout := timeShort
	if stamp(c.First, t.opt.Zone, "2006-01-02") != stamp(c.Last, t.opt.Zone, "2006-01-02") {
		layout = "01-02 15:04:05"
	}
	room := max(8, min(maxNameCols, (t.opt.Width-len(layout)-40)/2))
	var from, to int
	for _, h := range shown {
		from = max(from, min(room, columns(clean(h.From))))
		to = max(to, min(room, columns(clean(h.To))))
	}
	for _, h := range shown {
		who := fold(clean(h.Account), t.opt.Width-len(layout)-from-to-20)
		if who == "" {
			who = "(not named)"
		}
		arrow := fmt.Sprintf("-%s->", service(h))
		if h.Outcome == footfall.Failure {
			arrow = fmt.Sprintf("-%s-x", service(h))
		}
		t.line("    " + t.paint(dim, stamp(h.Time, t.opt.Zone, layout)) + "  " + pad(fold(clean(h.From), room), from) + " " +
			pad(arrow, 10) + " " + t.paint(bold, pad(fold(clean(h.To), room), to)) + "  " + who)
		if h.Switch != "" && h.Switch != h.Account {
			t.line(strings.Repeat(" ", 6+len(layout)) + t.paint(yellow, "account changed here, before: "+fold(clean(h.Switch), t.opt.Width-len(layout)-36)))
		}
	}
	if n := len(c.Path) - len(shown); n > 0 {
		t.line(fmt.Sprintf("    and %s more", plural(n, "hop", "hops")))
	}
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-columns(s))) }

func (t *text) questions(c *footfall.Case) {
	if len(c.Questions) == 0 {
		return
	}
	t.line("")
	t.sub("Questions")
	for _, q := range c.Questions {
		v := strings.ToUpper(q.Verdict.String())
		t.painted(4, pad(v, 9), bold, q.Ask)
		var notes []string
		if q.Abuse {
			notes = append(notes, "speaks for abuse")
		}
		if n := len(q.Evidence); n > 0 {
			notes = append(notes, plural(n, "record", "records"))
		}
		note := ""
		if notes != nil {
			note = " [" + strings.Join(notes, ", ") + "]"
		}
		t.para(13, "", q.Text+note)
	}
}

func (t *text) decision(c *footfall.Case) {
	if len(c.Decision.Reasons) == 0 {
		return
	}
	t.line("")
	if d := c.Decision; d.Escalate {
		t.line("  " + t.paint(bold+";"+red, "Escalate to "+clean(d.To)+", "+clean(d.Urgency)))
	} else {
		t.sub(undecided(c))
	}
	for _, g := range c.Decision.Reasons {
		mark := map[string]string{"matched": "yes  ", "not_matched": "no   ", "unknown": "?    "}[g.State]
		t.painted(4, pad(mark, 5), bold, g.Because)
		if g.Text != "" {
			t.para(9, "", g.Text)
		}
	}
}

func (t *text) findings(c *footfall.Case) {
	t.line("")
	t.sub("Findings")
	listed := 0
	for _, g := range byRule(c.Findings) {
		if listed == maxListed {
			break
		}
		listed++
		f := g.List[0]
		t.painted(4, pad(g.Level.String(), 14), levelColor(g.Level), g.Title)
		if f.Why != "" {
			t.para(18, "", f.Why)
		}
		where := t.where(f)
		if n := len(g.List); n > 1 {
			where = fmt.Sprintf("%s in all; first %s", plural(n, "finding", "findings"), where)
		}
		t.para(18, "", where)
		if f.Innocent != "" {
			t.para(18, "", "Innocent? "+f.Innocent)
		}
	}
	if n := len(byRule(c.Findings)) - listed; n > 0 {
		t.line("    and findings of " + plural(n, "more rule", "more rules"))
	}
}

// where names the time and the first record of a finding, and how many there are.
func (t *text) where(f *footfall.Finding) string {
	s := stamp(f.First, t.opt.Zone, timeLong)
	if len(f.Evidence) > 0 && t.r.Lookup != nil {
		if rec, ok := t.r.Lookup(f.Evidence[0]); ok {
			s += fmt.Sprintf(", %s record %d at byte %d", rec.Input, rec.Number, rec.Offset)
		}
	}
	return s + ", " + plural(f.Count, "event", "events")
}

func (t *text) next(c *footfall.Case) {
	open := openTasks(c)
	if len(open) == 0 {
		return
	}
	t.line("")
	t.sub("Next")
	for _, task := range open {
		t.painted(4, pad(clean(task.Tier), 3), bold, task.Text)
		if task.Note != "" {
			t.para(7, "", "So far: "+task.Note)
		}
	}
	if n := len(c.Tasks) - len(open); n > 0 {
		t.line("    " + plural(n, "more task was", "more tasks were") + " done by the program from the evidence")
	}
}

func (t *text) plan(c *footfall.Case) {
	if len(c.Plan) == 0 {
		return
	}
	t.line("")
	t.sub("Containment, proposed; nothing is done by itself")
	for i, a := range c.Plan {
		if i == maxHops {
			t.line("    and " + plural(len(c.Plan)-i, "more action", "more actions"))
			break
		}
		s := fmt.Sprintf("%s %s", a.On.Kind, fold(clean(a.On.Name), maxNameCols))
		if a.For != "" {
			s += " for " + a.For
		}
		s += ", " + a.Approval + " approves"
		if a.Blast != "" {
			s += "; " + a.Blast
		}
		t.painted(4, pad(clean(strings.ReplaceAll(a.Verb, "_", " ")), 20)+" ", bold, s)
	}
}

func (t *text) others() {
	rest := byRule(alone(t.r))
	if len(rest) == 0 {
		return
	}
	t.head("Findings in no case")
	for i, g := range rest {
		if i == maxListed {
			t.line("  and of " + plural(len(rest)-i, "more rule", "more rules"))
			break
		}
		t.painted(2, pad(g.Level.String(), 14), levelColor(g.Level), fmt.Sprintf("%s x  %s", number(len(g.List)), g.Title))
	}
}

func (t *text) inputs() {
	bad := broken(t.r)
	if len(bad) == 0 {
		return
	}
	t.head("Not read whole")
	for i, in := range bad {
		if i == maxListed {
			t.line("  and " + plural(len(bad)-i, "more input", "more inputs"))
			break
		}
		t.para(2, "- ", fmt.Sprintf("%s: %s, %s read, %s not", in.Path, in.State, plural(in.Records, "record", "records"), number(in.Unread)))
		for j, why := range in.Reasons {
			if j == 3 {
				t.line("      and " + plural(len(in.Reasons)-j, "more reason", "more reasons"))
				break
			}
			t.para(4, "", fmt.Sprintf("%s x  %s, first at byte %s", number(why.Count), why.Reason, number(why.Offset)))
		}
	}
}
