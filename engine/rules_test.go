package engine

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/rules"
	"github.com/footfall/footfall/sigma"
)

// TestRuleSamples runs every rule that comes with the program over the
// records beside it, through its decoder: each record of a part "hit FORMAT"
// must be hit by the rule, none of a part "miss FORMAT" may be.
func TestRuleSamples(t *testing.T) {
	files := rules.Files()
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	ids := map[string]string{}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yml"), func(t *testing.T) {
			list, errs := sigma.Load([]sigma.Source{{Name: name, Data: files[name]}})
			if len(errs) > 0 || len(list) == 0 {
				t.Fatal(errs)
			}
			for _, r := range list {
				if other := ids[r.Meta.ID]; other != "" {
					t.Errorf("id %s is also that of %s", r.Meta.ID, other)
				}
				ids[r.Meta.ID] = name
				if len(r.Meta.Attack) == 0 || len(r.Meta.Innocent) == 0 {
					t.Errorf("%s names no technique or no harmless explanation", r.Meta.Title)
				}
			}
			data, err := os.ReadFile("../" + strings.TrimSuffix(name, ".yml") + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			ruleSample(t, list, txtar.Parse(data))
		})
	}
}

func ruleSample(t *testing.T, list []*sigma.Rule, f *txtar.File) {
	hits, misses := 0, 0
	for _, p := range f.Files {
		verb, format, _ := strings.Cut(p.Name, " ")
		events, hit := sampleEvents(t, list, format, p.Data)
		switch verb {
		case "hit":
			hits += events
			if hit != events {
				t.Errorf("%q: %d of %d records are hit", p.Name, hit, events)
			}
		case "miss":
			misses += events
			if hit != 0 {
				t.Errorf("%q: %d of %d records are hit", p.Name, hit, events)
			}
		default:
			t.Errorf("part %q is neither hit nor miss", p.Name)
		}
	}
	if hits == 0 || misses == 0 {
		t.Errorf("%d records that hit and %d that must not; want at least one of each", hits, misses)
	}
}

func sampleEvents(t *testing.T, list []*sigma.Rule, format string, data []byte) (events, hit int) {
	t.Helper()
	d := decode.Named(decode.All, format)
	if d == nil {
		t.Fatalf("no format %q", format)
	}
	schema := footfall.NewSchema(true)
	set, err := sigma.Compile(list, schema, sigma.Options{})
	if err != nil {
		t.Fatal(err)
	}
	st, err := decode.New(decode.All, schema)
	if err != nil {
		t.Fatal(err)
	}
	c := footfall.Chunk{Input: &footfall.Input{Format: format}, Data: data}
	if d.Frame == footfall.FrameCSV {
		c.Header, c.Data, _ = bytes.Cut(data, []byte("\n"))
	}
	var b footfall.Batch
	if err := st.Chunk(&b, &c); err != nil {
		t.Fatal(err)
	}
	for _, u := range b.Unread {
		t.Errorf("offset %d: %s", u.Offset, u.Reason)
	}
	m := set.New()
	for i := range b.Events {
		n := 0
		m.Match(&b.Events[i], func(int) { n++ })
		if n > 0 {
			hit++
		}
	}
	return len(b.Events), hit
}
