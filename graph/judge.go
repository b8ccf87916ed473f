package graph

import "github.com/footfall/footfall"

// A judge says which ways are told of. It is given what the engine inferred,
// in the order of time.
type judge struct{ opt Options }

func newJudge(o Options) *judge { return &judge{opt: o} }

// arrival judges a login with the ways that can have led to it, one for each
// likely hand, the likeliest first. s is the step that it was made of.
func (j *judge) arrival(l *Login, inf *Inference, ways []way, s *footfall.Step, out *footfall.Sink) {}

// failure notes a logon that failed.
func (j *judge) failure(l *Login) {}

// change notes that somebody took another account.
func (j *judge) change(l *Login) {}

// revise judges a login anew, of which a late record changed the ways.
func (j *judge) revise(l *Login, inf *Inference, ways []way, out *footfall.Sink) {}

// flush ends the run at the time of the last step.
func (j *judge) flush(now int64, out *footfall.Sink) {}
