package report

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// A Row is one step as the timeline lists it.
type Row struct {
	Time    int64 // Unix nanoseconds UTC; 0 when the record does not say
	Kind    footfall.Kind
	Outcome footfall.Outcome
	Service footfall.Service
	Auth    footfall.Auth
	SrcHost string
	SrcAddr string
	SrcPort uint16
	DstHost string
	DstAddr string
	Account string
	Target  string
	Session string
	Object  string
	Image   string
	Command string
	Rule    string // title of the rule that hit on the event; "" for the plain step
	Level   footfall.Level
	Input   string
	Offset  int64 // in the decompressed stream
}

var rowNames = []string{
	"time", "kind", "outcome", "service", "auth", "source_host", "source_address", "source_port", "destination_host",
	"destination_address", "account", "target", "session", "object", "image", "command", "rule", "level", "input", "offset",
}

func (r *Row) cells() []string {
	return []string{
		csvTime(r.Time), r.Kind.String(), r.Outcome.String(), r.Service.String(), r.Auth.String(), r.SrcHost, r.SrcAddr,
		some(int64(r.SrcPort)), r.DstHost, r.DstAddr, r.Account, r.Target, r.Session, r.Object, r.Image, r.Command, r.Rule,
		r.Level.String(), r.Input, strconv.FormatInt(r.Offset, 10),
	}
}

// some writes a number, nothing for 0.
func some(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func csvTime(t int64) string {
	if t == 0 {
		return ""
	}
	return time.Unix(0, t).UTC().Format("2006-01-02T15:04:05.000000Z")
}

// cell makes text safe for a spreadsheet: what would be read as a formula gets
// an apostrophe in front (OWASP, CSV injection), and NUL, which ends a cell in
// many readers, is shown as its code.
func cell(s string) string {
	if s == "" {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", `\x00`)
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + s
	}
	return s
}

// A table writes RFC 4180: lines end in CR LF, cells with separators in quotes.
type table struct{ w *csv.Writer }

func newTable(w io.Writer, names []string) (*table, error) {
	t := &table{csv.NewWriter(w)}
	t.w.UseCRLF = true
	return t, t.w.Write(names)
}

func (t *table) row(cells []string) error {
	for i := range cells {
		cells[i] = cell(cells[i])
	}
	return t.w.Write(cells)
}

func (t *table) end() error {
	t.w.Flush()
	return t.w.Error()
}

// Timeline writes steps in the order that they are given: csv, ndjson or text.
// Text has its times in zone, nil being UTC; the others always UTC, and say so.
// Steps that only repeat a rule's hit on an event are among them.
func Timeline(w io.Writer, format string, rows iter.Seq[Row], zone *time.Location) error {
	switch format {
	case "csv":
		t, err := newTable(w, rowNames)
		if err != nil {
			return err
		}
		for r := range rows {
			if err := t.row(r.cells()); err != nil {
				return err
			}
		}
		return t.end()
	case "ndjson":
		return eachObject(w, rows, func(r Row) object { return named(rowNames, r.cells()) })
	case "text":
		b := bufio.NewWriter(w)
		for r := range rows {
			b.WriteString(r.text(zone) + "\n")
		}
		return b.Flush()
	}
	return fmt.Errorf("report: format %q is not csv, ndjson or text", format)
}

func eachObject[T any](w io.Writer, rows iter.Seq[T], f func(T) object) error {
	b := bufio.NewWriter(w)
	for r := range rows {
		if err := writeObject(b, f(r)); err != nil {
			return err
		}
	}
	return b.Flush()
}

// named makes an object of cells, without the empty ones; numbers stay numbers.
func named(names, cells []string) object {
	o := object{}
	for i, c := range cells {
		if c == "" {
			continue
		}
		o[names[i]] = c
		switch names[i] {
		case "source_port", "offset", "record", "successes", "failures", "count":
			if n, err := strconv.ParseInt(c, 10, 64); err == nil {
				o[names[i]] = n
			}
		}
	}
	return o
}

func (r *Row) text(zone *time.Location) string {
	var b strings.Builder
	b.WriteString(pad(stamp(r.Time, zone, timeLong), 19))
	b.WriteString("  " + pad(r.Kind.String(), 10) + " " + pad(r.Outcome.String(), 7))
	put := func(name, v string) {
		if v != "" {
			b.WriteString("  " + name + fold(clean(v), maxWord))
		}
	}
	put("", r.Service.String())
	put("", ends(r.SrcHost, r.SrcAddr)+" -> "+ends(r.DstHost, r.DstAddr))
	put("as ", r.Account)
	put("on ", r.Target)
	put("by ", r.Auth.String())
	put("object ", r.Object)
	put("image ", r.Image)
	put("command ", r.Command)
	if r.Rule != "" {
		put("rule ", r.Rule+" ("+r.Level.String()+")")
	}
	return b.String()
}

func ends(host, addr string) string {
	switch {
	case host == "" && addr == "":
		return "?"
	case host == "" || host == addr:
		return addr
	case addr == "":
		return host
	}
	return host + " (" + addr + ")"
}

// Remote reports whether the step belongs on the timeline of remote access;
// steps.csv has all of them.
func (r *Row) Remote() bool {
	switch r.Kind {
	case footfall.KindProcess, footfall.KindScript, footfall.KindModule, footfall.KindRegistry, footfall.KindFile, footfall.KindPipe:
		return r.Rule != ""
	}
	return r.Service != footfall.ServiceLocal || r.Rule != ""
}

var logonNames = []string{
	"account", "source", "address", "destination", "service", "auth", "successes", "failures", "first", "last",
}

func logonCells(l footfall.Logon) []string {
	return []string{
		l.Account, l.Source, l.Address, l.Destination, l.Service.String(), l.Auth.String(),
		strconv.FormatInt(l.Successes, 10), strconv.FormatInt(l.Failures, 10), csvTime(l.First), csvTime(l.Last),
	}
}

// Logons writes who logged on where: text, ndjson or csv, with times as in
// Timeline.
func Logons(w io.Writer, format string, logons []footfall.Logon, zone *time.Location) error {
	switch format {
	case "csv":
		t, err := newTable(w, logonNames)
		if err != nil {
			return err
		}
		for _, l := range logons {
			if err := t.row(logonCells(l)); err != nil {
				return err
			}
		}
		return t.end()
	case "ndjson":
		b := bufio.NewWriter(w)
		for _, l := range logons {
			if err := writeObject(b, named(logonNames, logonCells(l))); err != nil {
				return err
			}
		}
		return b.Flush()
	case "text":
		return logonText(w, logons, zone)
	}
	return fmt.Errorf("report: format %q is not text, ndjson or csv", format)
}

func logonText(w io.Writer, logons []footfall.Logon, zone *time.Location) error {
	rows := [][]string{{"ACCOUNT", "FROM", "TO", "BY", "OK", "FAILED", "FIRST", "LAST"}}
	for _, l := range logons {
		by := l.Service.String()
		if l.Auth != footfall.AuthUnknown {
			by += "/" + l.Auth.String()
		}
		from := "(local)"
		if l.Source != "" || l.Address != "" {
			from = ends(l.Source, l.Address)
		}
		rows = append(rows, []string{
			fold(clean(l.Account), maxNameCols), fold(clean(from), maxNameCols), fold(clean(l.Destination), maxNameCols), by,
			number(l.Successes), number(l.Failures), stamp(l.First, zone, timeLong), stamp(l.Last, zone, timeLong),
		})
	}
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			width[i] = max(width[i], columns(c))
		}
	}
	b := bufio.NewWriter(w)
	for _, r := range rows {
		var line strings.Builder
		for i, c := range r {
			if i == 4 || i == 5 {
				line.WriteString(strings.Repeat(" ", width[i]-columns(c)) + c + "  ")
				continue
			}
			line.WriteString(pad(c, width[i]) + "  ")
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.Flush()
}
