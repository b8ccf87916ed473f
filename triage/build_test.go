package triage_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
)

var update = flag.Bool("update", false, "rewrite the want parts of the samples")

// A sample is findings and facts in a short form. Times are "15:04:05" on
// 2026-03-04, with "+N " in front for N days later; entities are "role kind
// name"; hops are "time from to account service outcome"; records are "input
// offset".
type sample struct {
	Findings []sampleFinding     `json:"findings"`
	Facts    []sampleFact        `json:"facts"`
	Spans    []sampleSpan        `json:"spans"`
	Critical map[string]int      `json:"critical"`
	Scanners []string            `json:"scanners"`
	Bastions []string            `json:"bastions"`
	Roles    map[string][]string `json:"roles"`
	Ways     []string            `json:"ways"`  // as hops
	Hosts    map[string]string   `json:"hosts"` // of addresses
}

type sampleFinding struct {
	ID, Rule, Level, First, Last, Why string
	Weight                            float64
	Attack, Entities, Path, Sessions  []string
	Records                           []string
}

type sampleFact struct {
	Kind, Finding, Verdict, Text string
	Entities, Records, Path      []string
}

type sampleSpan struct {
	Host, Log, First, Last string
	Missing                int64
}

func clock(t testing.TB, s string) int64 {
	t.Helper()
	if s == "" {
		return 0
	}
	days := 0
	if d, rest, ok := strings.Cut(s, " "); ok {
		if _, err := fmt.Sscanf(d, "%d", &days); err != nil {
			t.Fatal(err)
		}
		s = rest
	}
	at, err := time.Parse("15:04:05", s)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 3, 4+days, at.Hour(), at.Minute(), at.Second(), 0, time.UTC).UnixNano()
}

func entities(t testing.TB, list []string) (out []footfall.Entity) {
	t.Helper()
	for _, s := range list {
		w := strings.SplitN(s, " ", 3)
		e := footfall.Entity{Kind: w[1], Name: w[2]}
		for r := footfall.RoleSource; r <= footfall.RoleAddress; r++ {
			if r.String() == w[0] {
				e.Role = r
			}
		}
		if e.Role == footfall.RoleUnknown {
			t.Fatalf("no role %q", w[0])
		}
		out = append(out, e)
	}
	return out
}

func refs(t testing.TB, list []string) (out []footfall.Ref) {
	t.Helper()
	for _, s := range list {
		var r footfall.Ref
		if _, err := fmt.Sscanf(s, "%d %d", &r.Input, &r.Offset); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func hops(t testing.TB, list []string) (out []footfall.Hop) {
	t.Helper()
	for _, s := range list {
		w := strings.Fields(s)
		h := footfall.Hop{Time: clock(t, w[0]), From: w[1], To: w[2], Account: strings.TrimPrefix(w[3], "-")}
		var err error
		if h.Service, err = footfall.ParseService(w[4]); err != nil {
			t.Fatal(err)
		}
		if h.Outcome, err = footfall.ParseOutcome(w[5]); err != nil {
			t.Fatal(err)
		}
		if len(w) > 6 {
			h.Switch = w[6]
		}
		out = append(out, h)
	}
	return out
}

func (s *sample) parse(t testing.TB) ([]*footfall.Finding, []*footfall.Fact, triage.Options) {
	t.Helper()
	var findings []*footfall.Finding
	opt := triage.Options{Context: &footfall.Context{
		Critical: s.Critical, Scanners: map[string]bool{}, Bastions: map[string]bool{}, Roles: s.Roles,
	}}
	for _, n := range s.Scanners {
		opt.Context.Scanners[n] = true
	}
	for _, n := range s.Bastions {
		opt.Context.Bastions[n] = true
	}
	for _, x := range s.Findings {
		level, err := footfall.ParseLevel(x.Level)
		if err != nil {
			t.Fatal(err)
		}
		f := &footfall.Finding{
			ID: x.ID, Rule: &footfall.Rule{ID: x.Rule, Title: strings.ReplaceAll(x.Rule, "-", " ")}, Title: x.Rule,
			Why: x.Why, Level: level, Weight: x.Weight, First: clock(t, x.First), Last: clock(t, x.Last),
			Attack: x.Attack, Entities: entities(t, x.Entities), Path: hops(t, x.Path), Sessions: x.Sessions,
			Evidence: refs(t, x.Records), Count: len(x.Records),
		}
		if f.Last == 0 {
			f.Last = f.First
		}
		findings = append(findings, f)
	}
	at := map[string]int64{}
	for _, f := range findings {
		at[f.ID] = f.First
	}
	var facts []*footfall.Fact
	for _, x := range s.Facts {
		v := map[string]footfall.Verdict{"yes": footfall.Yes, "no": footfall.No}[x.Verdict]
		facts = append(facts, &footfall.Fact{
			Kind: x.Kind, Finding: x.Finding, Time: at[x.Finding], Verdict: v, Text: x.Text,
			Entities: entities(t, x.Entities), Evidence: refs(t, x.Records), Path: hops(t, x.Path),
		})
	}
	for _, x := range s.Spans {
		h := footfall.HostSpan{Host: x.Host, Log: x.Log, First: clock(t, x.First), Last: clock(t, x.Last), Missing: x.Missing}
		opt.Spans = append(opt.Spans, h)
		if opt.First == 0 || h.First < opt.First {
			opt.First = h.First
		}
		opt.Last = max(opt.Last, h.Last)
	}
	books, err := triage.Load(playbooks.Files())
	if err != nil {
		t.Fatal(err)
	}
	opt.Playbooks = books
	opt.Hops, opt.Host = hops(t, s.Ways), func(addr string) string { return s.Hosts[addr] }
	return findings, facts, opt
}

func dump(cases []*footfall.Case) []byte {
	var b bytes.Buffer
	for _, c := range cases {
		fmt.Fprintf(&b, "case %s %s %d: %s\n  %s\n  score: %s\n", c.ID, c.Level, c.Score, c.Title, c.Sentence, c.ScoreText)
		fmt.Fprintf(&b, "  attack %q playbooks %q findings", c.Attack, c.Playbooks)
		for _, f := range c.Findings {
			fmt.Fprintf(&b, " %s", f.ID)
		}
		b.WriteByte('\n')
		for _, h := range c.Path {
			fmt.Fprintf(&b, "  hop %s %s -> %s %s %s %s %s\n", time.Unix(0, h.Time).UTC().Format("15:04:05"), h.From, h.To, h.Account, h.Service, h.Outcome, h.Switch)
		}
		for _, q := range c.Questions {
			fmt.Fprintf(&b, "  %s %s: %s %v\n", q.ID, q.Verdict, q.Text, q.Evidence)
		}
		fmt.Fprintf(&b, "  escalate %v %q %q\n", c.Decision.Escalate, c.Decision.To, c.Decision.Urgency)
		for _, g := range c.Decision.Reasons {
			fmt.Fprintf(&b, "    %s %s: %s\n", g.ID, g.State, g.Text)
		}
		for _, t := range c.Tasks {
			fmt.Fprintf(&b, "  task %s %s %s %s\n", t.ID, t.Tier, t.State, t.Note)
		}
		for _, a := range c.Plan {
			fmt.Fprintf(&b, "  plan %s %s %s for %q by %s: %s\n", a.Verb, a.On.Kind, a.On.Name, a.For, a.Approval, a.Blast)
		}
		for _, h := range c.Health {
			fmt.Fprintf(&b, "  health %s\n", h)
		}
	}
	if len(cases) == 0 {
		b.WriteString("no case\n")
	}
	return bytes.ReplaceAll(b.Bytes(), []byte(" \n"), []byte("\n"))
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
			var s sample
			d := json.NewDecoder(bytes.NewReader(file.Get("in")))
			d.DisallowUnknownFields()
			if err := d.Decode(&s); err != nil {
				t.Fatal(err)
			}
			findings, facts, opt := s.parse(t)
			got := dump(triage.Build(findings, facts, opt))
			for seed := range uint64(5) {
				r := rand.New(rand.NewPCG(seed, 7))
				r.Shuffle(len(findings), reflect.Swapper(findings))
				r.Shuffle(len(facts), reflect.Swapper(facts))
				if again := dump(triage.Build(findings, facts, opt)); !bytes.Equal(got, again) {
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
