package footfall

// A Record is a log record as evidence shows it.
type Record struct {
	Input  string // path as given; archive!/member inside archives
	Offset int64  // in the decompressed stream
	Number uint64 // the record's own number, or its line or index from 1
	Time   int64  // Unix nanoseconds UTC
	Host   string // who wrote it
	Format string // the decoder that read it
	Raw    string // the record as it stands; for binary formats its fields as JSON
}

// A Lookup finds the record of a Ref again; ok is false when its input is gone.
type Lookup func(Ref) (r Record, ok bool)

// An InputStat is what became of one input.
type InputStat struct {
	Path    string
	Format  string // "" when it was not recognised
	State   string // read, partly, unrecognised, unreadable, duplicate, empty
	Size    int64
	Records int64
	Unread  int64 // records or parts that could not be read
	Reasons []Unreadable
	Confidence
}

// An Unreadable is one reason why parts of an input were not read.
type Unreadable struct {
	Reason string
	Count  int64
	Offset int64 // of the first
}

// A Run is all that a hunt found and how it went: what reports render.
type Run struct {
	Version  string
	Inputs   []InputStat
	Events   map[string]int64 // by format
	Hosts    []HostSpan
	First    int64 // event time of the first step
	Last     int64
	Cases    []*Case
	Findings []*Finding
	Hits     map[string]int64 // findings by uid
	Health   []RowHealth      // what of the catalogue could find anything
	Seconds  float64
	Peak     int64    // bytes of memory at most
	Notes    []string // what the reader must know: assumed years, cut names, spilled runs
	Lookup   Lookup
}

// A HostSpan says from when to when a host's log was seen, and how many gaps it has.
type HostSpan struct {
	Host, Log   string
	First, Last int64
	Records     int64
	Missing     int64 // record numbers missing between the first and the last
}

// A Logon counts the logons of one account from one source to one destination.
type Logon struct {
	Account     string
	Source      string // host; "" when only the address is known
	Address     string
	Destination string
	Service     Service
	Auth        Auth
	Successes   int64
	Failures    int64
	First, Last int64 // event times
}

// An Edge counts the logons of one account from one host to another: an arrow
// of the login graph.
type Edge struct {
	From        string // host, or address when no host is known
	To          string
	Account     string
	Service     Service
	Count       int64 // with the failures
	Failures    int64
	First, Last int64 // event times
}
