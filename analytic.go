package footfall

import (
	"slices"
	"time"
)

// An Analytic finds abuse that no single event shows, or says what is known
// of the things that a finding is about.
type Analytic struct {
	Name  string   // also its folder
	Doc   string   // what it finds, from what, and what harmless activity looks the same
	Rules []Rule   // what its findings say of themselves; Finding.Rule points to one of these
	Facts []string // kinds of facts that it gives
	Hears bool     // its instance of All is a Hearer
	Plain bool     // its findings and later facts are the same whether it is asked or not: it is not asked for facts that nobody takes
	// Kinds are those of the plain steps, which no rule hit on, that Keys may
	// want; nil for any. Of other steps Keys is not asked.
	Kinds []Kind
	// Keys appends to dst the names by which a step belongs to the analytic's
	// instances: an account, a source, a host. The step goes to the instance
	// of each name's slot, once per slot. It appends nothing for a step that
	// the analytic does not want. It must look at the step alone.
	Keys func(dst []Name, s *Step) []Name
	// About appends the names whose instances are asked for facts about a step;
	// nil for those of Keys. Who gives facts about steps that it need not see
	// has one.
	About func(dst []Name, s *Step) []Name
	// New returns one of the analytic's Slots instances.
	New func(*Env) Watcher
}

// All is a key for analytics that must see every step in one instance.
const All Name = ^Name(0)

// A Watcher is one instance of an analytic. The engine calls it from one
// goroutine, with steps in the order of event time.
type Watcher interface {
	// Observe must not keep s or sess after it returns; sess is the session
	// that the step is in or opened, nil when none is known.
	Observe(s *Step, sess *Session, out *Sink)
	// Flush is called once, after the last step, at the time of the last.
	Flush(now int64, out *Sink)
}

// A Witness is a Watcher that gives facts: after a finding on a step, and
// before any later step is observed, the engine asks the instances of the
// finding's own key, or of those that About gives. about is the finding's step.
type Witness interface {
	Facts(about *Step, f *Finding, out *Sink)
}

// A Hearer is a Watcher that is told what other analytics found, after the step
// that it was found on and before any later one. It must keep neither.
type Hearer interface {
	Hear(f *Finding, about *Step, out *Sink)
}

// An Env is what an instance may look things up in. It is read only.
type Env struct {
	Names   *Names
	Context *Context
	// Machine reports whether an account is a computer's own, by evidence.
	Machine func(account Name) bool
	// HostAt returns the host that an address belonged to at the current
	// event time, 0 when unknown.
	HostAt func(addr Name) Name
	// Person returns whose account it is at the current event time, 0 when that
	// is not known: a person's name as declared or shown by records.
	Person func(account Name) Name
	// UserAt returns the account that a VPN or a gateway gave an inner address
	// to at the current event time, 0 when none has it.
	UserAt func(addr Name) Name
	// Owner returns the main account of the person who works on a host most
	// days, 0 when that is nobody or not known.
	Owner func(host Name) Name
	// Shared reports whether an address is known to stand for many hosts or
	// persons at the current event time: NAT, a proxy, a VPN's egress.
	Shared func(addr Name) bool
	// HostKind returns what sort of host one is, as declared or as its behaviour shows.
	HostKind func(host Name) HostKind
	// Zone returns the time zone that the account's person works in, nil for UTC.
	Zone func(account Name) *time.Location
	// Extra returns what Step.Extra stands for. It must not be changed.
	Extra func(extra Name) *Extra
	// Past is what is usual, up to the step before the one that is observed.
	Past Past
	// Rule returns what a Sigma rule says of itself, nil for an unknown id.
	Rule func(id Name) *Rule
	// Span returns the first and last event time seen so far from a host.
	Span func(host Name) (first, last int64)
	// Told returns the first and last event time of a sort of record about a
	// host so far, of host 0 about any: where none came, that nothing happened
	// is not known.
	Told func(host Name, what Told) (first, last int64)
	// Intel appends to dst what lists of intelligence say of an address, a host
	// or a key's fingerprint, also listings that are not valid at the time of
	// the step. It is nil when no lists were given.
	Intel func(dst []Listing, what string) []Listing
	// Place returns where an address is; nil when nothing can tell.
	Place func(addr Name) Place
	// Correlations are those of the rules, each behind those that it refers to.
	Correlations []Correlation
	// Start is the event time of the first step of the run.
	Start func() int64
	// Slot is which of an analytic's instances this is, -1 for the one of All.
	// An analytic with keys of two kinds asks it which of a step's keys are
	// its own.
	Slot int
}

// A Sink takes what an instance found. A finding may be given again when more
// evidence came: the same ID replaces the earlier one.
type Sink struct {
	Found []*Finding
	At    []Step // the step of each finding
	Known []*Fact
	Notes []string // what the reader of the run must know

	told  map[factKey]int // where in Known, of the first ones when these are many
	noted int             // how many are in told
}

type factKey struct{ finding, kind string }

// Find gives a finding, with the step that it was found on.
func (k *Sink) Find(f *Finding, s *Step) { k.Found, k.At = append(k.Found, f), append(k.At, *s) }

// Tell gives a fact. It takes the place of an earlier one of the same kind
// about the same finding that is still in Known.
func (k *Sink) Tell(f *Fact) {
	if i := k.where(f); i >= 0 {
		k.Known[i] = f
		return
	}
	k.Known = append(k.Known, f)
}

// fewKnown is how many facts are looked through one by one: a step gives a few.
const fewKnown = 16

// where returns where a fact of the same kind about the same finding is, -1 where there is none.
func (k *Sink) where(f *Fact) int {
	if len(k.Known) <= fewKnown {
		k.told, k.noted = nil, 0
		return slices.IndexFunc(k.Known, func(x *Fact) bool { return x.Finding == f.Finding && x.Kind == f.Kind })
	}
	if k.told == nil {
		k.told = map[factKey]int{}
	}
	for ; k.noted < len(k.Known); k.noted++ {
		x := k.Known[k.noted]
		k.told[factKey{x.Finding, x.Kind}] = k.noted
	}
	if i, ok := k.told[factKey{f.Finding, f.Kind}]; ok {
		return i
	}
	return -1
}
