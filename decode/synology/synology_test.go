package synology

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "messages.txtar", " - - - "))
}

func BenchmarkDecode(b *testing.B) {
	trial.Bench(b, &Decoder, nil, trial.Frames(b, "messages.txtar", " - - - "))
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "messages.txtar", " - - - "), &Decoder)
}
