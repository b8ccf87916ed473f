package vnc

import (
	"bytes"
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, whole(t))
	trial.NoAllocs(t, &Message, nil, trial.Frames(t, "message.txtar", "]: "))
	trial.NoAllocs(t, &Lines, nil, trial.Frames(t, "lines.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("file", func(b *testing.B) { trial.Bench(b, &Decoder, nil, whole(b)) })
	b.Run("message", func(b *testing.B) { trial.Bench(b, &Message, nil, trial.Frames(b, "message.txtar", "]: ")) })
	b.Run("lines", func(b *testing.B) { trial.Bench(b, &Lines, nil, trial.Frames(b, "lines.txtar", "")) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder, &Message, &Lines)
}

// whole returns the sample of a file as its one record.
func whole(t testing.TB) [][]byte {
	return [][]byte{bytes.Join(trial.Frames(t, "file.txtar", ""), []byte("\n"))}
}

// TestHeads cuts a file wherever a time stands: what is read of the rest, with
// its heads before it, is what is read of the whole.
func TestHeads(t *testing.T) {
	in := bytes.Join(trial.Frames(t, "cut.txtar", ""), []byte("\n"))
	trial.Cuts(t, &Decoder, in)
}
