package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/rules"
	"github.com/footfall/footfall/sigma"
)

// inputs are the flags of every command that reads logs.
type inputs struct {
	context   string
	rules     []string
	playbooks []string
	noBuiltin bool
	as        string
	maps      []string
	intel     []string
	geo       []string
	tickets   string
	year      int
	tz        string
	since     string
	until     string
	workers   int
}

func (f *inputs) add(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVarP(&f.context, "context", "c", "", "context `FILE`: networks, critical hosts, people, known tools (docs/context.md)")
	fs.StringArrayVarP(&f.rules, "rules", "r", nil, "more Sigma rules, a file or folder `PATH`; may be repeated")
	fs.BoolVar(&f.noBuiltin, "no-builtin", false, "leave out the rules that come with the program")
	f.reading(c)
}

// reading adds the flags that say how logs are read.
func (f *inputs) reading(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVar(&f.as, "as", "", "read every input as `FORMAT` (see footfall sources) instead of recognising it")
	fs.StringArrayVar(&f.maps, "map", nil, "mapping `FILE` for a JSON, CSV or key=value log of no known format (docs/mapping.md); may be repeated")
	fs.IntVar(&f.year, "year", 0, "`YEAR` of the last line of logs that do not say")
	fs.StringVar(&f.tz, "tz", "", "time `ZONE` of logs that do not say, and of what is shown, as Europe/Berlin (default UTC)")
	fs.StringVar(&f.since, "since", "", "leave out what happened before `TIME`, as 2026-03-01 or 2026-03-01T10:00:00Z")
	fs.StringVar(&f.until, "until", "", "leave out what happened from `TIME` on")
	fs.StringArrayVar(&f.intel, "intel", nil, "addresses, networks, hosts or keys known bad: a plain list, CSV, STIX 2.1 or MISP `FILE`; may be repeated")
	fs.StringArrayVar(&f.geo, "geo", nil, "MMDB `FILE` of cities or autonomous systems, beside the countries that come with the program; may be repeated")
	fs.StringVar(&f.tickets, "tickets", "", "export of a service desk's tickets, CSV or JSON `FILE`, in which a case's names are looked for (docs/answers.md)")
	fs.IntVar(&f.workers, "workers", 0, "how many workers decode at once `N` (default one a processor)")
}

func (f *inputs) options(c *cobra.Command, paths []string) (engine.Options, error) {
	o := engine.Options{
		Paths: paths, Decoders: decode.All, Analytics: engine.Analytics, Playbooks: playbooks.Files(), Catalogue: catalogue(),
		As: f.as, Year: f.year, Workers: f.workers, Receipt: time.Now(), Version: version(),
	}
	if len(f.playbooks) > 0 {
		files, _, err := shelfFiles(f.playbooks)
		if err != nil {
			return o, fmt.Errorf("--playbooks: %w", err)
		}
		o.Playbooks = files
	}
	for _, path := range f.maps {
		data, err := os.ReadFile(path)
		if err != nil {
			return o, fmt.Errorf("--map: %w", err)
		}
		d, err := decode.Mapped(path, data)
		if err != nil {
			return o, usage{fmt.Errorf("--map: %w", err)}
		}
		o.Decoders = append([]footfall.Decoder{d}, o.Decoders...)
	}
	if f.as != "" && decode.Named(o.Decoders, f.as) == nil {
		return o, usage{fmt.Errorf("--as %q: no such format; footfall sources lists them", f.as)}
	}
	var err error
	if f.tz != "" {
		if o.Zone, err = time.LoadLocation(f.tz); err != nil {
			return o, usage{fmt.Errorf("--tz: %w", err)}
		}
	}
	if o.Since, err = when("--since", f.since, o.Zone); err != nil {
		return o, err
	}
	if o.Until, err = when("--until", f.until, o.Zone); err != nil {
		return o, err
	}
	if f.context != "" {
		data, err := os.ReadFile(f.context)
		if err != nil {
			return o, err
		}
		if o.Context, err = engine.ReadContext(f.context, data); err != nil {
			return o, err
		}
	}
	if err := f.known(c.ErrOrStderr(), &o); err != nil {
		return o, err
	}
	if p := newProgress(c.ErrOrStderr()); p != nil {
		o.Progress = p.show
	}
	return o, nil
}

// load reads the rules that come with the program and those of --rules. Rules
// that cannot be used are told on stderr; the others are used.
func (f *inputs) load(errs io.Writer) ([]*sigma.Rule, error) {
	var srcs []sigma.Source
	if !f.noBuiltin {
		srcs = append(srcs, builtin()...)
	}
	for _, path := range f.rules {
		more, err := ruleFiles(path)
		if err != nil {
			return nil, err
		}
		srcs = append(srcs, more...)
	}
	list, bad := sigma.Load(srcs)
	for _, err := range bad {
		what := "rule left out"
		if e := (*sigma.Error)(nil); errors.As(err, &e) && e.Warning {
			what = "warning"
		}
		fmt.Fprintf(errs, "footfall: %s: %s\n", what, clean(err.Error()))
	}
	return list, nil
}

// unbound tells which placeholders of rules have no values in the context
// file: their rules never hit.
func unbound(w io.Writer, list []*sigma.Rule, known *footfall.Context) {
	var names []string
	ids := map[string][]string{}
	for _, r := range list {
		for _, n := range r.Placeholders() {
			if known != nil && len(known.Placeholders[n]) > 0 {
				continue
			}
			if ids[n] == nil {
				names = append(names, n)
			}
			ids[n] = append(ids[n], r.Meta.ID)
		}
		for _, f := range r.Filters {
			for _, n := range f.Placeholders {
				if known == nil || len(known.Placeholders[n]) == 0 {
					fmt.Fprintf(w, "footfall: %%%s%% has no values (placeholders in the context file), so the filter %s is left out of the rule %s\n", clean(n), clean(f.Title), clean(r.Meta.ID))
				}
			}
		}
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(w, "footfall: %%%s%% has no values (placeholders in the context file), so %d rules are not used: %s\n", clean(n), len(ids[n]), clean(few(ids[n])))
	}
}

func catalogue() []footfall.Row {
	var out []footfall.Row
	for _, r := range rules.Catalogue() {
		out = append(out, footfall.Row{ID: r[0], Attack: strings.Fields(r[1]), Title: r[2], Sources: r[3], Within: r[4]})
	}
	return out
}

func builtin() []sigma.Source {
	var out []sigma.Source
	for name, data := range rules.Files() {
		out = append(out, sigma.Source{Name: name, Data: data})
	}
	slices.SortFunc(out, func(a, b sigma.Source) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// ruleFiles reads the .yml and .yaml files of a path, in order.
func ruleFiles(path string) ([]sigma.Source, error) {
	var out []sigma.Source
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := filepath.Ext(p); p != path && ext != ".yml" && ext != ".yaml" {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		out = append(out, sigma.Source{Name: p, Data: data})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("--rules: %w", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("--rules: no .yml or .yaml file under %q", path)
	}
	return out, nil
}

func when(flag, s string, z *time.Location) (int64, error) {
	if s == "" {
		return 0, nil
	}
	if z == nil {
		z = time.UTC
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, z); err == nil {
			return t.UnixNano(), nil
		}
	}
	return 0, usage{fmt.Errorf("%s: %q is not a time like 2026-03-01 or 2026-03-01T10:00:00Z", flag, s)}
}

// maxTold is how many inputs that could not be read are told on stderr; the
// report and --stats list them all.
const maxTold = 20

// incomplete tells on stderr what could not be read and returns the error for it.
func incomplete(errs io.Writer, inputs []footfall.InputStat) error {
	bad := 0
	for _, in := range inputs {
		if in.State == "read" || in.State == "duplicate" || in.State == "empty" {
			continue
		}
		if bad++; bad > maxTold {
			continue
		}
		for _, r := range in.Reasons {
			fmt.Fprintf(errs, "footfall: %s: %s at offset %d: %s", clean(in.Path), in.State, r.Offset, clean(r.Reason))
			if r.Count > 1 {
				fmt.Fprintf(errs, " (%d times)", r.Count)
			}
			fmt.Fprintln(errs)
		}
		if len(in.Reasons) == 0 {
			fmt.Fprintf(errs, "footfall: %s: %s\n", clean(in.Path), in.State)
		}
	}
	if bad > maxTold {
		fmt.Fprintf(errs, "footfall: %d inputs more were not read, or not whole; --stats FILE lists them all\n", bad-maxTold)
	}
	if bad > 0 {
		return unread{}
	}
	return nil
}

// clean makes text from inputs safe for a terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f {
			return '?'
		}
		return r
	}, s)
}

// create writes a file, when one is named.
func create(path string, data []byte) error {
	if path == "" {
		return nil
	}
	return os.WriteFile(path, data, 0o600)
}
