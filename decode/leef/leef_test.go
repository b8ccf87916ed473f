package leef

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Lines, nil, trial.Frames(t, "leef.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	trial.Bench(b, &Lines, nil, trial.Frames(b, "leef.txtar", ""))
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", ""), &Decoder, &Lines)
}
