package emulate_test

import (
	"context"
	"testing"

	"github.com/footfall/footfall/emulate"
)

// BenchmarkRun writes three days of 300 people.
func BenchmarkRun(b *testing.B) {
	records := int64(0)
	for b.Loop() {
		r, err := emulate.Run(context.Background(), emulate.Config{Dir: b.TempDir(), People: 300, Days: 3, Seed: 1, Start: monday})
		if err != nil {
			b.Fatal(err)
		}
		records += r.Records
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}
