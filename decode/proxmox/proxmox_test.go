package proxmox

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Access, nil, trial.Frames(t, "access.txtar", mark("access.txtar")))
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "daemon.txtar", mark("daemon.txtar")))
}

func mark(file string) string {
	if file == "message.txtar" || file == "daemon.txtar" {
		return "]: "
	}
	return ""
}

func BenchmarkDecode(b *testing.B) {
	b.Run("Access", func(b *testing.B) {
		trial.Bench(b, &Access, nil, trial.Frames(b, "access.txtar", mark("access.txtar")))
	})
	b.Run("Decoder", func(b *testing.B) {
		trial.Bench(b, &Decoder, nil, trial.Frames(b, "daemon.txtar", mark("daemon.txtar")))
	})
}

func FuzzDecode(f *testing.F) {
	seeds := append(trial.Frames(f, "*.txtar", "]: "), trial.Frames(f, "*.txtar", "")...)
	trial.Fuzz(f, seeds, &Access, &Decoder)
}
