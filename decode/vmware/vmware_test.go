package vmware

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "message.txtar", " - - "))
	trial.NoAllocs(t, &File, nil, trial.Frames(t, "file.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("message", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "message.txtar", " - - ")) })
	b.Run("file", func(b *testing.B) { trial.Bench(b, &File, nil, trial.Frames(b, "file.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, append(trial.Frames(f, "message.txtar", " - - "), trial.Frames(f, "file.txtar", "")...), &Decoder, &File)
}
