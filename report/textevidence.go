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

// A proof is a record that a case rests on, and what rests on it.
type proof struct {
	ref   footfall.Ref
	rec   footfall.Record
	gone  bool // its input is no longer there
	whose []string
}

// proofs are the records of a case in the order of time, each once. Their
// numbers are the same as long as the case is.
func proofs(r *footfall.Run, c *footfall.Case) []*proof {
	at := map[footfall.Ref]*proof{}
	var out []*proof
	add := func(what string, refs ...footfall.Ref) {
		for _, ref := range refs {
			p := at[ref]
			if p == nil {
				p = &proof{ref: ref, gone: true}
				if r.Lookup != nil {
					if rec, ok := r.Lookup(ref); ok {
						p.rec, p.gone = rec, false
					}
				}
				at[ref] = p
				out = append(out, p)
			}
			if what != "" && !slices.Contains(p.whose, what) {
				p.whose = append(p.whose, what)
			}
		}
	}
	for _, f := range c.Findings {
		add(ruleTitle(f), f.Evidence...)
		for _, h := range f.Path {
			add(ruleTitle(f), h.Ref)
		}
	}
	for _, h := range c.Path {
		add("path", h.Ref)
	}
	for _, q := range c.Questions {
		add(inShort(q.ID), q.Evidence...)
	}
	for _, f := range c.Facts {
		add("", f.Evidence...)
	}
	out = slices.DeleteFunc(out, func(p *proof) bool { return p.gone })
	slices.SortStableFunc(out, func(a, b *proof) int {
		return cmp.Or(cmp.Compare(a.rec.Time, b.rec.Time), strings.Compare(a.rec.Input, b.rec.Input), cmp.Compare(a.rec.Offset, b.rec.Offset))
	})
	return out
}

// Evidence writes the records of a case, a line or two each, or when n is not
// 0 the one of that number, whole.
func Evidence(w io.Writer, r *footfall.Run, c *footfall.Case, n int, opt TextOptions) error {
	t := newText(bufio.NewWriter(w), opt)
	t.r, t.folder = r, commonFolder(r.Inputs)
	all := proofs(r, c)
	if n < 0 || n > len(all) {
		return fmt.Errorf("record %d is not there; the case has %d", n, len(all))
	}
	if n > 0 {
		t.record(n, all[n-1])
		return t.w.Flush()
	}
	t.clipped(0, strings.ToUpper(levelWord(c.Level))+"  ", levelColor(c.Level), fmt.Sprintf("case %s: %s named by %s", calledBy(c), plural(len(all), "record", "records"), plural(len(c.Findings), "finding", "findings")), 1)
	last, before, names := "", "", newTerms(c)
	for i, p := range all {
		if src := t.source(p); src != last {
			last, before = src, ""
			t.line("")
			t.line(t.paint(cyan, shorten(src, t.opt.Width)))
		}
		lead := fmt.Sprintf("%4d  %s  ", i+1, stamp(p.rec.Time, t.opt.Zone, "01-02 15:04:05"))
		t.line(t.paint(bold, lead) + shorten(clean(gist(&p.rec, names)), t.opt.Width-columns(lead)))
		whose := strings.Join(p.whose, "; ")
		if whose != "" && whose != before {
			t.clipped(6, "for ", dim, whose, 1)
		}
		before = whose
	}
	t.line("")
	t.faint(fmt.Sprintf("footfall case evidence %s N shows record N whole.", strings.TrimPrefix(calledBy(c), "#")))
	return t.w.Flush()
}

func (t *text) source(p *proof) string {
	return clean(strings.TrimPrefix(p.rec.Input, t.folder)) + ", " + clean(p.rec.Format)
}

// record writes one record as it stands, with what rests on it.
func (t *text) record(n int, p *proof) {
	rec := p.rec
	t.line(t.paint(bold, fmt.Sprintf("Record %d", n)))
	when := "no time"
	if rec.Time != 0 {
		when = stamp(rec.Time, nil, timeLong) + " UTC"
		if local := stamp(rec.Time, t.opt.Zone, timeLong); t.opt.Zone.String() != "UTC" {
			when += ", " + local + " " + t.opt.Zone.String()
		}
	}
	for _, x := range [][2]string{
		{"time", when},
		{"host", rec.Host},
		{"input", rec.Input},
		{"at", fmt.Sprintf("record %d, byte %d, %s", rec.Number, rec.Offset, rec.Format)},
		{"for", strings.Join(p.whose, "; ")},
	} {
		if x[1] != "" {
			t.para(2, pad(x[0], 7), x[1])
		}
	}
	t.line("")
	for _, l := range wrap(clean(rec.Raw), t.opt.Width) {
		t.line(l)
	}
}

// An instant is a line of a timeline.
type instant struct {
	time int64
	rank int
	kind string
	code string
	text string
}

// mostInstants is how many lines of a timeline are shown when not all are
// asked for.
const mostInstants = 200

// CaseTimeline writes what happened in a case and what was done about it in the
// order of time: hops, findings, the records, and the work.
func CaseTimeline(w io.Writer, r *footfall.Run, c *footfall.Case, all bool, opt TextOptions) error {
	t := newText(bufio.NewWriter(w), opt)
	t.r = r
	list := t.instants(c)
	t.clipped(0, strings.ToUpper(levelWord(c.Level))+"  ", levelColor(c.Level), fmt.Sprintf("case %s  %s", calledBy(c), caseLine(c)), 2)
	zone := "UTC"
	if t.opt.Zone.String() != "UTC" {
		zone = "UTC, then " + t.opt.Zone.String()
	}
	t.line(t.paint(dim, "Times are "+zone+"."))
	day := ""
	for i, e := range list {
		if i == mostInstants && !all {
			t.line("and " + plural(len(list)-i, "more line", "more lines") + " (--all)")
			break
		}
		if d := stamp(e.time, nil, "2006-01-02"); d != day {
			day = d
			t.line("")
			t.line(t.paint(bold, d))
		}
		lead := stamp(e.time, nil, timeShort) + "  "
		if t.opt.Zone.String() != "UTC" {
			lead += stamp(e.time, t.opt.Zone, timeShort) + "  "
		}
		most := 2
		if e.rank == 3 {
			most = 1
		}
		t.clipped(0, lead+pad(e.kind, 9), e.code, e.text, most)
	}
	return t.w.Flush()
}

func (t *text) instants(c *footfall.Case) []instant {
	var out []instant
	for _, h := range c.Path {
		s := fmt.Sprintf("%s -%s-> %s as %s", h.From, service(h), h.To, h.Account)
		if h.Outcome == footfall.Failure {
			s += ", refused"
		}
		if h.Switch != "" {
			s += "; account changed here, before: " + h.Switch
		}
		out = append(out, instant{h.Time, 1, "hop", cyan, s})
	}
	for _, f := range c.Findings {
		s := ruleTitle(f)
		if f.Why != "" {
			s += ": " + f.Why
		}
		out = append(out, instant{f.First, 2, levelWord(f.Level), levelColor(f.Level), s})
	}
	names := newTerms(c)
	for i, p := range proofs(t.r, c) {
		out = append(out, instant{p.rec.Time, 3, fmt.Sprintf("rec %d", i+1), dim, gist(&p.rec, names)})
	}
	if c.Work != nil {
		for _, m := range history(c) {
			out = append(out, instant{m.time, 4, "work", green, m.text})
		}
	}
	slices.SortStableFunc(out, func(a, b instant) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.rank, b.rank))
	})
	return out
}
