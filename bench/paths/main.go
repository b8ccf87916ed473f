// Command paths measures how well paths of logins are found. It emulates
// companies with campaigns of attackers in them, reads their logs once as a
// hunt does, and plays each campaign alone beside the company's own logins
// through our engine, through the same with parts left out, and through its
// rivals: at equal budgets, with thresholds of the past alone, nothing left
// out. What comes out stands in docs/paths.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/footfall/footfall/emulate"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := readOptions(os.Args[1:], os.Stderr)
	if err == nil {
		err = o.run(ctx, os.Stdout, os.Stderr)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "paths:", err)
		stop()
		os.Exit(1)
	}
}

// Options say what is measured.
type options struct {
	seeds  []uint64
	shapes []string
	base   plan
	jobs   int
	out    string // folder with results of worlds that are done
	tmp    string // where logs are written, and removed again
	write  string // page whose tables are rewritten
	quick  bool
	sweep  bool
	checks bool
	cost   bool
}

func readOptions(args []string, errs io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("paths", flag.ContinueOnError)
	f.SetOutput(errs)
	seeds := f.String("seeds", "1,2,3,4,5", "seeds of companies")
	shapes := f.String("shapes", "office,hub,flat", "shapes of companies: "+strings.Join(emulate.Shapes(), ", "))
	cells := f.String("cells", "", "what campaigns are like, AXIS=VALUE,... with semicolons between; all that there is without")
	f.IntVar(&o.base.People, "people", 300, "people of a company")
	f.IntVar(&o.base.Days, "days", 44, "days")
	f.IntVar(&o.base.Quiet, "quiet", 28, "days that are learned from and not judged; campaigns begin after")
	f.IntVar(&o.base.Campaigns, "campaigns", 120, "campaigns asked for in each company")
	f.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "companies at once")
	f.StringVar(&o.out, "out", filepath.Join(os.TempDir(), "footfall-paths"), "folder that keeps the results of companies that are done")
	f.StringVar(&o.tmp, "tmp", os.TempDir(), "folder for logs")
	f.StringVar(&o.write, "write", "", "page whose tables are rewritten")
	f.BoolVar(&o.quick, "quick", false, "two small companies, all of it in about two minutes")
	f.BoolVar(&o.sweep, "sweep", true, "also make companies that are ever harder, until it breaks")
	f.BoolVar(&o.checks, "checks", true, "also check that nothing but paths tells attacks apart")
	f.BoolVar(&o.cost, "cost", true, "also measure time and memory")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	for s := range strings.SplitSeq(*seeds, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("-seeds: %q is not a number", s)
		}
		o.seeds = append(o.seeds, n)
	}
	for s := range strings.SplitSeq(*shapes, ",") {
		if !slices.Contains(emulate.Shapes(), s) {
			return nil, fmt.Errorf("-shapes: %q is not one of %s", s, strings.Join(emulate.Shapes(), ", "))
		}
		o.shapes = append(o.shapes, s)
	}
	if *cells != "" {
		for s := range strings.SplitSeq(*cells, ";") {
			if _, err := emulate.ParseCell(s); err != nil {
				return nil, fmt.Errorf("-cells: %w", err)
			}
			o.base.Cells = append(o.base.Cells, strings.TrimSpace(s))
		}
	}
	if o.quick {
		o.small()
	}
	return o, nil
}

// small is what -quick makes.
func (o *options) small() {
	o.seeds, o.shapes, o.sweep, o.checks, o.cost = []uint64{1, 2}, []string{"office"}, false, false, false
	o.base.People, o.base.Days, o.base.Quiet, o.base.Campaigns = 100, 28, 18, 40
}

// plans are the companies, seed by seed so that what is done first tells of all shapes.
func (o *options) plans() []plan {
	var out []plan
	for _, seed := range o.seeds {
		for _, shape := range o.shapes {
			p := o.base
			p.Seed, p.Shape = seed, shape
			out = append(out, p)
		}
	}
	if o.sweep {
		out = append(out, o.swept()...)
	}
	return out
}

func (o *options) run(ctx context.Context, w, errs io.Writer) error {
	runs, err := o.worlds(ctx, o.plans(), errs)
	if err != nil {
		return err
	}
	p := &page{o: o, runs: runs}
	if o.checks {
		if p.probes, err = o.probe(ctx, errs); err != nil {
			return err
		}
	}
	if o.cost {
		if p.cost, err = o.measure(ctx); err != nil {
			return err
		}
	}
	if o.write != "" {
		if err := p.rewrite(o.write); err != nil {
			return err
		}
	}
	p.print(w)
	return p.verdict()
}

// worlds runs plans, several at once, those aside that are done already.
func (o *options) worlds(ctx context.Context, plans []plan, errs io.Writer) ([]*run, error) {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return nil, err
	}
	code, err := fingerprint()
	if err != nil {
		return nil, err
	}
	kept, err := readKept(filepath.Join(o.out, "worlds.ndjson"), code)
	if err != nil {
		return nil, err
	}
	debug.SetGCPercent(50) // two companies at once are large
	runs := make([]*run, len(plans))
	var mu sync.Mutex
	var failed error
	begun, done, fresh := time.Now(), 0, 0
	say := func(format string, args ...any) {
		fmt.Fprintf(errs, "%s "+format+"\n", append([]any{time.Since(begun).Round(time.Second)}, args...)...)
	}
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range min(max(o.jobs, 1), len(plans)) {
		wg.Go(func() {
			for i := range jobs {
				r, err := o.world(ctx, plans[i], say)
				mu.Lock()
				if failed = errors.Join(failed, err); err == nil {
					r.Code = code
					runs[i] = r
					failed = errors.Join(failed, kept.add(r))
					done, fresh = done+1, fresh+1
					say("%s: done in %.0f s, %d of %d", plans[i], r.Seconds, done, len(plans))
				}
				mu.Unlock()
			}
		})
	}
	for i, p := range plans {
		if r := kept.runs[p.String()]; r != nil {
			mu.Lock()
			runs[i] = r
			done++
			mu.Unlock()
			continue
		}
		mu.Lock()
		stop := failed != nil || ctx.Err() != nil
		mu.Unlock()
		if stop {
			break
		}
		jobs <- i
	}
	close(jobs)
	wg.Wait()
	return runs, errors.Join(failed, ctx.Err(), kept.close())
}

func (o *options) world(ctx context.Context, p plan, say func(string, ...any)) (*run, error) {
	begun := time.Now()
	w, err := build(ctx, p, filepath.Join(o.tmp, "footfall-paths-"+p.String()))
	if err != nil {
		return nil, err
	}
	say("%s: %d steps, %d logins after %.0f s", p, len(w.steps), len(w.logins), time.Since(begun).Seconds())
	list := variants()
	if p.Set != "" {
		list = list[:1]
	}
	return play(ctx, w, list, say)
}
