package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/sigma"
)

// maxExplained is how many records are explained when no line is named.
const maxExplained = 20

func explainCommand() *cobra.Command {
	var in inputs
	var who about
	c := &cobra.Command{
		Use: "explain [flags] PATH[:LINE] | -", Short: "Show how a record is read: format, fields, meaning, rules that hit and nearly hit",
		Long: `Explain shows how each record is read: the format that was recognised, the
record's own fields, what they mean, the rules that hit, and those that came
closest with the part that did not fit. PATH:LINE names one record by its line
or its own number; without it the first ` + strconv.Itoa(maxExplained) + ` are shown.

With --host or --person it shows instead what the records tell of that host or
person as of --at: addresses, names, accounts, kind and owner, and from what
evidence.`,
		Example: "  footfall explain auth.log:112\n  footfall explain Security.evtx:880123\n  tail -n 1 auth.log | footfall explain -\n  footfall explain --host 10.0.0.7 --at 2026-03-02T09:00:00Z logs/",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage{fmt.Errorf("one PATH[:LINE] is wanted, not %d", len(args))}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if who.asked() {
				o, err := in.options(c, args)
				if err != nil {
					return err
				}
				return who.show(c, o)
			}
			path, number := splitLine(args[0])
			o, err := in.options(c, []string{path})
			if err != nil {
				return err
			}
			if o.Rules, err = in.load(c.ErrOrStderr()); err != nil {
				return err
			}
			shown := 0
			stats, err := engine.Explain(c.Context(), o, number, func(x *engine.Explained) bool {
				explain(c.OutOrStdout(), x)
				shown++
				return number == 0 && shown < maxExplained
			})
			if err != nil {
				return err
			}
			if shown == 0 && number != 0 {
				return fmt.Errorf("%s has no record %d", path, number)
			}
			if number == 0 && shown == maxExplained {
				fmt.Fprintf(c.OutOrStdout(), "Only the first %d records are shown; name one as %s:LINE.\n", maxExplained, clean(path))
				return nil
			}
			if number != 0 {
				return saw(c, o, number)
			}
			return incomplete(c.ErrOrStderr(), stats)
		},
	}
	in.add(c)
	who.add(c)
	return c
}

// saw tells which findings rest on a record: what the analytics, which need the
// records before and after it, made of it. Standard input can be read only once.
func saw(c *cobra.Command, o engine.Options, number uint64) error {
	if o.Paths[0] == "-" {
		return nil
	}
	h, err := engine.Find(c.Context(), o)
	if err != nil {
		return err
	}
	defer h.Close()
	w := c.OutOrStdout()
	fmt.Fprintln(w, "What was seen in it together with the records around it")
	none := true
	for _, f := range h.Run.Findings {
		if !slices.ContainsFunc(f.Evidence, func(r footfall.Ref) bool {
			rec, ok := h.Run.Lookup(r)
			return ok && rec.Number == number
		}) {
			continue
		}
		none = false
		fmt.Fprintf(w, "  %s (%s, %s) %s\n    %s\n", clean(f.Title), f.Level, f.Rule.ID, strings.Join(f.Attack, " "), clean(f.Why))
	}
	if none {
		fmt.Fprintln(w, "  no finding names it among its evidence")
	}
	return nil
}

// splitLine takes the :LINE off a path.
func splitLine(arg string) (path string, number uint64) {
	i := strings.LastIndexByte(arg, ':')
	if i <= 0 {
		return arg, 0
	}
	n, err := strconv.ParseUint(arg[i+1:], 10, 64)
	if err != nil || n == 0 {
		return arg, 0
	}
	return arg[:i], n
}

func explain(w io.Writer, x *engine.Explained) {
	fmt.Fprintf(w, "%s  record %d at offset %d, read as %s%s\n", clean(x.Input), x.Number, x.Offset, x.Format, sure(x.Confidence))
	raw := clean(x.Raw)
	if len(raw) > 2000 {
		raw = raw[:2000] + "..."
	}
	fmt.Fprintf(w, "  %s\n\nMeaning\n", raw)
	for _, p := range meaning(x.Event) {
		fmt.Fprintf(w, "  %-12s %s\n", p[0], clean(p[1]))
	}
	if l := x.Log; l.Product != "" {
		fmt.Fprintf(w, "  %-12s product %s, service %s, category %s\n", "log source", l.Product, strings.Join(l.Services, " or "), strings.Join(l.Categories, " or "))
	}
	fmt.Fprintf(w, "\nFields\n")
	for _, f := range x.Event.Fields {
		fmt.Fprintf(w, "  %s: %s\n", clean(x.Schema.FieldName(f.ID)), clean(f.Val))
	}
	fmt.Fprintf(w, "\nRules that hit: %d\n", len(x.Hits))
	for i := range x.Hits {
		rule(w, &x.Hits[i])
	}
	if len(x.Near) > 0 {
		fmt.Fprintf(w, "\nRules that nearly hit\n")
		for i := range x.Near {
			rule(w, &x.Near[i])
		}
	}
	fmt.Fprintln(w)
}

// sure says how sure recognition was, and what else would fit.
func sure(c footfall.Confidence) string {
	switch {
	case c.Sure == 0:
		return ""
	case c.Rival == "":
		return fmt.Sprintf(", sure %d %%", c.Sure)
	}
	return fmt.Sprintf(", sure %d %%; fits %s as well (%d %%)", c.Sure, c.Rival, c.RivalSure)
}

func rule(w io.Writer, x *sigma.Explanation) {
	m := &x.Rule.Meta
	fmt.Fprintf(w, "  %s (%s, %s) %s\n", clean(m.Title), m.Level, m.ID, strings.Join(m.Attack, " "))
	fmt.Fprintf(w, "    condition: %s\n", clean(strings.Join(x.Conditions, " or ")))
	for _, f := range x.Filters {
		fmt.Fprintf(w, "    and the filter %s: %s\n", clean(f.Title), clean(f.Condition))
	}
	for _, p := range x.Parts {
		fmt.Fprintf(w, "    %s: %s\n", clean(p.Name), map[bool]string{true: "fits", false: "does not fit"}[p.Hit])
		for _, l := range p.Lines {
			if l.Hit != p.Hit || len(l.Values) == 0 {
				continue
			}
			found := make([]string, 0, len(l.Found))
			for _, f := range l.Found {
				found = append(found, f.Val)
			}
			switch {
			case l.Hit && len(found) > 0:
				fmt.Fprintf(w, "      %s: %s\n", clean(l.Key), clean(strings.Join(found, " | ")))
			case !l.Hit && len(l.Had) > 0:
				fmt.Fprintf(w, "      %s: wants %s, the record has %s\n", clean(l.Key), clean(few(l.Values)), clean(strings.Join(l.Had, " | ")))
			case !l.Hit:
				fmt.Fprintf(w, "      %s: wants %s, the record has no such field\n", clean(l.Key), clean(few(l.Values)))
			}
		}
	}
}

func few(list []string) string {
	if len(list) > 5 {
		return strings.Join(list[:5], " | ") + fmt.Sprintf(" and %d more", len(list)-5)
	}
	return strings.Join(list, " | ")
}

// meaning lists what an event says, leaving out what is empty.
func meaning(e *footfall.Event) [][2]string {
	var out [][2]string
	put := func(name string, v any) {
		switch s := fmt.Sprint(v); s {
		case "", "0", "false", "invalid IP":
		default:
			out = append(out, [2]string{name, s})
		}
	}
	if e.Time != 0 {
		put("time", time.Unix(0, e.Time).UTC().Format(time.RFC3339Nano))
	}
	put("what", strings.TrimSpace(fmt.Sprintf("%v %v", e.Kind, e.Outcome)))
	put("reason", e.Reason)
	put("service", e.Service)
	put("proof", e.Auth)
	put("from", strings.TrimSpace(fmt.Sprintf("%s %s", e.From.Host, addr(e.From))))
	put("to", strings.TrimSpace(fmt.Sprintf("%s %s", e.To.Host, addr(e.To))))
	put("account", footfall.Canonical(e.User, false))
	put("sid", e.User.SID)
	put("target", footfall.Canonical(e.Target, false))
	put("session", e.Session)
	put("parent", e.Parent)
	put("object", e.Object)
	put("image", e.Image)
	put("started by", e.ParentImg)
	put("command", e.Command)
	put("client", e.Client)
	put("logon type", e.LogonType)
	put("elevated", e.Elevated)
	put("written by", e.Computer)
	put("channel", e.Channel)
	put("event id", e.EventID)
	put("program", e.Program)
	return out
}

func addr(p footfall.Endpoint) string {
	if !p.Addr.IsValid() {
		return ""
	}
	if p.Port == 0 {
		return p.Addr.String()
	}
	return fmt.Sprintf("%s port %d", p.Addr, p.Port)
}
