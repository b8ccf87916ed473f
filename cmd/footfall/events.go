package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/report"
)

func eventsCommand() *cobra.Command {
	var in inputs
	c := &cobra.Command{
		Use: "events [flags] PATH...", Short: "Write every record of every input as one OCSF object a line", Args: some("a path"),
		Example: "  footfall events evidence/ > events.ndjson\n  footfall events auth.log | jq -c 'select(.class_uid == 3002)'",
		RunE: func(c *cobra.Command, args []string) error {
			o, err := in.options(c, args)
			if err != nil {
				return err
			}
			w := bufio.NewWriterSize(c.OutOrStdout(), 1<<20)
			stats, err := engine.Events(c.Context(), o, w, report.Event)
			if err != nil {
				return err
			}
			if err := w.Flush(); err != nil {
				return err
			}
			return incomplete(c.ErrOrStderr(), stats)
		},
	}
	in.reading(c)
	return c
}
