package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/engine"
)

func sourcesCommand() *cobra.Command {
	var format string
	var health bool
	var in inputs
	c := &cobra.Command{
		Use: "sources [PATH...]", Short: "Show every log format that is read; of logs, what is understood of them",
		Long: "Without paths: every log format, how it is recognised, what it feeds and which detections it enables.\n" +
			"With paths: which formats the inputs are, in how many records each part of an event was found, and which fields of records that say nothing are left.\n" +
			"With --health and paths: which rows of the detection catalogue can find anything with these logs, and what the others need.",
		Example: "  footfall sources\n  footfall sources -f json\n  footfall sources --map jumphost.yaml jumphost.log",
		RunE: func(c *cobra.Command, paths []string) error {
			if format != "text" && format != "json" {
				return usage{fmt.Errorf("--format %q is not text or json", format)}
			}
			if health && len(paths) == 0 {
				return usage{errors.New("--health needs a path")}
			}
			if health {
				return healthOf(c, &in, format, paths)
			}
			if len(paths) > 0 {
				return understood(c, &in, format, paths)
			}
			list, err := in.load(c.ErrOrStderr())
			if err != nil {
				return err
			}
			if format == "text" {
				_, err := fmt.Fprint(c.OutOrStdout(), engine.SourcesText(list)+decode.WindowsReference())
				return err
			}
			return json.NewEncoder(c.OutOrStdout()).Encode(engine.Sources(list))
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or json")
	c.Flags().BoolVar(&health, "health", false, "of logs: which detections can find anything with them")
	in.reading(c)
	return c
}

// healthOf tells which rows of the catalogue could find anything in logs.
func healthOf(c *cobra.Command, in *inputs, format string, paths []string) error {
	opt, err := in.options(c, paths)
	if err != nil {
		return err
	}
	if opt.Rules, err = in.load(c.ErrOrStderr()); err != nil {
		return err
	}
	h, err := engine.Find(c.Context(), opt)
	if err != nil {
		return err
	}
	defer h.Close()
	if format == "json" {
		err = json.NewEncoder(c.OutOrStdout()).Encode(h.Run.Health)
	} else {
		for _, r := range h.Run.Health {
			if _, err = fmt.Fprintf(c.OutOrStdout(), "%-8s %-12s %s: %s\n", r.ID, r.State, r.Title, r.Why); err != nil {
				break
			}
		}
	}
	return errors.Join(err, incomplete(c.ErrOrStderr(), h.Run.Inputs))
}

// understood tells what was understood of logs.
func understood(c *cobra.Command, in *inputs, format string, paths []string) error {
	opt, err := in.options(c, paths)
	if err != nil {
		return err
	}
	list, inputs, err := engine.Understand(c.Context(), opt)
	if err != nil {
		return err
	}
	if format == "json" {
		err = json.NewEncoder(c.OutOrStdout()).Encode(list)
	} else {
		for i := range list {
			if err = tellFormat(c.OutOrStdout(), &list[i]); err != nil {
				break
			}
		}
	}
	if err != nil {
		return err
	}
	return incomplete(c.ErrOrStderr(), inputs)
}

// maxShown is how many unused fields and reasons of a format are shown.
const maxShown = 12

func tellFormat(w io.Writer, u *engine.Understood) error {
	var b strings.Builder
	name := u.Format
	if name == "" {
		name = "not recognised"
	}
	fmt.Fprintf(&b, "%s%s: %d records in %d inputs", clean(name), sure(footfall.Confidence{Sure: u.Sure, Rival: u.Rival, RivalSure: u.Nearest}), u.Records, u.Inputs)
	if u.Unread > 0 {
		fmt.Fprintf(&b, ", %d parts not read", u.Unread)
	}
	b.WriteString("\n")
	for i, r := range u.Reasons {
		if i == maxShown {
			fmt.Fprintf(&b, "  and %d reasons more\n", len(u.Reasons)-i)
			break
		}
		fmt.Fprintf(&b, "  not read: %s\n", clean(r))
	}
	for _, k := range u.Kinds {
		fmt.Fprintf(&b, "  %9d  %s\n", k.Count, k.Name)
	}
	for _, p := range u.Parts {
		if p.Count > 0 {
			fmt.Fprintf(&b, "  %-12s in %d", p.Name, p.Count)
			if p.Name != "time" {
				fmt.Fprintf(&b, ", as %s", clean(shortened(p.Example)))
			}
			b.WriteString("\n")
		}
	}
	var left []string
	for i, f := range u.Unused {
		if i == maxShown {
			left = append(left, fmt.Sprintf("and %d more", len(u.Unused)-i))
			break
		}
		left = append(left, clean(shortened(f.Name)))
	}
	if len(left) > 0 {
		fmt.Fprintf(&b, "  fields of records that were not understood: %s\n", strings.Join(left, ", "))
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}
