package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/emulate"
)

func emulateCommand() *cobra.Command {
	cfg := emulate.Config{}
	start := ""
	c := &cobra.Command{
		Use: "emulate [flags]", Short: "Write realistic logs of a company at work, with the truth about them", Args: none,
		Long: "Write the logs of a company at work below a folder: logs/ as collectors hold them, context.yaml as\n" +
			"the company would declare it, truth/ with who was who. The same flags always give the same bytes.\n" +
			"What is not as in life stands in docs/emulate.md.",
		Example: "  footfall emulate -o company\n  footfall emulate -o large --people 3000 --days 30 --seed 7\n  footfall hunt -c company/context.yaml company/logs",
		RunE: func(c *cobra.Command, _ []string) error {
			at, err := time.Parse(time.DateOnly, start)
			switch {
			case err != nil:
				return usage{fmt.Errorf("--start %q is not a date like 2026-03-02", start)}
			case at.Year() < 1980 || at.Year() > 2200:
				return usage{fmt.Errorf("--start %s is not between 1980 and 2200", start)}
			case cfg.Dir == "":
				return usage{fmt.Errorf("--out is missing")}
			case cfg.People < emulate.Fewest || cfg.People > emulate.Most:
				return usage{fmt.Errorf("--people %d is not between %d and %d", cfg.People, emulate.Fewest, emulate.Most)}
			case cfg.Days < 1 || cfg.Days > 366:
				return usage{fmt.Errorf("--days %d is not between 1 and 366", cfg.Days)}
			}
			cfg.Start = at
			r, err := emulate.Run(c.Context(), cfg)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%d people, %d hosts, %d sessions, %d records in %s/logs, the truth of %d of them in %s/truth\n",
				r.People, r.Hosts, r.Sessions, r.Records, cfg.Dir, r.Logons, cfg.Dir)
			return err
		},
	}
	c.Flags().StringVarP(&cfg.Dir, "out", "o", "", "`DIR`ectory to write to; must be empty")
	c.Flags().IntVar(&cfg.People, "people", 300, "how many people work there")
	c.Flags().IntVar(&cfg.Days, "days", 30, "how many days")
	c.Flags().Uint64Var(&cfg.Seed, "seed", 1, "which company, and which fortune")
	c.Flags().StringVar(&start, "start", "2026-03-02", "first `DATE`")
	return c
}
