package sudo

import (
	"bytes"
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func whole(t testing.TB) []byte { return bytes.Join(trial.Frames(t, "file.txtar", ""), []byte("\n")) }

func TestFile(t *testing.T) {
	trial.Cuts(t, &File, whole(t))
	trial.NoAllocs(t, &File, nil, [][]byte{whole(t)})
}

func FuzzFile(f *testing.F) { trial.Fuzz(f, [][]byte{whole(f)}, &File) }
