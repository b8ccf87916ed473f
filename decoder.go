package footfall

// A Frame says how the stream of a format is cut into records.
type Frame uint8

const (
	FrameUnknown Frame = iota
	FrameLines         // one record a line
	FrameJSON          // JSON values one after another, in an array, or in an array under a key of one outer object
	FrameXML           // <Event> elements, alone or inside <Events>
	FrameCSV           // CSV records under a header record; quoted fields may hold line ends
	FrameEVTX          // 64 KiB chunks behind a file header
	FrameJournal       // systemd journal export: entries parted by an empty line, binary fields with a length
	FrameMessage       // no stream of its own: the message behind an envelope
	FrameTable         // lines under header lines that begin with #, which may come again (Zeek, W3C)
	FrameFlow          // export datagrams of flows, bare or in a capture
	FrameBlocks        // records of Decoder.Block bytes each
	FrameWhole         // the whole stream is one record, of at most read.Limits.Whole bytes
	FrameEntries       // runs of lines: Decoder.Begins says which line begins one
)

// A Chunk is a run of whole records of one input: the unit of work.
type Chunk struct {
	Input  *Input
	Index  int    // place of the chunk in its input, from 0
	Offset int64  // where Data begins in the decompressed stream
	Data   []byte // whole records, as Frame cuts them
	// Header is what stands before the first record and each decoder needs: the
	// CSV header record, the EVTX file header. Of FrameTable it is the header
	// lines in force where Data begins; the stage hands them to the decoder as
	// records before those of Data, after an empty one by which it forgets what
	// it knew of another chunk. Of FrameEntries it is what Decoder.Heads says,
	// handed over likewise. Of FrameFlow it is the stream's start and
	// the packets before Data whose templates are in force, handed over likewise.
	Header []byte
}

// An Input is one log to read: a file, a member of an archive, standard input.
type Input struct {
	Path    string // as given; archive!/member inside archives
	Index   int    // place in the sorted list of inputs
	Format  string // name of the decoder that reads it
	Size    int64  // bytes after decompression, once known
	ModTime int64  // Unix nanoseconds, for progress only: never a source of event times
	Confidence
}

// A Confidence says how sure it is that an input is of its format.
type Confidence struct {
	Sure      int    // 1 to 100; 0 when nobody asked, since the format was named
	Rival     string // a second format that fits about as well, "" if none
	RivalSure int    // how sure that one is
}

// A DecodeFunc appends to b the events of one frame: a line without its line
// end, a JSON value, an <Event> element, a CSV record, a 64 KiB EVTX chunk, a
// message. It must not keep b or frame, and it must not panic on any bytes. It sets
// Offset and Record relative to the frame; the stage adds where the frame
// is. On an error its caller drops what it appended and counts the frame as
// unread; a decoder whose frame holds several records calls b.Bad for the
// ones that it cannot read and keeps the others.
type DecodeFunc func(b *Batch, frame []byte) error

// A Decoder turns one kind of log into events.
type Decoder struct {
	Name     string   // also its folder, its key in the config, its heading in the docs
	Doc      string   // one or two sentences: what writes it, what it feeds
	Source   string   // where the format is described
	Frame    Frame    // how its stream is cut
	By       string   // what it is recognised by, beside Programs
	Block    int      // for FrameBlocks: the length of a record
	Programs []string // for FrameMessage: the programs whose messages it reads
	// Begins says, for FrameEntries, whether a record begins with a line, which
	// has its line end. What stands before the first is a record too.
	Begins func(line []byte) bool
	// Heads returns, for FrameEntries, the records that a decoder must have
	// seen before it reads what follows data, old being those of data. It may
	// be nil. It must not depend on how a stream is cut, must bound what it
	// returns, and may return old or a copy, but no part of data.
	Heads func(old, data []byte) []byte
	// Sniff says how sure it is, from 0 to 100, that head, the first bytes of
	// a stream (up to 64 KiB, decompressed, in UTF-8), is of its format. For
	// FrameMessage it may be nil; else head is a message of a program that
	// nobody lists, and what is above 0 is taken.
	Sniff func(head []byte) int
	// New returns the function for one worker and one input; its state is
	// used from one goroutine. header is Chunk.Header.
	New func(s *Schema, header []byte) (DecodeFunc, error)
}
