package engine

import (
	"context"
	"errors"
	"io"

	"github.com/footfall/footfall"
)

// A Render appends what is to be shown of an event to dst. It may be called
// from several goroutines and must not keep e.
type Render func(dst []byte, e *footfall.Event, s *footfall.Schema, input string) []byte

// Events writes every record of every input, in the order of inputs, as
// render shows it, and says what became of the inputs.
func Events(ctx context.Context, opt Options, w io.Writer, render Render) ([]footfall.InputStat, error) {
	l, err := begin(ctx, &opt, true)
	if err != nil {
		return nil, err
	}
	l.render = render
	c := newCollector(l)
	err = l.run(ctx, func(p *product) error {
		if err := c.take(p); err != nil {
			return err
		}
		_, err := w.Write(p.out)
		return err
	})
	if err = errors.Join(err, l.src.Close()); err != nil {
		return nil, err
	}
	return c.inputs(), nil
}
