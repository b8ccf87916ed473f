package main

import (
	"fmt"
	"io"
	"os"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/geo"
	"github.com/footfall/footfall/intel"
	"github.com/footfall/footfall/internal/ticket"
)

// known reads what is known of addresses from elsewhere: the lists of --intel,
// the tickets of --tickets and the places of --geo. What cannot be used of a list is told on stderr.
func (f *inputs) known(errs io.Writer, o *engine.Options) error {
	var lists []*intel.List
	for _, path := range f.intel {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("--intel: %w", err)
		}
		l, err := intel.Read(path, data)
		if err != nil {
			return fmt.Errorf("--intel: %w", err)
		}
		for _, note := range l.Notes() {
			fmt.Fprintf(errs, "footfall: %s\n", clean(note))
		}
		lists = append(lists, l)
	}
	if len(lists) > 0 {
		o.Intel = intel.New(lists...)
	}
	if err := f.desk(o); err != nil {
		return err
	}
	var files []*geo.File
	for _, path := range f.geo {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("--geo: %w", err)
		}
		file, err := geo.Open(path, data)
		if err != nil {
			return fmt.Errorf("--geo: %w", err)
		}
		files = append(files, file)
	}
	var err error
	o.Geo, err = geo.New(files...)
	return err
}

// desk reads the tickets of --tickets into what is declared.
func (f *inputs) desk(o *engine.Options) error {
	if f.tickets == "" {
		return nil
	}
	data, err := os.ReadFile(f.tickets)
	if err != nil {
		return fmt.Errorf("--tickets: %w", err)
	}
	list, err := ticket.Read(f.tickets, data)
	if err != nil {
		return fmt.Errorf("--tickets: %w", err)
	}
	if o.Context == nil {
		o.Context = &footfall.Context{}
	}
	o.Context.Tickets = list
	return nil
}
