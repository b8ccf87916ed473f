package engine

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/rules"
	"github.com/footfall/footfall/sigma"
)

var update = flag.Bool("update", false, "rewrite golden files")

// A scenario is the files of the evaluation data that belong together.
type scenario struct {
	name, label string
	files       []string // relative to the data
	techniques  []string
}

// judged are the folders whose scenarios are judged.
var judged = []string{"aws/", "azure/", "citrix/", "edr/", "evtx/", "firewall/", "gcp/", "k8s/", "linux-auth/", "macos/", "netflow/", "saas/", "suricata/", "vmware/", "vnc-rdp/", "vpn/", "windows-json/", "zeek/"}

func scenarios(t *testing.T, dir string) []scenario {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*scenario{}
	for _, row := range rows[1:] {
		path, techniques, label, name := row[0], row[6], row[7], row[10]
		if label == "ground-truth" || label == "rules" || !slices.ContainsFunc(judged, func(p string) bool { return strings.HasPrefix(path, p) }) {
			continue
		}
		s := byName[name]
		if s == nil {
			s = &scenario{name: name}
			byName[name] = s
		}
		s.files = append(s.files, path)
		if rank(label) > rank(s.label) {
			s.label = label
		}
		if label == "attack" || label == "mixed" {
			for x := range strings.SplitSeq(techniques, ",") {
				if x = strings.TrimSpace(x); !slices.Contains(s.techniques, x) {
					s.techniques = append(s.techniques, x)
				}
			}
		}
	}
	var out []scenario
	for _, s := range byName {
		slices.Sort(s.files)
		slices.Sort(s.techniques)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b scenario) int { return strings.Compare(a.files[0], b.files[0]) })
	return out
}

// hostLogs reports whether a file is a host's own log, which shows what was done
// there; sensors, gateways and clouds show that somebody came.
func hostLogs(file string) bool {
	return strings.HasPrefix(file, "evtx/") || strings.HasPrefix(file, "windows-json/") || strings.HasPrefix(file, "linux-auth/")
}

func rank(label string) int {
	return slices.Index([]string{"", "format-sample", "benign", "mixed", "attack"}, label)
}

// huntScenario hunts one scenario alone with the rules that come with the
// program and returns what was found at medium and above.
func huntScenario(t *testing.T, dir string, s scenario, list []*sigma.Rule) []*footfall.Finding {
	t.Helper()
	opt := Options{Decoders: decode.All, Analytics: Analytics, Rules: list, Playbooks: playbooks.Files(), Receipt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Geo: places(t)}
	for _, f := range s.files {
		opt.Paths = append(opt.Paths, filepath.Join(dir, f))
	}
	h, err := Find(context.Background(), opt)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	defer h.Close()
	var out []*footfall.Finding
	for _, f := range h.Run.Findings {
		if f.Level >= footfall.LevelMedium {
			out = append(out, f)
		}
	}
	return out
}

func builtinRules(t testing.TB) []*sigma.Rule {
	t.Helper()
	var srcs []sigma.Source
	for name, data := range rules.Files() {
		srcs = append(srcs, sigma.Source{Name: name, Data: data})
	}
	slices.SortFunc(srcs, func(a, b sigma.Source) int { return strings.Compare(a.Name, b.Name) })
	list, errs := sigma.Load(srcs)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return list
}

// remote reports whether a technique is one of those that this program is for.
func remote(technique string) bool {
	return technique == "T1133" || technique == "T1021" || strings.HasPrefix(technique, "T1021.")
}

// bears reports whether a finding says a technique: the plain T1021 is said by
// any of its sub-techniques.
func bears(f *footfall.Finding, technique string) bool {
	return slices.ContainsFunc(f.Attack, func(a string) bool {
		return a == technique || technique == "T1021" && strings.HasPrefix(a, "T1021.")
	})
}

// notes are what reading the records of a scenario showed, by its first file:
// a technique that they hold no evidence of, or a finding that they bear out
// although the label does not say so.
func qualityNotes(t *testing.T) map[string][2]string {
	t.Helper()
	data, err := os.ReadFile("testdata/quality-notes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][2]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, "\t", 3)
		if len(f) != 3 {
			t.Fatalf("quality-notes.tsv: %q has no three columns", line)
		}
		out[f[0]+" "+f[1]] = [2]string{f[1], f[2]}
	}
	return out
}

// A tally counts the attack scenarios of a technique.
type tally struct{ all, found, without int }

// TestQuality hunts every judged scenario of the evaluation data alone and
// compares what comes out with docs/quality.md, whose difference is reviewed
// like code. It also holds the numbers that the project promises.
func TestQuality(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	list := builtinRules(t)
	notes := qualityNotes(t)
	var missed, astray, benign, attacks bytes.Buffer
	tallies := map[string]*tally{}
	wrong, high, pairs, got := 0, 0, 0, 0
	onHosts, gotOnHosts := 0, 0 // of the hosts' own logs
	results := ruleResults{}
	for _, s := range scenarios(t, dir) {
		findings := huntScenario(t, dir, s, list)
		results.add(s.label, findings)
		switch s.label {
		case "attack", "mixed":
			any := false
			for _, x := range s.techniques {
				if !remote(x) {
					continue
				}
				any = true
				tl := tallies[x]
				if tl == nil {
					tl = &tally{}
					tallies[x] = tl
				}
				tl.all++
				hit := slices.ContainsFunc(findings, func(f *footfall.Finding) bool { return bears(f, x) })
				note, known := notes[s.files[0]+" "+x]
				reason, isMiss := strings.CutPrefix(note[1], "missed: ")
				known = known && !isMiss
				if hostLogs(s.files[0]) && (hit || !known) {
					if onHosts++; hit {
						gotOnHosts++
					}
				}
				switch {
				case hit:
					tl.found++
					pairs, got = pairs+1, got+1
				case known:
					tl.without++
					fmt.Fprintf(&missed, "| %s | %s | holds no evidence of it: %s |\n", s.files[0], x, note[1])
				default:
					pairs++
					if !isMiss {
						t.Errorf("%s: %s is missed, and quality-notes.tsv does not say why", s.files[0], x)
					}
					fmt.Fprintf(&missed, "| %s | %s | missed: %s |\n", s.files[0], x, reason)
				}
			}
			if !any {
				for _, f := range findings {
					if !slices.ContainsFunc(f.Attack, remote) {
						continue
					}
					note, known := notes[s.files[0]+" "+f.Rule.ID]
					reason, isFalse := strings.CutPrefix(note[1], "false alarm: ")
					why := "borne out: " + note[1]
					if isFalse || !known {
						wrong++
						why = "not borne out: " + reason
					}
					if !known {
						t.Errorf("%s: %s is not borne out, and quality-notes.tsv does not say why", s.files[0], f.Rule.ID)
					}
					fmt.Fprintf(&astray, "| %s | %s | %s | %s | %s |\n", s.files[0], f.Level, f.Rule.ID, strings.Join(f.Attack, " "), why)
				}
			}
			fmt.Fprintf(&attacks, "| %s | %s | %s |\n", s.files[0], strings.Join(s.techniques, " "), summary(findings))
		case "benign":
			for _, f := range findings {
				if f.Level >= footfall.LevelHigh {
					high++
				}
				note, known := notes[s.files[0]+" "+f.Rule.ID]
				if !known {
					t.Errorf("%s: %s in a benign recording, and quality-notes.tsv does not say why", s.files[0], f.Rule.ID)
				}
				fmt.Fprintf(&benign, "| %s | %s | %s | %s | %s |\n", s.files[0], f.Level, f.Rule.ID, cell(f.Why), cell(note[1]))
			}
		}
	}
	if benign.Len() == 0 {
		benign.WriteString("| none | | | | |\n")
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, qualityHead, pairs, got, 100*float64(got)/float64(max(pairs, 1)), wrong, high)
	fmt.Fprintf(&out, "## Found, by technique\n\n| technique | scenarios | found | no evidence in the records | missed |\n|---|---|---|---|---|\n")
	names := make([]string, 0, len(tallies))
	for x := range tallies {
		names = append(names, x)
	}
	slices.Sort(names)
	for _, x := range names {
		v := tallies[x]
		fmt.Fprintf(&out, "| %s | %d | %d | %d | %d |\n", x, v.all, v.found, v.without, v.all-v.found-v.without)
	}
	fmt.Fprintf(&out, "\n## Not found\n\n| first file | technique | why |\n|---|---|---|\n%s", missed.Bytes())
	fmt.Fprintf(&out, "\n## Attacks of other techniques with a T1021 or T1133 finding\n\n| first file | level | finding | techniques | verdict |\n|---|---|---|---|---|\n%s", astray.Bytes())
	fmt.Fprintf(&out, "\n## Benign recordings: every finding at medium or above\n\n| first file | level | finding | what it says | reason |\n|---|---|---|---|---|\n%s", benign.Bytes())
	fmt.Fprintf(&out, "\n## Every attack scenario\n\n| first file | techniques | findings at medium or above |\n|---|---|---|\n%s", attacks.Bytes())
	goldenFile(t, "../docs/quality.md", out.Bytes())
	goldenFile(t, resultsFile, results.table())
	if onHosts == 0 || float64(gotOnHosts) < 0.9*float64(onHosts) {
		t.Errorf("%d of %d techniques of scenarios in hosts' own logs found, want at least 90 %%", gotOnHosts, onHosts)
	}
	if float64(got) < 0.92*float64(pairs) {
		t.Errorf("%d of %d techniques of scenarios found, want at least 92 %%", got, pairs)
	}
	if wrong > 5 {
		t.Errorf("%d findings of T1021 or T1133 that their records do not bear out, want at most 5", wrong)
	}
	if high > 0 {
		t.Errorf("%d findings at high or above in benign recordings, want none", high)
	}
}

// resultsFile holds what TestQuality counted, for docs/detections.md.
const resultsFile = "testdata/rule-results.tsv"

// ruleResults are in how many scenarios each rule or analytic found something
// at medium or above: attacks (with mixed ones), benign ones, samples of formats.
type ruleResults map[string]*[3]int

func (r ruleResults) add(label string, found []*footfall.Finding) {
	class := 2
	switch label {
	case "attack", "mixed":
		class = 0
	case "benign":
		class = 1
	}
	seen := map[string]bool{}
	for _, f := range found {
		if seen[f.Rule.ID] {
			continue
		}
		seen[f.Rule.ID] = true
		if r[f.Rule.ID] == nil {
			r[f.Rule.ID] = &[3]int{}
		}
		r[f.Rule.ID][class]++
	}
}

func (r ruleResults) table() []byte {
	var b bytes.Buffer
	b.WriteString("# rule or analytic, and in how many scenarios of the evaluation data it found something at medium or above: attacks, benign ones, samples of formats\n")
	for _, id := range slices.Sorted(maps.Keys(r)) {
		fmt.Fprintf(&b, "%s\t%d\t%d\t%d\n", id, r[id][0], r[id][1], r[id][2])
	}
	return b.Bytes()
}

// readResults reads the table.
func readResults(t *testing.T) ruleResults {
	t.Helper()
	data, err := os.ReadFile(resultsFile)
	if err != nil {
		t.Fatal(err)
	}
	out := ruleResults{}
	for line := range strings.Lines(string(data)) {
		var id string
		var n [3]int
		if _, err := fmt.Sscanf(line, "%s\t%d\t%d\t%d", &id, &n[0], &n[1], &n[2]); err == nil {
			out[id] = &n
		}
	}
	return out
}

const qualityHead = `# Detection quality on the evaluation data

Generated by ` + "`make quality`" + `: each scenario of the data's manifest alone, log files
only, the built-in rules, findings at medium and above. What reading the records
by hand showed stands in engine/testdata/quality-notes.tsv.
False alarms in a company where nobody attacks: quality-company.md.

Of %d techniques T1021.* and T1133 in attack and mixed scenarios that hold evidence
of them, %d were found with the right technique (%.1f %%). Findings of T1021 or T1133 in
attacks of other techniques that their records do not bear out: %d. Findings at high or
above in benign recordings: %d.

`

func summary(findings []*footfall.Finding) string {
	var parts []string
	for _, f := range findings {
		p := f.Level.String() + " " + cell(f.Title)
		if !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

// cell makes text fit into a table of Markdown.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}

func goldenFile(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale (-update rewrites it): %s", path, firstDifference(got, want))
	}
}

func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d: got %q, want %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}
