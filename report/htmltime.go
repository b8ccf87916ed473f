package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// shownHappenings are the lines of a timeline before the rest is folded.
const shownHappenings = 40

// A phase is a part of a case's timeline.
type phase struct {
	Title string
	Lines []happeningLine
	More  []happeningLine
	Left  int // events that were not kept, in the middle
	Open  bool
}

// A happeningLine is a happening as the page shows it.
type happeningLine struct {
	happening
	What   string
	From   string
	To     string
	Detail string
	Cited  bool // evidence of the case
	Gap    int  // lines left out before this one
}

// phases are the parts of the timeline of a case. Inputs are named without the
// folder that all are in.
func (g *gathering) phases(c *footfall.Case, cited map[recordPlace]bool, folder string) (out []phase) {
	s := g.settings[c]
	if s == nil {
		return nil
	}
	for i, title := range []string{"Before, up to an hour", "The time of the case", "After, up to an hour"} {
		list, gap := s.parts[i].lines()
		p := phase{Title: title, Left: s.parts[i].Left, Open: i == 1}
		for j := range list {
			l := newHappeningLine(&list[j], cited, folder)
			if j == gap {
				l.Gap = s.parts[i].Left
			}
			if len(p.Lines) < shownHappenings {
				p.Lines = append(p.Lines, l)
			} else {
				p.More = append(p.More, l)
			}
		}
		if len(p.Lines) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// kindWords say what happened where the name of the kind alone is short.
var kindWords = map[footfall.Kind]string{
	footfall.KindAttempt: "connected", footfall.KindCredential: "credentials checked", footfall.KindTicket: "ticket given",
	footfall.KindExplicit: "other credentials used", footfall.KindPrivilege: "special privileges", footfall.KindProcess: "program started",
	footfall.KindScript: "script ran", footfall.KindService: "service installed", footfall.KindTask: "scheduled task", footfall.KindShare: "share opened",
	footfall.KindPipe: "pipe opened", footfall.KindFile: "file written", footfall.KindModule: "module loaded", footfall.KindRegistry: "registry changed",
	footfall.KindShell: "remote shell", footfall.KindAccount: "account changed", footfall.KindGroup: "group changed", footfall.KindPassword: "password changed",
	footfall.KindConfig: "configuration changed", footfall.KindStart: "started", footfall.KindCleared: "log cleared", footfall.KindLease: "address given",
	footfall.KindTransfer: "file moved", footfall.KindCall: "call", footfall.KindReconnect: "session taken up", footfall.KindDisconnect: "session left",
}

func newHappeningLine(m *happening, cited map[recordPlace]bool, folder string) happeningLine {
	l := happeningLine{
		happening: *m, What: cmp.Or(kindWords[m.Kind], m.Kind.String()), From: "", To: m.DstHost,
		Cited: cited[recordPlace{m.Input, m.Offset}],
	}
	l.Input = strings.TrimPrefix(m.Input, folder)
	if m.Outcome == footfall.Failure {
		l.What += ", failed"
	}
	if s := m.Service.String(); s != "" && s != "unknown" {
		l.What += ", " + s
	}
	if m.SrcHost != "" || m.SrcAddr != "" {
		l.From = ends(m.SrcHost, m.SrcAddr)
	}
	if m.Kinds {
		l.What = "failed logons"
		if s := m.Service.String(); s != "" && s != "unknown" {
			l.What += ", " + s
		}
	} else if s := m.Auth.String(); m.Auth != footfall.AuthUnknown && s != m.Service.String() {
		l.What += ", " + s
	}
	parts := []string{}
	told := []string{m.Object, m.Image, m.Command}
	switch { // of a program, the one that started it says the least
	case m.Kind == footfall.KindProcess && m.Command != "":
		told = told[2:]
	case m.Kind == footfall.KindProcess && m.Image != "":
		told = told[1:2]
	}
	for _, s := range append(slices.Clone(m.Hits), told...) {
		if s != "" && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	l.Detail = cmp.Or(joined(parts), "")
	return l
}

func joined(parts []string) string {
	s := ""
	for i, p := range parts {
		if i > 0 {
			s += " · "
		}
		s += fold(clean(p), 96)
	}
	return s
}
