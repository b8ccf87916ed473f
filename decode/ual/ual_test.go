package ual

import (
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/trial"
)

func rows(t testing.TB) (header []byte, frames [][]byte) {
	t.Helper()
	all := trial.Frames(t, "sum.txtar", "")
	return all[0], all[1:]
}

func TestNoAllocs(t *testing.T) {
	header, frames := rows(t)
	trial.NoAllocs(t, &Decoder, header, frames)
}

func BenchmarkDecode(b *testing.B) {
	header, frames := rows(b)
	trial.Bench(b, &Decoder, header, frames)
}

func FuzzDecode(f *testing.F) {
	header, frames := rows(f)
	d := Decoder
	d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return open(s, header) }
	trial.Fuzz(f, frames, &d)
}
