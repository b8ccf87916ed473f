package report

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// How much text of records the pages hold; what is beyond is in findings.ndjson,
// and the pages say so.
const (
	pageRaw    = 4 << 10   // bytes of one record
	pageInline = 320 << 10 // bytes of records in the page of one case, at most
	pageLeast  = 24 << 10  // and at least
	allInline  = 16 << 20  // bytes of records in the pages of all cases
	pageApart  = 1 << 20   // bytes of one page of records
	leastApart = 48 << 10  // bytes of records that are worth pages of their own
	allApart   = 14 << 20  // bytes of all pages of records
)

// A recorder writes records as HTML, with what a case is about marked, until
// its room is used up.
type recorder struct {
	r     *footfall.Run
	terms terms
	zone  *time.Location
	table string // that has the whole of what is cut, as it is called
	room  int    // bytes that it had at first
	left  int
	at    map[footfall.Ref]int // number of a record whose whole text is on the page
	seen  map[recordPlace]bool // places of the records that were written
}

// A recordPlace is where a record is, as timelines have it.
type recordPlace struct {
	input  string
	offset int64
}

func newRecorder(r *footfall.Run, c *footfall.Case, zone *time.Location, room int) *recorder {
	rec := &recorder{r: r, zone: zone, table: plainTables().Findings, room: room, left: room, at: map[footfall.Ref]int{}, seen: map[recordPlace]bool{}}
	if c != nil {
		rec.terms = newTerms(c)
	}
	return rec
}

// A source is the records behind something.
type source struct {
	Total   int
	Shown   int
	List    template.HTML // items of a list
	Without bool          // the records are there but the page had no room
}

func (k *recorder) source(refs []footfall.Ref, total int) source {
	s := source{Total: max(total, len(refs))}
	if k.r.Lookup == nil {
		return s
	}
	var b strings.Builder
	for _, ref := range refs {
		if k.left <= 0 {
			s.Without = true
			break
		}
		rec, ok := k.r.Lookup(ref)
		if !ok {
			continue
		}
		k.seen[recordPlace{rec.Input, rec.Offset}] = true
		from := b.Len()
		k.record(&b, ref, &rec)
		k.left -= b.Len() - from
		s.Shown++
	}
	s.List = template.HTML(b.String())
	return s
}

// record writes one list item: where the record is, the part that matters, and
// the whole text folded.
func (k *recorder) record(b *strings.Builder, ref footfall.Ref, rec *footfall.Record) {
	raw, cut := rec.Raw, 0
	if len(raw) > pageRaw {
		raw, cut = strings.ToValidUTF8(raw[:pageRaw], ""), len(rec.Raw)
	}
	raw = lines(raw)
	b.WriteString(`<li><p class="where">`)
	if rec.Time != 0 {
		b.WriteString(string(timeTag(rec.Time, k.zone)) + " ")
	}
	fmt.Fprintf(b, `<code>%s</code>, record %d, byte %s`, html.EscapeString(fold(clean(rec.Input), 80)), rec.Number, number(rec.Offset))
	b.WriteString(`</p>`)
	if raw == "" {
		b.WriteString("</li>\n")
		return
	}
	n, again := k.at[ref]
	if len(raw) <= atOnce {
		b.WriteString(`<pre>`)
		k.terms.marked(b, raw)
		b.WriteString("</pre></li>\n")
		return
	}
	b.WriteString(`<pre class="part">`)
	k.terms.excerpt(b, raw)
	b.WriteString(`</pre>`)
	if again {
		fmt.Fprintf(b, "<a class=\"small\" href=\"#r%d\">the whole record</a></li>\n", n)
		return
	}
	n = len(k.at) + 1
	k.at[ref] = n
	fmt.Fprintf(b, `<details class="raw" id="r%d"><summary>the whole record, %s bytes</summary><pre>`, n, number(len(rec.Raw)))
	k.terms.marked(b, raw)
	b.WriteString(`</pre>`)
	if cut > 0 {
		fmt.Fprintf(b, `<p class="soft small">%s bytes in all; the whole text is in %s.</p>`, number(cut), k.table)
	}
	b.WriteString("</details></li>\n")
}

// lines is clean, but keeps the line ends of a record of several lines.
func lines(s string) string {
	parts := strings.Split(s, "\n")
	for i, p := range parts {
		parts[i] = clean(strings.TrimSuffix(p, "\r"))
	}
	return strings.Join(parts, "\n")
}

// timeTag is an event time for a page: UTC, and the reader's own zone after it
// when one was named.
func timeTag(t int64, zone *time.Location) template.HTML {
	if t == 0 {
		return "no time"
	}
	at := time.Unix(0, t).UTC()
	s := `<time datetime="` + at.Format("2006-01-02T15:04:05.999Z") + `">` + at.Format(timeLong) + `</time>`
	if local(zone) {
		here := at.In(zone)
		layout := timeShort
		if here.YearDay() != at.YearDay() {
			layout = "Jan 2 15:04:05"
		}
		s += ` <span class="local">(` + html.EscapeString(here.Format(layout+" MST")) + `)</span>`
	}
	return template.HTML(s)
}

// local reports whether a zone is worth showing beside UTC.
func local(zone *time.Location) bool {
	return zone != nil && zone != time.UTC && zone.String() != "UTC"
}
