package analyze_test

import (
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/history"
	"github.com/footfall/footfall/identify"
	"github.com/footfall/footfall/session"
)

// A bed is what analytics lie in: identity and sessions before them, the
// baseline behind them, as the engine has it.
type bed struct {
	env  *footfall.Env
	dir  *identify.Directory
	sess *session.Table
	past *history.History
	line *analyze.Line
	told footfall.Tales
}

// newBed makes a bed; change may set what Env has beside the stages.
func newBed(n *footfall.Names, c *footfall.Context, list []footfall.Analytic, change func(*footfall.Env)) *bed {
	if c == nil {
		c = &footfall.Context{}
	}
	b := &bed{dir: identify.New(n, c), sess: session.New(n)}
	extras := map[footfall.Name]*footfall.Extra{}
	b.env = &footfall.Env{
		Names: n, Context: c, Machine: b.dir.Machine, HostAt: b.dir.HostAt, Person: b.dir.Person, HostKind: b.dir.HostKind,
		Zone: func(footfall.Name) *time.Location { return nil }, UserAt: b.dir.UserAt, Owner: b.dir.Owner, Shared: b.dir.Shared,
		Rule: func(footfall.Name) *footfall.Rule { return nil },
		Span: func(footfall.Name) (int64, int64) { return 0, 0 }, Start: func() int64 { return 0 },
		Extra: func(id footfall.Name) *footfall.Extra {
			if extras[id] == nil {
				x := footfall.ParseExtra(n.String(id))
				extras[id] = &x
			}
			return extras[id]
		},
	}
	b.env.Told = b.told.Told
	if change != nil {
		change(b.env)
	}
	b.past = history.New(history.Options{Names: n, Context: c, Extra: b.env.Extra, Place: b.env.Place})
	b.env.Past = b.past
	b.line = analyze.New(list, b.env)
	return b
}

// observe does what the engine does with a step.
func (b *bed) observe(s *footfall.Step, out *footfall.Sink) {
	b.told.Note(s)
	b.dir.Observe(s)
	sess := b.sess.Observe(s)
	b.past.Now(s.Time)
	b.line.Observe(s, sess, out)
	b.past.Observe(s, sess)
}
