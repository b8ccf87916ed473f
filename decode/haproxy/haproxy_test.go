package haproxy

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Message, nil, trial.Frames(t, "syslog.txtar", "]: "))
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "lines.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("syslog", func(b *testing.B) { trial.Bench(b, &Message, nil, trial.Frames(b, "syslog.txtar", "]: ")) })
	b.Run("lines", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "lines.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, append(trial.Frames(f, "syslog.txtar", "]: "), trial.Frames(f, "lines.txtar", "")...), &Decoder, &Message)
}
