package anydesk

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "incoming.txtar", ""))
	trial.NoAllocs(t, &File, nil, trial.Frames(t, "trace.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("incoming", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "incoming.txtar", "")) })
	b.Run("trace", func(b *testing.B) { trial.Bench(b, &File, nil, trial.Frames(b, "trace.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder, &File)
}
