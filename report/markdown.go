package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// How much of records Markdown holds; it is for reading and for tickets.
const (
	mdRecords = 3   // of one finding
	mdRaw     = 600 // bytes of one
	mdMore    = 12  // findings of a case with their records
)

// Markdown writes a run: its cases, and what was read.
func Markdown(w io.Writer, r *footfall.Run, zone *time.Location) error {
	b := bufio.NewWriter(w)
	m := newMarkdown(b, r, zone)
	m.line("# %s and %s", plural(len(r.Cases), "case", "cases"), plural(len(r.Findings), "finding", "findings"))
	m.line("")
	m.line("Footfall %s read %s of %s, from %s to %s.", m.text(r.Version), plural(records(r), "record", "records"), plural(len(r.Inputs), "input", "inputs"), m.time(r.First), m.time(r.Last))
	for _, n := range r.Notes {
		m.line("")
		m.line("%s", m.text(n))
	}
	for _, c := range r.Cases {
		m.line("")
		m.oneCase(c, 2)
	}
	if rest := byRule(alone(r)); len(rest) > 0 {
		m.head(2, "Findings in no case")
		for _, g := range rest {
			m.line("- %s, %s: %s", levelName(g.Level), plural(len(g.List), "finding", "findings"), m.text(g.Title))
		}
	}
	m.unread()
	return b.Flush()
}

// A markdown writes CommonMark with tables; texts of logs are escaped, so that
// none becomes markup, a link or an image.
type markdown struct {
	b    *bufio.Writer
	r    *footfall.Run
	zone *time.Location
}

func newMarkdown(b *bufio.Writer, r *footfall.Run, zone *time.Location) *markdown {
	return &markdown{b, r, zone}
}

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m.b, format+"\n", args...) }

func (m *markdown) head(depth int, s string) {
	m.line("\n%s %s\n", strings.Repeat("#", depth), s)
}

// text escapes what Markdown or the HTML in it would read.
func (m *markdown) text(s string) string {
	var b strings.Builder
	for _, r := range tidy(s) {
		switch r {
		case '<':
			b.WriteString("&lt;")
			continue
		case '>':
			b.WriteString("&gt;")
			continue
		case '&':
			b.WriteString("&amp;")
			continue
		case '\\', '`', '*', '_', '[', ']', '#', '!', '|', '~', ':', '$':
			if r != ':' || endsIn(b.String(), "http") || endsIn(b.String(), "https") || endsIn(b.String(), "ftp") {
				b.WriteByte('\\')
			}
		case '-', '.', '+', '=', '(':
			if b.Len() == 0 || r == '(' && strings.HasSuffix(b.String(), "]") || r == '.' && endsIn(b.String(), "www") {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// endsIn reports whether s ends in a lower-case word in any case: GitHub makes
// links of HTTP:// too.
func endsIn(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[len(s)-len(word):], word)
}

func (m *markdown) time(t int64) string {
	s := stamp(t, time.UTC, timeLong)
	if t == 0 {
		return s
	}
	if local(m.zone) {
		return s + " UTC (" + m.text(stamp(t, m.zone, "15:04:05 MST")) + ")"
	}
	return s + " UTC"
}

func (m *markdown) oneCase(c *footfall.Case, depth int) {
	m.line("%s %s", strings.Repeat("#", depth), m.text(c.Title))
	m.line("")
	m.line("**%s**, score %d of 100, %s to %s, case `%s`%s", strings.ToUpper(levelName(c.Level)), c.Score, m.time(c.First), m.time(c.Last), code(c.ID), m.state(c))
	m.line("")
	m.line("%s", m.text(c.Sentence))
	m.line("")
	m.line("**%s**", m.text(brief(c, grounds(c))))
	m.list(depth+1, "What speaks against abuse", c.Against)
	m.questions(c, depth+1)
	m.grounds(c, depth+1)
	m.path(c, depth+1)
	m.tasks(c, depth+1)
	m.plan(c, depth+1)
	m.list(depth+1, "What could not be seen", c.Health)
	m.findings(c, depth+1)
	m.notes(c, depth+1)
	if len(c.Similar) > 0 {
		m.head(depth+1, "Similar cases")
		for _, s := range c.Similar {
			m.line("- `%s`: %s", code(s.Case), m.text(s.Because))
		}
	}
	m.head(depth+1, "Score")
	m.line("%s", m.text(c.ScoreText))
	if len(c.Attack) > 0 {
		m.line("\nATT&amp;CK: %s", m.text(strings.Join(c.Attack, ", ")))
	}
}

// code is text for between backticks; an empty pair of them would be read as
// the beginning of something else.
func code(s string) string {
	if s = strings.ReplaceAll(fold(clean(s), 200), "`", "'"); strings.TrimSpace(s) == "" {
		return "-"
	}
	return s
}

func (m *markdown) state(c *footfall.Case) string {
	if c.Work == nil {
		return ""
	}
	s := ", " + c.Work.Status.String()
	if j := c.Work.Judgement.String(); j != "" {
		s += ", " + j
	}
	if c.Work.Owner != "" {
		s += ", owner " + m.text(c.Work.Owner)
	}
	return s
}

func (m *markdown) list(depth int, title string, list []string) {
	if len(list) == 0 {
		return
	}
	m.head(depth, title)
	for _, s := range list {
		m.line("- %s", m.text(s))
	}
}

func (m *markdown) questions(c *footfall.Case, depth int) {
	if len(c.Questions) == 0 {
		return
	}
	m.head(depth, "Questions: "+counts(c.Questions))
	m.line("| Verdict | Question | What the records say | Records |")
	m.line("|---|---|---|---|")
	for _, q := range c.Questions {
		a := newAnswer(q, source{})
		word := a.Word
		if a.Speaks != "" {
			word += ", " + a.Speaks
		}
		m.line("| %s | %s | %s | %d |", word, m.text(q.Ask), m.text(q.Text), len(q.Evidence))
	}
}

func (m *markdown) grounds(c *footfall.Case, depth int) {
	if len(c.Decision.Reasons) == 0 {
		return
	}
	m.head(depth, "Reasons to escalate")
	for _, g := range grounds(c) {
		s := "- **" + strings.TrimLeft(stateWord(g.State), "●○? ") + "**: " + m.text(g.Because)
		if g.Text != "" {
			s += " (" + m.text(g.Text) + ")"
		}
		if g.If != "" {
			s += ", rule `" + code(g.If) + "`"
		}
		m.line("%s", s)
	}
}

func (m *markdown) path(c *footfall.Case, depth int) {
	if len(c.Path) == 0 {
		return
	}
	m.head(depth, "Path")
	m.line("| Hop | Time | From | To | By | Account |")
	m.line("|---|---|---|---|---|---|")
	shown, more := first(c.Path, pageHops)
	for i, h := range shown {
		by := m.text(service(h))
		if h.Outcome == footfall.Failure {
			by += ", failed"
		}
		who := m.text(fold(clean(h.Account), 80))
		if changed(h) {
			who += ", before " + m.text(fold(clean(h.Switch), 80))
		}
		m.line("| %d | %s | %s | %s | %s | %s |", i+1, m.time(h.Time), m.text(fold(clean(h.From), 80)), m.text(fold(clean(h.To), 80)), by, who)
	}
	if more > 0 {
		m.line("\n%s.", plural(more, "more hop", "more hops"))
	}
}

func (m *markdown) tasks(c *footfall.Case, depth int) {
	if len(c.Tasks) == 0 {
		return
	}
	m.head(depth, "Tasks")
	done := func(mark string, t footfall.Task) {
		s := "- [" + mark + "] " + m.text(t.Tier) + ": " + m.text(t.Text)
		if t.Note != "" {
			s += " " + m.text(t.Note)
		}
		m.line("%s", s)
	}
	for _, t := range openTasks(c) {
		done(" ", t)
	}
	for _, t := range c.Tasks {
		if t.State == "done" {
			done("x", t)
		}
	}
}

func (m *markdown) plan(c *footfall.Case, depth int) {
	if len(c.Plan) == 0 {
		return
	}
	m.head(depth, "Containment, proposed")
	m.line("| What | On | For | Who approves | What else it touches | How it is undone |")
	m.line("|---|---|---|---|---|---|")
	shown, more := first(c.Plan, 60)
	for _, a := range shown {
		m.line("| %s | %s | %s | %s | %s | %s |", m.text(verbName(a)), m.text(fold(clean(a.On.Name), 80)), m.text(a.For), m.text(a.Approval), m.text(a.Blast), m.text(a.Undo))
	}
	if more > 0 {
		m.line("\n%s.", plural(more, "more action", "more actions"))
	}
}

func (m *markdown) findings(c *footfall.Case, depth int) {
	m.head(depth, "Findings")
	told := 0
	for _, g := range byRule(c.Findings) {
		m.line("- **%s** %s (%s)", levelName(g.Level), m.text(g.Title), plural(len(g.List), "finding", "findings"))
		if told++; told > mdMore {
			continue
		}
		f := g.List[0]
		m.line("  - %s", m.text(f.Why))
		if f.Innocent != "" {
			m.line("  - Innocent? %s", m.text(f.Innocent))
		}
		m.records(f)
	}
}

func (m *markdown) records(f *footfall.Finding) {
	if m.r.Lookup == nil {
		return
	}
	shown, _ := first(f.Evidence, mdRecords)
	for _, ref := range shown {
		rec, ok := m.r.Lookup(ref)
		if !ok {
			continue
		}
		raw := clean(rec.Raw)
		if len(raw) > mdRaw {
			raw = strings.ToValidUTF8(raw[:mdRaw], "") + " ..."
		}
		m.line("  - `%s`, record %d, byte %s", code(rec.Input), rec.Number, number(rec.Offset))
		if raw = strings.TrimSpace(raw); raw != "" {
			fence := strings.Repeat("`", longest(raw, '`')+3)
			m.line("\n    %stext\n    %s\n    %s\n", fence, raw, fence)
		}
	}
}

// longest is the length of the longest row of a byte in s.
func longest(s string, b byte) (most int) {
	n := 0
	for i := 0; i < len(s); i++ {
		if n++; s[i] != b {
			n = 0
		}
		most = max(most, n)
	}
	return most
}

func (m *markdown) notes(c *footfall.Case, depth int) {
	if c.Work == nil || len(c.Work.Notes)+len(c.Work.Decisions) == 0 {
		return
	}
	m.head(depth, "Work")
	for _, d := range c.Work.Decisions {
		m.line("- %s %s: %s. %s", m.time(d.Time), m.text(d.Who), m.text(d.Text), m.text(d.Cause))
	}
	for _, n := range c.Work.Notes {
		m.line("- %s %s: %s", m.time(n.Time), m.text(n.Who), m.text(n.Text))
	}
}

func (m *markdown) unread() {
	bad := broken(m.r)
	if len(bad) == 0 {
		return
	}
	m.head(2, "Not read whole")
	shown, more := first(bad, pageInputs)
	for _, in := range shown {
		m.line("- `%s`: %s, %s read, %s not", code(in.Path), m.text(in.State), plural(in.Records, "record", "records"), number(in.Unread))
	}
	if more > 0 {
		m.line("\n%s.", plural(more, "more input", "more inputs"))
	}
}
