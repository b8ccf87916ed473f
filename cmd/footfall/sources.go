package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/decode"
)

func sourcesCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "sources", Short: "Show every log format that is read", Args: none,
		Example: "  footfall sources\n  footfall sources -f json",
		RunE: func(c *cobra.Command, _ []string) error {
			switch format {
			case "text":
				_, err := fmt.Fprint(c.OutOrStdout(), decode.Reference())
				return err
			case "json":
				return json.NewEncoder(c.OutOrStdout()).Encode(decode.Sources())
			}
			return usage{fmt.Errorf("--format %q is not text or json", format)}
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or json")
	return c
}
