package checkpoint

import (
	"errors"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// Export reads what fwm logexport writes.
var Export = footfall.Decoder{
	Name:   "checkpoint-export",
	Doc:    "Check Point's log files as fwm logexport writes them: a line of names and lines of values, parted by semicolons or by what -d says.",
	Source: "Check Point sk39510, R81 CLI Reference Guide: fwm logexport",
	Frame:  footfall.FrameCSV,
	By:     "a first line such as num;date;time;orig;type;action",
	Sniff: func(head []byte) int {
		line, _, _ := strings.Cut(footfall.Str(head), "\n")
		if columns(line) != nil {
			return 97
		}
		return 0
	},
	New: func(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
		x := &export{reader: newReader(s), columns: columns(string(header))}
		if x.columns == nil {
			return nil, errExport
		}
		x.mark = string(header[len("num")])
		x.log = s.AddLog(footfall.Log{Product: "checkpoint", Categories: []string{"firewall"}})
		return x.decode, nil
	},
}

var (
	errExport = errors.New("checkpoint: the first line has no num, date, time, orig and action")
	errRow    = errors.New("checkpoint: a line with more values than names")
)

const maxColumns = 1000

// columns parts the names of an export, which begin with num and a mark; nil
// when it is none.
func columns(line string) []string {
	line = strings.TrimRight(strings.TrimPrefix(line, "\ufeff"), "\r\n")
	if len(line) < 20 || len(line) > 1<<16 || !strings.HasPrefix(line, "num") || strings.IndexByte(";|\t,#", line[3]) < 0 {
		return nil
	}
	list := strings.Split(line, line[3:4])
	for _, name := range [...]string{"date", "time", "orig", "action"} {
		if !slices.Contains(list, name) {
			return nil
		}
	}
	return list[:min(len(list), maxColumns)]
}

type export struct {
	*reader
	columns []string
	mark    string
	log     footfall.LogID
}

func (x *export) decode(b *footfall.Batch, frame []byte) error {
	s := b.Keep(frame)
	e := b.New()
	e.Log, e.Program, e.Len = x.log, "checkpoint", uint32(len(frame))
	x.v.Begin(b)
	date, tod := "", ""
	for _, name := range x.columns {
		var val string
		var more bool
		val, s, more = strings.Cut(s, x.mark)
		val = strings.Trim(val, " \r\"")
		switch {
		case val == "":
		case name == "date":
			date = val
		case name == "time":
			tod = val
		default:
			x.put(b, name, val, false)
		}
		if !more {
			s = ""
			break
		}
	}
	if s != "" {
		return errRow
	}
	out := append(append(append(b.Grow(len(date)+1+len(tod)), date...), ' '), tod...)
	x.clock = b.Kept(out)
	x.when(e)
	x.common(e)
	x.mean(b, e)
	return nil
}
