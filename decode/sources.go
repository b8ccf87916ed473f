package decode

import (
	"fmt"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode/mapped"
	"github.com/footfall/footfall/decode/windows"
)

// A Source is a format that is read, for people.
type Source struct {
	Name     string   `json:"name"`
	Doc      string   `json:"doc"`
	Cut      string   `json:"cut"` // how its stream is cut into records
	Programs []string `json:"programs,omitempty"`
	Grammar  string   `json:"grammar"` // where the format is described
}

var cuts = map[footfall.Frame]string{
	footfall.FrameLines: "lines", footfall.FrameJSON: "JSON values", footfall.FrameXML: "<Event> elements",
	footfall.FrameCSV: "CSV records", footfall.FrameEVTX: "64 KiB chunks", footfall.FrameJournal: "journal entries",
	footfall.FrameMessage: "the message behind an envelope", footfall.FrameTable: "lines under header lines",
	footfall.FrameBlocks: "records of fixed length", footfall.FrameWhole: "one record, the whole file",
}

// Sources lists every format in the order of the table.
func Sources() []Source {
	out := make([]Source, len(All))
	for i, d := range All {
		out[i] = Source{Name: d.Name, Doc: d.Doc, Cut: cuts[d.Frame], Programs: d.Programs, Grammar: d.Source}
	}
	return out
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

// Reference is the generated page of sources, as Markdown that reads well on
// a terminal.
func Reference() string {
	var b strings.Builder
	for _, s := range Sources() {
		fmt.Fprintf(&b, "%s\n    %s\n    Cut into %s.", s.Name, s.Doc, s.Cut)
		if len(s.Programs) > 0 {
			fmt.Fprintf(&b, " Programs: %s.", strings.Join(s.Programs, ", "))
		}
		fmt.Fprintf(&b, "\n    Described in %s\n\n", s.Grammar)
	}
	fmt.Fprintf(&b, "Windows events, in whatever dress they come:\n\n")
	for _, m := range windows.Events() {
		fmt.Fprintf(&b, "    %6d  %-12s %-62s %s\n", m.ID, m.Kind, m.Channel, m.Doc)
	}
	return b.String()
}
