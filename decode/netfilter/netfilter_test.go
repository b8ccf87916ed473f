package netfilter

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "netfilter.txtar", ": "))
	trial.NoAllocs(t, &Lines, nil, trial.Frames(t, "*.txtar", ""))
	trial.NoAllocs(t, &JSON, nil, trial.Samples(t, "netfilter-ulogd"))
}

func BenchmarkDecode(b *testing.B) {
	trial.Bench(b, &Decoder, nil, trial.Frames(b, "netfilter.txtar", ": "))
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", ""), &Decoder, &Lines, &JSON)
}
