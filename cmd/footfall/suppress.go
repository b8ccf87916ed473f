package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/journal"
	"github.com/footfall/footfall/report"
)

// Bounds on a suggested suppression: for so long at most, and so many of a case.
const (
	mostDays      = 90
	mostSuggested = 20
)

// suggest returns what would suppress a case's findings and little else: each
// rule with the one account, host and source that its finding names. One that
// names fewer than two of them would suppress too much.
func suggest(k *footfall.Case, reason string, days int) []journal.Silence {
	until := time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly)
	var out []journal.Silence
	seen := map[journal.Silence]bool{}
	for _, f := range k.Findings {
		if f.Level < footfall.LevelMedium || f.Rule == nil || len(out) == mostSuggested {
			continue
		}
		s := journal.Silence{Rule: f.Rule.ID, Until: until, Reason: reason}
		s.Account = only(f, "account", footfall.RoleActor, footfall.RoleTarget)
		s.Host = only(f, "host", footfall.RoleDestination)
		s.Source = only(f, "address", footfall.RoleSource)
		named := 0
		for _, v := range [...]string{s.Account, s.Host, s.Source} {
			if v != "" {
				named++
			}
		}
		if named >= 2 && !seen[s] && fits(f, s) {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// fits reports whether a suppression, read as the context file is read, is
// meant for the finding that it was made of.
func fits(f *footfall.Finding, s journal.Silence) bool {
	var b strings.Builder
	b.WriteString("suppress:\n")
	yamlSilences(&b, []journal.Silence{s})
	c, err := engine.ReadContext(suppressName, []byte(b.String()))
	return err == nil && len(c.Suppressed) == 1 && c.Suppressed[0].Fits(f)
}

// only is the one name of a kind that a finding has in the first of some
// roles in which it has any; "" when there are several.
func only(f *footfall.Finding, kind string, roles ...footfall.Role) string {
	for _, role := range roles {
		names := map[string]bool{}
		last := ""
		for _, e := range f.Entities {
			if e.Role == role && e.Kind == kind && e.Name != "" {
				names[e.Name] = true
				last = e.Name
			}
		}
		if len(names) == 1 {
			return last
		}
		if len(names) > 1 {
			return ""
		}
	}
	return ""
}

// toldSuggested says what is suggested and how it is confirmed.
func toldSuggested(list []journal.Silence, number int) string {
	if len(list) == 0 {
		return "\nNothing is suggested to be suppressed: its findings do not name an account, a host or a source of their own."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nSuggested, until somebody confirms it with footfall case suppress %d --confirm:\n", number)
	yamlSilences(&b, list[:min(len(list), 3)])
	if n := len(list) - 3; n > 0 {
		fmt.Fprintf(&b, "and %d more\n", n)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// yamlSilences writes suppressions as the context file has them. A JSON string
// is a YAML string.
func yamlSilences(w io.Writer, list []journal.Silence) {
	for _, s := range list {
		lead := "  - "
		for _, x := range [][2]string{{"rule", s.Rule}, {"account", s.Account}, {"host", s.Host}, {"source", s.Source}, {"until", s.Until}, {"reason", s.Reason}} {
			if x[1] == "" {
				continue
			}
			fmt.Fprintf(w, "%s%s: %s\n", lead, x[0], quoted(x[1]))
			lead = "    "
		}
	}
}

func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(strings.ToValidUTF8(s, "?")) != nil {
		return `""`
	}
	return clean(strings.TrimSuffix(b.String(), "\n"))
}

func (f *casing) suppressCommand() *cobra.Command {
	var confirm bool
	c := &cobra.Command{
		Use: "suppress CASE", Short: "Show or confirm what a closed case suggests to suppress", Args: oneCase(0),
		Long: `Suppress shows what was suggested when a case was closed as false-positive or
benign. With --confirm it is written into suppress.yaml of the folder, which a
hunt into the folder honours; its lines may be pasted into the context file. What
is suppressed is counted and listed in each run, and each ends by itself.`,
		RunE: func(c *cobra.Command, args []string) error {
			if !confirm {
				return f.look(c, false, func(d *desk, w io.Writer, _ report.TextOptions) error {
					x, _, err := d.find(args[0])
					if err != nil {
						return err
					}
					if len(x.Suggest) == 0 {
						fmt.Fprintf(w, "Case %d suggests nothing to suppress.\n", x.Work.Number)
						return nil
					}
					fmt.Fprintln(w, "suppress:")
					yamlSilences(w, x.Suggest)
					return nil
				})
			}
			return f.change(c, args[0], func(d *desk, x *journal.File, _ *footfall.Case) (list []journal.Entry, said string, err error) {
				if len(x.Suggest) == 0 {
					return nil, "", fmt.Errorf("case %d suggests nothing to suppress; it does when it is closed as false-positive or benign", x.Work.Number)
				}
				for i := range x.Suggest {
					if slices.Contains(x.Confirm, x.Suggest[i]) {
						continue // confirmed before; the file may have lost it
					}
					list = append(list, journal.Entry{Case: x.Key, What: journal.Confirmed, Body: journal.Body{Suppress: &x.Suggest[i]}})
				}
				if err := addSilences(d.dir, x.Suggest); err != nil {
					return nil, "", err
				}
				return list, fmt.Sprintf("%s in %s until %s.", counted(len(x.Suggest), "suppression holds", "suppressions hold"), clean(filepath.Join(d.dir, suppressName)), x.Suggest[0].Until), nil
			})
		},
	}
	c.Flags().BoolVar(&confirm, "confirm", false, "write them into suppress.yaml")
	return c
}

// addSilences writes suppressions behind those of the folder's file, in a new
// file that takes its place once it can be read.
func addSilences(dir string, list []journal.Silence) error {
	name := filepath.Join(dir, suppressName)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = []byte("version: 1\nsuppress:\n"), nil
	}
	if err != nil {
		return err
	}
	var b strings.Builder
	b.Write(data)
	if len(data) > 0 && data[len(data)-1] != '\n' {
		b.WriteByte('\n')
	}
	for _, s := range list {
		var one strings.Builder
		yamlSilences(&one, []journal.Silence{s})
		if !strings.Contains(b.String(), one.String()) {
			b.WriteString(one.String())
		}
	}
	if _, err := engine.ReadContext(name, []byte(b.String())); err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", []byte(b.String()), 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// tellSilenced says how many suppressions of the folder hold, so that nothing
// is missing without a word.
func (d *desk) tellSilenced(w io.Writer) error {
	name := filepath.Join(d.dir, suppressName)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := engine.ReadContext(name, data)
	if err != nil {
		return err
	}
	now, holding, next := time.Now().UnixNano(), 0, int64(0)
	for _, s := range c.Suppressed {
		if s.Until > now {
			holding++
			if next == 0 || s.Until < next {
				next = s.Until
			}
		}
	}
	fmt.Fprintf(w, "%d of %d suppressions of %s hold", holding, len(c.Suppressed), clean(name))
	if next != 0 {
		fmt.Fprintf(w, ", the next ends on %s", time.Unix(0, next-1).UTC().Format(time.DateOnly))
	}
	fmt.Fprintln(w)
	acted := 0
	for _, n := range d.run.Notes {
		if !strings.Contains(n, " suppressed until ") {
			continue
		}
		if acted++; acted <= 5 {
			fmt.Fprintln(w, "  "+clean(n))
		}
	}
	if acted > 5 {
		fmt.Fprintf(w, "  and %d more in the report's notes\n", acted-5)
	}
	return nil
}
