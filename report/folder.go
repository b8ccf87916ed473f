package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/footfall/footfall"
)

// Folder writes the report of a run into dir, which it makes: index.html, the
// cases and findings as OCSF, the remote-access events and all steps as
// tables, and the counts. rows are the run's steps in order.
func Folder(dir string, r *footfall.Run, rows iter.Seq[Row]) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	put := func(name string, write func(io.Writer) error) error {
		if err := writeFile(filepath.Join(dir, name), write); err != nil {
			return fmt.Errorf("report: %s: %w", name, err)
		}
		return nil
	}
	return errors.Join(
		put("cases.ndjson", func(w io.Writer) error { return ndjsonCases(w, r) }),
		put("findings.ndjson", func(w io.Writer) error { return ndjsonFindings(w, r) }),
		put("stats.json", func(w io.Writer) error { _, err := w.Write(Stats(r)); return err }),
		put("index.html", func(w io.Writer) error { return HTML(w, r) }),
		put("timeline.csv", func(w io.Writer) error { return Timeline(w, "csv", remote(rows), nil) }),
		put("steps.csv", func(w io.Writer) error { return Timeline(w, "csv", rows, nil) }),
	)
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
