package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/sigma"
)

func rulesCheckCommand() *cobra.Command {
	var in inputs
	var strict bool
	var format string
	c := &cobra.Command{
		Use: "check PATH...", Short: "Check Sigma rules: errors and warnings with file, line and column", Args: some("a path"),
		Long:    checkHelp(),
		Example: "  footfall rules check my-rules/\n  footfall rules check --strict -c context.yaml my-rules/",
		RunE: func(c *cobra.Command, args []string) error {
			opt := sigma.CheckOptions{Known: known(), Beside: builtin()}
			if in.context != "" {
				data, err := os.ReadFile(in.context)
				if err != nil {
					return err
				}
				ctx, err := engine.ReadContext(in.context, data)
				if err != nil {
					return err
				}
				opt.Placeholders = ctx.Placeholders
			}
			var srcs []sigma.Source
			for _, path := range args {
				found, err := ruleFiles(path)
				if err != nil {
					return err
				}
				srcs = append(srcs, found...)
			}
			opt.Beside = others(opt.Beside, srcs)
			list, issues := sigma.Check(srcs, opt)
			return told(c.OutOrStdout(), format, strict, len(list), issues)
		},
	}
	c.Flags().StringVarP(&in.context, "context", "c", "", "context `FILE` with values of placeholders (docs/context.md)")
	c.Flags().BoolVar(&strict, "strict", false, "warnings count as errors")
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or ndjson")
	return c
}

func checkHelp() string {
	s := "Check loads Sigma rules and filters and says what is wrong with them, a line each:\nfile:line:column: error or warning [code]: reason. The codes:\n\n"
	for _, c := range sigma.Codes {
		s += fmt.Sprintf("  %-18s %s\n", c[0], c[1])
	}
	return s + "\nFilters may name the rules that come with the program.\nExit status: 0 no error (with --strict: and no warning), 1 otherwise."
}

// others leaves out of the program's rules those that are checked themselves:
// the same ids would be told as doubles.
func others(shipped, checked []sigma.Source) []sigma.Source {
	list, _ := sigma.Load(checked)
	ids := map[string]bool{}
	for _, r := range list {
		ids[r.Meta.ID] = true
	}
	return slices.DeleteFunc(shipped, func(s sigma.Source) bool {
		mine, _ := sigma.Load([]sigma.Source{s})
		return slices.ContainsFunc(mine, func(r *sigma.Rule) bool { return ids[r.Meta.ID] })
	})
}

// known hands what decoders provide to the checker of rules.
func known() []sigma.Known {
	var out []sigma.Known
	for _, p := range decode.Fields() {
		out = append(out, sigma.Known{Log: p.Log, Read: p.Read, Open: p.Open, Fields: p.Fields, Values: p.Values, Never: p.Never, Paths: p.Paths})
	}
	return out
}

func told(w io.Writer, format string, strict bool, rules int, issues []sigma.Issue) error {
	errors, warnings, byCode := 0, 0, map[string]int{}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, i := range issues {
		what := "error"
		if i.Warning {
			what = "warning"
			warnings++
		} else {
			errors++
		}
		byCode[i.Code]++
		switch format {
		case "text":
			fmt.Fprintf(w, "%s:%d:%d: %s [%s]: %s\n", clean(i.File), i.Line, i.Column, what, i.Code, clean(i.Reason))
		case "ndjson":
			if err := enc.Encode(map[string]any{"file": i.File, "line": i.Line, "column": i.Column, "level": what, "code": i.Code, "rule": i.Rule, "reason": i.Reason}); err != nil {
				return err
			}
		default:
			return usage{fmt.Errorf("--format %q is not text or ndjson", format)}
		}
	}
	if format == "text" {
		fmt.Fprintf(w, "%d rules can be used, %d errors, %d warnings\n", rules, errors, warnings)
		summary(w, byCode)
	}
	if errors > 0 || strict && warnings > 0 {
		return fmt.Errorf("%d errors and %d warnings in rules", errors, warnings)
	}
	return nil
}

func summary(w io.Writer, byCode map[string]int) {
	codes := slices.Clone(sigma.Codes[:])
	slices.SortStableFunc(codes, func(a, b [2]string) int { return cmp.Compare(byCode[b[0]], byCode[a[0]]) })
	for _, c := range codes {
		if n := byCode[c[0]]; n > 0 {
			fmt.Fprintf(w, "  %5d %-18s %s\n", n, c[0], c[1])
		}
	}
}
