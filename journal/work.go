package journal

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// What each status stops: the time within which something is to be done runs
// until the case is where it should be, and runs on when it goes back. Nothing
// else stops a clock.
func stops(s footfall.Status, clock string) bool {
	switch s {
	case footfall.StatusEscalated:
		return clock != "contain"
	case footfall.StatusContained, footfall.StatusRecovering, footfall.StatusClosed:
		return true
	}
	return clock == "acknowledge" && s != footfall.StatusNew
}

// setClocks starts clocks that are not there and gives those that are their
// time; those that are not named any more are gone.
func (f *File) setClocks(list []Clock, at int64) error {
	var out []footfall.Clock
	for _, c := range list {
		d, err := time.ParseDuration(c.Within)
		if err != nil || d <= 0 || c.ID == "" {
			return fmt.Errorf("the clock %q has the time %q", c.ID, c.Within)
		}
		now := footfall.Clock{ID: c.ID, Within: d, Started: at}
		for _, old := range f.Work.Clocks {
			if old.ID == c.ID {
				now.Started, now.Stopped = old.Started, old.Stopped
			}
		}
		out = append(out, now)
	}
	if len(out) > 0 {
		f.Work.Clocks = out
	}
	return nil
}

func (f *File) stop(at int64, ids ...string) {
	for i := range f.Work.Clocks {
		c := &f.Work.Clocks[i]
		for _, id := range ids {
			if c.ID == id && c.Stopped == 0 {
				c.Stopped = at
			}
		}
	}
}

func (f *File) moved(to footfall.Status, at int64) error {
	if to == footfall.StatusNew {
		return errors.New("a case that was seen is not new")
	}
	if f.Work.Status == footfall.StatusClosed && to != footfall.StatusClosed {
		return errors.New("the case is closed: it is opened again first, with a reason")
	}
	if to == footfall.StatusClosed && f.Work.Judgement == footfall.JudgementNone {
		return errors.New("a case is closed with a verdict")
	}
	f.Work.Status = to
	for i := range f.Work.Clocks {
		c := &f.Work.Clocks[i]
		switch {
		case stops(to, c.ID) && c.Stopped == 0:
			c.Stopped = at
		case !stops(to, c.ID) && c.Stopped != 0:
			c.Started += at - c.Stopped // the time that it stood does not count
			c.Stopped = 0
		}
	}
	return nil
}

func (f *File) closed(e *Entry) error {
	if e.Body.Verdict == footfall.JudgementNone || strings.TrimSpace(e.Body.Reason) == "" {
		return errors.New("a case is closed with a verdict and a reason")
	}
	w := &f.Work
	w.Judgement, w.Reason, w.Closed = e.Body.Verdict, e.Body.Reason, e.Time.UnixNano()
	f.turn(e, "closed as "+w.Judgement.String())
	return f.moved(footfall.StatusClosed, w.Closed)
}

// reopened takes the verdict back: it stays in the notes. What is to be decided
// and contained begins anew.
func (f *File) reopened(e *Entry) error {
	w := &f.Work
	if w.Status != footfall.StatusClosed {
		return errors.New("a case that is not closed is not opened again")
	}
	if e.Body.Cause == "" {
		return errors.New("a case is opened again for a cause")
	}
	f.turn(e, "opened again; it was closed as "+w.Judgement.String())
	f.note(e, fmt.Sprintf("Opened again because %s. It was closed as %s: %s", strings.TrimRight(e.Body.Cause, "."), w.Judgement, w.Reason))
	at := e.Time.UnixNano()
	w.Status, w.Judgement, w.Reason, w.Closed = footfall.StatusTriage, footfall.JudgementNone, "", 0
	for i := range w.Clocks {
		if c := &w.Clocks[i]; !stops(w.Status, c.ID) {
			c.Started, c.Stopped = at, 0
		}
	}
	f.Suggest = nil
	return nil
}

func (f *File) task(id string) *footfall.Task {
	for i := range f.Tasks {
		if f.Tasks[i].ID == id {
			return &f.Tasks[i]
		}
	}
	return nil
}

// ownTask is how tasks begin that somebody set by hand.
const ownTask = "own-"

func (f *File) tasked(e *Entry) error {
	b := &e.Body
	if b.Task == "" || b.State != "done" && b.State != "open" {
		return errors.New("a task is done or open")
	}
	t := f.task(b.Task)
	if t == nil {
		f.Tasks = append(f.Tasks, footfall.Task{ID: b.Task, Tier: b.Tier, Since: e.Time.UnixNano()})
		t = &f.Tasks[len(f.Tasks)-1]
		if strings.HasPrefix(b.Task, ownTask) && b.State == "open" {
			if b.Text == "" {
				return errors.New("a new task without a text")
			}
			t.Text, t.State = b.Text, "open"
			return nil
		}
	}
	t.State, t.Who, t.Until = b.State, e.Who, 0
	if b.State == "done" {
		t.Until = e.Time.UnixNano()
	} else {
		t.Since = e.Time.UnixNano()
	}
	if b.Text != "" {
		t.Note = b.Text
	}
	return nil
}

func (f *File) silenced(e *Entry) error {
	s := e.Body.Suppress
	if s == nil || s.Rule == "" || s.Until == "" || s.Reason == "" {
		return errors.New("a suppression has a rule, an end and a reason")
	}
	if e.What == Suggested {
		f.Suggest = append(f.Suggest, *s)
		return nil
	}
	f.Confirm = append(f.Confirm, *s)
	return nil
}
