package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/report"
)

var graphFormats = []string{"svg", "text", "dot", "graphml", "ndjson"}

func graphCommand() *cobra.Command {
	var in inputs
	var format, id string
	var paths bool
	c := &cobra.Command{
		Use: "graph [flags] PATH...", Short: "Draw the login graph, or the paths of cases: hosts, and who went from one to another",
		Long: `Graph draws who went from host to host; what belongs to the path of a case is
marked. With --paths it draws the paths alone: hosts are lanes, time runs from
left to right, and hops are arrows, with the changes of account, what each hop
went on from, and whose hand else it can have been (docs/graph.md).`,
		Example: `  footfall graph evidence/ > graph.svg
  footfall graph -f dot evidence/ | dot -Tpdf > graph.pdf
  footfall graph --paths evidence/ > paths.svg
  footfall graph --case 8e6dbe31 -f text evidence/`,
		Args: some("a path"),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(graphFormats, format) {
				return usage{fmt.Errorf("--format %q is not one of %q", format, graphFormats)}
			}
			o, err := in.options(c, args)
			if err != nil {
				return err
			}
			if o.Rules, err = in.load(c.ErrOrStderr()); err != nil {
				return err
			}
			o.Keep = !paths && id == ""
			h, err := engine.Find(c.Context(), o)
			if err != nil {
				return err
			}
			defer h.Close()
			if err := drawGraph(c, h, format, id, paths, o); err != nil {
				return err
			}
			return incomplete(c.ErrOrStderr(), h.Run.Inputs)
		},
	}
	in.add(c)
	c.Flags().StringVarP(&format, "format", "f", graphFormats[0], fmt.Sprintf("`FORMAT`: one of %v", graphFormats))
	c.Flags().BoolVar(&paths, "paths", false, "only the paths of cases, with hosts as lanes")
	c.Flags().StringVar(&id, "case", "", "only the path of the case whose id is, or begins with, `ID`")
	return c
}

func drawGraph(c *cobra.Command, h *engine.Hunt, format, id string, paths bool, o engine.Options) error {
	w := c.OutOrStdout()
	opt := report.TextOptions{Width: width(w), Color: terminal(w) && os.Getenv("NO_COLOR") == "", Zone: o.Zone}
	cases := h.Run.Cases
	if id != "" {
		one, err := caseNamed(cases, id)
		if err != nil {
			return err
		}
		cases, paths = []*footfall.Case{one}, true
	}
	if !paths {
		return report.Graph(w, format, h.Edges(), cases, opt)
	}
	n, err := report.Paths(w, format, cases, opt)
	if err == nil && n == 0 && format != "text" {
		fmt.Fprintln(c.ErrOrStderr(), "footfall: no case has a path")
	}
	return err
}

// caseNamed finds the one case whose id, or an alias of it, begins with id.
func caseNamed(cases []*footfall.Case, id string) (*footfall.Case, error) {
	var found *footfall.Case
	for _, c := range cases {
		if c.ID == id {
			return c, nil
		}
		if slices.ContainsFunc(append([]string{c.ID}, c.Aliases...), func(s string) bool { return strings.HasPrefix(s, id) }) {
			if found != nil {
				return nil, fmt.Errorf("--case %q: several cases begin so", id)
			}
			found = c
		}
	}
	if found == nil {
		return nil, fmt.Errorf("--case %q: there is no such case", id)
	}
	return found, nil
}
