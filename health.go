package footfall

// A Row is one row of the detection catalogue.
type Row struct {
	ID      string   // RDP-01
	Attack  []string // techniques
	Title   string   // what is found
	Sources string   // the records that show it, for people
	Within  string   // the span that it looks at; "" for a single record
}

// A Fed says how much a rule or an analytic had to look at.
type Fed struct {
	ID, Title   string
	Kind        string // sigma or analytic
	Rows        []string
	Seen        int64 // records of its log source, or steps that it wanted
	First, Last int64 // event times of these
}

// A RowHealth says whether a row of the catalogue can find anything with what
// was read.
type RowHealth struct {
	Row
	State string // "can fire", "in part", "silent", "cannot fire"
	Fed   []Fed  // its rules and analytics
	Last  int64  // the last that any of them had to look at
	Why   string // one sentence
}

// States of a row.
const (
	HealthFires  = "can fire"    // each of its detections had something to look at
	HealthPart   = "in part"     // some of them
	HealthSilent = "silent"      // they had, but what feeds them ended long before the rest
	HealthNot    = "cannot fire" // none had
)
