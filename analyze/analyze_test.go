package analyze_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the want parts of samples")

// TestSamples runs the steps of each sample through identity and sessions and
// the analytic of its folder; a witness runs beside all others and only its
// facts are compared, and so does what hears what the others find.
func TestSamples(t *testing.T) {
	for _, a := range analyze.All {
		files, err := filepath.Glob(filepath.Join(a.Name, "testdata", "*.txtar"))
		if err != nil || len(files) == 0 {
			t.Errorf("%s has no samples (%v)", a.Name, err)
		}
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.ToSlash(file), ".txtar"), func(t *testing.T) { sample(t, a, file) })
		}
	}
}

func sample(t *testing.T, a footfall.Analytic, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f := txtar.Parse(data)
	list := []footfall.Analytic{a}
	if len(a.Facts) > 0 || a.Hears {
		list = analyze.All
	}
	got := run(t, f, list, a, nil)
	if *update {
		f.Set("want", got)
		if err := os.WriteFile(file, txtar.Format(f), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want := f.Get("want"); !bytes.Equal(got, want) {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	// Order among steps of one time is chance, and an event may come twice.
	for seed := range uint64(4) {
		again := run(t, f, list, a, rand.New(rand.NewPCG(seed, 1)))
		if !bytes.Equal(again, got) {
			t.Errorf("with equal times shuffled and events doubled (seed %d), got:\n%swant:\n%s", seed, again, got)
			break
		}
	}
}

// run returns what the analytics say of a sample, as text. With r, steps come
// in another order and twice, as inputs that overlap give them.
func run(t *testing.T, f *txtar.File, list []footfall.Analytic, only footfall.Analytic, r *rand.Rand) []byte {
	t.Helper()
	p := parser{names: footfall.NewNames(), rules: map[footfall.Name]*footfall.Rule{}, context: &footfall.Context{}}
	if err := p.settings(f.Get("context")); err != nil {
		t.Fatal(err)
	}
	if r != nil {
		// Names in another order have other numbers: nothing may hang on them.
		for i := range 100 {
			p.names.Intern(fmt.Sprint("other", i, r.IntN(100)))
		}
	}
	steps, err := p.steps(f.Get("in"))
	if err != nil {
		t.Fatal(err)
	}
	if r != nil {
		steps = append(steps, steps[r.IntN(len(steps)):]...)
		r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	}
	slices.SortStableFunc(steps, func(a, b footfall.Step) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.ID, b.ID), cmp.Compare(p.names.String(a.Rule), p.names.String(b.Rule)))
	})
	steps = slices.CompactFunc(steps, func(a, b footfall.Step) bool { return a == b })
	return p.report(feed(&p, steps, list), only)
}

// feed does what the engine does.
func feed(p *parser, steps []footfall.Step, list []footfall.Analytic) *footfall.Sink {
	type span struct{ first, last int64 }
	spans := map[footfall.Name]span{}
	b := newBed(p.names, p.context, list, func(env *footfall.Env) {
		env.Rule = func(id footfall.Name) *footfall.Rule { return p.rules[id] }
		env.Span = func(h footfall.Name) (int64, int64) { return spans[h].first, spans[h].last }
		env.Start = func() int64 { return steps[0].Time }
		env.Correlations = p.correl
		if p.listed != nil {
			env.Intel = func(dst []footfall.Listing, what string) []footfall.Listing { return append(dst, p.listed[what]...) }
		}
		if p.places != nil {
			env.Place = func(a footfall.Name) footfall.Place { return p.places[p.names.String(a)] }
		}
	})
	var out footfall.Sink
	var last int64
	for i := range steps {
		s := steps[i]
		if have, ok := spans[s.DstHost]; ok {
			spans[s.DstHost] = span{have.first, s.Time}
		} else {
			spans[s.DstHost] = span{s.Time, s.Time}
		}
		b.observe(&s, &out)
		last = s.Time
	}
	b.line.Flush(last, &out)
	return &out
}

// report writes the newest form of each finding in the order of times, and
// the newest fact of each kind.
func (p *parser) report(out *footfall.Sink, only footfall.Analytic) []byte {
	var b bytes.Buffer
	found := map[string]*footfall.Finding{}
	for _, f := range out.Found {
		found[f.ID] = f
	}
	var list []*footfall.Finding
	for _, f := range found {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *footfall.Finding) int {
		return cmp.Or(cmp.Compare(a.First, b.First), strings.Compare(a.Rule.ID, b.Rule.ID), strings.Compare(a.Title, b.Title), strings.Compare(a.ID, b.ID))
	})
	known := map[string]*footfall.Fact{}
	for _, k := range out.Known {
		known[k.Finding+" "+k.Kind] = k
	}
	for _, f := range list {
		if only.Hears && !strings.HasPrefix(f.Rule.ID, only.Name) && !slices.ContainsFunc(p.correl, func(c footfall.Correlation) bool { return c.Rule == f.Rule }) {
			continue
		}
		own := f.Rule.ID == only.Name
		if len(only.Facts) == 0 || only.Name == "guess" || own {
			writeFinding(&b, f)
		}
		for _, kind := range only.Facts {
			if k := known[f.ID+" "+kind]; k != nil {
				about := ""
				if only.Name != "guess" && !own {
					about = " of " + fmt.Sprintf("%q", f.Title)
				}
				sure := ""
				if k.Verdict != footfall.Unknown {
					sure = fmt.Sprintf(" %.2f of %d d", k.Sure, k.Span.Days)
				}
				fmt.Fprintf(&b, "fact %s%s: %v%s: %s\n", kind, about, k.Verdict, sure, k.Text)
			}
		}
	}
	return b.Bytes()
}

func writeFinding(b *bytes.Buffer, f *footfall.Finding) {
	fmt.Fprintf(b, "%s %s %v weight=%.1f count=%d evidence=%d\n", f.Rule.ID, f.Level, f.Attack, f.Weight, f.Count, len(f.Evidence))
	fmt.Fprintf(b, "  title: %s\n  why: %s\n  innocent: %s\n", f.Title, f.Why, f.Innocent)
	for _, e := range f.Entities {
		fmt.Fprintf(b, "  %v %s %s\n", e.Role, e.Kind, e.Name)
	}
	for _, h := range f.Path {
		fmt.Fprintf(b, "  hop %s -> %s as %s by %v", h.From, h.To, h.Account, h.Service)
		if h.Switch != "" {
			fmt.Fprintf(b, ", was %s", h.Switch)
		}
		b.WriteByte('\n')
	}
	if len(f.Sessions) > 0 {
		fmt.Fprintf(b, "  sessions %s\n", strings.Join(f.Sessions, " "))
	}
}

// TestTable holds that every analytic says what it is.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range analyze.All {
		if a.Name == "" || seen[a.Name] || a.Doc == "" || a.Keys == nil || a.New == nil || len(a.Rules) == 0 {
			t.Errorf("%q is listed twice or lacks something", a.Name)
		}
		seen[a.Name] = true
		if _, err := os.Stat(a.Name); err != nil {
			t.Errorf("%s is not the name of its folder: %v", a.Name, err)
		}
		for _, r := range a.Rules {
			if !strings.HasPrefix(r.ID, a.Name) || r.Title == "" || r.Description == "" || r.Level == footfall.LevelUnknown {
				t.Errorf("rule %q of %s lacks something", r.ID, a.Name)
			}
		}
	}
	dirs, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if name := filepath.Dir(d); !seen[name] {
			t.Errorf("folder %s is not in the table", name)
		}
	}
}
