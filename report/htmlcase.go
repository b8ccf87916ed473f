package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// A casePage is a case with what its page shows of it.
type casePage struct {
	frame
	*footfall.Case
	Name        string // of its page, without the ending
	Number, Of  int
	Prev, Next  string
	Names       map[string]string // pages of other cases by their ids
	Asked       []pageAnswer
	Told        string // how many questions say what
	Open, Done  []footfall.Task
	Picture     template.HTML // of the path; all of its texts are escaped
	Hands       []string      // whose hand hops can have been
	MoreHands   int
	Numbered    bool // some hop says what it went on from
	Hops        []pageHop
	MoreHops    int
	Measures    [][]footfall.Action // those of a kind together
	MoreActions int
	Groups      []*pageGroup
	Brief       string // the decision and the verdicts in a sentence
	Grounds     []footfall.Ground
	Five        fiveFacts
	Clocks      []clockLine
	Phases      []phase
	Drawn       []*drawing
	Named       []footfall.Entity // once each
	Skews       []string
	Alike       []similar
	MoreSimilar int
	Apart       []string // pages of its records
	NotApart    int      // findings whose records are on no page
	Folder      string   // that all inputs are in
	Table       string   // of the findings, as it is called
	Exports     bool     // Markdown and STIX lie beside it
	Files       bool     // the page lies in a folder, with files beside it
}

// fiveFacts are what a reader wants first.
type fiveFacts struct{ Who, From, Over, Main string }

type clockLine struct {
	ID, Within string
	Due, Done  int64
}

type similar struct{ Link, Title, Because string }

type pageAnswer struct {
	source
	Q       footfall.Answer
	Class   string
	Sign    string
	Word    string
	Speaks  string
	History string
}

type pageHop struct {
	source
	H      footfall.Hop
	Number int
	By     string
	Fail   bool
	Switch bool
	After  string
	Hand   string
}

type pageFinding struct {
	source
	F      *footfall.Finding
	Bond   string
	Apart  string // where its records are when they are not on this page
	Anchor string
}

type pageGroup struct {
	group
	Open  bool
	Shown []pageFinding
	More  int
}

func newGroup(g group, most int, f func(*footfall.Finding) pageFinding) *pageGroup {
	p := &pageGroup{group: g}
	var shown []*footfall.Finding
	shown, p.More = first(g.List, most)
	for _, x := range shown {
		p.Shown = append(p.Shown, f(x))
	}
	return p
}

// fill takes from the case what needs no record.
func (p *casePage) fill(c *footfall.Case, notes []string) {
	p.Case, p.Open = c, openTasks(c)
	if c.Work != nil && c.Work.Tier != "" { // who has it now comes first
		slices.SortStableFunc(p.Open, func(a, b footfall.Task) int {
			return order(b.Tier == c.Work.Tier, a.Tier == c.Work.Tier)
		})
	}
	for _, t := range c.Tasks {
		if t.State == "done" {
			p.Done = append(p.Done, t)
		}
	}
	for _, m := range measures(c.Plan) {
		shown, more := first(m, pageActions)
		p.Measures = append(p.Measures, shown)
		p.MoreActions += more
	}
	p.Grounds = grounds(c)
	p.Brief, p.Told = brief(c, p.Grounds), counts(c.Questions)
	p.Five = fiveOf(c)
	p.Clocks = clockLines(c)
	p.Skews = skews(notes)
	seen := map[footfall.Entity]bool{}
	for _, e := range withPath(c.Entities, c.Path) {
		if e.Name != "" && !seen[e] {
			seen[e] = true
			p.Named = append(p.Named, e)
		}
	}
	list, more := first(c.Similar, pageSimilar)
	p.MoreSimilar = more
	for _, s := range list {
		x := similar{Title: s.Case, Because: s.Because}
		if name, ok := p.Names[s.Case]; ok {
			x.Link = name + ".html"
		}
		p.Alike = append(p.Alike, x)
	}
}

// skews are the notes of a run that tell of clocks.
func skews(notes []string) (out []string) {
	for _, n := range notes {
		if strings.HasPrefix(n, "the clock of ") {
			out = append(out, n)
		}
	}
	return out
}

// clockLines are the clocks that run or ran; before anybody worked on the
// case, what the playbooks ask for.
func clockLines(c *footfall.Case) (out []clockLine) {
	list := c.Clocks
	if c.Work != nil && len(c.Work.Clocks) > 0 {
		list = c.Work.Clocks
	}
	for _, k := range list {
		l := clockLine{ID: k.ID, Within: within(k.Within), Done: k.Stopped}
		if k.Started != 0 {
			l.Due = k.Started + int64(k.Within)
		}
		out = append(out, l)
	}
	return out
}

func within(d time.Duration) string {
	if d < time.Minute {
		return d.String()
	}
	return lasting(d)
}

// fiveOf names who, from where and over which hosts, from the path where there
// is one.
func fiveOf(c *footfall.Case) (f fiveFacts) {
	var who, from, over []string
	add := func(to *[]string, s string) {
		if s != "" && !slices.Contains(*to, s) {
			*to = append(*to, s)
		}
	}
	reached := map[string]bool{}
	for _, h := range c.Path {
		reached[h.To] = true
	}
	for _, h := range c.Path {
		if !reached[h.From] {
			add(&from, h.From)
		}
		if h.Outcome != footfall.Failure {
			add(&who, h.Account)
			add(&over, h.To)
		}
	}
	role := func(r footfall.Role, kinds string, to *[]string) {
		if len(*to) > 0 {
			return
		}
		for _, e := range c.Entities {
			if e.Role == r && strings.Contains(kinds, e.Kind) {
				add(to, e.Name)
			}
		}
	}
	role(footfall.RoleActor, "account", &who)
	role(footfall.RoleSource, "address", &from)
	role(footfall.RoleSource, "host address", &from)
	role(footfall.RoleDestination, "host", &over)
	f.Who, f.From, f.Over = few(who, ", "), few(from, ", "), few(over, ", ")
	if chain(c.Path) {
		f.Over = few(over, " → ")
	}
	return f
}

// chain reports whether a path goes from host to host without a fork.
func chain(path []footfall.Hop) bool {
	at := ""
	for _, h := range path {
		if h.Outcome == footfall.Failure {
			continue
		}
		if at != "" && h.From != at {
			return false
		}
		at = h.To
	}
	return at != ""
}

// When is the time of the case; a case within a day says the day once.
func (p *casePage) When() template.HTML {
	a, b := time.Unix(0, p.First).UTC(), time.Unix(0, p.Last).UTC()
	if p.First == 0 || local(p.Zone) || a.Format(time.DateOnly) != b.Format(time.DateOnly) {
		return p.Time(p.First) + " to " + p.Time(p.Last) + " UTC"
	}
	return p.Time(p.First) + template.HTML(` to <time datetime="`+b.Format("2006-01-02T15:04:05.999Z")+`">`+b.Format(timeShort)+`</time> UTC`)
}

// Touched reports whether a person did anything about the case.
func (p *casePage) Touched() bool { return p.Work != nil && p.Work.Changed != 0 }

// Minute is a time for a line that has room for little: without the year, in UTC.
func (p *casePage) Minute(t int64) template.HTML {
	at := time.Unix(0, t).UTC()
	return template.HTML(`<time datetime="` + at.Format("2006-01-02T15:04:05Z") + `">` + at.Format("Jan 2 15:04") + ` UTC</time>`)
}

// Until is the end of a time that has begun: only the clock's time on the same
// day, and nothing within the same second.
func (p *casePage) Until(from, to int64) template.HTML {
	a, b := time.Unix(0, from).UTC(), time.Unix(0, to).UTC()
	switch {
	case to <= from || a.Format(timeLong) == b.Format(timeLong):
		return ""
	case a.Format(time.DateOnly) == b.Format(time.DateOnly):
		return template.HTML(b.Format(timeShort))
	}
	return template.HTML(b.Format(timeLong))
}

// Short is the beginning of what is proposed, in a line.
func (p *casePage) Short() string {
	var out []string
	for i, m := range p.Measures {
		if i == 3 {
			break
		}
		var names []string
		for _, a := range m {
			names = append(names, a.On.Name)
		}
		out = append(out, verbName(m[0])+" "+few(names, ", "))
	}
	return strings.Join(out, "; ")
}

// few lists the first names and counts the rest.
func few(list []string, sep string) string {
	const most = 6
	shown, more := first(list, most)
	out := make([]string, len(shown))
	for i, s := range shown {
		out[i] = fold(clean(s), 48)
	}
	s := strings.Join(out, sep)
	if more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// counts counts what the questions say.
func counts(list []footfall.Answer) string {
	abuse, open := 0, 0
	for _, q := range list {
		switch {
		case q.Verdict == footfall.Unknown:
			open++
		case q.Abuse:
			abuse++
		}
	}
	return fmt.Sprintf("%d for abuse, %d against, %d unknown", abuse, len(list)-abuse-open, open)
}

// grounds are the reasons of a decision, those that matched first; one that
// two playbooks give with the same values stands once.
func grounds(c *footfall.Case) []footfall.Ground {
	order := map[string]int{"matched": 0, "unknown": 1, "not_matched": 2}
	out := slices.Clone(c.Decision.Reasons)
	slices.SortStableFunc(out, func(a, b footfall.Ground) int {
		return cmp.Compare(order[stateClass(a.State)], order[stateClass(b.State)])
	})
	seen := map[[3]string]bool{}
	return slices.DeleteFunc(out, func(g footfall.Ground) bool {
		k := [3]string{g.Because, g.State, g.Text}
		was := seen[k]
		seen[k] = true
		return was
	})
}

// brief tells the decision, and how many reasons are behind it.
func brief(c *footfall.Case, all []footfall.Ground) string {
	d := c.Decision
	if !d.Escalate {
		return undecided(c) + "."
	}
	n := 0
	for _, g := range all {
		if g.State == "matched" {
			n++
		}
	}
	return fmt.Sprintf("Escalate to %s, %s: %d of %s matched.", clean(d.To), clean(d.Urgency), n, plural(len(all), "reason", "reasons"))
}

func newAnswer(q footfall.Answer, s source) pageAnswer {
	a := pageAnswer{source: s, Q: q, History: spanText(q.Span)}
	word := strings.ToUpper(q.Verdict.String()[:1]) + q.Verdict.String()[1:]
	switch {
	case q.Verdict == footfall.Unknown:
		a.Class, a.Sign, a.Word, a.Speaks = "open", "?", "Unknown", ""
	case q.Abuse:
		a.Class, a.Sign, a.Word, a.Speaks = "abuse", "▲", word, "speaks for abuse"
	default:
		a.Class, a.Sign, a.Word, a.Speaks = "fine", "○", word, "speaks against abuse"
	}
	return a
}

// rank orders answers: what speaks for abuse, what speaks against it, what is
// not known.
func (a *pageAnswer) rank() int {
	switch a.Class {
	case "abuse":
		return 0
	case "fine":
		return 1
	}
	return 2
}

// spanText is the span behind an answer, in words.
func spanText(s footfall.Span) string {
	if s.From == 0 && s.Until == 0 && s.Days == 0 {
		return ""
	}
	out := plural(s.Days, "day", "days") + " with records"
	if s.From != 0 && s.Until != 0 {
		out += ", from " + stamp(s.From, time.UTC, "2006-01-02") + " to " + stamp(s.Until, time.UTC, "2006-01-02")
	}
	return out
}

// path draws the hops of a case and lists them with their records.
func (p *casePage) path(k *recorder) {
	if len(p.Path) == 0 {
		return
	}
	w := newFigure(p.Path, time.UTC)
	p.Picture = template.HTML(w.svg())
	for i, h := range p.Path {
		after := w.after(i)
		p.Numbered = p.Numbered || after != ""
		hand := w.whose(i)
		if hand != "" && len(p.Hands) == pageHands {
			p.MoreHands++
		} else if hand != "" {
			p.Hands = append(p.Hands, fmt.Sprintf("Hop %d, whose hand: %s", i+1, hand))
		}
		if i >= pageHops {
			p.MoreHops++
			continue
		}
		p.Hops = append(p.Hops, pageHop{
			source: k.source([]footfall.Ref{h.Ref}, 1), H: h, Number: i + 1, By: service(h),
			Fail: h.Outcome == footfall.Failure, Switch: changed(h), After: after, Hand: hand,
		})
	}
}
