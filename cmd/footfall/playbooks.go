package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
	"github.com/footfall/footfall/triage/cacao"
)

func playbooksCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "playbooks", Short: "List, print, check, test and export playbooks", Args: none,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(playbooksListCommand(), playbooksShowCommand(), playbooksCheckCommand(), playbooksTestCommand(), playbooksExportCommand())
	return c
}

// shelfFiles returns the playbooks that come with the program and those of
// paths, which replace the program's of the same id; mine are the ids of the
// latter.
func shelfFiles(paths []string) (files map[string][]byte, mine []string, err error) {
	files = playbooks.Files()
	own := map[string][]byte{}
	for _, path := range paths {
		more, err := playbookFiles(path)
		if err != nil {
			return nil, nil, err
		}
		maps.Copy(own, more)
	}
	mine = playbookIDs(own)
	for name, data := range files {
		if slices.Contains(mine, triage.PlaybookID(data)) {
			delete(files, name)
		}
	}
	maps.Copy(files, own)
	return files, mine, nil
}

// shelf loads what shelfFiles returns.
func shelf(paths []string) (books []*triage.Playbook, mine []string, err error) {
	files, mine, err := shelfFiles(paths)
	if err != nil {
		return nil, nil, err
	}
	books, err = triage.Load(files)
	return books, mine, err
}

// playbookIDs returns the ids of files, also of such as cannot be used.
func playbookIDs(files map[string][]byte) (out []string) {
	for _, data := range files {
		if id := triage.PlaybookID(data); id != "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// playbookFiles reads a file, or the .yaml and .yml files of a folder.
func playbookFiles(path string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := filepath.Ext(p); p != path && ext != ".yaml" && ext != ".yml" {
			return nil
		}
		data, err := os.ReadFile(p)
		out[p] = data
		return err
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: no playbook, which is a .yaml file, is there", path)
	}
	return out, err
}

func playbooksListCommand() *cobra.Command {
	var from []string
	var format string
	c := &cobra.Command{
		Use: "list", Short: "List the playbooks and what they are for", Args: none,
		Example: "  footfall playbooks list\n  footfall playbooks list -p my-playbooks/ -f json",
		RunE: func(c *cobra.Command, _ []string) error {
			books, _, err := shelf(from)
			if err != nil {
				return err
			}
			return listPlaybooks(c.OutOrStdout(), format, books)
		},
	}
	c.Flags().StringArrayVarP(&from, "playbooks", "p", nil, "more playbooks, a file or folder `PATH`; may be repeated")
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or json")
	return c
}

func listPlaybooks(w io.Writer, format string, books []*triage.Playbook) error {
	type line struct {
		ID        string   `json:"id"`
		Name      string   `json:"name"`
		Extends   string   `json:"extends,omitempty"`
		Modified  string   `json:"modified"`
		Attack    []string `json:"attack"`
		Questions int      `json:"questions"`
		File      string   `json:"file"`
	}
	out := []line{}
	for _, p := range books {
		n := 0
		for _, b := range p.Chain() {
			n += len(b.Questions)
		}
		out = append(out, line{p.ID, p.Name, p.Extends, p.Modified, p.Attack, n, p.File})
	}
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	case "text":
		for _, l := range out {
			indent := ""
			if l.Extends != "" {
				indent = "  "
			}
			fmt.Fprintf(w, "%-18s %-12s %s\n", indent+l.ID, strings.Join(l.Attack, ","), clean(l.Name))
		}
		_, err := fmt.Fprintln(w, counted(len(out), "playbook", "playbooks"))
		return err
	}
	return usage{fmt.Errorf("--format %q is not text or json", format)}
}

// pick finds a playbook by its id, or by its file.
func pick(arg string, from []string) (*triage.Playbook, error) {
	if _, err := os.Stat(arg); err == nil {
		from = append(slices.Clone(from), arg)
	}
	books, _, err := shelf(from)
	if err != nil {
		return nil, err
	}
	for _, p := range books {
		if strings.EqualFold(p.ID, arg) || p.File == arg {
			return p, nil
		}
	}
	return nil, usage{fmt.Errorf("there is no playbook %q; footfall playbooks list shows them", arg)}
}

func one(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usage{errors.New(what + " is missing")}
		case len(args) > 1:
			return usage{fmt.Errorf("unexpected argument %q", args[1])}
		}
		return nil
	}
}

func playbooksShowCommand() *cobra.Command {
	var from []string
	var format string
	c := &cobra.Command{
		Use: "show ID|FILE", Short: "Print a playbook as a card to tick off", Args: one("a playbook"),
		Example: "  footfall playbooks show t1021_ssh | lpr\n  footfall playbooks show -f markdown t1133 > t1133.md",
		RunE: func(c *cobra.Command, args []string) error {
			if format != "text" && format != "markdown" {
				return usage{fmt.Errorf("--format %q is not text or markdown", format)}
			}
			p, err := pick(args[0], from)
			if err != nil {
				return err
			}
			for line := range strings.Lines(string(p.Card(width(c.OutOrStdout()), format == "markdown"))) {
				if _, err := fmt.Fprintln(c.OutOrStdout(), clean(strings.TrimSuffix(line, "\n"))); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringArrayVarP(&from, "playbooks", "p", nil, "more playbooks, a file or folder `PATH`; may be repeated")
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or markdown")
	return c
}

func playbooksCheckCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "check PATH...", Short: "Check playbooks: errors with file, line and key", Args: some("a path"),
		Long: `Check reads playbooks and says what is wrong with them, a line each:
file:line: key: reason. It tells of keys that are not known or missing, of
questions, facts, rules and playbooks that there are not, of rules that can
never match or always do, of actions without undo, end or approval, and of
words of the program's own playbooks that were changed.

Exit status: 0 nothing is wrong, 1 something is.`,
		Example: "  footfall playbooks check my-playbooks/",
		RunE: func(c *cobra.Command, args []string) error {
			files := map[string][]byte{}
			for _, path := range args {
				more, err := playbookFiles(path)
				if err != nil {
					return err
				}
				maps.Copy(files, more)
			}
			books, issues := triage.Check(files, triage.CheckOptions{Beside: playbooks.Files(), Rules: knownRule()})
			return toldPlaybooks(c.OutOrStdout(), format, len(files), len(books), issues)
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or ndjson")
	return c
}

// knownRule reports whether a rule or an analytic of an id comes with the program.
func knownRule() func(string) bool {
	ids := map[string]bool{}
	for i := range engine.Analytics {
		for _, r := range engine.Analytics[i].Rules {
			ids[r.ID] = true
		}
	}
	var in inputs
	list, err := in.load(io.Discard)
	for _, r := range list {
		ids[r.Meta.ID] = true
	}
	return func(id string) bool { return err == nil && ids[id] }
}

func toldPlaybooks(w io.Writer, format string, files, good int, issues []triage.Issue) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, i := range issues {
		switch format {
		case "text":
			fmt.Fprintln(w, clean(i.Error()))
		case "ndjson":
			if err := enc.Encode(map[string]any{"file": i.File, "line": i.Line, "key": i.Key, "reason": i.Reason}); err != nil {
				return err
			}
		}
	}
	switch format {
	case "text":
		fmt.Fprintf(w, "%d of %s can be used, %s\n", good, counted(files, "playbook", "playbooks"), counted(len(issues), "error", "errors"))
	case "ndjson":
	default:
		return usage{fmt.Errorf("--format %q is not text or ndjson", format)}
	}
	if len(issues) > 0 {
		return errors.New(counted(len(issues), "error", "errors") + " in playbooks")
	}
	return nil
}

func playbooksExportCommand() *cobra.Command {
	var from []string
	var out string
	c := &cobra.Command{
		Use: "export ID|FILE", Short: "Write a playbook as CACAO 2.0 JSON", Args: one("a playbook"),
		Long: `Export writes a playbook, with all that it adds to, as a CACAO Security Playbook
2.0: questions, tasks and measures are steps for people (manual commands), the
decision is a variable that they set. What CACAO has no place for (facts and
evidence of questions, the rules of the decision, undo, end and approval of
actions, clocks) stands in one extension. Ids come of the playbook's id and the
times of its modified key: the same playbook gives the same bytes.`,
		Example: "  footfall playbooks export t1021 -o t1021.cacao.json",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := pick(args[0], from)
			if err != nil {
				return err
			}
			data, err := cacao.Export(p)
			if err != nil {
				return err
			}
			if out != "" {
				return create(out, data)
			}
			_, err = c.OutOrStdout().Write(data)
			return err
		},
	}
	c.Flags().StringArrayVarP(&from, "playbooks", "p", nil, "more playbooks, a file or folder `PATH`; may be repeated")
	c.Flags().StringVarP(&out, "out", "o", "", "write to `FILE`")
	return c
}
