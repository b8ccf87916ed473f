package netscreen

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Lines, nil, trial.Frames(t, "netscreen.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	trial.Bench(b, &Lines, nil, trial.Frames(b, "netscreen.txtar", ""))
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", ""), &Decoder, &Lines)
}
