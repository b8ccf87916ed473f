package triage_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
)

// crowd makes findings of a big network: many accounts, sources and hosts, a
// few of which are everywhere.
func crowd(n int) []*footfall.Finding {
	r := rand.New(rand.NewPCG(1, 2))
	rules := []*footfall.Rule{{ID: "a", Title: "a"}, {ID: "b", Title: "b"}, {ID: "c", Title: "c"}}
	out := make([]*footfall.Finding, n)
	for i := range out {
		at := int64(i) * 2e9
		pick := func(kind string, of int) string {
			if r.IntN(4) == 0 {
				return kind + "-hub"
			}
			return fmt.Sprintf("%s%d", kind, r.IntN(of))
		}
		f := &footfall.Finding{
			ID: fmt.Sprintf("%08d", i), Rule: rules[i%3], Level: footfall.Level(1 + r.IntN(4)), Weight: 1, First: at, Last: at + r.Int64N(3600e9), Why: "why",
			Attack: []string{"T1021.004"},
		}
		from, to, who := pick("src", 2000), pick("host", 500), pick("user", 3000)
		f.Entities = []footfall.Entity{
			{Role: footfall.RoleSource, Kind: "host", Name: from},
			{Role: footfall.RoleDestination, Kind: "host", Name: to},
			{Role: footfall.RoleActor, Kind: "account", Name: who},
		}
		f.Path = []footfall.Hop{{Time: at, From: from, To: to, Account: who, Service: footfall.ServiceSSH, Outcome: footfall.Success}}
		f.Evidence = []footfall.Ref{{Offset: int64(i)}}
		out[i] = f
	}
	return out
}

func BenchmarkBuild(b *testing.B) {
	books, err := triage.Load(playbooks.Files())
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{1000, 10000, 50000} {
		findings := crowd(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				triage.Build(findings, nil, triage.Options{Playbooks: books})
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "us/finding")
		})
	}
}
