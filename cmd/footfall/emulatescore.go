package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/emulate/score"
)

func emulateScoreCommand() *cobra.Command {
	var format, level string
	c := &cobra.Command{
		Use: "score [flags] WORLD REPORT", Short: "Compare a hunt's report about an emulated company with the truth", Args: exactly("WORLD", "REPORT"),
		Long: "Compare the report that `hunt -o REPORT` wrote about the logs of an emulated company with the\n" +
			"truth beside them: campaigns found and missed, how late, cases a day, and whether the paths\n" +
			"that were told are right. What counts as found stands in docs/emulate.md.",
		Example: "  footfall emulate -o company --campaigns 12\n  footfall hunt -c company/context.yaml -o report company/logs\n  footfall emulate score company report",
		RunE: func(c *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usage{fmt.Errorf("--format %q is not text or json", format)}
			}
			if score.Levels[level] == 0 {
				return usage{fmt.Errorf("--min-level %q is not informational, low, medium, high or critical", level)}
			}
			w, err := score.Open(args[0])
			if err != nil {
				return err
			}
			r, err := score.Judge(w, args[1], level)
			if err != nil {
				return err
			}
			if format == "text" {
				return r.Text(c.OutOrStdout())
			}
			e := json.NewEncoder(c.OutOrStdout())
			e.SetIndent("", "  ")
			return e.Encode(r)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "what is printed, `FORMAT`: text or json")
	c.Flags().StringVar(&level, "min-level", "medium", "lowest `LEVEL` of a case that counts: informational, low, medium, high, critical")
	return c
}

// exactly asks for these arguments.
func exactly(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usage{fmt.Errorf("%s is missing", names[len(args)])}
		case len(args) > len(names):
			return usage{fmt.Errorf("unexpected argument %q", args[len(names)])}
		}
		return nil
	}
}
