package guacamole

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "file.txtar", ""))
	trial.NoAllocs(t, &Message, nil, trial.Frames(t, "message.txtar", "]: "))
	trial.NoAllocs(t, &Old, nil, trial.Frames(t, "juli.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("file", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "file.txtar", "")) })
	b.Run("message", func(b *testing.B) { trial.Bench(b, &Message, nil, trial.Frames(b, "message.txtar", "]: ")) })
	b.Run("juli", func(b *testing.B) { trial.Bench(b, &Old, nil, trial.Frames(b, "juli.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder, &Message, &Old)
}
