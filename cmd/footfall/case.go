package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/journal"
	"github.com/footfall/footfall/report"
)

// casing are the flags of every case command.
type casing struct {
	dir, who, tz string
}

func caseCommand() *cobra.Command {
	f := &casing{}
	c := &cobra.Command{
		Use: "case", Short: "Work on the cases of a report's folder", Args: none,
		Long: `Case works on the folder that footfall hunt -o DIR wrote: it lists and shows
cases, and writes down who has them, what was noted, decided and done. All of it
goes into DIR/journal.ndjson, whose entries are chained and are never changed;
the report in the folder is written anew after each change. A later hunt into
the same folder keeps it.

A case is named by its number in the folder, its id, or a unique beginning of
one. The folder is -d DIR, else $FOOTFALL_DIR, else the current folder when it
is a report's, else ./report.`,
		Example: `  footfall case list
  footfall case show 1
  footfall case take 1
  footfall case note 1 "asked mara: it was not her"
  footfall case close 1 benign --reason "the yearly restore test"`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	fs := c.PersistentFlags()
	fs.StringVarP(&f.dir, "dir", "d", "", "the report's folder, `DIR`")
	fs.StringVar(&f.who, "who", "", "who does it, `NAME` (default $USER)")
	fs.StringVar(&f.tz, "tz", "", "time `ZONE` of what is shown, as Europe/Berlin (default as in hunt)")
	c.AddCommand(f.listCommand(), f.showCommand(), f.evidenceCommand(), f.timelineCommand(), f.pathCommand(),
		f.takeCommand(), f.noteCommand(), f.taskCommand(), f.escalateCommand(), f.statusCommand(), f.closeCommand(), f.reopenCommand(),
		f.mergeCommand(), f.unmergeCommand(), f.splitCommand(), f.suppressCommand(), f.reportCommand(), f.handoverCommand(), f.verifyCommand())
	return c
}

// folder is the report's folder that is meant.
func (f *casing) folder() string {
	if f.dir != "" {
		return f.dir
	}
	if dir := os.Getenv("FOOTFALL_DIR"); dir != "" {
		return dir
	}
	if _, err := os.Stat(journal.Name); err == nil {
		return "."
	}
	return "report"
}

// person is who acts.
func (f *casing) person() (string, error) {
	name := f.who
	if name == "" {
		name = os.Getenv("USER")
	}
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	switch name = strings.TrimSpace(name); name {
	case "":
		return "", usage{errors.New("--who NAME says who does it")}
	case journal.Program:
		return "", usage{fmt.Errorf("--who %q: that is the program itself", name)}
	}
	return name, nil
}

func (f *casing) options(w io.Writer, d *desk) (report.TextOptions, error) {
	o := report.TextOptions{Width: width(w), Color: terminal(w) && os.Getenv("NO_COLOR") == "", Zone: d.zone, Now: time.Now().UnixNano()}
	if f.tz != "" {
		zone, err := time.LoadLocation(f.tz)
		if err != nil {
			return o, usage{fmt.Errorf("--tz: %w", err)}
		}
		o.Zone = zone
	}
	return o, nil
}

// look opens the folder for reading. A broken journal is told and what stands
// before the break is shown.
func (f *casing) look(c *cobra.Command, records bool, do func(d *desk, w io.Writer, o report.TextOptions) error) (err error) {
	d, err := openDesk(f.folder(), records, false)
	var broken *journal.Broken
	if errors.As(err, &broken) {
		fmt.Fprintf(c.ErrOrStderr(), "footfall: %v; what stands before it is shown, and nothing can be written\n", err)
	} else if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	for _, n := range d.log.Notes {
		fmt.Fprintf(c.ErrOrStderr(), "footfall: %s\n", clean(n))
	}
	o, err := f.options(c.OutOrStdout(), d)
	if err != nil {
		return err
	}
	return do(d, c.OutOrStdout(), o)
}

// change opens the folder for writing, appends what do returns, and says how
// the case stands then.
func (f *casing) change(c *cobra.Command, id string, do func(d *desk, x *journal.File, k *footfall.Case) ([]journal.Entry, string, error)) (err error) {
	who, err := f.person()
	if err != nil {
		return err
	}
	d, err := openDesk(f.folder(), true, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	x, k, err := d.find(id)
	if err != nil {
		return err
	}
	list, said, err := do(d, x, k)
	if err != nil {
		return err
	}
	if err := d.write(time.Now(), who, list...); err != nil {
		return err
	}
	fmt.Fprintln(c.OutOrStdout(), said)
	return nil
}

// find returns a case's file and the case as the run has it; the survivor of
// merges stands for what was merged into it.
func (d *desk) find(id string) (*journal.File, *footfall.Case, error) {
	x, err := d.log.Find(id)
	if err != nil {
		return nil, nil, err
	}
	x = d.log.Root(x)
	for _, k := range d.run.Cases {
		if k.ID == x.ID {
			return x, k, nil
		}
	}
	return nil, nil, fmt.Errorf("case %d (%s) is not in the last run, and nobody had worked on it", x.Work.Number, clean(x.Title))
}

func (f *casing) listCommand() *cobra.Command {
	var status, owner, level string
	var all bool
	c := &cobra.Command{
		Use: "list", Short: "List cases, the worst and what is due first", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			least := footfall.LevelUnknown
			if level != "" {
				var err error
				if least, err = footfall.ParseLevel(level); err != nil {
					return usage{fmt.Errorf("--min-level: %w", err)}
				}
			}
			if status != "" {
				if _, err := footfall.ParseStatus(status); err != nil {
					return usage{fmt.Errorf("--status: %w", err)}
				}
			}
			return f.look(c, false, func(d *desk, w io.Writer, o report.TextOptions) error {
				var shown []*footfall.Case
				hidden := 0
				for _, k := range d.run.Cases {
					work := footfall.Work{}
					if k.Work != nil {
						work = *k.Work
					}
					switch {
					case status != "" && work.Status.String() != status, owner != "" && work.Owner != owner, k.Level < least:
					case status == "" && !all && work.Status == footfall.StatusClosed:
						hidden++
					default:
						shown = append(shown, k)
					}
				}
				if err := report.List(w, shown, o); err != nil {
					return err
				}
				if hidden > 0 {
					fmt.Fprintf(w, "%d closed (--all)\n", hidden)
				}
				return d.tellSilenced(w)
			})
		},
	}
	c.Flags().StringVar(&status, "status", "", "only cases that are `STATUS`: new, triage, escalated, contained, recovering, closed")
	c.Flags().StringVar(&owner, "owner", "", "only cases of `NAME`")
	c.Flags().StringVar(&level, "min-level", "", "only cases from `LEVEL` on")
	c.Flags().BoolVarP(&all, "all", "a", false, "closed cases too")
	return c
}

// oneCase is the argument that names a case.
func oneCase(more int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage{errors.New("which case? footfall case list lists them")}
		}
		if more >= 0 && len(args) > 1+more {
			return usage{fmt.Errorf("unexpected argument %q", args[1+more])}
		}
		return nil
	}
}

// showing is a command that shows something of one case.
func (f *casing) showing(use, short string, more int, do func(d *desk, k *footfall.Case, args []string, w io.Writer, o report.TextOptions) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: oneCase(more),
		RunE: func(c *cobra.Command, args []string) error {
			return f.look(c, true, func(d *desk, w io.Writer, o report.TextOptions) error {
				x, k, err := d.find(args[0])
				if err != nil {
					return err
				}
				if asked, err := d.log.Find(args[0]); err == nil && asked != x {
					fmt.Fprintf(w, "Case %d was merged into case %d.\n", asked.Work.Number, x.Work.Number)
				}
				return do(d, k, args[1:], w, o)
			})
		},
	}
}

func (f *casing) showCommand() *cobra.Command {
	var all bool
	c := f.showing("show CASE", "Show a case: what happened, why it is believed, what to do next", 0, func(d *desk, k *footfall.Case, _ []string, w io.Writer, o report.TextOptions) error {
		if all {
			return report.Whole(w, d.run, k, o)
		}
		return report.Show(w, d.run, k, o)
	})
	c.Flags().BoolVarP(&all, "all", "a", false, "everything: questions whole, findings, why it is one case, the work")
	return c
}

func (f *casing) evidenceCommand() *cobra.Command {
	return f.showing("evidence CASE [N]", "List the records that a case rests on, or show record N whole", 1, func(d *desk, k *footfall.Case, args []string, w io.Writer, o report.TextOptions) error {
		n := 0
		if len(args) > 0 {
			var err error
			if n, err = strconv.Atoi(args[0]); err != nil || n < 1 {
				return usage{fmt.Errorf("%q is not the number of a record", args[0])}
			}
		}
		return report.Evidence(w, d.run, k, n, o)
	})
}

func (f *casing) timelineCommand() *cobra.Command {
	var all bool
	c := f.showing("timeline CASE", "Show what happened and what was done, in order", 0, func(d *desk, k *footfall.Case, _ []string, w io.Writer, o report.TextOptions) error {
		return report.CaseTimeline(w, d.run, k, all, o)
	})
	c.Flags().BoolVarP(&all, "all", "a", false, "all lines")
	return c
}

func (f *casing) pathCommand() *cobra.Command {
	return f.showing("path CASE", "Show who went where, hop by hop", 0, func(_ *desk, k *footfall.Case, _ []string, w io.Writer, o report.TextOptions) error {
		_, err := report.Paths(w, "text", []*footfall.Case{k}, o)
		return err
	})
}

func (f *casing) verifyCommand() *cobra.Command {
	var anchor string
	c := &cobra.Command{
		Use: "verify", Short: "Verify the journal, and print its anchor", Args: none,
		Long: `Verify reads the whole journal and checks every hash. The last line printed is
its anchor: the number and the hash of the last entry. Kept elsewhere (in a
ticket, in the shift report), it proves later that nothing up to there was
changed or taken away: footfall case verify --anchor NUMBER:HASH.`,
		RunE: func(c *cobra.Command, _ []string) error {
			log, err := journal.Load(f.folder())
			if err != nil {
				return err
			}
			if anchor != "" {
				number, hash, _ := strings.Cut(anchor, ":")
				seq, err := strconv.ParseInt(number, 10, 64)
				if err != nil {
					return usage{fmt.Errorf("--anchor %q is not NUMBER:HASH", anchor)}
				}
				if err := log.Anchored(seq, hash); err != nil {
					return err
				}
			}
			for _, n := range log.Notes {
				fmt.Fprintln(c.OutOrStdout(), clean(n))
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: %s about %s, each as it was written\n%d:%s\n", clean(filepath.Join(f.folder(), journal.Name)),
				counted(len(log.Entries), "entry", "entries"), counted(len(log.Files), "case", "cases"), log.Seq, log.Head)
			return nil
		},
	}
	c.Flags().StringVar(&anchor, "anchor", "", "an anchor that was noted earlier, `NUMBER:HASH`")
	return c
}

func (f *casing) reportCommand() *cobra.Command {
	var format string
	c := f.showing("report CASE", "Write a case as a document", 0, func(d *desk, k *footfall.Case, _ []string, w io.Writer, o report.TextOptions) error {
		if format == "text" {
			return report.Whole(w, d.run, k, o)
		}
		return report.Case(w, format, d.run, k, o.Zone)
	})
	c.Flags().StringVarP(&format, "format", "f", "markdown", "`FORMAT`: markdown, html, stix, ocsf, timesketch or text")
	return c
}

// closest is the task of a case whose id, or whose id behind its playbook's,
// is or begins so.
func closest(k *footfall.Case, id string) (footfall.Task, error) {
	var found, exact []footfall.Task
	for _, t := range k.Tasks {
		if t.ID == id {
			return t, nil
		}
		_, end, _ := strings.Cut(t.ID, ".")
		if end == id {
			exact = append(exact, t)
		}
		if strings.HasPrefix(end, id) || strings.HasPrefix(t.ID, id) {
			found = append(found, t)
		}
	}
	if len(exact) > 0 {
		found = exact
	}
	if len(found) == 1 {
		return found[0], nil
	}
	var names []string
	what := "may be several of its tasks"
	if len(found) == 0 {
		found, what = k.Tasks, "is none of its tasks"
	}
	for _, t := range found {
		names = append(names, clean(t.ID))
	}
	slices.Sort(names)
	return footfall.Task{}, fmt.Errorf("%q %s: %s", id, what, strings.Join(names, ", "))
}
