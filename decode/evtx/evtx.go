// Package evtx reads Windows event logs in their binary form: a 64 KiB chunk
// goes in, one event for each whole record comes out, with the record's fields
// under the names that Sigma rules use. Templates are compiled once and run
// over raw values. It never trusts a size that the file gives, never renders
// messages (they live in DLLs), and gives no typed meaning beyond System.
package evtx

import (
	"encoding/binary"
	"strings"

	"github.com/footfall/footfall"
)

// Decoder reads EVTX files.
var Decoder = footfall.Decoder{
	Name: "evtx",
	Doc: "Windows event logs (.evtx) as the event log service writes them, forwarded events included. " +
		"Feeds every Windows detection: Security, System, Sysmon, PowerShell, TerminalServices, WinRM, WMI and the rest.",
	Source: "https://learn.microsoft.com/openspecs/windows_protocols/ms-even6 (BinXml, section 2.2.12); chunk layout as described by the libevtx project",
	Frame:  footfall.FrameEVTX,
	By:     "the magic numbers ElfFile and ElfChnk",
	Sniff:  Sniff,
	New:    New,
}

const (
	fileMagic  = "ElfFile\x00"
	chunkMagic = "ElfChnk\x00"
	fileHeader = 4096  // bytes before the first chunk
	chunkSize  = 65536 // bytes of a chunk
	chunkHead  = 512   // bytes of a chunk before its first record
)

// Sniff recognises a file header, or a chunk where one must be when the file
// header is lost.
func Sniff(head []byte) int {
	switch {
	case hasMagic(head, 0, fileMagic):
		return 100
	case hasMagic(head, 0, chunkMagic), hasMagic(head, fileHeader, chunkMagic):
		return 90
	}
	return 0
}

func hasMagic(b []byte, at int, magic string) bool {
	return len(b) >= at+len(magic) && string(b[at:at+len(magic)]) == magic
}

// New returns the function that decodes chunks of one input. header is the
// file header, or empty when it is lost. What it learns from one chunk
// (templates, names) it keeps for the next, within bounds: fields must be
// asked for before the first chunk that has them.
func New(s *footfall.Schema, header []byte) (footfall.DecodeFunc, error) {
	return newDecoder(s, header).decode, nil
}

// A decoder holds what is known between chunks. Chunk-relative positions are
// good only while seal is unchanged.
type decoder struct {
	schema *footfall.Schema
	dirty  bool // the file header says that the log was not closed: checksums may lag behind

	buf  []byte // the chunk
	b    *footfall.Batch
	e    *footfall.Event // the event that is being filled
	out  []byte          // values written since the last flush, in the batch's arena
	used budget          // what this chunk cost so far
	subs []value         // substitution values of the record, one run for each template instance

	noneFrom, noneTo uint32 // between them no record begins at a multiple of eight

	seal      uint32 // number of the chunk
	defs      [4096]defSlot
	nameSlots [1024]nameSlot

	templates templates
	names     names
	plain     builder // for elements written without a template
	making    builder // for compiling a template
	clock     clock
	scratch   []byte

	channels, providers, computers texts
}

// What one chunk may cost. An honest chunk stays far below: its values come to
// at most four times its size, its definitions do not overlap.
const (
	maxOut       = 4 << 20 // bytes of values
	maxFields    = 1 << 16 // fields
	maxRun       = 1 << 18 // steps of templates
	maxDefBytes  = 1 << 19 // bytes of template definitions looked at
	maxSubs      = 1 << 14 // substitutions of one record
	maxFragments = 8       // BinXml inside BinXml
)

type budget struct{ out, fields, run, defs int }

func newDecoder(s *footfall.Schema, header []byte) *decoder {
	d := &decoder{schema: s}
	d.dirty = len(header) >= 128 && binary.LittleEndian.Uint32(header[120:])&1 != 0
	d.names.init()
	d.templates.init()
	d.plain.d, d.making.d = d, d
	return d
}

// room returns the slice to append the next value to, with room for n bytes.
func (d *decoder) room(n int) []byte {
	if cap(d.out)-len(d.out) < n {
		d.flush()
		d.out = d.b.Grow(max(n, 8<<10))
	}
	return d.out
}

// took makes what was appended to the slice of room a string.
func (d *decoder) took(out []byte) string {
	start := len(d.out)
	d.used.out += len(out) - start
	if cap(out) != cap(d.out) {
		// It outgrew the room that was asked for and has memory of its own.
		return footfall.Str(out[start:])
	}
	d.out = out
	if len(out) == start {
		return ""
	}
	return footfall.Str(out[start:])
}

func (d *decoder) flush() {
	d.b.Kept(d.out)
	d.out = nil
}

// add appends a field to the event, within the budget of the chunk.
func (d *decoder) add(id footfall.FieldID, val string) {
	if id == 0 {
		return
	}
	d.used.fields++
	if d.used.fields <= maxFields {
		d.b.Add(id, val)
	}
}

func (d *decoder) overBudget() bool {
	return d.used.fields > maxFields || d.used.out > maxOut || d.used.run > maxRun
}

// blankless is the name under which a field is kept: rules have no blanks in
// names ("Threat Name" of Defender is ThreatName to them).
func blankless(s string) string {
	if !strings.ContainsAny(s, " \t\r\n") {
		return s
	}
	return strings.Join(strings.Fields(s), "")
}

var le = binary.LittleEndian
