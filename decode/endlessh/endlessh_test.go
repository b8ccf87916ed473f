package endlessh

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "file.txtar", mark("file.txtar")))
	trial.NoAllocs(t, &Message, nil, trial.Frames(t, "message.txtar", mark("message.txtar")))
}

func mark(file string) string {
	if file == "message.txtar" || file == "daemon.txtar" {
		return "]: "
	}
	return ""
}

func BenchmarkDecode(b *testing.B) {
	b.Run("Decoder", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "file.txtar", mark("file.txtar"))) })
	b.Run("Message", func(b *testing.B) {
		trial.Bench(b, &Message, nil, trial.Frames(b, "message.txtar", mark("message.txtar")))
	})
}

func FuzzDecode(f *testing.F) {
	seeds := append(trial.Frames(f, "*.txtar", "]: "), trial.Frames(f, "*.txtar", "")...)
	trial.Fuzz(f, seeds, &Decoder, &Message)
}
