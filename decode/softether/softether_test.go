package softether

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "file.txtar", ""))
	trial.NoAllocs(t, &Message, nil, trial.Frames(t, "file.txtar", "] "))
	trial.NoAllocs(t, &Message, nil, trial.Frames(t, "relayed.txtar", "gw1 "))
	trial.NoAllocs(t, &Packets, nil, trial.Frames(t, "packets.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("file", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "file.txtar", "")) })
	b.Run("message", func(b *testing.B) { trial.Bench(b, &Message, nil, trial.Frames(b, "file.txtar", "] ")) })
	b.Run("packets", func(b *testing.B) { trial.Bench(b, &Packets, nil, trial.Frames(b, "packets.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder, &Message, &Packets)
}
