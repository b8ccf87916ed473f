package main

import (
	"fmt"
	"io"
	"os"
)

// A progress shows on a terminal how much was read, on one line.
type progress struct {
	w io.Writer
}

// newProgress returns nil when w is not a terminal.
func newProgress(w io.Writer) *progress {
	if !terminal(w) {
		return nil
	}
	return &progress{w}
}

func terminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

func (p *progress) show(done, total int64) {
	if done >= total {
		fmt.Fprint(p.w, "\r\x1b[K")
		return
	}
	fmt.Fprintf(p.w, "\rreading %s of %s (%d%%)\x1b[K", size(done), size(total), done*100/max(total, 1))
}

func size(n int64) string {
	f, unit := float64(n), "B"
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if f < 1024 {
			break
		}
		f, unit = f/1024, u
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, unit)
}
