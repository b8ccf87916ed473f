package emulate

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A record is what one host tells the collector, until it is written.
type record struct {
	at       moment // when it happened
	stamp    moment // what the host's clock said
	received moment // when the collector had it
	order    uint64
	host     *host
	to       *source
	number   uint64 // EventRecordID; 0 for lines
	event    int    // of Windows; 0 for text
	win      winData
	program  string
	pid      int
	message  string
	render   func(b []byte, at time.Time) []byte
	truth    truth
	again    bool // the collector sends it a second time
	campaign *campaign
	unsent   bool // an intruder has seen to that
}

// A source is one collector's log, cut into files by time.
type source struct {
	path    string // with layouts of the day between braces
	head    string // what each file begins with
	tail    string // and ends with
	between string // what stands between records
	zone    *time.Location
	dress   func(b []byte, s *sim, r *record) []byte

	wait   []*record
	full   int // as many make it write what is due
	out    *logFile
	name   string // as truth tells it
	day    int64
	named  string // the file of the day
	layout string
	lines  int
	begun  bool
	failed moment // it loses or delays everything until then
	lossy  bool
	repeat int // how many of the next records it sends again
}

const most = 4096 // records that wait before what is due is written

func (src *source) add(s *sim, r *record) {
	if src == nil || s.err != nil || r.unsent || s.dry {
		s.spare(r)
		return
	}
	s.count++
	r.order = s.count
	src.wait = append(src.wait, r)
	if len(src.wait) >= src.full {
		src.flush(s, s.now)
		src.full = most + 2*len(src.wait) // many wait when a collector is out of order
	}
}

// flush writes what was received up to a time, in the order of receipt.
func (src *source) flush(s *sim, until moment) {
	slices.SortFunc(src.wait, func(a, b *record) int {
		return cmp.Or(cmp.Compare(a.received, b.received), cmp.Compare(a.order, b.order))
	})
	n := 0
	for ; n < len(src.wait) && src.wait[n].received <= until; n++ {
		src.write(s, src.wait[n])
		s.spare(src.wait[n])
	}
	src.wait = slices.Delete(src.wait, 0, n)
}

func (src *source) write(s *sim, r *record) {
	if s.err != nil {
		return
	}
	layout := src.file(r.received)
	if layout < src.layout {
		panic("BUG: " + layout + " is written again after " + src.layout)
	}
	if layout != src.layout {
		src.close(s)
		src.layout = layout
		if src.out, s.err = s.files.create(layout); s.err != nil {
			return
		}
		src.out.text(src.head)
		src.lines, src.begun = strings.Count(src.head, "\n"), false
		src.name = "logs/" + layout
	}
	if src.begun {
		src.out.text(src.between)
	}
	src.begun = true
	src.lines++
	at := src.out.offset
	s.buf = src.dress(s.buf[:0], s, r)
	src.out.bytes(s.buf)
	s.written++
	if r.truth.what != "" || r.campaign != nil {
		s.truth.logon(r, src.name, src.lines, at)
	}
	src.sendAgain(s, r)
}

// sendAgain keeps a copy of a record for later when a batch is sent twice.
func (src *source) sendAgain(s *sim, r *record) {
	if src.repeat == 0 || r.again || s.now >= s.end {
		return
	}
	src.repeat--
	c := *r
	c.again, c.received = true, s.now.add(7*time.Minute+11*time.Second)
	s.count++
	c.order = s.count
	src.wait = append(src.wait, &c)
}

// file is the name of the file that holds what came then.
func (src *source) file(at moment) string {
	if day := int64(at) / int64(24*time.Hour); day != src.day || src.named == "" {
		src.day, src.named = day, layoutTime.ReplaceAllStringFunc(src.path, func(part string) string {
			return at.utc().Format(part[1 : len(part)-1])
		})
	}
	return src.named
}

// layoutTime is where the day stands in the name of a log.
var layoutTime = regexp.MustCompile(`\{[^}]*\}`)

func (src *source) close(s *sim) {
	if src.out == nil {
		return
	}
	src.out.text(src.tail)
	s.err = errors.Join(s.err, src.out.close())
	src.out = nil
}

// Files makes the files of a world, all below one folder.
type files struct{ dir string }

func (f files) create(name string) (*logFile, error) {
	path := filepath.Join(f.dir, "logs", filepath.FromSlash(name))
	return openFile(path)
}

// A logFile is a file that is packed when its name says so.
type logFile struct {
	file   *os.File
	buf    *bufio.Writer
	pack   *gzip.Writer
	to     io.Writer
	offset int64 // of what is unpacked
	err    error
}

func openFile(path string) (*logFile, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	l := &logFile{file: f, buf: bufio.NewWriterSize(f, 1<<16)}
	l.to = l.buf
	if strings.HasSuffix(path, ".gz") {
		l.pack, _ = gzip.NewWriterLevel(l.buf, gzip.BestSpeed) // the level is one that exists
		l.to = l.pack
	}
	return l, nil
}

func (l *logFile) bytes(b []byte) {
	l.offset += int64(len(b))
	if _, err := l.to.Write(b); err != nil && l.err == nil {
		l.err = err
	}
}

func (l *logFile) text(t string) { l.bytes([]byte(t)) }

func (l *logFile) close() error {
	err := l.err
	if l.pack != nil {
		err = errors.Join(err, l.pack.Close())
	}
	return errors.Join(err, l.buf.Flush(), l.file.Close())
}
