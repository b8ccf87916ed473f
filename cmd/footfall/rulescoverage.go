package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/sigma"
)

func rulesCoverageCommand() *cobra.Command {
	var in inputs
	var format string
	c := &cobra.Command{
		Use: "coverage", Short: "Which techniques the rules and analytics cover, and from which logs", Args: none,
		Long: `Coverage lists, for each technique of ATT&CK, the rules and analytics that are
about it and the log sources that they need. The navigator format is a layer
(version 4.5) for the ATT&CK Navigator: the score is the number of detections,
the comment their names, and the metadata the log sources.

Only detections that can fire count: a rule for a log source that nothing reads
is listed and not counted.`,
		Example: "  footfall rules coverage\n  footfall rules coverage -f navigator > layer.json\n  footfall rules coverage -r sigma/rules",
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := in.load(c.ErrOrStderr())
			if err != nil {
				return err
			}
			m := matrix(list)
			switch format {
			case "text":
				return m.text(c.OutOrStdout())
			case "navigator":
				return m.layer(c.OutOrStdout())
			}
			return usage{fmt.Errorf("--format %q is not text or navigator", format)}
		},
	}
	c.Flags().StringArrayVarP(&in.rules, "rules", "r", nil, "more Sigma rules, a file or folder `PATH`; may be repeated")
	c.Flags().BoolVar(&in.noBuiltin, "no-builtin", false, "leave out the rules that come with the program")
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or navigator (an ATT&CK Navigator layer)")
	return c
}

// A covered is a technique and what detects it.
type covered struct {
	id     string
	detect []detection
}

// A detection is a rule or an analytic.
type detection struct {
	kind, title, source string
	level               footfall.Level
	fires               bool // something reads its log source
}

// A coverage is the covered techniques by id.
type coverage []covered

// matrix sorts rules and analytics by technique.
func matrix(list []*sigma.Rule) coverage {
	by := map[string][]detection{}
	logs := known()
	for _, r := range list {
		d := detection{kind: "rule", title: r.Meta.Title, source: r.Logsource.String(), level: r.Meta.Level}
		if d.source == "" {
			d.kind, d.source = "correlation", "the rules that it correlates"
		}
		d.fires = d.kind == "correlation" || slices.ContainsFunc(logs, func(k sigma.Known) bool { return k.Read && r.Applies(k.Log) })
		for _, t := range r.Meta.Attack {
			by[t] = append(by[t], d)
		}
	}
	for i := range engine.Analytics {
		for j := range engine.Analytics[i].Rules {
			r := &engine.Analytics[i].Rules[j]
			for _, t := range r.Attack {
				by[t] = append(by[t], detection{kind: "analytic", title: r.Title, source: "logons, sessions and connections of any source", level: r.Level, fires: true})
			}
		}
	}
	var out coverage
	for _, id := range slices.Sorted(maps.Keys(by)) {
		d := by[id]
		slices.SortFunc(d, func(a, b detection) int {
			return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(b.level, a.level), cmp.Compare(a.title, b.title), cmp.Compare(a.source, b.source))
		})
		out = append(out, covered{id, slices.Compact(d)})
	}
	return out
}

// fires counts the detections that can.
func (c *covered) fires() int {
	n := 0
	for _, d := range c.detect {
		if d.fires {
			n++
		}
	}
	return n
}

// sources lists the log sources that detections need, each once, in order.
func (c *covered) sources() []string {
	var out []string
	for _, d := range c.detect {
		if d.fires && !slices.Contains(out, d.source) {
			out = append(out, d.source)
		}
	}
	slices.Sort(out)
	return out
}

func (m coverage) text(w io.Writer) error {
	all := 0
	for i := range m {
		c := &m[i]
		fmt.Fprintf(w, "%s  %d of %d detections can fire\n", c.id, c.fires(), len(c.detect))
		for _, s := range c.sources() {
			fmt.Fprintf(w, "  from %s\n", clean(s))
		}
		for _, d := range c.detect {
			note := ""
			if !d.fires {
				note = "  (nothing reads " + d.source + ")"
			}
			fmt.Fprintf(w, "    %-11s %-13s %s%s\n", d.kind, d.level, clean(d.title), clean(note))
		}
		all += len(c.detect)
	}
	_, err := fmt.Fprintf(w, "%d techniques, %d pairs of technique and detection, %d formats read\n", len(m), all, len(decode.All))
	return err
}

// A layer is the file of the ATT&CK Navigator, format 4.5
// (https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md).
type layer struct {
	Name        string            `json:"name"`
	Versions    map[string]string `json:"versions"`
	Domain      string            `json:"domain"`
	Description string            `json:"description"`
	Sorting     int               `json:"sorting"`
	Hide        bool              `json:"hideDisabled"`
	Techniques  []layerTechnique  `json:"techniques"`
	Gradient    layerGradient     `json:"gradient"`
	Legend      []string          `json:"legendItems"`
	Metadata    []layerMeta       `json:"metadata"`
}

type layerTechnique struct {
	ID       string      `json:"techniqueID"`
	Score    int         `json:"score"`
	Comment  string      `json:"comment"`
	Enabled  bool        `json:"enabled"`
	Metadata []layerMeta `json:"metadata"`
	Show     bool        `json:"showSubtechniques"`
}

type layerMeta struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type layerGradient struct {
	Colors []string `json:"colors"`
	Min    int      `json:"minValue"`
	Max    int      `json:"maxValue"`
}

func (m coverage) layer(w io.Writer) error {
	l := layer{
		Name: "Footfall", Domain: "enterprise-attack", Sorting: 3,
		Versions:    map[string]string{"attack": "17", "navigator": "5.1.0", "layer": "4.5"},
		Description: "Techniques with the number of rules and analytics that detect them. Those that are marked with 0 have rules for logs that nothing reads.",
		Gradient:    layerGradient{Colors: []string{"#f5f5f5", "#9ecae1", "#3182bd"}, Max: 1},
		Legend:      []string{}, Metadata: []layerMeta{{"version", version()}}, Techniques: []layerTechnique{},
	}
	for i := range m {
		c := &m[i]
		t := layerTechnique{ID: c.id, Score: c.fires(), Enabled: true, Show: strings.Contains(c.id, "."), Metadata: []layerMeta{}}
		var names []string
		for _, d := range c.detect {
			if d.fires {
				names = append(names, d.title)
			}
		}
		t.Comment = strings.Join(names, "; ")
		for _, s := range c.sources() {
			t.Metadata = append(t.Metadata, layerMeta{"log source", s})
		}
		l.Gradient.Max = max(l.Gradient.Max, t.Score)
		l.Techniques = append(l.Techniques, t)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(l)
}
