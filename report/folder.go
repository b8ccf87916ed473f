package report

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/footfall/footfall"
)

// How large a table of the folder becomes before it is compressed: such a
// folder is copied to where people look at it.
const (
	plainFindings = 64 << 20
	plainCases    = 24 << 20
	plainSteps    = 24 << 20
	manyCases     = 100 // from here on Markdown and STIX are made by footfall case report alone
)

// Folder writes the report of a run into dir, which it makes: index.html, a
// page, Markdown and STIX for each case below cases/, the cases and findings
// as OCSF, the remote-access events and all steps as tables, and the counts.
// rows are the run's steps in order; they are read once. Pages show times in
// zone beside UTC, nil being UTC alone. A table that grows beyond its limit is
// compressed, and its name ends in .gz.
func Folder(dir string, r *footfall.Run, rows iter.Seq[Row], zone *time.Location) error {
	f, err := newFolder(dir)
	if err != nil {
		return err
	}
	g := newGathering(r)
	return errors.Join(
		f.put("stats.json", func(w io.Writer) error { _, err := w.Write(Stats(r)); return err }),
		f.steps(rows, g.add),
		f.table("findings.ndjson", plainFindings, func(w io.Writer) error { return ndjsonFindings(w, r) }),
		f.cases(r, g, zone),
	)
}

// Refresh writes anew what of a report's folder shows cases and the work on
// them; the steps and the findings are those that Folder wrote.
func Refresh(dir string, r *footfall.Run, zone *time.Location) error {
	f, err := newFolder(dir)
	if err != nil {
		return err
	}
	g := newGathering(r)
	f.look()
	if err := f.stepsAgain(g.add); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if f.names["findings.ndjson"] == "" {
		if err := f.table("findings.ndjson", plainFindings, func(w io.Writer) error { return ndjsonFindings(w, r) }); err != nil {
			return err
		}
	}
	return f.cases(r, g, zone)
}

// cases writes what shows cases.
func (f *folder) cases(r *footfall.Run, g *gathering, zone *time.Location) error {
	w := newWriter(r, zone)
	w.put, w.seen, w.table = f.put, g, f.names["findings.ndjson"]
	err := errors.Join(
		f.clear(),
		f.table("cases.ndjson", plainCases, func(w io.Writer) error { return ndjsonCases(w, r) }),
	)
	for i, c := range r.Cases {
		err = errors.Join(err, w.files(i, c))
	}
	b := beside{f.names["cases.ndjson"], f.names["findings.ndjson"], f.names["timeline.csv"], f.names["steps.csv"]}
	return errors.Join(err, f.put("index.html", func(out io.Writer) error {
		return writeQueue(out, w.pages, newQueue(r, w.names, b, zone))
	}))
}

// files writes what there is of one case.
func (w *writer) files(i int, c *footfall.Case) error {
	p, err := w.page(i, c)
	if err != nil {
		return err
	}
	name := "cases/" + w.names[i]
	err = w.put(name+".html", func(out io.Writer) error { return w.pages.write(out, "case", p) })
	if !p.Exports {
		return err
	}
	return errors.Join(err,
		w.put(name+".md", func(out io.Writer) error { return Case(out, "markdown", w.r, c, w.zone) }),
		w.put(name+".stix.json", func(out io.Writer) error { return Case(out, "stix", w.r, c, w.zone) }),
	)
}

// A folder is where a report is written.
type folder struct {
	dir   string
	names map[string]string // tables by their plain names: as they are called
}

func newFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(filepath.Join(dir, "cases"), 0o755); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return &folder{dir: dir, names: map[string]string{}}, nil
}

// pageFile is the name of a file that a report makes of a case whose id is as
// Footfall gives them.
var pageFile = regexp.MustCompile(`^([0-9a-f]{16}[~0-9]*|case-[0-9]+)(-records-[0-9]+)?\.(html|md|stix\.json)$`)

// clear removes what an earlier report left of cases that are no more: their
// pages would be taken for pages of this one.
func (f *folder) clear() error {
	old, err := os.ReadDir(filepath.Join(f.dir, "cases"))
	if err != nil {
		return err
	}
	for _, e := range old {
		if e.Type().IsRegular() && pageFile.MatchString(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(f.dir, "cases", e.Name())))
		}
	}
	return err
}

func (f *folder) put(name string, write func(io.Writer) error) error {
	if err := writeFile(filepath.Join(f.dir, filepath.FromSlash(name)), write); err != nil {
		return fmt.Errorf("report: %s: %w", name, err)
	}
	return nil
}

// table writes a file that is compressed when it is larger than most bytes.
func (f *folder) table(name string, most int64, write func(io.Writer) error) (err error) {
	t, err := newSized(filepath.Join(f.dir, name), most)
	if err != nil {
		return fmt.Errorf("report: %s: %w", name, err)
	}
	err = write(t)
	as, end := t.close(err == nil)
	if err = errors.Join(err, end); err != nil {
		return fmt.Errorf("report: %s: %w", name, err)
	}
	f.names[name] = as
	return nil
}

// A sized is a file that begins plain and is compressed from some size on.
type sized struct {
	name  string
	left  int64
	f     *os.File
	plain *bufio.Writer
	small *gzip.Writer
}

func newSized(name string, most int64) (*sized, error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return nil, err
	}
	return &sized{name: name, left: most, f: f, plain: bufio.NewWriterSize(f, 1<<18)}, nil
}

func (s *sized) Write(p []byte) (int, error) {
	if s.small != nil {
		return s.small.Write(p)
	}
	if s.left -= int64(len(p)); s.left < 0 {
		if err := s.compress(); err != nil {
			return 0, err
		}
		return s.small.Write(p)
	}
	return s.plain.Write(p)
}

// compress begins a new file with what the plain one has.
func (s *sized) compress() error {
	if err := s.plain.Flush(); err != nil {
		return err
	}
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(s.name), "."+filepath.Base(s.name)+"-*")
	if err != nil {
		return err
	}
	old := s.f
	s.f = f
	s.plain.Reset(f)
	s.small, err = gzip.NewWriterLevel(s.plain, gzip.BestSpeed)
	if err == nil {
		_, err = io.Copy(s.small, old)
	}
	return errors.Join(err, old.Close(), os.Remove(old.Name()))
}

// close gives the file its name, which it returns, and removes what an earlier
// report had under the other one; or it removes the file.
func (s *sized) close(keep bool) (string, error) {
	var err error
	as, other := s.name, s.name+".gz"
	if s.small != nil {
		as, other = other, as
		err = s.small.Close()
	}
	err = errors.Join(err, s.plain.Flush(), s.f.Chmod(0o644), s.f.Close())
	if err != nil || !keep {
		return "", errors.Join(err, os.Remove(s.f.Name()))
	}
	if err := os.Remove(other); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	return filepath.Base(as), os.Rename(s.f.Name(), as)
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
	w := bufio.NewWriterSize(f, 1<<16)
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
