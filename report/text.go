package report

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// TextOptions say how text is laid out.
type TextOptions struct {
	Width int // columns; 0 is 80
	Color bool
	Zone  *time.Location // nil is UTC
	Now   int64          // for clocks that run, Unix nanoseconds
}

const (
	minWidth    = 60
	maxListed   = 12 // inputs with problems, rules without a case
	maxNameCols = 44
	maxTable    = 40 // cases in the table
	maxWhole    = 20 // cases shown whole
)

// Text writes a run for people at a terminal: a line of summary and a table of
// the cases, then each case on a page or so, then what belongs to no case and
// what could not be read. It cuts and counts where the page of a report folder
// tells all.
func Text(w io.Writer, r *footfall.Run, opt TextOptions) error {
	t := newText(bufio.NewWriter(w), opt)
	t.r, t.folder = r, commonFolder(r.Inputs)
	t.summary()
	t.table()
	for i, c := range r.Cases {
		if i == maxWhole {
			t.head(plural(len(r.Cases)-i, "more case stands", "more cases stand") + " in the table above and, whole, in the report.")
			break
		}
		t.oneCase(i, c)
	}
	if len(r.Cases) == 0 {
		t.noCase()
	}
	t.others()
	t.inputs()
	for i, n := range r.Notes {
		if i == 0 {
			t.head("Notes")
		}
		t.para(2, "- ", n)
	}
	t.closing()
	return t.w.Flush()
}

func newText(w *bufio.Writer, opt TextOptions) *text {
	if opt.Width == 0 {
		opt.Width = 80
	}
	opt.Width = max(opt.Width, minWidth)
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	return &text{w: w, opt: opt}
}

type text struct {
	w   *bufio.Writer
	r   *footfall.Run
	opt TextOptions

	all    bool   // what to do about unknown answers, and messages to send
	brief  bool   // a path goes without its legend
	folder string // what all paths of inputs begin with; left out where it would only fill lines
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

func (t *text) painted(indent int, lead, code, s string) { t.clipped(indent, lead, code, s, 0) }

// clipped is painted, but of at most so many lines; 0 is any number.
func (t *text) clipped(indent int, lead, code, s string, most int) {
	room := strings.Repeat(" ", indent)
	width := t.opt.Width - indent - columns(lead)
	all := wrap(tidy(s), width)
	if most > 0 && len(all) > most {
		all = append(all[:most-1:most-1], cutShort(all[most-1], max(width, 8)-2)+"..")
	}
	for i, l := range all {
		if i == 0 {
			t.line(room + t.paint(code, lead) + l)
			continue
		}
		t.line(room + strings.Repeat(" ", columns(lead)) + l)
	}
}

// bullet is clipped text whose further lines stand two columns in, for leads
// that are long.
func (t *text) bullet(indent int, lead, s string, most int) {
	all := wrap(tidy(lead+" "+s), t.opt.Width-indent-2)
	if len(all) > most {
		all = append(all[:most-1:most-1], cutShort(all[most-1], t.opt.Width-indent-4)+"..")
	}
	for i, l := range all {
		if i > 0 {
			l = "  " + l
		} else if rest, ok := strings.CutPrefix(l, lead); ok {
			l = t.paint(bold, lead) + rest
		}
		t.line(strings.Repeat(" ", indent) + l)
	}
}

// cutShort cuts a line at a space when there is one near the end.
func cutShort(s string, n int) string {
	c := cutColumns(s, n)
	if i := strings.LastIndexByte(c, ' '); len(c) < len(s) && i > len(c)*3/4 {
		c = c[:i]
	}
	return strings.TrimRight(c, " ,;:.")
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

// table lists the cases, so that all are seen before the first is read.
func (t *text) table() {
	if len(t.r.Cases) < 2 {
		return
	}
	t.line("")
	shown := t.r.Cases[:min(len(t.r.Cases), maxTable)]
	most := 2
	if len(shown) > 10 {
		most = 1
	}
	for i, c := range shown {
		lead := fmt.Sprintf("%3d  %s  %3d  %s  ", i+1, pad(strings.ToUpper(levelWord(c.Level)), 8), c.Score, stamp(c.First, t.opt.Zone, "01-02 15:04"))
		t.clipped(0, lead, levelColor(c.Level), caseLine(c), most)
	}
	if n := len(t.r.Cases) - len(shown); n > 0 {
		t.line("     and " + plural(n, "more case", "more cases"))
	}
}

// caseLine is a case in a line: its title, or how its sentence begins.
func caseLine(c *footfall.Case) string {
	if c.Title != "" {
		return c.Title
	}
	head, _, _ := strings.Cut(c.Sentence, ";")
	return head
}

// noCase says what was looked at when nothing was found.
func (t *text) noCase() {
	r := t.r
	t.line("")
	if len(r.Inputs) == 0 {
		t.para(0, "", "Nothing was read, so nothing can be said.")
		return
	}
	t.para(0, "", "No findings that make a case. That is as good as what was read:")
	formats := make([]string, 0, len(r.Events))
	for f := range r.Events {
		formats = append(formats, f)
	}
	slices.Sort(formats)
	for _, f := range formats {
		t.para(2, "- ", fmt.Sprintf("%s as %s", plural(r.Events[f], "event", "events"), f))
	}
	for i, h := range r.Hosts {
		if i == maxListed {
			t.line("  and " + plural(len(r.Hosts)-i, "more log", "more logs"))
			break
		}
		s := fmt.Sprintf("%s: %s from %s to %s", strings.TrimSpace(h.Host+" "+h.Log), plural(h.Records, "record", "records"),
			stamp(h.First, t.opt.Zone, timeLong), stamp(h.Last, t.opt.Zone, timeLong))
		if h.Missing > 0 {
			s += fmt.Sprintf(", %s missing between", number(h.Missing))
		}
		t.para(2, "- ", s)
	}
	t.para(0, "", "Hosts without a log here, and times outside of these, were not seen. Weaker signs are shown with --min-level low; "+
		"declared networks, critical hosts and accounts (-c FILE) let more be judged.")
}

// closing says where the rest is.
func (t *text) closing() {
	if len(t.r.Cases) == 0 {
		return
	}
	t.line("")
	s := "What is cut here stands in full, with its records, in the report that -o DIR writes: index.html, cases.ndjson, findings.ndjson, timeline.csv, steps.csv."
	if t.r.Cases[0].Work != nil {
		s += " Work on them with footfall case."
	}
	if t.folder != "" {
		s += " Files named here are below " + fold(clean(t.folder), maxWord) + "."
	}
	for _, l := range wrap(s, t.opt.Width) {
		t.line(t.paint(dim, l))
	}
}

// commonFolder is the folder that all inputs are in, with its slash; "" when
// there is none, or only one input.
func commonFolder(inputs []footfall.InputStat) string {
	if len(inputs) < 2 {
		return ""
	}
	dir := path.Dir(inputs[0].Path)
	for _, in := range inputs[1:] {
		for dir != "." && dir != "/" && !strings.HasPrefix(in.Path, dir+"/") {
			dir = path.Dir(dir)
		}
	}
	if dir == "." || dir == "/" {
		return ""
	}
	return dir + "/"
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
