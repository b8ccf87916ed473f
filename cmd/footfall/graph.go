package main

import (
	"github.com/spf13/cobra"

	"github.com/footfall/footfall/report"
)

func graphCommand() *cobra.Command {
	return list(&cobra.Command{
		Use: "graph [flags] PATH...", Short: "Draw the login graph: hosts, and who went from one to another",
		Example: "  footfall graph evidence/ > graph.svg\n  footfall graph -f dot evidence/ | dot -Tpdf > graph.pdf",
	}, []string{"svg", "dot", "graphml", "ndjson"}, func(c *cobra.Command, v view) error {
		return report.Graph(c.OutOrStdout(), v.format, v.hunt.Edges())
	})
}
