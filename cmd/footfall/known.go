package main

import (
	"fmt"
	"io"
	"os"

	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/geo"
	"github.com/footfall/footfall/intel"
)

// known reads what is known of addresses from elsewhere: the lists of --intel
// and the places of --geo. What cannot be used of a list is told on stderr.
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
