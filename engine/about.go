package engine

import (
	"context"
	"errors"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/identify"
)

// A Question is whom or what a portrait is wanted of, and as of when.
type Question struct {
	Host   string // a name, an instance's id, a hardware or network address
	Person string // a declared name, or an account
	At     int64  // Unix nanoseconds; 0 for the end of the records
}

// A Known is what is known of a host or a person at a time.
type Known struct {
	*identify.Portrait // nil when nothing is known
	At                 int64
	Record             footfall.Lookup // the records that it rests on
}

// About reads everything up to a time and says what is known then of a host or
// a person. What it says is what hunt went by at that time. visit is called
// once; what it is given is good only during the call.
func About(ctx context.Context, opt Options, q Question, visit func(*Known)) ([]footfall.InputStat, error) {
	opt.Rules = nil
	l, err := begin(ctx, &opt, false)
	if err != nil {
		return nil, err
	}
	c := newCollector(l)
	err = l.run(ctx, c.take)
	if err == nil {
		err = c.settle()
	}
	if err == nil {
		err = portray(ctx, l, c, q, visit)
	}
	if err = errors.Join(err, l.src.Close()); err != nil {
		return nil, err
	}
	return c.inputs(), nil
}

func portray(ctx context.Context, l *line, c *collector, q Question, visit func(*Known)) error {
	known := l.opt.Context
	if known == nil {
		known = &footfall.Context{}
	}
	d := identify.New(l.names, known)
	d.Watch()
	for i := range c.entries {
		d.Enter(&c.entries[i])
	}
	out := &Known{At: q.At}
	var u unique
	n := 0
	for s := range c.sorted.merged() {
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if q.At != 0 && s.Time > q.At {
			break
		}
		if l.opt.asked(s.Time) && u.keep(s) {
			d.Observe(s)
			if q.At == 0 {
				out.At = s.Time
			}
		}
	}
	if err := errors.Join(c.sorted.err, c.sorted.close()); err != nil {
		return err
	}
	if q.Person != "" {
		out.Portrait = d.AboutPerson(q.Person)
	} else {
		out.Portrait = d.AboutHost(q.Host)
	}
	look := newLookup(l, c)
	if out.Portrait != nil {
		look.ask(out.Refs()...)
	}
	if err := look.fetch(); err != nil {
		return err
	}
	out.Record = look.find
	visit(out)
	return look.close()
}

// fetch reads the records that were asked for.
func (k *lookup) fetch() (err error) {
	if len(k.want) == 0 {
		return nil
	}
	if k.file, err = unnamed(k.l.opt.tempDir()); err != nil {
		return err
	}
	return k.read()
}

func (k *lookup) close() error {
	if k.file == nil {
		return nil
	}
	return k.file.Close()
}
