package decode

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode/mapped"
	"github.com/footfall/footfall/decode/windows"
	"github.com/footfall/footfall/internal/frame"
)

// A Source is a format that is read, for people.
type Source struct {
	Name     string   `json:"name"`
	Doc      string   `json:"doc"`
	By       string   `json:"recognised_by"`
	Cut      string   `json:"cut"` // how its stream is cut into records
	Programs []string `json:"programs,omitempty"`
	Grammar  string   `json:"grammar"` // where the format is described
}

var cuts = map[footfall.Frame]string{
	footfall.FrameLines: "lines", footfall.FrameJSON: "JSON values", footfall.FrameXML: "<Event> elements",
	footfall.FrameCSV: "CSV records", footfall.FrameEVTX: "64 KiB chunks", footfall.FrameJournal: "journal entries",
	footfall.FrameMessage: "the message behind an envelope", footfall.FrameTable: "lines under header lines",
	footfall.FrameEntries: "entries of one or more lines",
	footfall.FrameFlow:    "packets", footfall.FrameBlocks: "records of fixed length", footfall.FrameWhole: "one record, the whole file",
}

// Sources lists every format in the order of the table.
func Sources() []Source {
	out := make([]Source, len(All))
	for i, d := range All {
		out[i] = Source{Name: d.Name, Doc: d.Doc, By: recognisedBy(&d), Cut: cuts[d.Frame], Programs: d.Programs, Grammar: d.Source}
	}
	return out
}

// recognisedBy says how a format is told from the others.
func recognisedBy(d *footfall.Decoder) string {
	var by []string
	if len(d.Programs) > 0 {
		by = append(by, "the program in the envelope: "+strings.Join(d.Programs, ", "))
	}
	if d.By != "" {
		by = append(by, d.By)
	}
	return strings.Join(by, "; or ")
}

// Logs returns the log sources that a decoder's events can be of.
func Logs(d *footfall.Decoder) []footfall.Log {
	s := footfall.NewSchema(false)
	if _, err := d.New(s, nil); err != nil && d.Frame != footfall.FrameCSV { // CSV wants its header record
		return nil
	}
	if dressed(d) {
		windows.New(s)
	}
	var out []footfall.Log
	for id := footfall.LogID(1); int(id) < s.Logs(); id++ {
		out = append(out, s.LogOf(id))
	}
	return out
}

// dressed reports whether a decoder's records are Windows events.
func dressed(d *footfall.Decoder) bool {
	switch d.Name {
	case "evtx", "evtxdump", "evtxecmd", "evtxecmd-csv", "exportcsv", "nxlog", "wazuh", "winlogbeat", "winxml":
		return true
	}
	return false
}

// WholeChunk makes one chunk of a whole small input, its header and outer objects taken off.
func WholeChunk(format string, in []byte) *footfall.Chunk {
	c := &footfall.Chunk{Input: &footfall.Input{Format: format}, Data: in}
	d := Named(All, format)
	switch {
	case d == nil:
	case d.Frame == footfall.FrameFlow:
		c.Header = frame.FlowStart(in)
		c.Data = bytes.TrimPrefix(in, c.Header)
	case d.Frame == footfall.FrameJSON && frame.Enveloped(in):
		c.Data = bytes.Clone(in)
		new(frame.Envelope).Cut(c.Data)
	case d.Frame == footfall.FrameCSV:
		i := bytes.IndexByte(in, '\n') + 1
		c.Header, c.Data, c.Offset = bytes.TrimRight(in[:i], "\r\n"), in[i:], int64(i)
	}
	return c
}

// Mapped makes the decoder of a mapping (docs/mapping.md); name is for messages.
func Mapped(name string, data []byte) (footfall.Decoder, error) {
	d, err := mapped.Read(name, data)
	if err == nil && Named(All, d.Name) != nil {
		err = fmt.Errorf("mapping %s: name: a format %q is there already", name, d.Name)
	}
	return d, err
}

// MappingReference is the generated list of a mapping's keys, as Markdown.
func MappingReference() string { return mapped.Reference() }

// WindowsReference lists the Windows events that are understood.
func WindowsReference() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Windows events, in whatever dress they come:\n\n")
	for _, m := range windows.Events() {
		fmt.Fprintf(&b, "    %6d  %-12s %-62s %s\n", m.ID, m.Kind, m.Channel, m.Doc)
	}
	return b.String()
}
