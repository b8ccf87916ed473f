package engine

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/identify"
)

// Bounds on what is kept for identity beside the steps.
const (
	maxEntries = 1 << 20
	maxAnswers = 1 << 12 // of a chunk
)

// answerKey is a DNS answer: a name at an address, in an hour.
type answerKey struct {
	name, addr footfall.Name
	hour       int64
}

// aside reports whether an event of a kind that is no step for analytics is
// one for identity: what an agent says of its own address, and the first of
// equal DNS answers in an hour that name an inner address. What a directory
// lists has no time; it is kept apart and known before the first step.
func (w *worker) aside(e *footfall.Event, p *product, ref footfall.Ref) bool {
	switch e.Kind {
	case footfall.KindEntry:
		if e.Time != 0 {
			return e.Assigned.IsValid() && e.Computer != ""
		}
		if x, ok := w.steps.entry(e, ref); ok && len(p.entries) < maxEntries {
			p.entries = append(p.entries, x)
		}
	case footfall.KindResolve:
		if e.Outcome == footfall.Failure || !e.To.Addr.IsPrivate() || e.Object == "" || len(w.answers) >= maxAnswers {
			return false
		}
		k := answerKey{w.steps.names.Intern(e.Object), w.steps.addr(e.To.Addr), e.Time / 3600e9}
		if w.answers[k] {
			return false
		}
		w.answers[k] = true
		return true
	}
	return false
}

// private reports whether a step is for identity alone.
func private(s *footfall.Step) bool {
	return s.Rule == 0 && (s.Kind == footfall.KindEntry || s.Kind == footfall.KindResolve)
}

// entry is what identity takes of a directory's entry.
func (st *stepper) entry(e *footfall.Event, ref footfall.Ref) (x identify.Entry, ok bool) {
	kind, dn, _ := strings.Cut(e.Object, " ")
	x = identify.Entry{Ref: ref, Account: st.account(e.User, true), SID: st.names.Intern(e.User.SID)}
	switch kind {
	case "user":
		x.Kind, x.Shown = identify.EntryUser, st.names.Intern(e.Client)
	case "alias":
		x.Kind, x.Other = identify.EntryAlias, st.names.Intern(e.Target.Name)
	case "computer":
		x.Kind, x.Sort = identify.EntryComputer, identify.SortOf(e.Client, dn)
		if x.Host = st.host(e.To.Host); x.Host == 0 {
			x.Host = st.host(e.User.Name)
		}
	default:
		return x, false
	}
	return x, true
}

// enter gives identity what directories list.
func (q *sequencer) enter(list []identify.Entry) {
	for i := range list {
		q.dir.Enter(&list[i])
	}
}
