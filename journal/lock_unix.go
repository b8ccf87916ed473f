//go:build unix

package journal

import (
	"errors"
	"os"
	"syscall"
)

// lockPath waits for the lock of a file, which the system gives back when the
// process ends, however it does.
func lockPath(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
		}
	}
}

func unlock(f *os.File) error { return f.Close() }
