package around

import (
	"fmt"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/say"
)

const (
	// maxFollowed bounds the findings that are followed at once; the oldest
	// gives way and is answered as far as it was followed.
	maxFollowed = 4096
	// late is how long after its step a finding may come for nothing to have been missed.
	late = 1e9
	// maxLinked bounds the findings that one account, host or session is followed for.
	maxLinked = 64
	// most is how many records of a sort an answer names.
	most = 6
)

// A followed is a finding whose things are followed for a day.
type followed struct {
	id      string
	about   footfall.Step
	hosts   [2]footfall.Name
	ended   int64 // when the session ended
	bytes   int64
	doings  records
	data    records
	opened  records // shares, without what on them
	asked   int64   // what came from the finding up to then was not followed
	alerted bool
	lost    bool // gave way to later findings about the same
	done    bool
}

// records are what was seen of one sort.
type records struct {
	n     int
	texts []string
	refs  []footfall.Ref
	last  uint64
}

// has reports whether the step is the one noted last: two ways may lead to it.
func (r *records) has(id uint64) bool { return r.n > 0 && r.last == id }

func (r *records) add(n *footfall.Names, s *footfall.Step) {
	if r.has(s.ID) {
		return
	}
	r.n++
	r.last = s.ID
	text := what(n, s)
	if len(r.texts) < most && !slices.Contains(r.texts, text) {
		r.texts, r.refs = append(r.texts, text), append(r.refs, s.Ref)
	}
}

// what tells a record in a few words.
func what(n *footfall.Names, s *footfall.Step) string {
	of := n.String(s.Object)
	if c := n.String(s.Command); c != "" {
		of = c
	} else if i := n.String(s.Image); i != "" && (of == "" || s.Kind == footfall.KindProcess) {
		of = i
	}
	text := s.Kind.String()
	if of != "" {
		text += " " + say.Short(of, 80)
	}
	if s.Bytes > 0 {
		text += fmt.Sprintf(" (%s)", size(s.Bytes))
	}
	if s.Kind == footfall.KindConnection || s.Kind == footfall.KindTransfer {
		if to := n.String(s.DstHost); to != "" {
			text += " to " + to
		} else if to := n.String(s.DstAddr); to != "" {
			text += " to " + to
		}
	}
	return text
}

func size(b int64) string {
	switch {
	case b >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(b)/(1<<30))
	case b >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(b)/(1<<20))
	case b >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(b)/(1<<10))
	}
	return fmt.Sprintf("%d B", b)
}

// Facts answers for what is known of a finding's surroundings, and begins to
// follow it for what comes.
func (w *watcher) Facts(about *footfall.Step, f *footfall.Finding, out *footfall.Sink) {
	w.tellOthers(about, f, out)
	w.tellShared(about, f, out)
	w.tellSessions(about, f, out)
	if i, ok := w.byID[f.ID]; ok && !w.list[i].done {
		if x := &w.list[i]; x.about.Account == about.Account && x.about.Session == about.Session {
			return
		}
		w.unlink(i)
		w.list[i].done = true
	}
	if len(w.list)-w.head >= maxFollowed {
		w.end(w.head, about.Time, out)
		w.head++
	}
	i := len(w.list)
	x := followed{id: f.ID, about: *about, asked: max(about.Time, w.now), hosts: [2]footfall.Name{about.DstHost, about.SrcHost}}
	w.list = append(w.list, x)
	w.byID[f.ID] = i
	w.link(w.accounts, about.Account, i)
	w.link(w.hosts, about.DstHost, i)
	if about.SrcHost != about.DstHost {
		w.link(w.hosts, about.SrcHost, i)
	}
	w.link(w.inSession, about.Session, i)
	p := &w.list[i]
	switch about.Kind {
	case footfall.KindShare, footfall.KindFile, footfall.KindTransfer:
		if about.Kind == footfall.KindShare && !file(w.env.Names.String(about.Object)) {
			p.opened.add(w.env.Names, about)
		} else {
			p.data.add(w.env.Names, about)
			p.bytes += about.Bytes
		}
		p.doings.add(w.env.Names, about)
	case footfall.KindProcess, footfall.KindScript, footfall.KindService, footfall.KindTask, footfall.KindShell, footfall.KindCall, footfall.KindWMI, footfall.KindExplicit:
		if about.Session != 0 {
			p.doings.add(w.env.Names, about)
		}
	}
	w.tellAlerts(p, about.Time, out)
}

// link has a name lead to a finding; a busy one leads to its latest, and of
// the one that gives way it is no longer known that nothing followed.
func (w *watcher) link(m map[footfall.Name][]int, k footfall.Name, i int) {
	if k == 0 {
		return
	}
	l := append(m[k], i)
	if len(l) > maxLinked {
		w.list[l[0]].lost = true
		l = slices.Delete(l, 0, 1)
	}
	m[k] = l
}

func (w *watcher) unlink(i int) {
	drop := func(m map[footfall.Name][]int, k footfall.Name) {
		if l := slices.DeleteFunc(m[k], func(j int) bool { return j == i }); len(l) > 0 {
			m[k] = l
		} else {
			delete(m, k)
		}
	}
	a := &w.list[i].about
	drop(w.accounts, a.Account)
	drop(w.hosts, a.DstHost)
	drop(w.hosts, a.SrcHost)
	drop(w.inSession, a.Session)
}

// expire answers for findings that were followed for a day.
func (w *watcher) expire(now int64, out *footfall.Sink) {
	for w.head < len(w.list) && (w.list[w.head].done || now-w.list[w.head].about.Time > day) {
		w.end(w.head, w.list[w.head].about.Time+day, out)
		w.head++
	}
	if w.head > 1024 && w.head > len(w.list)/2 {
		w.compact()
	}
}

// end answers for a finding and stops following it.
func (w *watcher) end(i int, now int64, out *footfall.Sink) {
	x := &w.list[i]
	if x.done {
		return
	}
	x.done = true
	w.tellAlerts(x, now, out)
	w.tellDoings(x, now, out)
	w.tellData(x, now, out)
	w.unlink(i)
	if w.byID[x.id] == i {
		delete(w.byID, x.id)
	}
}

// compact forgets what is done and renumbers the rest.
func (w *watcher) compact() {
	d := w.head
	n := copy(w.list, w.list[d:])
	clear(w.list[n:])
	w.list, w.head = w.list[:n], 0
	for _, m := range []map[footfall.Name][]int{w.accounts, w.hosts, w.inSession} {
		for _, l := range m {
			for j := range l {
				l[j] -= d
			}
		}
	}
	for id, i := range w.byID {
		if i < d {
			delete(w.byID, id)
		} else {
			w.byID[id] = i - d
		}
	}
}
