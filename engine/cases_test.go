package engine

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/playbooks"
)

// A story is a scenario of the evaluation data whose cases were read against
// its description; docs/cases.md tells of each.
type story struct {
	name  string
	paths []string // relative to the data, with wildcards
}

// stories reads the list of them: a name and paths in columns.
func stories(t *testing.T) []story {
	t.Helper()
	data, err := os.ReadFile("testdata/cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []story
	for line := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); !strings.HasPrefix(line, "#") && len(f) > 1 {
			out = append(out, story{f[0], f[1:]})
		}
	}
	return out
}

// storiesFile holds what the cases of the stories say, as it was read and found
// right: a change of it is reviewed like code.
const storiesFile = "testdata/cases.txtar"

// TestCases compares the cases of every story with the golden archive.
func TestCases(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	list := builtinRules(t)
	geo := places(t)
	var got txtar.File
	told := stories(t)
	for _, s := range told {
		opt := Options{Decoders: decode.All, Analytics: Analytics, Rules: list, Playbooks: playbooks.Files(), Receipt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Geo: geo}
		for _, p := range s.paths {
			files, err := filepath.Glob(filepath.Join(dir, p))
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: no file %s, %v", s.name, p, err)
			}
			opt.Paths = append(opt.Paths, slices.DeleteFunc(files, isTruth)...)
		}
		h, err := Find(context.Background(), opt)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		got.Files = append(got.Files, txtar.Part{Name: s.name, Data: tale(h.Run)})
		if err := h.Close(); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
	}
	compareStories(t, &got)
	page, err := os.ReadFile("../docs/cases.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range told {
		if !bytes.Contains(page, []byte("| "+s.name+" |")) {
			t.Errorf("docs/cases.md does not tell of %s", s.name)
		}
	}
}

// compareStories names every story that differs, not the first one alone.
func compareStories(t *testing.T, got *txtar.File) {
	t.Helper()
	if *update {
		if err := os.WriteFile(storiesFile, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(storiesFile)
	if err != nil {
		t.Fatal(err)
	}
	want := txtar.Parse(data)
	for _, g := range got.Files {
		i := slices.IndexFunc(want.Files, func(w txtar.Part) bool { return w.Name == g.Name })
		switch {
		case i < 0:
			t.Errorf("%s is not in %s (-update writes it)", g.Name, storiesFile)
		case !bytes.Equal(g.Data, want.Files[i].Data):
			t.Errorf("%s has changed (-update rewrites it): %s", g.Name, firstDifference(g.Data, want.Files[i].Data))
		}
	}
	if len(want.Files) != len(got.Files) {
		t.Errorf("%s has %d stories, want %d", storiesFile, len(want.Files), len(got.Files))
	}
}

// isTruth reports whether a file beside the logs says what is in them.
func isTruth(path string) bool {
	name := filepath.Base(path)
	return slices.ContainsFunc([]string{".expected.", ".truth.", ".assert", ".info.yml"}, func(s string) bool { return strings.Contains(name, s) })
}

// tale writes what a person reads of each case first.
func tale(r *footfall.Run) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d cases\n", len(r.Cases))
	for i, c := range r.Cases {
		fmt.Fprintf(&b, "\ncase %d: %s, score %d, %d findings, %s\n", i+1, c.Level, c.Score, len(c.Findings), strings.Join(c.Attack, " "))
		fmt.Fprintf(&b, "  title: %s\n  sentence: %s\n", c.Title, c.Sentence)
		for i, h := range c.Path {
			if i == mostHops {
				fmt.Fprintf(&b, "  hop: %d more\n", len(c.Path)-i)
				break
			}
			fmt.Fprintf(&b, "  hop: %s %s -%s-> %s as %s, %s", time.Unix(0, h.Time).UTC().Format("01-02 15:04:05"), h.From, h.Service, h.To, h.Account, h.Outcome)
			if h.Switch != "" {
				fmt.Fprintf(&b, ", before as %s", h.Switch)
			}
			b.WriteString("\n")
		}
		for _, q := range c.Questions {
			fmt.Fprintf(&b, "  %s: %s. %s\n", q.ID, q.Verdict, q.Text)
		}
		fmt.Fprintf(&b, "  decision: %s\n", decided(&c.Decision))
		var plan []string
		for _, a := range c.Plan {
			if a.On.Kind != "case" {
				plan = append(plan, a.Verb+" "+a.On.Name)
			}
		}
		fmt.Fprintf(&b, "  plan: %s\n", strings.Join(plan[:min(len(plan), mostHops)], ", "))
	}
	return b.Bytes()
}

// mostHops is how many hops and actions of a case are written out.
const mostHops = 12

// decided is a decision with the reasons that matched, their numbers, and the
// names of the others.
func decided(d *footfall.Decision) string {
	out := "not escalated"
	if d.Escalate {
		out = "to " + d.To + " " + d.Urgency
	}
	for _, state := range []string{"matched", "not_matched", "unknown"} {
		var list []string
		for _, g := range d.Reasons {
			switch {
			case g.State != state:
			case state == "matched":
				list = append(list, g.ID+" ("+g.Text+")")
			default:
				list = append(list, g.ID)
			}
		}
		if list != nil {
			out += "; " + state + ": " + strings.Join(list, ", ")
		}
	}
	return out
}
