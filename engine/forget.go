package engine

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/freeze"
)

// passingNames is how many names pass before those are forgotten that nothing
// holds: the texts of half a million sessions are 40 MiB.
const passingNames = 1 << 19

// forget forgets the names of sessions that nothing holds any more, once there
// are enough to be worth the walk. What holds names is what a snapshot would
// write; a sequencer that goes on from one has no others.
func (q *sequencer) forget() error {
	names := q.l.names
	if names.Passing() < q.crowd {
		return nil
	}
	live := q.anal.Instances()
	s := q.shared(nil)
	if err := names.Forget(func(mark func(footfall.Name)) error {
		return freeze.Numbers(s, func(n uint32) { mark(footfall.Name(n)) }, q.parts(live)...)
	}); err != nil {
		return err
	}
	q.crowd = names.Passing() + max(q.opt.passing(), names.Passing())/2
	return nil
}

// passing is how many names pass before the first are forgotten.
func (o *Options) passing() int {
	if o.passAfter > 0 {
		return o.passAfter
	}
	return passingNames
}

// inMemory is how many steps are sorted in memory.
func (o *Options) inMemory(most int) int {
	if o.spillAfter > 0 {
		return o.spillAfter
	}
	return most
}
