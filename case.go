package footfall

import "time"

// A Status says how far the work on a case is.
type Status uint8

const (
	StatusNew        Status = iota // nobody has looked
	StatusTriage                   // somebody is looking
	StatusEscalated                // handed to a higher tier
	StatusContained                // shut out, and that was verified
	StatusRecovering               // what was changed is being put right
	StatusClosed                   // done, with a verdict
	statusEnd
)

var statusNames = [statusEnd]string{"new", "triage", "escalated", "contained", "recovering", "closed"}

func (s Status) String() string { return statusNames[min(s, statusEnd-1)] }

// ParseStatus reads what Status's String writes; it fails on anything else.
func ParseStatus(s string) (Status, error) {
	return named[Status]("status", statusNames[:], s)
}

// A Judgement is a person's verdict on a case. The numbers are OCSF's
// verdict_id of an Incident Finding (class 2005).
type Judgement uint8

const (
	JudgementNone           Judgement = iota
	JudgementFalsePositive            // what was found did not happen
	JudgementTruePositive             // abuse
	JudgementDisregard                // not worth the time
	JudgementSuspicious               // cannot be settled, keep watching
	JudgementBenign                   // it happened, and it was meant to
	JudgementTest                     // an exercise
	JudgementInsufficient             // the records do not suffice
	JudgementSecurityRisk             // no abuse, but a weakness to mend
	JudgementManagedOutside           // somebody else has it
	JudgementDuplicate                // another case is about the same
	judgementEnd
)

var judgementNames = [judgementEnd]string{
	"", "false-positive", "true-positive", "disregard", "suspicious", "benign",
	"test", "insufficient-data", "security-risk", "managed-externally", "duplicate",
}

func (j Judgement) String() string { return judgementNames[min(j, judgementEnd-1)] }

// ParseJudgement reads what Judgement's String writes; it fails on anything else.
func ParseJudgement(s string) (Judgement, error) {
	return named[Judgement]("verdict", judgementNames[:], s)
}

// Work is what people did about a case: the journal's entries about it, folded.
type Work struct {
	Number    int // in the order of opening in its folder, from 1; it never changes
	Status    Status
	Judgement Judgement
	Reason    string // why it was closed so
	Owner     string // who has it
	Tier      string // L1, T2
	Seen      int64  // when somebody first looked, Unix nanoseconds; 0 never
	Changed   int64  // the last change by a person
	Opened    int64  // when the journal first had it
	Closed    int64
	Notes     []Note
	Into      string   // the case that this one was merged into; "" for none
	Merged    []string // cases that were merged into this one
	Clocks    []Clock
	Decisions []Turn // how the decision changed, the first first
}

// A Note is what somebody wrote about a case.
type Note struct {
	Time int64
	Who  string
	Text string
}

// A Clock is a time within which something has to be done about a case.
type Clock struct {
	ID      string // acknowledge, decide, contain
	Within  time.Duration
	Started int64 // Unix nanoseconds
	Stopped int64 // 0 while it runs
}

// A Turn is a decision at a time, and what brought it about.
type Turn struct {
	Time  int64
	Who   string // a person, or "footfall"
	Text  string // escalate to T2 within the hour
	Cause string // what changed since the turn before: reasons by id, or a person's words
}

// A Likeness says that another case is like this one, and in what.
type Likeness struct {
	Case    string
	Because string // same account alice; same source 203.0.113.7
}

// A Bond says why a finding is in its case.
type Bond struct {
	Finding string
	Because string // the same account on the same host within 30 minutes
}

// A Span is the history behind an answer.
type Span struct {
	From, Until int64 // Unix nanoseconds; 0 when nothing is behind it
	Days        int   // days of it on which something was seen
}
