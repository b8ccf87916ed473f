package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// How much of a case a terminal shows.
const (
	shownHops    = 16
	shownTargets = 6 // names of one measure
	shownGaps    = 6
	shownWhole   = 8 // findings with their numbers and records
	shownTested  = 3 // of those, with what speaks against them
	shownInLine  = 8 // findings of a line each
	shownTasks   = 5 // of a case at medium or below
)

func levelColor(l footfall.Level) string {
	switch l {
	case footfall.LevelCritical, footfall.LevelHigh:
		return bold + ";" + red
	case footfall.LevelMedium:
		return yellow
	}
	return dim
}

func levelWord(l footfall.Level) string {
	switch l {
	case footfall.LevelInformational:
		return "info"
	case footfall.LevelUnknown:
		return "unrated"
	}
	return l.String()
}

func (t *text) oneCase(i int, c *footfall.Case) {
	t.line("")
	t.line(t.paint(dim, strings.Repeat("-", t.opt.Width)))
	id := fmt.Sprintf("case %d of %d", i+1, len(t.r.Cases))
	t.line(t.paint(levelColor(c.Level), strings.ToUpper(levelWord(c.Level))) + fmt.Sprintf("  score %d of 100  %s  %s", c.Score, id, fold(clean(c.ID), 16)))
	if isTouched(c) {
		t.clipped(0, "", "", t.standing(c), 2)
	}
	t.painted(0, "", "", c.Sentence)
	t.against(c)
	t.body(c)
}

// standing is how the work on a case stands, in a line.
func (t *text) standing(c *footfall.Case) string {
	s := fmt.Sprintf("%s, %s", calledBy(c), standingOf(c))
	if isClosed(c) {
		s = fmt.Sprintf("%s, closed as %s: %s", calledBy(c), c.Work.Judgement, c.Work.Reason)
	}
	if c.Work.Owner != "" {
		s += ", owner " + c.Work.Owner
	}
	return s
}

// body is a case below its sentence.
func (t *text) body(c *footfall.Case) {
	if len(c.Attack) > 0 {
		t.clipped(0, "ATT&CK ", dim, strings.Join(c.Attack, " "), 2)
	}
	t.path(c)
	t.decision(c)
	t.questions(c)
	t.findings(c)
	t.next(c)
	t.plan(c)
	t.gaps(c)
	if s := scoreLine(c); s != "" {
		t.line("")
		t.clipped(2, "Score ", cyan, s, 2)
	}
}

// scoreLine leaves out the single weights, which stand beside the findings in
// the report.
func scoreLine(c *footfall.Case) string {
	if _, sum, ok := strings.Cut(c.ScoreText, ": sum "); ok {
		return "sum of weights " + sum
	}
	return c.ScoreText
}

func (t *text) gaps(c *footfall.Case) {
	if len(c.Health) == 0 {
		return
	}
	t.line("")
	t.sub("What could not be seen")
	for i, h := range c.Health {
		if i == shownGaps {
			t.line("    and " + plural(len(c.Health)-i, "more gap", "more gaps"))
			break
		}
		t.clipped(4, "- ", "", h, 2)
	}
}

// clock is how times of a case are written: with the day when it has several.
func (t *text) clock(c *footfall.Case) string {
	if stamp(c.First, t.opt.Zone, "2006-01-02") != stamp(c.Last, t.opt.Zone, "2006-01-02") {
		return "01-02 15:04:05"
	}
	return timeShort
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-columns(s))) }

// firstSentence is the beginning of a text up to its first end of a sentence.
func firstSentence(s string) string {
	head, _, cut := strings.Cut(s, ". ")
	if cut {
		head += "."
	}
	return head
}

// questions writes each with its verdict and the one sentence that tells most.
func (t *text) questions(c *footfall.Case) {
	if len(c.Questions) == 0 {
		return
	}
	t.line("")
	t.sub("Questions")
	for _, q := range c.Questions {
		verdict := pad(strings.ToUpper(q.Verdict.String()), 8)
		if q.Verdict == footfall.Unknown {
			t.clipped(4, verdict, yellow, q.Ask+" "+lacking(q.Text), 3)
			if t.all && q.Unknown != "" {
				t.clipped(12, "", "", q.Unknown, 3)
			}
			continue
		}
		code, told := bold, firstSentence(q.Text)
		if q.Abuse {
			code, told = bold+";"+red, told+" [speaks for abuse]"
		}
		t.painted(4, verdict, code, q.Ask)
		if told != "" {
			t.clipped(12, "", "", told, 2)
		}
	}
}

// lacking is what an unknown answer lacks, in a few words.
func lacking(s string) string {
	s = firstSentence(s)
	if _, needs, ok := strings.Cut(s, "; it takes "); ok {
		return "It takes " + needs
	}
	if head, _, ok := strings.Cut(s, ": too little"); ok {
		return head + "."
	}
	return s
}

// decision writes the reasons that matched with their values, and the others
// in a line for each state. A reason that two playbooks give is given once.
func (t *text) decision(c *footfall.Case) {
	if len(c.Decision.Reasons) == 0 {
		return
	}
	t.line("")
	if d := c.Decision; d.Escalate {
		for _, l := range wrap(tidy("Escalate to "+d.To+", "+d.Urgency), t.opt.Width-2) {
			t.line("  " + t.paint(bold+";"+red, l))
		}
	} else {
		t.sub(undecided(c))
	}
	var no []string
	var open []string // values that are missing, each once
	why := map[string][]string{}
	seen := map[string]bool{}
	for _, g := range c.Decision.Reasons {
		if seen[g.State+g.Because] {
			continue
		}
		seen[g.State+g.Because] = true
		switch g.State {
		case "matched":
			s := g.Because
			if g.Text != "" {
				s += ": " + g.Text
			}
			t.clipped(4, "yes  ", bold+";"+red, s, 2)
		case "not_matched":
			no = append(no, g.Because)
		default:
			if why[g.Text] == nil {
				open = append(open, g.Text)
			}
			why[g.Text] = append(why[g.Text], g.Because)
		}
	}
	if no != nil {
		t.clipped(4, "no   ", bold, strings.Join(no, "; "), 4)
	}
	for _, text := range open {
		s := strings.Join(why[text], "; ")
		if text != "" {
			s += " (" + text + ")"
		}
		t.clipped(4, "?    ", yellow, s, 3)
	}
}

// heaviest is the finding that stands for a group.
func (g *group) heaviest() *footfall.Finding {
	return slices.MinFunc(g.List, func(a, b *footfall.Finding) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(finite(b.Weight), finite(a.Weight)), cmp.Compare(b.Count, a.Count))
	})
}

// findings writes the strong ones with their numbers, their first record and
// what speaks against them, the others in a line. When none is strong, the
// first counts as such.
func (t *text) findings(c *footfall.Case) {
	t.line("")
	t.sub("Findings")
	groups := byRule(c.Findings)
	whole := 0
	for whole < len(groups) && whole < shownWhole && (whole == 0 || groups[whole].Level >= footfall.LevelHigh) {
		whole++
	}
	for i := range groups {
		g := &groups[i]
		if i == whole+shownInLine {
			t.line("    and findings of " + plural(len(groups)-i, "more rule", "more rules"))
			break
		}
		f := g.heaviest()
		title := g.Title
		if n := len(g.List); n > 1 {
			title += fmt.Sprintf(" (1 of %s)", number(n))
		}
		if i >= whole {
			if f.Why != "" && columns(title)+30 < t.opt.Width {
				title += ": " + f.Why
			}
			t.clipped(4, pad(levelWord(g.Level), 7)+" ", levelColor(g.Level), title, 1)
			continue
		}
		t.clipped(4, pad(levelWord(g.Level), 7)+" ", levelColor(g.Level), title, 1)
		if f.Why != "" {
			most := 3
			if i >= shownTested {
				most = 2
			}
			t.clipped(6, "", "", f.Why, most)
		}
		if f.Innocent != "" && i < shownTested {
			t.bullet(6, "Innocent?", f.Innocent, 2)
		}
		t.clipped(6, "", "", t.where(f, t.clock(c)), 1)
	}
}

// where names the time and the first record of a finding, and how many events
// it rests on.
func (t *text) where(f *footfall.Finding, clock string) string {
	s := stamp(f.First, t.opt.Zone, clock) + ", " + plural(f.Count, "event", "events")
	if len(f.Evidence) > 0 && t.r.Lookup != nil {
		if rec, ok := t.r.Lookup(f.Evidence[0]); ok {
			at := fmt.Sprintf(" record %d at byte %d", rec.Number, rec.Offset)
			name := clean(strings.TrimPrefix(rec.Input, t.folder))
			s += ", " + fold(name, t.opt.Width-8-len(s)-len(at)) + at
		}
	}
	return s
}

func (t *text) next(c *footfall.Case) {
	open := openTasks(c)
	if len(open) == 0 {
		return
	}
	t.line("")
	t.sub("Next")
	seen, shown := map[string]bool{}, 0
	for i, task := range open {
		if seen[task.Text] {
			continue
		}
		if shown == shownTasks && c.Level <= footfall.LevelMedium && !t.all {
			t.line("    and " + plural(len(open)-i, "more", "more"))
			break
		}
		seen[task.Text] = true
		shown++
		lead, most := pad(fold(clean(task.Tier), 8), 3), 1
		if t.all {
			lead, most = lead+pad(word(inShort(task.ID), 22), 15)+" ", 3
		}
		t.clipped(4, lead, bold, task.Text, most)
		if task.Note != "" {
			t.clipped(7, "so far: ", dim, lacking(task.Note), 1)
		}
		if t.all && task.Send != "" && !seen[task.Send] {
			seen[task.Send] = true
			t.message(task)
		}
	}
	people, program := 0, 0
	for _, task := range c.Tasks {
		switch {
		case task.State != "done":
		case task.Who != "" && task.Who != "footfall":
			people++
		default:
			program++
		}
	}
	if program > 0 {
		t.line("    " + plural(program, "more task was", "more tasks were") + " done by the program from the evidence")
	}
	if people > 0 {
		t.line("    " + plural(people, "more task was", "more tasks were") + " done by people")
	}
}

// shownMessage is how many lines of a message to send are shown.
const shownMessage = 16

// message writes what may be sent, line by line, so that it can be copied.
func (t *text) message(task footfall.Task) {
	t.line(t.paint(dim, "       to send"+to(task.To)+":"))
	lines := strings.Split(strings.TrimSpace(task.Send), "\n")
	for i, s := range lines {
		if i == shownMessage {
			t.line("         and " + plural(len(lines)-i, "more line", "more lines"))
			break
		}
		if s == "" {
			t.line("")
			continue
		}
		t.clipped(9, "", "", s, 8)
	}
}

// to names whom a message is for.
func to(who string) string {
	if who == "" {
		return ""
	}
	return " to " + word(who, 30)
}

// plan writes the measures, those on the same things together, and below them
// once what else they touch.
func (t *text) plan(c *footfall.Case) {
	if len(c.Plan) == 0 {
		return
	}
	t.line("")
	t.sub("Containment, proposed; nothing is done by itself")
	told := map[string]bool{}
	all := measures(c.Plan)
	for i := 0; i < len(all); i++ {
		m := all[i]
		names := []string{verbName(m[0])}
		for i+1 < len(all) && sameTargets(m, all[i+1]) {
			i++
			names = append(names, verbName(all[i][0]))
		}
		t.measure(strings.Join(names, ", "), m, told)
	}
}

// touches reports whether more than the thing itself is known to be touched.
func touches(a footfall.Action) bool { return a.Blast != "" && a.Blast != "nothing is changed" }

func verbName(a footfall.Action) string { return tidy(strings.ReplaceAll(a.Verb, "_", " ")) }

// measures are the runs of a plan that do the same on the same terms.
func measures(plan []footfall.Action) (out [][]footfall.Action) {
	for len(plan) > 0 {
		a, n := plan[0], 1
		for n < len(plan) && plan[n].Verb == a.Verb && plan[n].For == a.For && plan[n].Approval == a.Approval {
			n++
		}
		out = append(out, plan[:n])
		plan = plan[n:]
	}
	return out
}

func sameTargets(a, b []footfall.Action) bool {
	return slices.EqualFunc(a, b, func(x, y footfall.Action) bool {
		return x.On.Kind == y.On.Kind && x.On.Name == y.On.Name && x.For == y.For && x.Approval == y.Approval
	})
}

func (t *text) measure(what string, same []footfall.Action, told map[string]bool) {
	var names []string
	for _, a := range same[:min(len(same), shownTargets)] {
		names = append(names, fold(clean(a.On.Name), maxNameCols))
	}
	a := same[0]
	how := clean(a.Approval)
	if a.For != "" {
		how = clean(a.For) + ", " + how
	}
	on := strings.Join(names, ", ")
	if n := len(same) - len(names); n > 0 {
		on += fmt.Sprintf(" and %s more", number(n))
	}
	if a.On.Kind == "case" {
		on = "all of the above"
	}
	t.bullet(4, fold(what, t.opt.Width-16), fmt.Sprintf("(%s) %s", how, on), 3)
	for _, a := range same[:len(names)] {
		if !touches(a) || told[a.On.Name] {
			continue
		}
		told[a.On.Name] = true
		t.clipped(6, "careful, "+fold(clean(a.On.Name), t.opt.Width/3)+": ", yellow, a.Blast, 1)
	}
}
