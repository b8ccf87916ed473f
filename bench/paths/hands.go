package main

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/emulate/score"
	"github.com/footfall/footfall/graph"
)

// A said is what the engine said last of a login.
type said struct {
	parent uint64
	person footfall.Name
	weight float32
	of     int32
	class  graph.Class
	change bool // the account is another person's than the hand's
	shown  bool
}

// A handJudge compares what was said of logins with the truth.
type handJudge struct {
	w     *world
	said  map[uint64]said  // by Login.ID
	under *handJudge       // what was said before the copy was made
	index map[uint64]int32 // Login.ID -> login
	first map[uint64]int32 // session of the truth -> the first login that tells of it

	hostile accuracy
}

func newHandJudge(w *world) *handJudge {
	j := &handJudge{w: w, said: map[uint64]said{}, index: map[uint64]int32{}, first: map[uint64]int32{}}
	for i := range w.logins {
		if w.logins[i].What != graph.Arrive {
			continue
		}
		j.index[w.logins[i].ID] = int32(i)
		if n := w.marks[i].session; n != 0 {
			if _, ok := j.first[n]; !ok {
				j.first[n] = int32(i)
			}
		}
	}
	return j
}

// beside is a judge of what is said from now on in a copy.
func (j *handJudge) beside(int32) *handJudge {
	return &handJudge{w: j.w, said: map[uint64]said{}, under: j, index: j.index, first: j.first}
}

func (j *handJudge) hear(l *graph.Login, i *graph.Inference) {
	if len(i.Hands) == 0 {
		return
	}
	h := &i.Hands[0]
	j.said[l.ID] = said{h.Parent, h.Person, float32(h.Weight), int32(i.Of), i.Class, h.Switch, i.Shown}
}

func (j *handJudge) of(id uint64) (said, bool) {
	if s, ok := j.said[id]; ok {
		return s, true
	}
	if j.under != nil {
		return j.under.of(id)
	}
	return said{}, false
}

// remote is the session or the nearest one that it came out of that another
// host was entered with; a tunnel into the company is part of where it is from.
func (j *handJudge) remote(id uint64) uint64 {
	for range 1 << 10 {
		s := j.w.truth.Sessions[id]
		if s == nil {
			return 0
		}
		if s.From != "" && s.From != s.To && s.Service != "vpn" {
			return id
		}
		id = s.Parent
	}
	return 0
}

// recorded climbs to the nearest such session that a login of the stream tells
// of; gap says that others lie between.
func (j *handJudge) recorded(id uint64) (_ uint64, gap bool) {
	for range 1 << 10 {
		if id = j.remote(id); id == 0 {
			return 0, gap
		}
		if _, ok := j.first[id]; ok {
			return id, gap
		}
		gap = true
		id = j.w.truth.Sessions[id].Parent
	}
	return 0, gap
}

// wrong is no session's number.
const wrong = ^uint64(0)

// told is the session that a login names as the one before it.
func (j *handJudge) told(parent uint64) uint64 {
	if parent == 0 {
		return 0
	}
	i, ok := j.index[parent]
	if !ok || j.w.marks[i].session == 0 {
		return wrong
	}
	return j.remote(j.w.marks[i].session)
}

// Buckets of how many hands a login can have been.
var buckets = [...]string{"1", "2", "3", "4 to 8", "more"}

func bucket(of int32) int {
	switch {
	case of <= 3:
		return max(int(of), 1) - 1
	case of <= 8:
		return 3
	}
	return 4
}

// An accuracy is how often what was said was right.
type accuracy struct {
	Parents  [3][len(buckets)]score.Share `json:"parents"` // by class and candidates
	Gaps     score.Share                  `json:"gaps"`    // parents where the session before left no record
	Roots    score.Share                  `json:"roots"`
	Persons  score.Share                  `json:"persons"`
	Switched score.Share                  `json:"switched"` // true switches that were told
	Claimed  score.Share                  `json:"claimed"`  // told switches that were true
	Shown    score.Share                  `json:"shown"`    // parents that a record shows
	Programs score.Share                  `json:"programs"` // parents of programs' sessions
	Weights  score.Calibration            `json:"weights"`
}

func join(a *score.Share, b score.Share) { a.Part, a.Of = a.Part+b.Part, a.Of+b.Of }

func (a *accuracy) join(b *accuracy) {
	for c := range a.Parents {
		for k := range a.Parents[c] {
			join(&a.Parents[c][k], b.Parents[c][k])
		}
	}
	join(&a.Gaps, b.Gaps)
	join(&a.Roots, b.Roots)
	join(&a.Persons, b.Persons)
	join(&a.Switched, b.Switched)
	join(&a.Claimed, b.Claimed)
	join(&a.Shown, b.Shown)
	join(&a.Programs, b.Programs)
	a.Weights.Join(&b.Weights)
}

// sum judges each session once, at the first login that tells of it.
func (j *handJudge) sum(which func(login int32) bool) accuracy {
	var a accuracy
	for session, i := range j.first {
		l := &j.w.logins[i]
		s := j.w.truth.Sessions[session]
		said, ok := j.of(l.ID)
		if !ok || s == nil || j.remote(session) != session || l.Flags&graph.FlagMachine != 0 || !which(i) {
			continue
		}
		want, gap := j.recorded(s.Parent)
		right := j.told(said.parent) == want
		if s.Person == "" {
			a.Programs.Add(right)
			continue
		}
		if gap {
			a.Gaps.Add(right)
			continue
		}
		a.Parents[min(int(said.class), 2)][bucket(said.of)].Add(right)
		a.Weights.Add(float64(said.weight), right)
		if said.shown {
			a.Shown.Add(right)
		}
		a.Persons.Add(j.w.who.person(said.person) == s.Person)
		a.Roots.Add(j.toldRoot(l.ID) == j.trueRoot(session))
		change := j.w.who.person(l.Account) != "" && j.w.who.person(l.Account) != s.Person
		if change {
			a.Switched.Add(said.change)
		}
		if said.change {
			a.Claimed.Add(change || j.w.who.person(l.Account) == "")
		}
	}
	return a
}

// toldRoot is the session that a told path begins with.
func (j *handJudge) toldRoot(id uint64) uint64 {
	root := id
	for range 1 << 8 {
		s, ok := j.of(root)
		if !ok || s.parent == 0 || j.told(s.parent) == 0 {
			break
		}
		root = s.parent
	}
	return j.told(root)
}

func (j *handJudge) trueRoot(session uint64) uint64 {
	root := session
	for range 1 << 8 {
		up, _ := j.recorded(j.w.truth.Sessions[root].Parent)
		if up == 0 {
			break
		}
		root = up
	}
	return root
}
