package cyberark

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "audit.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("audit", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "audit.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder)
}
