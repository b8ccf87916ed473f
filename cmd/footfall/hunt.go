package main

import (
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/report"
)

func huntCommand() *cobra.Command {
	var in inputs
	var out, format, stats, min, costs, past, learn string
	c := &cobra.Command{
		Use: "hunt [flags] PATH...", Short: "Find abuse of remote services in logs and explain it", Args: some("a path"),
		Long: `Hunt reads logs from files, folders (with all below them), archives (.gz .zst .bz2
.zip .tar, also nested) and standard input ("-"), recognises their formats, and
prints cases: what happened, hop by hop, with evidence, the playbooks' questions
answered, and what to do next.

Exit status: 3 something was found at or above --min-level, 1 an error or
something could not be read, 2 bad usage, 0 nothing found and all read.`,
		Example: `  footfall hunt /evidence
  footfall hunt -o report -r sigma/rules /evidence/*.evtx auth.log.1.gz
  journalctl -o export | footfall hunt -`,
		RunE: func(c *cobra.Command, args []string) error {
			level, err := footfall.ParseLevel(min)
			if err != nil || level == footfall.LevelUnknown {
				return usage{fmt.Errorf("--min-level %q is not informational, low, medium, high or critical", min)}
			}
			if format != "text" && format != "ndjson" {
				return usage{fmt.Errorf("--format %q is not text or ndjson", format)}
			}
			o, err := in.options(c, args)
			if err != nil {
				return err
			}
			if o.Rules, err = in.load(c.ErrOrStderr()); err != nil {
				return err
			}
			unbound(c.ErrOrStderr(), o.Rules, o.Context)
			o.ProfileRules, o.History, o.Keep = costs != "", past, out != ""
			o.Known = new(room).grow
			if out != "" {
				if err := ready(out, &o); err != nil {
					return err
				}
			}
			if o.Learn, err = when("--learn-until", learn, o.Zone); err != nil {
				return err
			}
			h, err := engine.Find(c.Context(), o)
			if err != nil {
				return err
			}
			defer h.Close()
			if err := create(costs, profile(h.Costs())); err != nil {
				return err
			}
			if out != "" {
				if err := keepCases(out, h, &in, &o); err != nil {
					return err
				}
			}
			if err := create(stats, report.Stats(h.Run)); err != nil {
				return err
			}
			if err := show(c.OutOrStdout(), format, h.Run, level, o); err != nil {
				return err
			}
			return verdict(c.ErrOrStderr(), h.Run, level)
		},
	}
	in.add(c)
	c.Flags().StringArrayVarP(&in.playbooks, "playbooks", "p", nil, "more playbooks, or others of the same ids, a file or folder `PATH`; may be repeated (docs/playbooks.md)")
	c.Flags().StringVarP(&out, "out", "o", "", "write the report into `DIR`: index.html, cases/ (a page each), cases.ndjson, findings.ndjson, timeline.csv, steps.csv, stats.json (tables that are very large as .gz); what people did about its cases (footfall case) is kept")
	c.Flags().StringVarP(&format, "format", "f", "text", "what is printed, `FORMAT`: text or ndjson (one OCSF object a line)")
	c.Flags().StringVar(&stats, "stats", "", "write counts as JSON to `FILE`")
	c.Flags().StringVar(&past, "history", "", "learn from this baseline and add to it, `FILE`; what it holds already is not counted twice (docs/history.md)")
	c.Flags().StringVar(&learn, "learn-until", "", "what came before `TIME` is learned from and not judged")
	c.Flags().StringVar(&costs, "profile-rules", "", "write what each rule cost, the dearest first, to `FILE` (tab-separated)")
	c.Flags().StringVar(&min, "min-level", "medium", "lowest `LEVEL` that is printed and that sets the exit status: informational, low, medium, high, critical")
	return c
}

// profile is the table of --profile-rules.
func profile(list []engine.RuleCost) []byte {
	b := []byte("nanoseconds\tevaluations\thits\tid\ttitle\tfile\n")
	for _, c := range list {
		b = fmt.Appendf(b, "%d\t%d\t%d\t%s\t%s\t%s\n", c.Nanos, c.Evaluations, c.Hits, clean(c.Rule.Meta.ID), clean(c.Rule.Meta.Title), clean(c.Rule.Meta.Source))
	}
	return b
}

// verdict is the exit status of a hunt.
func verdict(errs io.Writer, r *footfall.Run, level footfall.Level) error {
	bad := incomplete(errs, r.Inputs)
	for _, f := range r.Findings {
		if f.Level >= level {
			return found{}
		}
	}
	return bad
}

func show(w io.Writer, format string, r *footfall.Run, level footfall.Level, o engine.Options) error {
	shown := above(r, level)
	if format == "ndjson" {
		return report.NDJSON(w, shown)
	}
	return report.Text(w, shown, report.TextOptions{
		Width: width(w), Color: terminal(w) && os.Getenv("NO_COLOR") == "", Zone: o.Zone,
	})
}

// above is the run with the cases and findings from a level on.
func above(r *footfall.Run, level footfall.Level) *footfall.Run {
	s := *r
	s.Cases, s.Findings = nil, nil
	for _, c := range r.Cases {
		if c.Level >= level {
			s.Cases = append(s.Cases, c)
		}
	}
	for _, f := range r.Findings {
		if f.Level >= level {
			s.Findings = append(s.Findings, f)
		}
	}
	return &s
}

// rows are the steps of a hunt as the report's CSV files list them.
func rows(h *engine.Hunt) iter.Seq[report.Row] {
	return func(yield func(report.Row) bool) {
		for s := range h.Steps() {
			if !yield(row(h, s)) {
				return
			}
		}
	}
}

func row(h *engine.Hunt, s *footfall.Step) report.Row {
	n := h.Names.String
	r := report.Row{
		Time: s.Time, Kind: s.Kind, Outcome: s.Outcome, Service: s.Service, Auth: s.Auth,
		SrcHost: n(s.SrcHost), SrcAddr: n(s.SrcAddr), SrcPort: s.SrcPort,
		DstHost: n(s.DstHost), DstAddr: n(s.DstAddr), Account: n(s.Account), Target: n(s.Target),
		Session: n(s.Session), Object: n(s.Object), Image: n(s.Image), Command: n(s.Command),
		Input: h.Path(s.Ref.Input), Offset: s.Ref.Offset,
	}
	if rule := h.Rule(s.Rule); rule != nil {
		r.Rule, r.Level = rule.Title, rule.Level
	}
	return r
}
