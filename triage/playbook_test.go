package triage_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
)

// TestMalformed changes one thing of each shipped playbook at a time; each
// change is an error that names the file, the line and the key.
func TestMalformed(t *testing.T) {
	for file, data := range playbooks.Files() {
		if bytes.Contains(data, []byte("\nextends: ")) {
			continue
		}
		f := func(old, new, key string) {
			t.Helper()
			at := bytes.Index(data, []byte(old))
			if at < 0 {
				t.Fatalf("%s has no %q", file, old)
			}
			bad := append(append(bytes.Clone(data[:at]), new...), data[at+len(old):]...)
			_, err := triage.Load(map[string][]byte{file: bad})
			if err == nil {
				t.Errorf("%s: %q for %q is no error", file, new, old)
				return
			}
			line := 1 + bytes.Count(data[:at], []byte("\n")) + strings.Count(old[:len(old)-len(strings.TrimLeft(old, "\n"))], "\n")
			if want := fmt.Sprintf("%s:%d: %s: ", file, line, key); !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: %q for %q\ngot:  %v\nwant: %s...", file, new, old, err, want)
			}
		}
		f("version: 1", "version: 2", "version")
		f("version: 1", "version: one", "version")
		f("name: ", "nmae: ", "nmae")
		f("attack: [T1", "attack: [X1", "attack[0]")
		f("attack: [T1", "attack: [T1.", "attack[0]")
		f("tactic: [", "tactic: [[], ", "tactic[0]")
		f("tier: L1", "tier: L9", "questions[0].tier")
		f("facts: [source-", "facts: [sauce-", "questions[0].facts[0]")
		f("yes_means: innocent", "yes_means: good", "questions[0].yes_means")
		f("    why: \"", "    reason: \"", "questions[0].reason")
		f("    unknown: \"", "    unknown: \"\" #", "questions[0].unknown")
		f("  - id: source_", "  - id: Source ", "questions[0].id")
		f("    facts: [source-", "    tier: L1\n    facts: [source-", "questions[0].tier")
		f("    if: facts[\"source-known-bad\"] == \"yes\"", "    if: facts[\"source-known-bad\"] == \"maybe\"", "escalate[0].if")
		f("    if: facts[\"source-known-bad\"]", "    if: answers.nobody", "escalate[0].if")
		f("    if: facts[\"source-known-bad\"]", "    if: now()", "escalate[0].if")
		f("    if: facts[\"source-known-bad\"] ==", "    if: facts[\"source-known-bad\"] =", "escalate[0].if")
		f("    level: high", "    level: huge", "escalate[0].level")
		f("    to: T2", "    to: boss", "escalate[0].to")
		f("gathered_by: [", "gathered_by: [gossip, ", "l1[0].gathered_by[0]")
		f("    for: 24h", "    for: a while", "contain[0].for")
		f("    for: 24h", "    for: -1h", "contain[0].for")
		f("    approval: T2", "    approval: nobody", "contain[0].approval")
		f("    target: ", "    target: the ", "contain[0].target")
		f("    verb: ", "    verb: un", "contain[0].verb")
		f("    references: [D3", "    references: &a [D3", "contain[0].references")
	}
}

// TestMissing takes each line with a key away from the first entry of each
// list: a playbook says everything that it must, or is refused.
func TestMissing(t *testing.T) {
	optional := []string{"also", "gathered_by", "extends", "services", "entry", "low", "negated", "helped_by"}
	for file, data := range playbooks.Files() {
		lines := strings.Split(string(data), "\n")
		for i, line := range lines {
			key, _, ok := strings.Cut(strings.TrimSpace(line), ":")
			if !ok || strings.HasPrefix(key, "-") || slices.Contains(optional, key) {
				continue
			}
			if i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ") && !strings.HasPrefix(line, " ") {
				continue // the head of a list: without it the entries are no YAML
			}
			bad := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "\n")
			files := playbooks.Files()
			files[file] = []byte(bad)
			if _, err := triage.Load(files); err == nil || !strings.Contains(err.Error(), key+": the key is missing") {
				t.Errorf("%s:%d without %q: %v", file, i+1, key, err)
			}
		}
	}
}

func TestTwice(t *testing.T) {
	data := playbooks.Files()["playbooks/t1021.yaml"]
	_, err := triage.Load(map[string][]byte{"a.yaml": data, "b.yaml": data})
	if err == nil || err.Error() != `b.yaml:2: id: "t1021" is the id of a.yaml` {
		t.Errorf("two playbooks of one id: %v", err)
	}
}

// TestChosen makes a case of every technique and way in: every playbook is
// chosen once, the two that others add to first, and nothing is asked twice.
func TestChosen(t *testing.T) {
	s := &triage.Sample{Findings: []triage.SampleFinding{{
		ID: "a", Rule: "r", Level: "high", First: "10:00:00", Attack: []string{"T1021.008", "T1133"},
		Entities: []string{"actor account ann", "source address 203.0.113.9"},
	}}}
	for i, service := range []string{"rdp", "smb", "dcom", "ssh", "vnc", "winrm", "cloud", "vpn", "gateway", "kube"} {
		s.Findings[0].Path = append(s.Findings[0].Path, fmt.Sprintf("10:%02d:00 203.0.113.9 srv%d ann %s success", i, i, service))
	}
	findings, facts, opt := options(t, s)
	cases := triage.Build(findings, facts, opt)
	if len(cases) != 1 {
		t.Fatalf("%d cases", len(cases))
	}
	c := cases[0]
	if len(c.Playbooks) != len(opt.Playbooks) || c.Playbooks[0] != "t1021" || c.Playbooks[1] != "t1133" {
		t.Errorf("%d playbooks: %q", len(c.Playbooks), c.Playbooks)
	}
	facet := map[string]string{} // which facts each question asks for
	for _, p := range opt.Playbooks {
		for _, q := range p.Questions {
			facet[p.ID+"."+q.ID] = fmt.Sprint(q.Facts)
		}
	}
	asked := map[string]string{}
	for i, q := range c.Questions {
		if other := asked[facet[q.ID]]; other != "" {
			t.Errorf("%s asks what %s does", q.ID, other)
		}
		asked[facet[q.ID]] = q.ID
		if own := strings.HasPrefix(q.ID, "t1021.") || strings.HasPrefix(q.ID, "t1133."); own != (i < 7) {
			t.Errorf("question %d is %s", i, q.ID)
		}
		if len(q.Takes) == 0 || q.Unknown == "" || q.Why == "" {
			t.Errorf("%s does not say what it takes, why, or what to do", q.ID)
		}
	}
	tasks := map[string]bool{}
	for _, k := range c.Tasks {
		if tasks[k.Text] {
			t.Errorf("the task is there twice: %s", k.Text)
		}
		tasks[k.Text] = true
	}
	for _, g := range c.Decision.Reasons {
		if g.If == "" || g.Because == "" || g.State == "" || g.Text == "" || g.To == "" {
			t.Errorf("%s cannot be worked out again: %+v", g.ID, g)
		}
	}
}

// TestClocks holds that of the clocks of several playbooks the shortest counts.
func TestClocks(t *testing.T) {
	day := func(id string, hours time.Duration) *triage.Playbook {
		return &triage.Playbook{ID: id, Clocks: map[footfall.Level][]footfall.Clock{
			footfall.LevelHigh: {{ID: "acknowledge", Within: hours * time.Hour}, {ID: "contain", Within: 10*time.Hour - hours*time.Hour}},
		}}
	}
	books := []*triage.Playbook{day("a", 1), day("b", 2), day("c", 9)}
	got := triage.Clocks(books, &footfall.Case{Level: footfall.LevelHigh, Playbooks: []string{"a", "b"}})
	want := []footfall.Clock{{ID: "acknowledge", Within: time.Hour}, {ID: "contain", Within: 8 * time.Hour}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := triage.Clocks(books, &footfall.Case{Level: footfall.LevelMedium, Playbooks: []string{"a"}}); got != nil {
		t.Errorf("of a level without clocks: %v", got)
	}
}

func FuzzLoad(f *testing.F) {
	for _, data := range playbooks.Files() {
		f.Add(data)
	}
	f.Add([]byte("a: &a [*a, *a]"))
	f.Add([]byte("version: 1\n---\nversion: 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		books, err := triage.Load(map[string][]byte{"x": data})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x:") {
				t.Errorf("the error does not name the file: %v", err)
			}
			return
		}
		s := triage.Sample{Findings: []triage.SampleFinding{{ID: "1", Rule: "r", Level: "high", First: "10:00:00", Attack: []string{"T1021.004", "T1133"}}}}
		findings, facts, opt := options(t, &s)
		opt.Playbooks = books
		if cases := triage.Build(findings, facts, opt); len(cases) != 1 {
			t.Errorf("%d cases", len(cases))
		}
	})
}

// FuzzCheck holds of any file: what the linter says names the file and a line
// of it, and what it lets pass can be loaded.
func FuzzCheck(f *testing.F) {
	for _, data := range playbooks.Files() {
		f.Add(data)
	}
	f.Add([]byte("version: 1\nid: a\nextends: a\n"))
	beside := map[string][]byte{}
	for _, name := range []string{"playbooks/t1021.yaml", "playbooks/t1133.yaml"} {
		beside[name] = playbooks.Files()[name]
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		books, issues := triage.Check(map[string][]byte{"x": data}, triage.CheckOptions{Beside: beside})
		lines := 1
		for _, end := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} { // each ends a line of YAML 1.1
			lines += bytes.Count(data, []byte(end))
		}
		for _, i := range issues {
			if i.File != "x" || i.Line > lines+1 || i.Reason == "" {
				t.Errorf("of %d lines: %+v", lines, i)
			}
		}
		if len(issues) > 0 {
			return
		}
		for _, p := range books {
			if len(p.Card(80, false)) == 0 {
				t.Error("the card is empty")
			}
		}
	})
}
