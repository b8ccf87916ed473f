package engine

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/sigma"
)

// ruleOfInfo finds the ids that the text beside a recording names: those of
// the rules that must match in it, not the id of the text itself.
var ruleOfInfo = regexp.MustCompile(`(?m)^\s*-\s+id:\s*([0-9a-f-]{36})\s*$`)

// TestRegressionRecordings hunts each recording that SigmaHQ keeps for a rule
// of its own with all of SigmaHQ's rules, and expects the rule to be found.
func TestRegressionRecordings(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	infos, err := filepath.Glob(filepath.Join(dir, "evtx", "*", "*.info.yml"))
	if err != nil || len(infos) == 0 {
		t.Fatalf("%d texts beside recordings: %v", len(infos), err)
	}
	list := sigmaHQRules(t, filepath.Join(dir, "sigma"))
	for _, info := range infos {
		name := strings.TrimSuffix(filepath.Base(info), ".info.yml")
		t.Run(name, func(t *testing.T) {
			recording := strings.TrimSuffix(info, ".info.yml") + ".evtx"
			text, err := os.ReadFile(info)
			if err != nil {
				t.Fatal(err)
			}
			named := ruleOfInfo.FindAllStringSubmatch(string(text), -1)
			if len(named) == 0 {
				t.Fatal("names no rule")
			}
			found := hitsIn(t, recording, list)
			for _, n := range named {
				if found[n[1]] == 0 {
					t.Errorf("rule %s does not match", n[1])
				}
			}
		})
	}
}

func sigmaHQRules(t *testing.T, root string) []*sigma.Rule {
	t.Helper()
	var srcs []sigma.Source
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yml" {
			return err
		}
		data, err := os.ReadFile(path)
		srcs = append(srcs, sigma.Source{Name: path, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	list, errs := sigma.Load(srcs)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	// Rules about other products cannot match, and cost time in each hunt.
	return slices.DeleteFunc(list, func(r *sigma.Rule) bool {
		return r.Logsource.Product != "windows" && r.Logsource.Product != ""
	})
}

// hitsIn counts the records of a file that each rule hit.
func hitsIn(t *testing.T, file string, list []*sigma.Rule) map[string]int64 {
	t.Helper()
	h, err := Find(context.Background(), Options{
		Decoders: decode.All, Analytics: Analytics, Rules: list, Paths: []string{file},
		Receipt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	out := map[string]int64{}
	for _, f := range h.Run.Findings {
		out[f.Rule.ID] += int64(f.Count)
	}
	return out
}
