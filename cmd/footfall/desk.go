package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/journal"
	"github.com/footfall/footfall/journal/runfile"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/report"
	"github.com/footfall/footfall/triage"
)

// suppressName is the file of a report's folder that hunt -o honours beside
// the context file; it has the context file's layout.
const suppressName = "suppress.yaml"

// A desk is a report's folder with what people did about its cases.
type desk struct {
	dir    string
	log    *journal.Log
	book   *journal.Book // nil when nothing is to be written
	stored *runfile.Stored
	ctx    *footfall.Context
	zone   *time.Location
	books  []*triage.Playbook
	parts  []*footfall.Case // the run's cases, with what was split
	run    *footfall.Run    // as people left it
	before *runfile.Stored  // the run that a hunt takes the place of
}

// openDesk opens a report's folder; records takes the records' texts as well.
// A broken journal can be read up to the break, which is the error then.
func openDesk(dir string, records, write bool) (*desk, error) {
	d := &desk{dir: dir}
	if _, err := os.Stat(filepath.Join(dir, runfile.Name)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s has no cases; footfall hunt -o %[1]s EVIDENCE makes them", clean(dir))
	}
	var broken error
	if write {
		b, err := journal.Hold(dir)
		if err != nil {
			if b != nil {
				err = errors.Join(err, b.Close())
			}
			return nil, err
		}
		d.book, d.log = b, b.Log
	} else {
		var err error
		if d.log, err = journal.Load(dir); err != nil {
			if !errors.As(err, new(*journal.Broken)) {
				return nil, err
			}
			broken = err
		}
	}
	err := d.load(records)
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	d.apply()
	return d, broken
}

func (d *desk) load(records bool) (err error) {
	if d.stored, err = runfile.Load(d.dir, records); err != nil {
		return err
	}
	if len(d.stored.Context) > 0 {
		if d.ctx, err = engine.ReadContext(d.stored.ContextName, d.stored.Context); err != nil {
			return err
		}
	}
	if d.zone, err = time.LoadLocation(d.stored.Zone); err != nil {
		d.zone = time.UTC
	}
	return d.playbooks()
}

// playbooks are those that the run was judged by.
func (d *desk) playbooks() (err error) {
	if len(d.stored.Playbooks) > 0 {
		if d.books, err = triage.Load(d.stored.Playbooks); err == nil {
			return nil
		}
	}
	d.books, err = triage.Load(playbooks.Files())
	return err
}

func (d *desk) close() error {
	var err error
	if d.stored != nil {
		err = d.stored.Close()
	}
	if d.before != nil {
		err = errors.Join(err, d.before.Close())
	}
	if d.book != nil {
		err = errors.Join(err, d.book.Close())
	}
	return err
}

// again builds a case of findings that people put together or apart.
func (d *desk) again(run *footfall.Run) journal.Again {
	return func(list []*footfall.Finding, facts []*footfall.Fact, hops []footfall.Hop) *footfall.Case {
		return triage.Again(list, facts, hops, triage.Options{
			Playbooks: d.books, Context: d.ctx, Spans: run.Hosts, First: run.First, Last: run.Last,
		})
	}
}

// apply makes the run as people left it.
func (d *desk) apply() {
	again := d.again(d.stored.Run)
	d.parts = d.log.Part(d.stored.Run.Cases, again)
	run := *d.stored.Run
	run.Cases = d.log.Apply(d.parts, again)
	triage.Order(run.Cases)
	triage.Similar(run.Cases, d.ctx)
	run.Notes = append(slices.Clone(run.Notes), d.log.Notes...)
	d.run = &run
}

// write appends to the journal and writes anew what shows it.
func (d *desk) write(now time.Time, who string, list ...journal.Entry) error {
	if err := d.book.Append(now, who, list...); err != nil {
		return err
	}
	d.apply()
	return report.Refresh(d.dir, d.run, d.zone)
}

// keepCases brings a hunt's cases together with what people did about those of
// the hunts before it in the same folder, and writes the folder.
func keepCases(dir string, h *engine.Hunt, in *inputs, o *engine.Options) (err error) {
	d := &desk{dir: dir, ctx: o.Context, zone: o.Zone, stored: &runfile.Stored{Run: h.Run, ContextName: in.context, Playbooks: o.Playbooks}}
	if o.Zone != nil {
		d.stored.Zone = o.Zone.String()
	}
	if in.context != "" {
		if d.stored.Context, err = os.ReadFile(in.context); err != nil {
			return err
		}
	}
	if err := d.playbooks(); err != nil {
		return err
	}
	if d.book, err = journal.Hold(dir); err != nil {
		if d.book != nil {
			err = errors.Join(err, d.book.Close())
		}
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	d.log = d.book.Log
	if err := d.goOn(o.Receipt); err != nil {
		return err
	}
	d.apply()
	if err := runfile.Save(dir, d.stored); err != nil {
		return err
	}
	if err := report.Folder(dir, d.run, rows(h), d.zone); err != nil {
		return err
	}
	h.Run = d.run
	return nil
}

// goOn writes into the journal what the run changes, and takes over cases that
// people worked on and of which the run has nothing.
func (d *desk) goOn(now time.Time) error {
	again := d.again(d.stored.Run)
	before, err := runfile.Load(d.dir, true)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		before = &runfile.Stored{Run: &footfall.Run{}}
	case err != nil:
		// The journal has what people did; of the run before, only cases that
		// are not found again are lost.
		d.stored.Run.Notes = append(d.stored.Run.Notes, "the cases of the run before could not be read: "+err.Error())
		before = &runfile.Stored{Run: &footfall.Run{}}
	}
	d.before = before
	old := d.log.Part(before.Run.Cases, again)
	parts := d.log.Part(d.stored.Run.Cases, again)
	if err := d.book.Append(now, journal.Program, d.log.Reconcile(parts, old)...); err != nil {
		return err
	}
	var carried []*footfall.Case
	for _, c := range old {
		f := d.log.File(c.ID)
		if f == nil || !f.Gone || f.ID != c.ID || f.Work.Changed == 0 {
			continue
		}
		carried = append(carried, c)
		d.stored.Run.Notes = append(d.stored.Run.Notes, fmt.Sprintf("case %d (%s), on which people worked, is not in this run; it is kept as it was: %s", f.Work.Number, f.Work.Status, c.Title))
	}
	run := *d.stored.Run
	run.Cases = slices.Clone(run.Cases)
	runfile.Carry(&run, before.Run, carried)
	d.stored.Run = &run
	return nil
}

// ready tells before a long hunt that its report could not be written, and
// takes what was suppressed in the folder.
func ready(dir string, o *engine.Options) error {
	if _, err := journal.Load(dir); err != nil {
		return err
	}
	return suppressions(dir, o)
}

// suppressions adds those that were confirmed in a report's folder to the
// context.
func suppressions(dir string, o *engine.Options) error {
	name := filepath.Join(dir, suppressName)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	more, err := engine.ReadContext(name, data)
	if err != nil {
		return err
	}
	ctx := footfall.Context{}
	if o.Context != nil {
		ctx = *o.Context
	}
	ctx.Suppressed = append(slices.Clone(ctx.Suppressed), more.Suppressed...)
	o.Context = &ctx
	return nil
}
