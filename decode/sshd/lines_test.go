package sshd

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestLines(t *testing.T) {
	lines := trial.Samples(t, "sshd-lines")
	trial.AllRead(t, &Lines, lines)
	trial.NoAllocs(t, &Lines, nil, lines)
}

func FuzzLines(f *testing.F) { trial.Fuzz(f, trial.Samples(f, "sshd-lines"), &Lines) }
