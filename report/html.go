package report

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageOwnStyle string

var pageStyle = colorStyle + pageOwnStyle + laneStyle

// How much the page holds; what is beyond is in the files beside it, and the
// page says so.
const (
	pageCases    = 200
	pageHops     = 200
	pageHands    = 6  // hops that tell whose hand they can have been
	pageActions  = 10 // of one kind
	pageFindings = 20 // of one rule in one case
	pageAlone    = 25 // of one rule in no case
	pageInputs   = 500
	pageRaw      = 4 << 10  // bytes of one record
	pageBudget   = 24 << 20 // bytes of all records together
)

// HTML writes a run as one page that stands alone: no script, nothing loaded
// from elsewhere, and a policy that would forbid both.
func HTML(w io.Writer, r *footfall.Run) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"clean": clean, "tidy": tidy, "fold": func(s string) string { return fold(clean(s), 80) }, "number": anyNumber,
		"plural": func(n any, one, many string) string { return plural(wide(n), one, many) },
		"time":   func(t int64) string { return stamp(t, time.UTC, timeLong) },
		"verb":   func(s string) string { return clean(strings.ReplaceAll(s, "_", " ")) },
		"levelname": func(l footfall.Level) string {
			if l == footfall.LevelUnknown {
				return "unrated"
			}
			return l.String()
		},
		"levelclass": func(l footfall.Level) string {
			if l == footfall.LevelUnknown {
				return "unrated"
			}
			return l.String()
		},
		"stateclass": stateClass, "stateword": stateWord, "undecided": undecided, "standing": standing, "touches": touches,
	}).Parse(pageText)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return t.Execute(w, newPage(r))
}

func wide(n any) int64 {
	switch n := n.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case uint64:
		return int64(n)
	}
	panic(fmt.Sprintf("BUG: %T is no number", n))
}

func anyNumber(n any) string { return number(wide(n)) }

func stateClass(s string) string {
	switch s {
	case "matched", "not_matched":
		return s
	}
	return "unknown"
}

func stateWord(s string) string {
	switch s {
	case "matched":
		return "Yes"
	case "not_matched":
		return "No"
	}
	return "Cannot tell"
}

type page struct {
	Run         *footfall.Run
	Style       template.CSS
	Policy      string
	OCSF        string
	Records     int64
	Broken      []footfall.InputStat
	BrokenShown []footfall.InputStat
	MoreBroken  int
	Inputs      []footfall.InputStat
	MoreInputs  int
	Hosts       []footfall.HostSpan
	MoreHosts   int
	Cases       []*pageCase
	MoreCases   int
	Alone       []*pageGroup
}

// A pageCase is a case with what its part of the page shows of it.
type pageCase struct {
	*footfall.Case
	Anchor      string
	Asked       []pageAnswer
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
}

// A pageSource is the records behind something.
type pageSource struct {
	Records []pageRecord
	Total   int
}

type pageRecord struct {
	footfall.Record
	Cut int // bytes of the whole text when it is cut
}

type pageAnswer struct {
	pageSource
	Q     footfall.Answer
	Class string
	Word  string
}

type pageHop struct {
	pageSource
	H      footfall.Hop
	Number int
	By     string
	Fail   bool
	Switch bool
	After  string
	Hand   string
}

type pageFinding struct {
	pageSource
	F *footfall.Finding
}

type pageGroup struct {
	group
	Open  bool
	Shown []pageFinding
	More  int
}

func newPage(r *footfall.Run) *page {
	sum := sha256.Sum256([]byte(pageStyle))
	p := &page{
		Run: r, Style: template.CSS(pageStyle), OCSF: OCSFVersion, Records: records(r), Broken: broken(r),
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
	}
	p.BrokenShown, p.MoreBroken = first(p.Broken, pageInputs)
	p.Inputs, p.MoreInputs = first(r.Inputs, pageInputs)
	p.Hosts, p.MoreHosts = first(r.Hosts, pageInputs)
	b := &binder{r: r, left: pageBudget}
	cases, more := first(r.Cases, pageCases)
	for i, c := range cases {
		p.Cases = append(p.Cases, b.oneCase(fmt.Sprintf("case%d", i+1), c))
	}
	p.MoreCases = more
	p.Alone = b.groups(byRule(alone(r)), pageAlone)
	return p
}

// first returns at most n of list and how many are left out.
func first[T any](list []T, n int) ([]T, int) {
	n = min(n, len(list))
	return list[:n], len(list) - n
}

// A binder puts records beside what rests on them, until the page is full.
type binder struct {
	r    *footfall.Run
	left int // bytes of record text that the page still takes
}

func (b *binder) source(refs []footfall.Ref, total int) pageSource {
	s := pageSource{Total: max(total, len(refs))}
	if b.r.Lookup == nil {
		return s
	}
	for _, ref := range refs {
		rec, ok := b.r.Lookup(ref)
		if !ok {
			continue
		}
		x := pageRecord{Record: rec}
		if len(x.Raw) > pageRaw {
			x.Raw, x.Cut = strings.ToValidUTF8(rec.Raw[:pageRaw], ""), len(rec.Raw)
		}
		if b.left < len(x.Raw) {
			x.Raw, x.Cut = "", len(rec.Raw)
		}
		b.left -= len(x.Raw)
		x.Raw = lines(x.Raw)
		s.Records = append(s.Records, x)
	}
	return s
}

// lines is clean, but keeps the line ends of a record of several lines.
func lines(s string) string {
	parts := strings.Split(s, "\n")
	for i, p := range parts {
		parts[i] = clean(strings.TrimSuffix(p, "\r"))
	}
	return strings.Join(parts, "\n")
}

func (b *binder) oneCase(anchor string, c *footfall.Case) *pageCase {
	p := &pageCase{Case: c, Anchor: anchor, Open: openTasks(c)}
	for _, t := range c.Tasks {
		if t.State == "done" {
			p.Done = append(p.Done, t)
		}
	}
	for _, q := range c.Questions {
		p.Asked = append(p.Asked, b.answer(q))
	}
	b.path(p)
	for _, m := range measures(c.Plan) {
		shown, more := first(m, pageActions)
		p.Measures = append(p.Measures, shown)
		p.MoreActions += more
	}
	p.Grounds = grounds(c)
	p.Brief = brief(c, p.Grounds)
	p.Groups = b.groups(byRule(c.Findings), pageFindings)
	for i := range p.Groups {
		p.Groups[i].Open = i < 3
	}
	return p
}

// path draws the hops of a case and lists them with their records.
func (b *binder) path(p *pageCase) {
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
			pageSource: b.source([]footfall.Ref{h.Ref}, 1), H: h, Number: i + 1, By: service(h),
			Fail: h.Outcome == footfall.Failure, Switch: changed(h), After: after, Hand: hand,
		})
	}
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

// brief tells the decision, and how many reasons and answers are behind it.
func brief(c *footfall.Case, all []footfall.Ground) string {
	s := undecided(c) + "."
	if d := c.Decision; d.Escalate {
		n := 0
		for _, g := range all {
			if g.State == "matched" {
				n++
			}
		}
		s = fmt.Sprintf("Escalate to %s, %s: %d of %s matched.", clean(d.To), clean(d.Urgency), n, plural(len(all), "reason", "reasons"))
	}
	if len(c.Questions) == 0 {
		return s
	}
	abuse, open := 0, 0
	for _, q := range c.Questions {
		switch {
		case q.Verdict == footfall.Unknown:
			open++
		case q.Abuse:
			abuse++
		}
	}
	return s + fmt.Sprintf(" Of %s, %d speak for abuse, %d against it, %d unknown.", plural(len(c.Questions), "answer", "answers"), abuse, len(c.Questions)-abuse-open, open)
}

func (b *binder) answer(q footfall.Answer) pageAnswer {
	a := pageAnswer{pageSource: b.source(q.Evidence, 0), Q: q}
	switch {
	case q.Verdict == footfall.Unknown:
		a.Class, a.Word = "open", "Unknown"
	case q.Abuse:
		a.Class, a.Word = "abuse", strings.ToUpper(q.Verdict.String()[:1])+q.Verdict.String()[1:]+", which speaks for abuse"
	default:
		a.Class, a.Word = "fine", strings.ToUpper(q.Verdict.String()[:1])+q.Verdict.String()[1:]+", which speaks against abuse"
	}
	return a
}

func (b *binder) groups(list []group, most int) (out []*pageGroup) {
	for _, g := range list {
		p := &pageGroup{group: g}
		var shown []*footfall.Finding
		shown, p.More = first(g.List, most)
		for _, f := range shown {
			p.Shown = append(p.Shown, pageFinding{b.source(f.Evidence, f.Count), f})
		}
		out = append(out, p)
	}
	return out
}
