package decode

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode/windows"
	"github.com/footfall/footfall/internal/frame"
)

// A Match is a decoder that recognised a stream, and how sure it is.
type Match struct {
	Decoder *footfall.Decoder
	Sure    int // 1 to 100, more for a mapping that was given for it
}

// Recognise returns the decoders of list that fit a stream's first bytes, the
// surest first.
func Recognise(list []footfall.Decoder, head []byte) []Match {
	var out []Match
	for i := range list {
		if d := &list[i]; d.Sniff != nil && d.Frame != footfall.FrameMessage {
			if n := d.Sniff(head); n > 0 {
				out = append(out, Match{d, n})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		if a.Sure != b.Sure {
			return b.Sure - a.Sure
		}
		return strings.Compare(a.Decoder.Name, b.Decoder.Name)
	})
	return out
}

// Named returns the decoder of a name, nil when there is none.
func Named(list []footfall.Decoder, name string) *footfall.Decoder {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

// A Stage decodes chunks for one worker.
type Stage struct {
	list     []footfall.Decoder
	schema   *footfall.Schema
	windows  *windows.Reader
	programs map[string]footfall.DecodeFunc // by lower-case program
	spelled  map[string]footfall.DecodeFunc // by program as logs spell it, nil for one that nobody lists
	choosy   map[string][]other             // of a program that several decoders list, those that know their messages
	others   []other                        // decoders that know their messages whoever wrote them
	inner    map[string]footfall.DecodeFunc // decoders of records within records, by format
	within   *footfall.Decoder              // the one of the last record within a record
	depth    int                            // records around the one at hand
	syslog   *footfall.Decoder
	open     map[string]*stream
	last     *stream

	// The chunk that is being decoded: kept here so that split needs no closure.
	batch *footfall.Batch
	chunk *footfall.Chunk
	frame int // number of the record that is being read
	past  int // lines: the record's line begins here
	each  func(offset int, record []byte) bool
}

// An other reads messages of programs that no decoder lists.
type other struct {
	sniff  func(head []byte) int
	decode footfall.DecodeFunc
}

// A stream is the decoder of one format and header, with its state.
type stream struct {
	key    string
	header string
	decode footfall.DecodeFunc
	frame  footfall.Frame
	block  int
	// entries cuts what is of FrameEntries.
	entries func(data []byte, yield func(offset int, record []byte) bool)
}

// New returns a Stage over the decoders of list. It fails when a decoder of
// messages cannot be made.
func New(list []footfall.Decoder, s *footfall.Schema) (*Stage, error) {
	st := &Stage{
		list: list, schema: s, windows: windows.New(s),
		programs: map[string]footfall.DecodeFunc{}, open: map[string]*stream{}, inner: map[string]footfall.DecodeFunc{},
		choosy: map[string][]other{}, spelled: map[string]footfall.DecodeFunc{},
	}
	st.each, st.syslog = st.one, Named(list, "syslog")
	holder := map[string]*footfall.Decoder{}
	for i := range list {
		d := &list[i]
		if d.Frame != footfall.FrameMessage {
			continue
		}
		f, err := d.New(s, nil)
		if err != nil {
			return nil, fmt.Errorf("decode: %s: %w", d.Name, err)
		}
		for _, p := range d.Programs {
			p = strings.ToLower(p)
			if st.programs[p] != nil && d.Sniff != nil {
				st.choosy[p] = append(st.choosy[p], other{d.Sniff, f})
				continue
			}
			if was := holder[p]; was != nil && was.Sniff != nil {
				st.choosy[p] = append(st.choosy[p], other{was.Sniff, st.programs[p]})
			}
			st.programs[p], holder[p] = f, d
		}
		if d.Sniff != nil {
			st.others = append(st.others, other{d.Sniff, f})
		}
	}
	return st, nil
}

// Chunk appends the events of c to b. Offsets of events and of what could
// not be read are in the input's stream; the numbers of records that have
// none of their own count from 1 in the chunk. It fails when the chunk's
// format cannot be read at all; then b is as it was.
func (st *Stage) Chunk(b *footfall.Batch, c *footfall.Chunk) error {
	s, err := st.stream(c)
	if err != nil {
		return err
	}
	st.batch, st.chunk, st.frame, st.past, st.last = b, c, 0, 0, s
	switch s.frame {
	case footfall.FrameLines:
		st.frame = 1
		frame.Lines(c.Data, st.each)
		st.line(len(c.Data))
		st.frame--
	case footfall.FrameJSON:
		frame.JSON(c.Data, st.each)
	case footfall.FrameXML:
		frame.XML(c.Data, st.each)
	case footfall.FrameCSV:
		frame.CSV(c.Data, st.each)
	case footfall.FrameTable:
		st.head(c.Header, frame.Lines)
		st.frame = 1
		frame.Lines(c.Data, st.each)
		st.line(len(c.Data))
		st.frame--
	case footfall.FrameEntries:
		st.entries(s, c)
	case footfall.FrameFlow:
		st.before(c.Header)
		frame.Flow(c.Header, c.Data, st.each)
	case footfall.FrameBlocks:
		frame.Blocks(c.Data, s.block, st.each)
	case footfall.FrameWhole:
		st.one(0, c.Data)
	case footfall.FrameEVTX:
		frame.EVTX(c.Data, st.each)
	case footfall.FrameJournal:
		frame.Journal(c.Data, st.each)
	default:
		return fmt.Errorf("decode: format %q has no frame", c.Input.Format)
	}
	return nil
}

// maxStreams bounds how many decoders with their own header a worker keeps.
const maxStreams = 64

// Frames returns how many records the newest chunk was cut into; of lines,
// how many end in it.
func (st *Stage) Frames() int { return st.frame }

func (st *Stage) stream(c *footfall.Chunk) (*stream, error) {
	name := c.Input.Format
	d := Named(st.list, name)
	if d == nil {
		return nil, fmt.Errorf("decode: no decoder for format %q", name)
	}
	header := ""
	if d.Frame == footfall.FrameCSV {
		header = string(c.Header)
	}
	if st.last != nil && st.last.key == name && st.last.header == header {
		return st.last, nil
	}
	key := name + "\x00" + header
	if s := st.open[key]; s != nil {
		return s, nil
	}
	f, err := d.New(st.schema, c.Header)
	if err != nil {
		return nil, fmt.Errorf("decode: %s: %w", name, err)
	}
	if len(st.open) >= maxStreams {
		clear(st.open)
	}
	s := &stream{key: name, header: header, decode: f, frame: d.Frame, block: d.Block}
	if d.Frame == footfall.FrameEntries {
		s.entries = func(data []byte, yield func(int, []byte) bool) { frame.Entries(data, d.Begins, yield) }
	}
	st.open[key] = s
	return s, nil
}

// one decodes one frame and understands what it holds.
func (st *Stage) one(offset int, record []byte) bool {
	b := st.batch
	if f := st.last.frame; f == footfall.FrameLines || f == footfall.FrameTable || f == footfall.FrameEntries {
		st.line(offset)
	} else {
		st.frame++
	}
	at := st.chunk.Offset + int64(offset)
	events, unread := len(b.Events), len(b.Unread)
	if err := st.last.decode(b, record); err != nil {
		b.Events = b.Events[:events]
		b.Unread = b.Unread[:unread]
		b.Bad(at, err.Error())
		return true
	}
	for i := unread; i < len(b.Unread); i++ {
		b.Unread[i].Offset += at
	}
	for i := events; i < len(b.Events); i++ {
		e := &b.Events[i]
		e.Offset += at
		if e.Len == 0 {
			e.Len = uint32(len(record))
		}
		switch {
		case e.Native:
		case st.last.frame == footfall.FrameWhole: // its events are counted, or have the number of their line
			e.Record = max(e.Record, uint64(i-events+1))
		case e.Record != 0 && st.last.frame == footfall.FrameEntries: // the number of its line in the entry
			e.Record += uint64(st.frame - 1)
		default:
			e.Record = uint64(st.frame)
		}
		if e.Channel != "" || e.Provider != "" {
			st.windows.Read(b, b.Reopen(i))
		}
		if e = &b.Events[i]; e.Message != "" {
			st.message(b, i)
		}
	}
	return true
}

// entries decodes a chunk of FrameEntries.
func (st *Stage) entries(s *stream, c *footfall.Chunk) {
	st.head(c.Header, s.entries)
	st.frame = 1
	s.entries(c.Data, st.each)
	st.line(len(c.Data))
	st.frame--
}

// head hands a chunk's header lines to its decoder: they are no records, and
// what is wrong with them was said where they stand.
func (st *Stage) head(header []byte, cut func([]byte, func(int, []byte) bool)) {
	b := st.batch
	events, unread := len(b.Events), len(b.Unread)
	_ = st.last.decode(b, nil) // what the decoder knew is of another chunk
	cut(header, func(_ int, line []byte) bool {
		_ = st.last.decode(b, line)
		return true
	})
	b.Events, b.Unread = b.Events[:events], b.Unread[:unread]
}

// before hands a chunk's header packets to its decoder, as head does lines.
func (st *Stage) before(header []byte) {
	b := st.batch
	events, unread := len(b.Events), len(b.Unread)
	frame.FlowHeaders(header, func(record []byte) { _ = st.last.decode(b, record) })
	b.Events, b.Unread = b.Events[:events], b.Unread[:unread]
}

// line counts lines up to offset: empty ones too, though they are no records,
// since people find a line by its number in the file.
func (st *Stage) line(offset int) {
	st.frame += bytes.Count(st.chunk.Data[st.past:offset], []byte{'\n'})
	st.past = offset
}

// message hands the message behind an envelope to the decoder of its program,
// or to that of the record which it is. What is broken in it is noted; the
// envelope stays an event.
func (st *Stage) message(b *footfall.Batch, i int) {
	e := b.Reopen(i)
	f := st.reader(e)
	if f == nil {
		st.nested(b, i)
		return
	}
	at, from, dressed := e.Offset, len(b.Events), e.Channel != "" || e.Provider != ""
	msg := e.Message
	if err := f(b, footfall.Bytes(msg)); err != nil {
		b.Events = b.Events[:from]
		b.Bad(at, err.Error())
	} else if e = &b.Events[i]; !dressed && (e.Channel != "" || e.Provider != "") {
		st.windows.Read(b, b.Reopen(i)) // a Windows event behind syslog
	}
}

// reader returns the decoder of an event's message, nil when there is none.
func (st *Stage) reader(e *footfall.Event) footfall.DecodeFunc {
	for _, o := range st.choosy[e.Program] {
		if o.sniff(footfall.Bytes(e.Message)) > 0 {
			return o.decode
		}
	}
	if f := st.programs[e.Program]; f != nil {
		return f
	}
	if f := st.spelling(e.Program); f != nil {
		return f
	}
	for _, o := range st.others {
		if o.sniff(footfall.Bytes(e.Message)) > 0 {
			return o.decode
		}
	}
	return nil
}

// maxSpelled bounds how many spellings of programs are remembered: senders
// choose them.
const maxSpelled = 4096

// spelling returns the decoder of a program whatever the case of its letters.
func (st *Stage) spelling(program string) footfall.DecodeFunc {
	f, ok := st.spelled[program]
	if ok || program == "" {
		return f
	}
	f = st.programs[strings.ToLower(program)]
	if len(st.spelled) < maxSpelled && len(program) <= 64 {
		st.spelled[strings.Clone(program)] = f
	}
	return f
}
