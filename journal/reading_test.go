//go:build unix

package journal

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What somebody writes between the reading of the journal's end and that of
// its head is not missed from the journal: a pipe in the journal's place ends
// when the head is already that of the next entry.
func TestReadWhileWritten(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("a1", "f1"))
	name := filepath.Join(dir, Name)
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	write(t, other, m(0), Program, opened("a1", "f1"))
	write(t, other, m(1), "kim", Entry{Case: "a1", What: Noted, Body: Body{Text: "x"}})
	if err := errors.Join(os.Remove(name), syscall.Mkfifo(name, 0o600)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		w, err := os.OpenFile(name, os.O_WRONLY, 0) // waits for the reader
		if err != nil {
			done <- err
			return
		}
		_, err = w.Write(before)
		done <- errors.Join(err, os.Rename(filepath.Join(other, headFile), filepath.Join(dir, headFile)), w.Close())
	}()
	l, err := Load(dir)
	if err != nil || l.Seq != 1 {
		t.Errorf("%v", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
