package journal

import (
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// Whatever a log puts into a case's title, the case is opened and the journal
// verifies.
func TestHostileTitles(t *testing.T) {
	for _, title := range []string{
		"\xff\xfe", "nul \x00 byte", "\x1b[2J", "a\u202eb", "\u2028\u2029", "line\nbreak", `","hash":"`, `"}`, "\ufffd", strings.Repeat("A\xff", 10<<10),
		`<script>`, "\\ud800", strings.Repeat("\u0301", 5<<10),
	} {
		f := &folder{t: t, dir: t.TempDir()}
		c := caseOf(finding("fa", title, title, 1))
		c.Title, c.Decision.To, c.Decision.Escalate, c.Decision.Urgency = title, "T2", true, "at once"
		c.Findings[0].Rule.Title = title
		f.hunt(c)
		f.person(Closed, "fa", Body{Verdict: footfall.JudgementBenign, Reason: "a drill"})
		more := finding("fb", title, title, 2)
		more.Rule.Title = title
		grown := caseOf(c.Findings[0], more)
		grown.Title = title
		if shown := f.hunt(grown); shown[0].Work.Status != footfall.StatusTriage {
			t.Errorf("%.20q: the case was not opened again", title)
		}
		if load(t, f.dir).Seq < 4 {
			t.Errorf("%.20q: entries are missing", title)
		}
	}
}
