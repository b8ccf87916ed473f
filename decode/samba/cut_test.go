package samba

import (
	"bytes"
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

// TestCuts holds that a logon told as text and as JSON counts once wherever
// the file is cut between.
func TestCuts(t *testing.T) {
	in := bytes.Join(trial.Frames(t, "file*.txtar", ""), []byte("\n"))
	trial.Cuts(t, &File, in)
}
