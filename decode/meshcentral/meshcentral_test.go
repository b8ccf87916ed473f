package meshcentral

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "message.txtar", "]: "))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("message", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "message.txtar", "]: ")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder)
}
