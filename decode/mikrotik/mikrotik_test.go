package mikrotik

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Lines, nil, trial.Frames(t, "*.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	trial.Bench(b, &Decoder, nil, trial.Frames(b, "mikrotik.txtar", " gw "))
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", ""), &Decoder, &Lines)
}
