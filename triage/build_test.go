package triage_test

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
)

var update = flag.Bool("update", false, "rewrite the want parts of the samples")

// options are those of a sample, with the shipped playbooks.
func options(t testing.TB, s *triage.Sample) ([]*footfall.Finding, []*footfall.Fact, triage.Options) {
	t.Helper()
	findings, facts, opt, err := s.Build()
	if err != nil {
		t.Fatal(err)
	}
	if opt.Playbooks, err = triage.Load(playbooks.Files()); err != nil {
		t.Fatal(err)
	}
	return findings, facts, opt
}

// TestSamples builds the cases of each sample, and again with the findings and
// facts in other orders: the cases must be the same.
func TestSamples(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			file := txtar.Parse(data)
			s, err := triage.ReadSample(file.Get("in"))
			if err != nil {
				t.Fatal(err)
			}
			findings, facts, opt := options(t, s)
			got := triage.Told(triage.Build(findings, facts, opt))
			for seed := range uint64(5) {
				r := rand.New(rand.NewPCG(seed, 7))
				r.Shuffle(len(findings), reflect.Swapper(findings))
				r.Shuffle(len(facts), reflect.Swapper(facts))
				if again := triage.Told(triage.Build(findings, facts, opt)); !bytes.Equal(got, again) {
					t.Fatalf("another order gives other cases:\n%s\nand\n%s", got, again)
				}
			}
			if *update {
				file.Set("want", got)
				if err := os.WriteFile(name, txtar.Format(file), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := file.Get("want"); !bytes.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
