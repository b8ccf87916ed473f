package report

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/footfall/footfall"
)

// Case writes one case of a run: html, a page that stands alone; markdown;
// stix, a bundle of STIX 2.1; ocsf, an Incident Finding and its Detection
// Findings, a line each; or timesketch, a table of events. Pages and Markdown
// show times in zone beside UTC. It takes nothing but r and c, so that a case
// that was read from a folder can be written too; without r.Lookup the texts
// of records are left out.
func Case(w io.Writer, format string, r *footfall.Run, c *footfall.Case, zone *time.Location) error {
	switch format {
	case "html":
		alone := *r
		alone.Cases = []*footfall.Case{c}
		p := newWriter(&alone, zone)
		page, err := p.page(0, c)
		if err != nil {
			return err
		}
		return p.pages.write(w, "case", page)
	case "markdown":
		b := bufio.NewWriter(w)
		newMarkdown(b, r, zone).oneCase(c, 1)
		return b.Flush()
	case "stix":
		return stixCase(w, c)
	case "ocsf":
		b := bufio.NewWriter(w)
		if err := writeObject(b, incident(r, c)); err != nil {
			return err
		}
		for _, f := range c.Findings {
			if err := writeObject(b, detection(r, f)); err != nil {
				return err
			}
		}
		return b.Flush()
	case "timesketch":
		return Timesketch(w, r, []*footfall.Case{c})
	}
	return fmt.Errorf("report: format %q is not html, markdown, stix, ocsf or timesketch", format)
}

// HTML writes a run's queue as one page.
func HTML(w io.Writer, r *footfall.Run) error {
	p := newWriter(r, nil)
	return writeQueue(w, p.pages, newQueue(r, p.names, plainTables(), nil))
}
