package read

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
)

// The templates that flows are read by come now and then. Where an export was
// cut into files, a file may begin long before its first templates, or have
// none. So inputs of flows are looked through first, and those that lack
// templates are given what the inputs before them left in force, and after
// that what later ones say: by the time of their export and not by the order in
// which they are read. Templates are those of one exporter and domain, which a
// capture names; bare datagrams are taken for those of one.

// A flowInput is an input of flows that was looked through.
type flowInput struct {
	e     *entry
	t     task
	start []byte // of its stream: headers are shared among streams with the same
	last  []byte // the header behind its end
	lacks bool   // data came without its template
	first int64  // when the first datagram was exported, Unix seconds
}

// maxFlowShared bounds what is kept of all inputs that were looked through;
// those beyond it say nothing to others.
const maxFlowShared = 64 << 20

// look goes through an input of flows. It returns false when the input must be
// read at once: a member of an archive is met on the way through it only.
func (s *Source) look(e *entry, st *stream, t task) bool {
	if t.count != 1 {
		return false
	}
	f := &flowInput{e: e, t: t, start: bytes.Clone(st.header)}
	_ = st.chunks(func(c *footfall.Chunk) error { // what breaks it off is told when it is read
		lacks, first := frame.FlowLook(c.Header, c.Data)
		f.lacks = f.lacks || lacks
		if f.first == 0 {
			f.first = first
		}
		f.last = frame.FlowHeader(c.Header, c.Data)
		s.Release(c)
		return nil
	}, func(int64, string) {})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flows = append(s.flows, f)
	return true
}

// shareFlows gives inputs of flows that lack templates those of others, and
// returns the tasks that read them.
func (s *Source) shareFlows() (later []task) {
	slices.SortFunc(s.flows, func(a, b *flowInput) int {
		return cmp.Or(bytes.Compare(a.start, b.start), cmp.Compare(a.first, b.first), cmp.Compare(a.e.in.Index, b.e.in.Index))
	})
	kept := 0
	for _, f := range s.flows {
		if kept += len(f.last); kept > maxFlowShared {
			f.last = nil
		}
	}
	for rest := s.flows; len(rest) > 0; {
		n := 1
		for n < len(rest) && bytes.Equal(rest[n].start, rest[0].start) {
			n++
		}
		shareAmong(rest[:n])
		rest = rest[n:]
	}
	slices.SortFunc(s.flows, func(a, b *flowInput) int { return cmp.Compare(a.e.in.Index, b.e.in.Index) })
	for _, f := range s.flows {
		later = append(later, f.t)
	}
	s.flows = nil
	return later
}

// shareAmong joins the headers of streams with the same start, which stand in
// the order of their times: of a template that several have, the last one
// before an input counts, else the first one after it.
func shareAmong(list []*flowInput) {
	after := list[0].start
	for i := len(list) - 1; i >= 0; i-- {
		f := list[i]
		f.e.shared = f.start
		if f.lacks {
			f.e.shared = after
		}
		if f.last != nil {
			after = frame.FlowJoin(after, f.last)
		}
	}
	before := list[0].start
	for _, f := range list {
		if f.lacks {
			f.e.shared = frame.FlowJoin(f.e.shared, before)
		}
		if f.e.shared == nil {
			f.e.shared = []byte{}
		}
		if f.last != nil {
			before = frame.FlowJoin(before, f.last)
		}
	}
}
