package gcp

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestAllRead(t *testing.T) { trial.AllRead(t, &Decoder, trial.Objects(t)) }

func TestNoAllocs(t *testing.T) { trial.NoAllocs(t, &Decoder, nil, trial.Objects(t)) }

func FuzzDecode(f *testing.F) { trial.Fuzz(f, trial.Objects(f), &Decoder) }

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Objects(b)) }
