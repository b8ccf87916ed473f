package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/report"
)

// A view is what a command prints, and how.
type view struct {
	hunt   *engine.Hunt
	format string
	zone   *time.Location // nil is UTC
}

// list is the shape of the commands that show steps: they share their flags,
// read everything, and differ in what they print.
func list(c *cobra.Command, formats []string, print func(c *cobra.Command, v view) error) *cobra.Command {
	var in inputs
	var format string
	c.Args = some("a path")
	c.RunE = func(c *cobra.Command, args []string) error {
		known := false
		for _, f := range formats {
			known = known || f == format
		}
		if !known {
			return usage{fmt.Errorf("--format %q is not one of %q", format, formats)}
		}
		o, err := in.options(c, args)
		if err != nil {
			return err
		}
		o.Analytics, o.Playbooks, o.Keep = nil, nil, true
		h, err := engine.Find(c.Context(), o)
		if err != nil {
			return err
		}
		defer h.Close()
		if err := print(c, view{h, format, o.Zone}); err != nil {
			return err
		}
		return incomplete(c.ErrOrStderr(), h.Run.Inputs)
	}
	in.reading(c)
	c.Flags().StringVarP(&format, "format", "f", formats[0], fmt.Sprintf("`FORMAT`: one of %v", formats))
	return c
}

func logonsCommand() *cobra.Command {
	return list(&cobra.Command{
		Use: "logons [flags] PATH...", Short: "Show who logged on where, by what, how often, first and last",
		Example: "  footfall logons evidence/\n  footfall logons -f csv auth.log > logons.csv",
	}, []string{"text", "ndjson", "csv"}, func(c *cobra.Command, v view) error {
		return report.Logons(c.OutOrStdout(), v.format, v.hunt.Logons(), v.zone)
	})
}

func timelineCommand() *cobra.Command {
	return list(&cobra.Command{
		Use: "timeline [flags] PATH...", Short: "Show all remote-access events in the order of time",
		Example: "  footfall timeline evidence/ > timeline.csv\n  footfall timeline -f text --since 2026-03-02 evidence/",
	}, []string{"csv", "ndjson", "text"}, func(c *cobra.Command, v view) error {
		return report.Timeline(c.OutOrStdout(), v.format, rows(v.hunt), v.zone)
	})
}
