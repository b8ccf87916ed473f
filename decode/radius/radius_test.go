package radius

import (
	"bytes"
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "file.txtar", ""))
	trial.NoAllocs(t, &Message, nil, trial.Frames(t, "message.txtar", "]: "))
	trial.NoAllocs(t, &ISE, nil, trial.Frames(t, "ise.txtar", " ise1 "))
	trial.NoAllocs(t, &Store, nil, trial.Frames(t, "store.txtar", ""))
	trial.NoAllocs(t, &NPS, nil, trial.Frames(t, "nps.txtar", ""))
	trial.NoAllocs(t, &DTS, nil, trial.Frames(t, "dts.txtar", ""))
	trial.NoAllocs(t, &Detail, nil, blocks(t))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("file", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "file.txtar", "")) })
	b.Run("message", func(b *testing.B) { trial.Bench(b, &Message, nil, trial.Frames(b, "message.txtar", "]: ")) })
	b.Run("ise", func(b *testing.B) { trial.Bench(b, &ISE, nil, trial.Frames(b, "ise.txtar", " ise1 ")) })
	b.Run("store", func(b *testing.B) { trial.Bench(b, &Store, nil, trial.Frames(b, "store.txtar", "")) })
	b.Run("nps", func(b *testing.B) { trial.Bench(b, &NPS, nil, trial.Frames(b, "nps.txtar", "")) })
	b.Run("dts", func(b *testing.B) { trial.Bench(b, &DTS, nil, trial.Frames(b, "dts.txtar", "")) })
	b.Run("block", func(b *testing.B) { trial.Bench(b, &Detail, nil, blocks(b)) })
}

func FuzzDecode(f *testing.F) {
	trial.Fuzz(f, trial.Frames(f, "*.txtar", "]: "), &Decoder, &Message, &ISE, &Store, &NPS, &DTS, &Detail)
}

// blocks returns the blocks of the sample of a detail file.
func blocks(t testing.TB) [][]byte {
	t.Helper()
	return bytes.Split(bytes.ReplaceAll(bytes.Join(trial.Frames(t, "detail.txtar", ""), []byte("\n")), []byte("\nThu"), []byte("\n\nThu")), []byte("\n\n"))
}
