package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
)

func rulesCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "rules", Short: "List, check and test Sigma rules, and what they cover", Args: none,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(rulesListCommand(), rulesCheckCommand(), rulesTestCommand(), rulesCoverageCommand())
	return c
}

// A listed is a rule as rules list prints it.
type listed struct {
	ID     string   `json:"id"`
	Level  string   `json:"level"`
	Kind   string   `json:"kind"`
	Title  string   `json:"title"`
	Attack []string `json:"attack,omitempty"`
	Rows   []string `json:"rows,omitempty"`
	File   string   `json:"file,omitempty"`
}

func rulesListCommand() *cobra.Command {
	var in inputs
	var all bool
	var format string
	c := &cobra.Command{
		Use: "list", Short: "List the rules, with --all also the analytics", Args: none,
		Example: "  footfall rules list --all\n  footfall rules list -r sigma/rules -f json",
		RunE: func(c *cobra.Command, _ []string) error {
			loaded, err := in.load(c.ErrOrStderr())
			if err != nil {
				return err
			}
			var out []listed
			for _, r := range loaded {
				out = append(out, describe(&r.Meta, "sigma"))
			}
			if all {
				for i := range engine.Analytics {
					for j := range engine.Analytics[i].Rules {
						out = append(out, describe(&engine.Analytics[i].Rules[j], "analytic"))
					}
				}
			}
			slices.SortStableFunc(out, func(a, b listed) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Title, b.Title)) })
			return printRules(c.OutOrStdout(), format, out)
		},
	}
	c.Flags().StringArrayVarP(&in.rules, "rules", "r", nil, "more Sigma rules, a file or folder `PATH`; may be repeated")
	c.Flags().BoolVar(&in.noBuiltin, "no-builtin", false, "leave out the rules that come with the program")
	c.Flags().BoolVar(&all, "all", false, "list the analytics too")
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or json")
	return c
}

func describe(r *footfall.Rule, kind string) listed {
	return listed{ID: r.ID, Level: r.Level.String(), Kind: kind, Title: r.Title, Attack: r.Attack, Rows: r.Rows, File: r.Source}
}

func printRules(w io.Writer, format string, out []listed) error {
	switch format {
	case "json":
		return json.NewEncoder(w).Encode(out)
	case "text":
		for _, r := range out {
			fmt.Fprintf(w, "%-13s %-9s %-36s %s", r.Level, r.Kind, r.ID, clean(r.Title))
			if len(r.Attack) > 0 {
				fmt.Fprintf(w, " [%s]", strings.Join(r.Attack, " "))
			}
			if len(r.Rows) > 0 {
				fmt.Fprintf(w, " (%s)", strings.Join(r.Rows, " "))
			}
			fmt.Fprintln(w)
		}
		_, err := fmt.Fprintf(w, "%d rules\n", len(out))
		return err
	}
	return usage{fmt.Errorf("--format %q is not text or json", format)}
}
