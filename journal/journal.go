// Package journal keeps what people and the program did about cases: one
// entry a line, append-only, each bound by SHA-256 to the entry of its case and
// to the entry of the whole before it. Folded, entries give the work on each
// case; Reconcile and Apply bring that together with the cases of a run. Times
// come from the caller; nothing that was written is ever changed.
package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/footfall/footfall"
)

// Program is who wrote an entry that no person did.
const Program = "footfall"

// A Verb says what happened.
type Verb uint8

const (
	verbNone  Verb = iota
	Opened         // a run had a new case: Text its title, Level, Findings, Clocks, Decision, Reasons
	Named          // a run knows the case by another id: Case
	Grown          // a run had more findings in it: Findings
	Rated          // its level changed: Level, Clocks
	Decided        // its decision changed: Decision, Reasons, Cause
	Absorbed       // the findings of another case turned out to belong to it: Case
	Missed         // a run had nothing of it
	Found          // a run had it again
	Taken          // Owner has it, for Tier
	Noted          // Text
	Moved          // Status
	Escalated      // to Tier, because of Reason
	Closed         // Verdict, because of Reason
	Reopened       // because of Cause
	Tasked         // Task is State; Text is what was found, or a new task's text
	Merged         // Case belongs to it, somebody said
	Unmerged       // Case is its own again
	Split          // Findings are case Case now: Text its title, Level
	Suggested      // Suppress might be declared
	Confirmed      // Suppress is declared
	Torn           // the end of the journal was half an entry; Text says where it went
	verbEnd
)

var verbNames = [verbEnd]string{
	"", "opened", "named", "grown", "rated", "decided", "absorbed", "missed", "found",
	"taken", "noted", "moved", "escalated", "closed", "reopened", "tasked", "merged", "unmerged", "split",
	"suggested", "confirmed", "torn",
}

func (v Verb) String() string { return verbNames[min(v, verbEnd-1)] }

// MarshalText writes what String says.
func (v Verb) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText writes; it fails on anything else.
func (v *Verb) UnmarshalText(p []byte) error {
	for i, n := range verbNames {
		if i > 0 && n == string(p) {
			*v = Verb(i)
			return nil
		}
	}
	return fmt.Errorf("%q is nothing that this version knows to happen", p)
}

// An Entry is one thing that happened. Seq and the hashes are set when it is
// appended.
type Entry struct {
	Seq  int64     `json:"seq"`
	Time time.Time `json:"time"` // UTC
	Who  string    `json:"who"`
	Case string    `json:"case"` // the id that it was opened under; "" for what is about all
	What Verb      `json:"what"`
	Body Body      `json:"body"`

	Before string `json:"before"` // hash of the entry of this case before it, "" for its first
	Chain  string `json:"chain"`  // hash of the entry before it, "" for the first of all
	Hash   string `json:"-"`      // of the line up to here
}

// A Body is what there is to say about an entry; Verb says which of it.
type Body struct {
	Text     string             `json:"text,omitempty"`
	Decision string             `json:"decision,omitempty"`
	Cause    string             `json:"cause,omitempty"`
	Reason   string             `json:"reason,omitempty"`
	Case     string             `json:"case,omitempty"`
	Level    footfall.Level     `json:"level,omitzero"`
	Status   footfall.Status    `json:"status,omitzero"`
	Verdict  footfall.Judgement `json:"verdict,omitzero"`
	Owner    string             `json:"owner,omitempty"`
	Tier     string             `json:"tier,omitempty"`
	Task     string             `json:"task,omitempty"`
	State    string             `json:"state,omitempty"`
	Findings []string           `json:"findings,omitempty"`
	Reasons  []string           `json:"reasons,omitempty"` // ids of the reasons to escalate that matched
	Clocks   []Clock            `json:"clocks,omitempty"`
	Suppress *Silence           `json:"suppress,omitempty"`
}

// A Clock is how long something may take, as Go writes durations.
type Clock struct {
	ID     string `json:"id"`
	Within string `json:"within"`
}

// A Silence is a suppression as the context file spells it.
type Silence struct {
	Rule    string `json:"rule"`
	Account string `json:"account,omitempty"`
	Host    string `json:"host,omitempty"`
	Source  string `json:"source,omitempty"`
	Until   string `json:"until"` // last day on which it holds, as 2026-12-31
	Reason  string `json:"reason"`
}

// Bounds on what one entry says and on a whole journal.
const (
	maxText    = 16 << 10 // bytes of what a person writes at once
	maxLine    = 4 << 20
	maxJournal = 512 << 20
)

// encode is an entry's line without its hash and without the end of the line.
func encode(e *Entry) ([]byte, error) {
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	if err := j.Encode(e); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(b.Bytes(), []byte("\n")), []byte("}")), nil
}

// usable reports why an entry cannot be written.
func (e *Entry) usable() error {
	for _, s := range [...]string{e.Who, e.Body.Text, e.Body.Decision, e.Body.Reason, e.Body.Cause, e.Body.Task, e.Body.Owner, e.Body.Tier} {
		if len(s) > maxText {
			return fmt.Errorf("journal: %d bytes of text, more than the %d of an entry", len(s), maxText)
		}
		if !utf8.ValidString(s) {
			return fmt.Errorf("journal: %q is not UTF-8", s)
		}
	}
	if e.Who == "" {
		return fmt.Errorf("journal: nobody is named who did it")
	}
	return nil
}
