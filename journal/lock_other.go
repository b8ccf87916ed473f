//go:build !unix

package journal

import (
	"errors"
	"fmt"
	"os"
)

// lockPath makes a file that nobody else has made; it does not wait.
func lockPath(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("somebody else writes here; if nobody does, remove %s", name)
	}
	return f, err
}

func unlock(f *os.File) error { return errors.Join(f.Close(), os.Remove(f.Name())) }
