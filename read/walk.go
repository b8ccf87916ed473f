package read

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/footfall/footfall"
)

// An outer is a file that was named or found in a folder, or standard input.
type outer struct {
	path    string // as shown
	size    int64
	info    fs.FileInfo
	spooled *os.File // standard input
	state   string   // what became of it when it cannot be read at all
	reason  string
	kind    kind
	solid   bool // a compressed archive: its members are known after a pass only
	late    bool // numbered while it is read
	skip    bool // nothing to read: state and reason say why
}

// Walk lists the inputs behind paths, "-" being standard input. Whatever is
// wrong with a path becomes a line of Stats; the error is for options that
// cannot be used, a spool that cannot be written, and a ctx that ended.
func Walk(ctx context.Context, paths []string, opt Options) (*Source, error) {
	if opt.Recognise == nil {
		return nil, errors.New("read: no function to recognise formats is given")
	}
	if len(paths) == 0 {
		return nil, errors.New("read: no path is given")
	}
	opt.Limits = opt.Limits.withDefaults()
	s := &Source{opt: opt}
	f := finder{files: map[string]bool{}, dirs: map[string]bool{}}
	clean := make([]string, len(paths))
	for i, p := range paths {
		clean[i] = filepath.Clean(p)
		if p == "" {
			return nil, errors.New("read: an empty path is given")
		}
	}
	slices.Sort(clean)
	for _, p := range slices.Compact(clean) {
		if p == "-" {
			if err := s.standardInput(ctx, &f); err != nil {
				return nil, errors.Join(err, s.Close())
			}
			continue
		}
		found, known := len(f.found), len(f.dirs)
		if f.find(p, nil); len(f.found) == found && len(f.dirs) > known {
			f.found = append(f.found, &outer{path: p, skip: true, state: "empty", reason: "a folder without files"})
		}
	}
	slices.SortStableFunc(f.found, func(a, b *outer) int { return strings.Compare(a.path, b.path) })
	s.outers = f.found
	for _, o := range s.outers {
		s.probe(o)
	}
	s.duplicates()
	for _, o := range s.outers {
		if !o.skip {
			s.total += o.size
		}
	}
	return s, s.list(ctx)
}

// standardInput keeps standard input, so that it can be read again.
func (s *Source) standardInput(ctx context.Context, f *finder) error {
	file, err := s.spool.file(s.opt.SpoolDir)
	if err != nil {
		return fmt.Errorf("read: standard input cannot be kept: %w", err)
	}
	o := &outer{path: "-", spooled: file}
	f.found = append(f.found, o)
	o.size, err = io.Copy(file, &contextReader{ctx, os.Stdin})
	var full *fs.PathError
	if errors.As(err, &full) && full.Op == "write" {
		return fmt.Errorf("read: standard input cannot be kept: %w", err)
	}
	if err != nil && ctx.Err() == nil {
		f.trouble("-", fmt.Sprintf("standard input ends with an error after %d bytes: %v", o.size, err))
	}
	return ctx.Err()
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// A finder collects files. Files and folders are known by their true path, so
// that each counts once however it is reached.
type finder struct {
	found []*outer
	files map[string]bool
	dirs  map[string]bool
}

func (f *finder) trouble(path, reason string) {
	f.found = append(f.found, &outer{path: path, skip: true, state: "unreadable", reason: reason})
}

// find adds what path names; above are the true paths of the folders around it.
func (f *finder) find(path string, above []string) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		f.trouble(path, cause(err))
		return
	}
	if abs, err := filepath.Abs(real); err == nil {
		real = abs
	}
	info, err := os.Stat(real)
	if err != nil {
		f.trouble(path, cause(err))
		return
	}
	f.add(path, real, info, above)
}

// add adds the file or folder whose true path is real.
func (f *finder) add(path, real string, info fs.FileInfo, above []string) {
	switch {
	case info.IsDir():
		f.folder(path, real, above)
	case !info.Mode().IsRegular():
		f.trouble(path, "not a file but "+special(info.Mode()))
	case !f.files[real]:
		f.files[real] = true
		f.found = append(f.found, &outer{path: path, size: info.Size(), info: info})
	}
}

func (f *finder) folder(path, real string, above []string) {
	if slices.Contains(above, real) {
		f.trouble(path, "a symbolic link to a folder around it")
		return
	}
	if f.dirs[real] {
		return
	}
	f.dirs[real] = true
	list, err := os.ReadDir(path)
	if err != nil {
		f.trouble(path, cause(err))
	}
	above = append(slices.Clip(above), real)
	for _, d := range list {
		sub := filepath.Join(path, d.Name())
		info, err := d.Info()
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			f.find(sub, above)
		case err != nil:
			f.trouble(sub, cause(err))
		default:
			f.add(sub, filepath.Join(real, d.Name()), info, above)
		}
	}
}

// cause is err without the operation and the path, which the report shows anyway.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return strings.TrimPrefix(err.Error(), "EvalSymlinks: ")
}

func special(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// probe looks at the first bytes of o.
func (s *Source) probe(o *outer) {
	if o.skip {
		return
	}
	f, err := o.open()
	if err != nil {
		o.skip, o.state, o.reason = true, "unreadable", cause(err)
		return
	}
	defer f.Close()
	var head [tarHead]byte
	n, err := f.ReadAt(head[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		o.skip, o.state, o.reason = true, "unreadable", cause(err)
		return
	}
	o.kind = sniff(head[:n])
	if o.kind == kindZip || !o.kind.compressed() {
		return
	}
	// Only the head is decompressed to see whether an archive is inside.
	v := &prober{}
	if s.visit(context.Background(), o, tops{}, nil, v) != nil {
		o.solid = v.archive
	}
}

// A file is what an outer is read from.
type file interface {
	io.Reader
	io.ReaderAt
	io.Closer
}

// A section is a reader of a file that stays open for others.
type section struct{ *io.SectionReader }

func (section) Close() error { return nil }

func (o *outer) open() (file, error) {
	if o.spooled != nil {
		return section{io.NewSectionReader(o.spooled, 0, o.size)}, nil
	}
	return os.Open(o.path)
}

// list numbers the inputs of all files but the last compressed archive.
func (s *Source) list(ctx context.Context) error {
	slices.SortStableFunc(s.outers, func(a, b *outer) int {
		if a.solid != b.solid && !a.skip && !b.skip {
			if a.solid {
				return 1
			}
			return -1
		}
		return 0
	})
	lists := make([]lister, len(s.outers))
	todo := make(chan int)
	var wg sync.WaitGroup
	for range max(1, s.opt.Workers) {
		wg.Go(func() {
			for i := range todo {
				s.listOne(ctx, s.outers[i], &lists[i])
			}
		})
	}
	for i, o := range s.outers {
		if o.late = i == len(s.outers)-1 && o.solid && !o.skip; !o.late {
			todo <- i
		}
	}
	close(todo)
	wg.Wait()
	for i := range lists {
		s.number(s.outers[i], lists[i].found)
	}
	s.copies(ctx)
	return ctx.Err()
}

func (s *Source) listOne(ctx context.Context, o *outer, l *lister) {
	switch {
	case o.skip:
		l.trouble(o.path, all, o.state, 0, o.reason)
	case o.kind == kindPlain:
		l.add(o.path, all)
	default:
		if err := s.visit(ctx, o, tops{}, nil, l); err != nil {
			l.trouble(o.path, all, "unreadable", 0, err.Error())
		}
	}
}

// number gives the listed entries of o their indexes.
func (s *Source) number(o *outer, found []*entry) {
	for _, e := range found {
		e.o = o
		e.in.Index = len(s.entries)
		if o.info != nil {
			e.in.ModTime = o.info.ModTime().UnixNano()
		}
		if e.in.Path == o.path {
			e.in.Size = o.size
		}
		s.entries = append(s.entries, e)
	}
}

// A lister collects entries and reads nothing of them.
type lister struct{ found []*entry }

func (l *lister) add(path string, top int) *entry {
	e := &entry{top: top, in: footfall.Input{Path: path}, stat: footfall.InputStat{Path: path}}
	l.found = append(l.found, e)
	return e
}

func (l *lister) leaf(n *node, _ io.Reader) error {
	e := l.add(n.path, n.top)
	e.in.Size, e.sum = n.hint, n.sum
	return nil
}

func (l *lister) trouble(path string, top int, state string, offset int64, reason string) {
	l.add(path, top).settle(state, offset, reason)
}

// A prober asks only whether an archive lies in a compressed file.
type prober struct{ archive bool }

var errProbed = errors.New("read: probed")

func (p *prober) leaf(*node, io.Reader) error                { return errProbed }
func (p *prober) trouble(string, int, string, int64, string) {}
func (p *prober) enter(*node) error                          { p.archive = true; return errProbed }
