package analyze_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/internal/txtar"
)

// TestKinds holds that analytics want plain steps of the kinds alone that they
// say they want, by the steps of all samples, each of them of every kind.
func TestKinds(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("*", "testdata", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	const last = footfall.KindEntry
	wanted := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := parser{names: footfall.NewNames(), rules: map[footfall.Name]*footfall.Rule{}, context: &footfall.Context{}}
		f := txtar.Parse(data)
		if err := p.settings(f.Get("context")); err != nil {
			t.Fatal(err)
		}
		steps, err := p.steps(f.Get("in"))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			s.Rule = 0
			for _, flags := range []footfall.Flags{s.Flags, footfall.FlagRemote, footfall.FlagRemote | footfall.FlagPublic} {
				for s.Kind = 0; s.Kind <= last; s.Kind++ {
					s.Flags = flags
					for i := range analyze.All {
						a := &analyze.All[i]
						if len(a.Keys(nil, &s)) == 0 {
							continue
						}
						wanted[a.Name+" "+s.Kind.String()] = true
						if a.Kinds != nil && !slices.Contains(a.Kinds, s.Kind) {
							t.Fatalf("%s wants a plain step of kind %q of %s, and does not say so", a.Name, s.Kind, file)
						}
					}
				}
			}
		}
	}
	for i := range analyze.All {
		for _, k := range analyze.All[i].Kinds {
			if a := &analyze.All[i]; !wanted[a.Name+" "+k.String()] {
				t.Errorf("%s says that it wants plain steps of kind %q and wants none of the samples'", a.Name, k)
			}
		}
	}
}
