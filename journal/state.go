package journal

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/footfall/footfall"
)

// A State is a journal folded: how things stand after its last entry.
type State struct {
	Seq   int64  // of the last entry
	Head  string // its hash
	Files []*File
	heads map[string]string // hash of the last entry of each case
	byKey map[string]*File
	byID  map[string]*File // by every id that a case ever had
}

// A File is what is known of one case.
type File struct {
	Key      string   // the id that it was opened under, for ever
	ID       string   // the id that the last run knows it by
	Aliases  []string // other ids of it, and of what it absorbed
	Title    string
	Level    footfall.Level
	Findings map[string]bool
	Reasons  []string        // to escalate, that matched last
	Gone     bool            // the last run had nothing of it
	From     string          // Key of the case that somebody split it off
	Parts    []string        // Keys of what was split off
	Into     string          // Key of the case that it belongs to
	ByHand   bool            // somebody said so; else a run found it
	Tasks    []footfall.Task // what people did, by id in the order of doing
	Suggest  []Silence       // what may be suppressed
	Confirm  []Silence       // what was
	Entries  []int           // in Log.Entries
	Work     footfall.Work   // Into and Merged are set by Apply
}

func newState() *State {
	return &State{heads: map[string]string{}, byKey: map[string]*File{}, byID: map[string]*File{}}
}

// copy is a state that may be changed beside this one.
func (s *State) copy() *State {
	out := &State{Seq: s.Seq, Head: s.Head, heads: maps.Clone(s.heads), byKey: map[string]*File{}, byID: map[string]*File{}}
	of := map[*File]*File{}
	for _, f := range s.Files {
		c := *f
		c.Findings, c.Aliases, c.Parts, c.Tasks = maps.Clone(f.Findings), slices.Clone(f.Aliases), slices.Clone(f.Parts), slices.Clone(f.Tasks)
		c.Suggest, c.Confirm, c.Entries = slices.Clone(f.Suggest), slices.Clone(f.Confirm), slices.Clone(f.Entries)
		c.Work.Notes, c.Work.Clocks, c.Work.Decisions = slices.Clone(f.Work.Notes), slices.Clone(f.Work.Clocks), slices.Clone(f.Work.Decisions)
		out.Files = append(out.Files, &c)
		of[f] = &c
	}
	for id, f := range s.byKey {
		out.byKey[id] = of[f]
	}
	for id, f := range s.byID {
		out.byID[id] = of[f]
	}
	return out
}

// File returns the case of an id that it has or had, nil when there is none.
func (s *State) File(id string) *File { return s.byID[id] }

// Root returns the case that a case belongs to in the end: itself, or the
// survivor of merges.
func (s *State) Root(f *File) *File {
	for range len(s.Files) {
		if f.Into == "" {
			return f
		}
		f = s.byKey[f.Into]
	}
	return f
}

// Add folds the next entry. An entry that cannot be meant is an error and
// changes nothing.
func (s *State) Add(e *Entry) error {
	if err := s.apply(e); err != nil {
		return err
	}
	s.Seq, s.Head = e.Seq, e.Hash
	s.heads[e.Case] = e.Hash
	return nil
}

func (s *State) apply(e *Entry) error {
	switch e.What {
	case Opened:
		_, err := s.opened(e)
		return err
	case Torn:
		return nil
	}
	f := s.byKey[e.Case]
	if f == nil {
		return fmt.Errorf("it is about a case %q, which was never opened", e.Case)
	}
	if err := s.verb(f, e); err != nil {
		return err
	}
	f.Entries = append(f.Entries, int(e.Seq)-1)
	if e.Who != Program {
		f.touched(e)
	}
	return nil
}

func (s *State) opened(e *Entry) (*File, error) {
	if e.Case == "" || s.byKey[e.Case] != nil {
		return nil, fmt.Errorf("it opens the case %q a second time", e.Case)
	}
	at := e.Time.UnixNano()
	f := &File{
		Key: e.Case, ID: e.Case, Title: e.Body.Text, Level: e.Body.Level, Findings: map[string]bool{}, Reasons: e.Body.Reasons,
		Work: footfall.Work{Number: len(s.Files) + 1, Opened: at}, Entries: []int{int(e.Seq) - 1},
	}
	for _, id := range e.Body.Findings {
		f.Findings[id] = true
	}
	if err := f.setClocks(e.Body.Clocks, at); err != nil {
		return nil, err
	}
	if e.Body.Decision != "" {
		f.turn(e, e.Body.Decision)
	}
	s.Files = append(s.Files, f)
	s.byKey[f.Key], s.byID[f.Key] = f, f
	return f, nil
}

// touched is what every act of a person does beside what it is: the case was
// seen, and whoever acts first has it.
func (f *File) touched(e *Entry) {
	w, at := &f.Work, e.Time.UnixNano()
	w.Changed = at
	if w.Seen == 0 {
		w.Seen = at
		f.stop(at, "acknowledge")
	}
	if w.Owner == "" && e.What != Taken && e.What != Noted {
		w.Owner = e.Who
	}
	if w.Status == footfall.StatusNew && e.What != Moved && e.What != Reopened {
		w.Status = footfall.StatusTriage
	}
}

func (s *State) verb(f *File, e *Entry) error {
	b, at := &e.Body, e.Time.UnixNano()
	switch e.What {
	case Named:
		return s.named(f, b.Case)
	case Grown:
		for _, id := range b.Findings {
			f.Findings[id] = true
		}
	case Rated:
		f.Level = b.Level
		return f.setClocks(b.Clocks, f.Work.Opened)
	case Decided:
		f.Reasons = b.Reasons
		f.turn(e, b.Decision)
	case Absorbed, Merged, Unmerged:
		return s.join(f, e)
	case Missed, Found:
		f.Gone = e.What == Missed
	case Taken:
		if b.Owner == "" {
			return errors.New("nobody takes it")
		}
		f.Work.Owner = b.Owner
		f.Work.Tier = b.Tier
	case Noted:
		if b.Text == "" {
			return errors.New("a note without a text")
		}
		f.note(e, b.Text)
	case Moved:
		return f.moved(b.Status, at)
	case Escalated:
		if err := f.moved(footfall.StatusEscalated, at); err != nil {
			return err
		}
		f.Work.Tier = b.Tier
		f.turn(e, "escalated to "+b.Tier)
	case Closed:
		return f.closed(e)
	case Reopened:
		return f.reopened(e)
	case Tasked:
		return f.tasked(e)
	case Split:
		return s.split(f, e)
	case Suggested, Confirmed:
		return f.silenced(e)
	}
	return nil
}

// turn notes a decision, once when it is the same.
func (f *File) turn(e *Entry, text string) {
	f.Work.Decisions = append(f.Work.Decisions, footfall.Turn{Time: e.Time.UnixNano(), Who: e.Who, Text: text, Cause: firstOf(e.Body.Reason, e.Body.Cause)})
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (f *File) note(e *Entry, text string) {
	f.Work.Notes = append(f.Work.Notes, footfall.Note{Time: e.Time.UnixNano(), Who: e.Who, Text: text})
}

// named gives a case another id. One that has it gives it up: it goes by the
// id that it was opened under, or by one like it when that is gone too.
func (s *State) named(f *File, id string) error {
	if id == "" {
		return errors.New("it gives a case no name")
	}
	if other := s.byID[id]; other != nil && other != f {
		other.Aliases = slices.DeleteFunc(other.Aliases, func(a string) bool { return a == id })
		if other.ID == id {
			other.ID = other.Key
			for other.ID == id || s.byID[other.ID] != nil && s.byID[other.ID] != other {
				other.ID += "~"
			}
			s.byID[other.ID] = other
		}
	}
	f.alias(f.ID)
	f.ID = id
	f.Aliases = slices.DeleteFunc(f.Aliases, func(a string) bool { return a == id })
	s.byID[id] = f
	return nil
}

func (f *File) alias(id string) {
	if !slices.Contains(f.Aliases, id) {
		f.Aliases = append(f.Aliases, id)
	}
}

// join folds what makes cases one and two again.
func (s *State) join(f *File, e *Entry) error {
	o := s.byKey[e.Body.Case]
	if o == nil || o == f {
		return fmt.Errorf("it joins %q with the case %q, which is not there", f.Key, e.Body.Case)
	}
	if e.What == Unmerged {
		if o.Into != f.Key {
			return fmt.Errorf("%q was not merged into %q", o.Key, f.Key)
		}
		if !o.ByHand { // what it was thought to have of the other one is the other's again
			for id := range o.Findings {
				delete(f.Findings, id)
			}
		}
		o.Into, o.ByHand = "", false
		if e.Who != Program {
			o.touched(e)
		}
		return nil
	}
	if o.Into != "" || s.Root(f) == o {
		return fmt.Errorf("%q was merged before", o.Key)
	}
	o.Into, o.ByHand = f.Key, e.What == Merged
	if o.ByHand {
		if e.Who != Program {
			o.touched(e)
		}
		return nil
	}
	f.absorb(o, e)
	return nil
}

// absorb takes over what people did about another case.
func (f *File) absorb(o *File, e *Entry) {
	f.alias(o.ID)
	for _, a := range o.Aliases {
		f.alias(a)
	}
	for id := range o.Findings {
		f.Findings[id] = true
	}
	f.Work.Notes = append(f.Work.Notes, o.Work.Notes...)
	slices.SortStableFunc(f.Work.Notes, func(a, b footfall.Note) int { return compare(a.Time, b.Time) })
	if f.Work.Owner == "" {
		f.Work.Owner = o.Work.Owner
	}
	if o.Work.Judgement != footfall.JudgementNone && f.Work.Judgement != o.Work.Judgement {
		f.note(e, fmt.Sprintf("case %d, which belongs to this one now, was closed as %s: %s", o.Work.Number, o.Work.Judgement, o.Work.Reason))
	}
	for _, t := range o.lent() {
		if f.task(t.ID) == nil {
			f.Tasks = append(f.Tasks, t)
		}
	}
	f.Suggest, f.Confirm = append(f.Suggest, o.Suggest...), append(f.Confirm, o.Confirm...)
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (s *State) split(f *File, e *Entry) error {
	if len(e.Body.Findings) == 0 || s.byKey[e.Body.Case] != nil {
		return fmt.Errorf("it splits no findings off, or into the case %q that is there", e.Body.Case)
	}
	for _, id := range e.Body.Findings {
		if !f.Findings[id] {
			return fmt.Errorf("the finding %q is not in the case %q", id, f.Key)
		}
	}
	made := Entry{Seq: e.Seq, Time: e.Time, Who: Program, Case: e.Body.Case, What: Opened, Body: e.Body}
	if made.Body.Clocks == nil {
		for _, c := range f.Work.Clocks {
			made.Body.Clocks = append(made.Body.Clocks, Clock{c.ID, c.Within.String()})
		}
	}
	part, err := s.opened(&made)
	if err != nil {
		return err
	}
	part.From = f.Key
	part.Work.Owner, part.Work.Seen, part.Work.Status = f.Work.Owner, e.Time.UnixNano(), footfall.StatusTriage
	part.stop(e.Time.UnixNano(), "acknowledge")
	f.Parts = append(f.Parts, part.Key)
	for _, id := range e.Body.Findings {
		delete(f.Findings, id)
	}
	return nil
}
