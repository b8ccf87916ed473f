package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/emulate"
)

func emulateCommand() *cobra.Command {
	cfg := emulate.Config{}
	start, quiet := "", 0
	var cells, sets []string
	c := &cobra.Command{
		Use: "emulate [flags]", Short: "Write realistic logs of a company at work, with the truth about them", Args: none,
		Long: "Write the logs of a company at work below a folder: logs/ as collectors hold them, context.yaml as\n" +
			"the company would declare it, truth/ with who was who. The same flags always give the same bytes.\n" +
			"What is not as in life stands in docs/emulate.md.",
		Example: "  footfall emulate -o company\n  footfall emulate -o large --people 3000 --days 30 --seed 7\n" +
			"  footfall emulate -o attacked --campaigns 8 --cell goal=target,credential=cached\n  footfall hunt -c company/context.yaml company/logs",
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
			if err := shaped(&cfg, sets); err != nil {
				return usage{err}
			}
			if err := attacked(&cfg, cells, quiet, c.Flags().Changed("quiet")); err != nil {
				return usage{err}
			}
			r, err := emulate.Run(c.Context(), cfg)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%d people, %d hosts, %d sessions, %d records in %s/logs, the truth of %d of them in %s/truth\n",
				r.People, r.Hosts, r.Sessions, r.Records, cfg.Dir, r.Logons, cfg.Dir)
			if err == nil && r.Campaigns > 0 {
				_, err = fmt.Fprintf(c.OutOrStdout(), "%d campaigns, %d of them realised, with %d hops in %s/truth/campaigns.ndjson\n", r.Campaigns, r.Realised, r.Hops, cfg.Dir)
			}
			return err
		},
	}
	c.Flags().StringVarP(&cfg.Dir, "out", "o", "", "`DIR`ectory to write to; must be empty")
	c.Flags().IntVar(&cfg.People, "people", 300, "how many people work there")
	c.Flags().IntVar(&cfg.Days, "days", 30, "how many days")
	c.Flags().Uint64Var(&cfg.Seed, "seed", 1, "which company, and which fortune")
	c.Flags().StringVar(&start, "start", "2026-03-02", "first `DATE`")
	c.Flags().StringVar(&cfg.Shape, "shape", "office", "how the company is built, by `NAME`: "+strings.Join(emulate.Shapes(), ", "))
	c.Flags().StringArrayVar(&sets, "set", nil, "sets what is drawn otherwise, as `NAME=VALUE`: switches, silent, churn, hubs, skew; can be repeated")
	c.Flags().IntVar(&cfg.Campaigns, "campaigns", 0, "how many attackers' campaigns are in it")
	c.Flags().IntVar(&quiet, "quiet", 0, "`DAYS` before the first campaign (default 60 % of the days)")
	c.Flags().StringArrayVar(&cells, "cell", nil, "what campaigns are like, as `AXIS=VALUE,...`; can be repeated, campaigns take turns")
	c.Flags().StringArrayVar(&cfg.Scenarios, "scenario", nil, "campaigns whose steps are written down, by `NAME`: "+strings.Join(emulate.Scenarios(), ", ")+"; can be repeated")
	c.Flags().Uint64Var(&cfg.AttackSeed, "attack-seed", 1, "which campaigns, and which fortune of theirs")
	c.AddCommand(emulateScoreCommand())
	return c
}

// shaped checks what is said about the company.
func shaped(cfg *emulate.Config, sets []string) error {
	if !slices.Contains(emulate.Shapes(), cfg.Shape) {
		return fmt.Errorf("--shape %q is not one of %s", cfg.Shape, strings.Join(emulate.Shapes(), ", "))
	}
	for _, text := range sets {
		s, err := emulate.ParseSetting(text)
		if err != nil {
			return fmt.Errorf("--set: %w", err)
		}
		cfg.Set = append(cfg.Set, s)
	}
	return nil
}

// attacked checks what is said about campaigns.
func attacked(cfg *emulate.Config, cells []string, quiet int, told bool) error {
	if cfg.Campaigns < 0 || cfg.Campaigns > 10000 {
		return fmt.Errorf("--campaigns %d is not between 0 and 10000", cfg.Campaigns)
	}
	if cfg.Campaigns == 0 {
		cfg.Campaigns = len(cfg.Scenarios)
	}
	if !told {
		quiet = (cfg.Days*3 + 2) / 5
	}
	if cfg.Quiet = quiet; quiet < 0 || quiet >= cfg.Days && (told || cfg.Campaigns > 0) {
		return fmt.Errorf("--quiet %d leaves none of %d days", quiet, cfg.Days)
	}
	for _, text := range cells {
		l, err := emulate.ParseCell(text)
		if err != nil {
			return fmt.Errorf("--cell: %w", err)
		}
		cfg.Cells = append(cfg.Cells, l)
	}
	for _, name := range cfg.Scenarios {
		if !slices.Contains(emulate.Scenarios(), name) {
			return fmt.Errorf("--scenario %q is not one of %s", name, strings.Join(emulate.Scenarios(), ", "))
		}
	}
	switch {
	case len(cfg.Scenarios) > 0 && len(cells) > 0:
		return fmt.Errorf("--scenario says all that --cell could")
	case cfg.Campaigns == 0 && len(cells) > 0:
		return fmt.Errorf("--cell needs --campaigns")
	}
	return nil
}
