package report

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// steps writes both tables of steps in one pass, and lets seen see each.
func (f *folder) steps(rows iter.Seq[Row], seen func(*Row)) error {
	return f.table("timeline.csv", plainSteps, func(few io.Writer) error {
		return f.table("steps.csv", plainSteps, func(all io.Writer) error {
			t, err := newTable(few, rowNames)
			s, err2 := newTable(all, rowNames)
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			for r := range rows {
				cells := r.cells()
				if err := s.row(cells); err != nil {
					return err
				}
				if r.Remote() {
					if err := t.row(cells); err != nil { // made safe already: a second time changes nothing
						return err
					}
				}
				seen(&r)
			}
			return errors.Join(t.end(), s.end())
		})
	})
}

// look finds the tables that are there already.
func (f *folder) look() {
	for _, name := range []string{"timeline.csv", "steps.csv", "findings.ndjson"} {
		for _, as := range []string{name, name + ".gz"} {
			if _, err := os.Stat(filepath.Join(f.dir, as)); err == nil {
				f.names[name] = as
			}
		}
	}
}

// stepsAgain gives the steps of the folder's table to seen; a folder without
// one, as of an older report, has none.
func (f *folder) stepsAgain(seen func(*Row)) (err error) {
	name, ok := f.names["steps.csv"]
	if !ok {
		return nil
	}
	file, err := os.Open(filepath.Join(f.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var in io.Reader = bufio.NewReaderSize(file, 1<<18)
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(in); err != nil {
			return err
		}
	}
	c := csv.NewReader(in)
	c.ReuseRecord, c.FieldsPerRecord = true, len(rowNames)
	p := newRowReader()
	if _, err := c.Read(); err != nil {
		return err
	}
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		seen(p.row(cells))
	}
}

// A rowReader reads back what Row's cells writes.
type rowReader struct {
	kinds    map[string]footfall.Kind
	auths    map[string]footfall.Auth
	services map[string]footfall.Service
}

func newRowReader() *rowReader {
	return &rowReader{byName[footfall.Kind](), byName[footfall.Auth](), byName[footfall.Service]()}
}

// byName finds the values of an enumeration by what String says. Beyond the
// last it says what the last one is called.
func byName[T interface {
	~uint8
	String() string
}]() map[string]T {
	out := map[string]T{}
	for i := range 256 {
		if name := T(i).String(); i == 0 || name != T(i-1).String() {
			out[name] = T(i)
		}
	}
	return out
}

func (p *rowReader) row(cells []string) *Row {
	for i, s := range cells {
		if len(s) > 1 && s[0] == '\'' && strings.IndexByte("=+-@\t\r", s[1]) >= 0 {
			cells[i] = s[1:]
		}
	}
	port, _ := strconv.ParseUint(cells[7], 10, 16)   // an empty cell is no port
	offset, _ := strconv.ParseInt(cells[19], 10, 64) // Folder wrote it
	r := &Row{
		Kind: p.kinds[cells[1]], Service: p.services[cells[3]], Auth: p.auths[cells[4]], SrcHost: cells[5], SrcAddr: cells[6], SrcPort: uint16(port),
		DstHost: cells[8], DstAddr: cells[9], Account: cells[10], Target: cells[11], Session: cells[12], Object: cells[13], Image: cells[14],
		Command: cells[15], Rule: cells[16], Input: cells[18], Offset: offset,
	}
	if t, err := time.Parse("2006-01-02T15:04:05.000000Z", cells[0]); err == nil {
		r.Time = t.UnixNano()
	}
	if r.Outcome.UnmarshalText([]byte(cells[2])) != nil {
		r.Outcome = footfall.OutcomeUnknown
	}
	if r.Level.UnmarshalText([]byte(cells[17])) != nil {
		r.Level = footfall.LevelUnknown
	}
	return r
}
