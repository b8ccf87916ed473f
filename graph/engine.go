package graph

import (
	"time"

	"github.com/footfall/footfall"
)

// A Part is a part of the engine that evaluations leave out to measure it.
type Part uint16

const (
	PartWeights  Part = 1 << iota // candidates weighed, not counted
	PartLinks                     // exact links
	PartPeers                     // peers and everybody behind the person's own history
	PartExposure                  // whether the credential was exposed on the path
	PartVelocity                  // how many new hosts in how short a time
	PartLong                      // sessions as long as they live, not a day
	PartOwn                       // the channel of paths without a switch
	PartBudget                    // the threshold of the days before; without it the first of each day are told
)

// Options say what an Engine looks things up in. The last two are for
// evaluations and tests.
type Options struct {
	Names   *footfall.Names
	Context *footfall.Context
	Past    footfall.Past
	Zone    func(account footfall.Name) *time.Location // as Env has it; nil for UTC everywhere

	Without Part
	// Told is called for each arrival with what was inferred of it, and again
	// when a late record changes that. It must not keep the Inference.
	Told func(*Login, *Inference)
}

// A Class says whether accounts were changed on the way to a login.
type Class uint8

const (
	Straight Class = iota // every hand that it can have been uses its own account
	Unclear               // some of the hands that it can have been would have changed accounts
	Clear                 // whoever it was changed accounts
)

var classes = [...]string{"no switch", "unclear switch", "clear switch"}

func (c Class) String() string { return classes[c] }

// An Inference says out of which session a login came, and whose hand it was.
type Inference struct {
	Class Class
	Shown bool   // by a record, not inferred
	Hands []Hand // the likeliest first, at most mostHands; their weights and Other sum to 1
	Of    int    // how many hands it can have been
	Other float64
	Root  Root // what the likeliest begins with
}

// A Hand is one way that a login can have come about.
type Hand struct {
	Parent  uint64        // ID of the login that it went on from; 0 when the path begins here
	Account footfall.Name // the account that was used there
	Person  footfall.Name // whose hand it is: the person at the root of the path
	Weight  float64
	Switch  bool // the account belongs to another person than the hand
}

// A Root is what a path begins with.
type Root uint8

const (
	RootOwner     Root = iota // the workstation of the person
	RootAccount               // a host where nobody is known to have come in: the account's person is taken
	RootNoInbound             // a server where nobody was logged on: missing logs, the console, an implant
	RootOutside               // a public address, a VPN or a gateway
	RootShared                // an address that stands for many
)

// An Engine follows the hands. One goroutine owns it.
type Engine struct{ opt Options }

// New returns an Engine that has seen nothing.
func New(o Options) *Engine { return &Engine{opt: o} }

// Observe takes the next Login. s is the step that it was made of.
func (e *Engine) Observe(l *Login, s *footfall.Step, out *footfall.Sink) {
	if l.What == Arrive && e.opt.Told != nil {
		e.opt.Told(l, &Inference{Of: 1, Hands: []Hand{{Account: l.Account, Person: l.Person, Weight: 1}}, Root: RootAccount})
	}
}

// Flush ends the run at the time of the last step.
func (e *Engine) Flush(now int64, out *footfall.Sink) {}
