package snare

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func frames(t testing.TB) (out [][]byte) {
	t.Helper()
	for sample, mark := range map[string]string{"snare.txtar": "srv7 ", "nxlog.txtar": "Auditing 700 ", "wincollect.txtar": "srv7 "} {
		out = append(out, trial.Frames(t, sample, mark)...)
	}
	return out
}

func TestNoAllocs(t *testing.T) { trial.NoAllocs(t, &Decoder, nil, frames(t)) }

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, frames(b)) }

func FuzzDecode(f *testing.F) { trial.Fuzz(f, frames(f), &Decoder) }
