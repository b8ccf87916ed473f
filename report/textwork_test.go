package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// madeWork is the run of made with the work on its cases.
func madeWork() *footfall.Run {
	r := made()
	later := func(h int) int64 { return at("00:00:00") + int64(time.Duration(h)*time.Hour) }
	c := r.Cases[0]
	c.Aliases = []string{"00000000000000a1"}
	c.Against = []string{"dev is declared to administer jump1."}
	c.Similar = []footfall.Likeness{{Case: r.Cases[1].ID, Because: "same account dev; same network 203.0.113.0/24"}}
	c.Bonds = []footfall.Bond{{Finding: c.Findings[0].ID, Because: "the case begins with it"}, {Finding: c.Findings[1].ID, Because: "the same session fs01|0x5a10"}}
	c.Tasks[0].Send, c.Tasks[0].To = "Was it you who logged on to jump1?", "dev@example.org"
	c.Work = &footfall.Work{
		Number: 1, Status: footfall.StatusEscalated, Owner: "kim", Tier: "T2", Opened: later(30), Seen: later(31), Changed: later(32),
		Notes:     []footfall.Note{{Time: later(31), Who: "kim", Text: "dev says that it was not him."}},
		Clocks:    []footfall.Clock{{ID: "acknowledge", Within: time.Hour, Started: later(30), Stopped: later(31)}, {ID: "contain", Within: 4 * time.Hour, Started: later(30)}},
		Decisions: []footfall.Turn{{Time: later(30), Who: "footfall", Text: "escalate to T2, at once"}, {Time: later(32), Who: "kim", Text: "escalated to T2", Cause: "a domain controller"}},
		Merged:    []string{"00000000000000a1"},
	}
	r.Cases[1].Work = &footfall.Work{
		Number: 2, Status: footfall.StatusClosed, Judgement: footfall.JudgementBenign, Reason: "the yearly restore test", Owner: "lea",
		Opened: later(30), Seen: later(31), Changed: later(33), Closed: later(33),
	}
	return r
}

// views are all that is shown of the work on a case.
func views(r *footfall.Run, opt TextOptions) map[string]func(*bytes.Buffer) error {
	c := r.Cases[0]
	s := &Shift{From: at("00:00:00"), Until: opt.Now, Out: "kim", Anchor: "12:" + strings.Repeat("ab", 32), Suggested: []string{c.Title}, Watch: []string{c.Title}}
	out := map[string]func(*bytes.Buffer) error{
		"list":     func(b *bytes.Buffer) error { return List(b, r.Cases, opt) },
		"show":     func(b *bytes.Buffer) error { return Show(b, r, c, opt) },
		"whole":    func(b *bytes.Buffer) error { return Whole(b, r, c, opt) },
		"evidence": func(b *bytes.Buffer) error { return Evidence(b, r, c, 0, opt) },
		"record":   func(b *bytes.Buffer) error { return Evidence(b, r, c, 1, opt) },
		"moments":  func(b *bytes.Buffer) error { return CaseTimeline(b, r, c, false, opt) },
		"path":     func(b *bytes.Buffer) error { _, err := Paths(b, "text", r.Cases[:1], opt); return err },
	}
	for _, f := range []string{"text", "markdown", "html"} {
		out["handover."+f] = func(b *bytes.Buffer) error { return Handover(b, f, r, s, opt) }
	}
	return out
}

func TestWorkGolden(t *testing.T) {
	now := at("00:00:00") + int64(33*time.Hour) + int64(30*time.Minute)
	for name, view := range views(madeWork(), TextOptions{Now: now}) {
		golden(t, "work."+name, render(t, view))
	}
	for name, view := range views(madeWork(), TextOptions{Now: now, Color: true}) {
		if strings.Contains(string(render(t, view)), `\x1b`) {
			t.Errorf("%s shows a colour of its own as text", name)
		}
	}
	for _, name := range []string{"list", "show"} {
		view := views(madeWork(), TextOptions{Now: now, Width: 120, Zone: time.FixedZone("AEST", 10*3600)})[name]
		golden(t, "work120."+name, render(t, view))
	}
}

// What a log or a person wrote cannot leave its line, whatever it is.
func TestWorkHostile(t *testing.T) {
	for i, s := range nasty {
		r := madeWork()
		spoil(r, s)
		for _, width := range []int{60, 80} {
			for name, view := range views(r, TextOptions{Width: width}) {
				out := string(render(t, view))
				where := fmt.Sprintf("%s of nasty[%d] %.20q", name, i, s)
				if strings.HasSuffix(name, ".html") {
					if strings.Contains(out, "<script") || strings.Contains(out, "<img") {
						t.Errorf("%s: markup of a log is markup of the page", where)
					}
					continue
				}
				shown(t, where, out)
				if strings.HasSuffix(name, ".markdown") {
					continue
				}
				for line := range strings.Lines(out) {
					if n := columns(strings.TrimRight(line, "\n")); n > width {
						t.Fatalf("%s: %d columns of %d: %.200q", where, n, width, line)
					}
				}
			}
		}
	}
}

func TestGist(t *testing.T) {
	f := func(host, raw, want string) {
		t.Helper()
		if got := gist(&footfall.Record{Host: host, Raw: raw}, terms{"mara": true}); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
	f("web1", "Mar  2 08:00:01 web1 sshd[1]: Accepted password for mara", "sshd[1]: Accepted password for mara")
	f("", `{"a":1,"message":"hello\nmore"}`, "hello")
	f("", `{"message":"A process was created.\n\nSubject:","EventID":4688,"CommandLine":"whoami"}`, "A process was created. EventID=4688 CommandLine=whoami")
	f("", `{"winlog":{"event_id":"4624","event_data":{"TargetUserName":"mara","LogonType":"3"}}}`, "event_id=4624 TargetUserName=mara LogonType=3")
	f("", `{"winlog":{"event_id":4624,"x":"\"TargetUserName\":\"eve\"","TargetUserName":"mara"}}`, "event_id=4624 TargetUserName=mara")
	f("", `<Event><System><EventID>4624</EventID></System><Data Name="TargetUserName">mara</Data></Event>`, "EventID=4624 TargetUserName=mara")
	f("", "__CURSOR=1\nMESSAGE=session opened\nX=1", "session opened")
	f("", strings.Repeat("x ", 40)+"mara came", ".."+strings.Repeat("x ", 10)+"mara came")
	f("", "plain", "plain")
	f("", "{", "{")
}
