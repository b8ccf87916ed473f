package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/footfall/footfall"
)

// Folder writes the report of a run into dir, which it makes: index.html, the
// cases and findings as OCSF, the remote-access events and all steps as
// tables, and the counts. rows are the run's steps in order.
func Folder(dir string, r *footfall.Run, rows iter.Seq[Row]) error {
	return errors.Join(
		Refresh(dir, r, nil),
		toFile(dir, "stats.json", func(w io.Writer) error { _, err := w.Write(Stats(r)); return err }),
		toFile(dir, "timeline.csv", func(w io.Writer) error { return Timeline(w, "csv", remote(rows), nil) }),
		toFile(dir, "steps.csv", func(w io.Writer) error { return Timeline(w, "csv", rows, nil) }),
	)
}

// Refresh writes what of a report's folder shows cases and the work on them.
func Refresh(dir string, r *footfall.Run, _ *time.Location) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return errors.Join(
		toFile(dir, "cases.ndjson", func(w io.Writer) error { return ndjsonCases(w, r) }),
		toFile(dir, "findings.ndjson", func(w io.Writer) error { return ndjsonFindings(w, r) }),
		toFile(dir, "index.html", func(w io.Writer) error { return HTML(w, r) }),
	)
}

func toFile(dir, name string, write func(io.Writer) error) error {
	if err := writeFile(filepath.Join(dir, name), write); err != nil {
		return fmt.Errorf("report: %s: %w", name, err)
	}
	return nil
}

// remote passes on the steps of remote access.
func remote(rows iter.Seq[Row]) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for r := range rows {
			if r.Remote() && !yield(r) {
				return
			}
		}
	}
}

// writeFile writes beside the name and then renames, so that nobody reads half
// a report.
func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriterSize(f, 1<<18)
	if err = write(w); err != nil {
		return err
	}
	if err = errors.Join(w.Flush(), f.Chmod(0o644)); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
