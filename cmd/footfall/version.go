package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/report"
)

// The program's version and that of the Sigma specification that it follows.
const (
	sigmaVersion = "2.1.0"
	program      = "0.1.0"
)

func version() string { return program }

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

func versionCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "version", Short: "Show the program's version and those of OCSF and Sigma", Args: none,
		Example: "  footfall version\n  footfall version -f json",
		RunE: func(c *cobra.Command, _ []string) error {
			switch format {
			case "text":
				fmt.Fprintf(c.OutOrStdout(), "footfall %s %s\nOCSF %s, Sigma %s\n", version(), commit(), report.OCSFVersion, sigmaVersion)
				return nil
			case "json":
				return json.NewEncoder(c.OutOrStdout()).Encode(map[string]string{
					"version": version(), "commit": commit(), "ocsf": report.OCSFVersion, "sigma": sigmaVersion,
				})
			}
			return usage{fmt.Errorf("--format %q is not text or json", format)}
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or json")
	return c
}
