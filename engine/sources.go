package engine

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/sigma"
)

// feeds.tsv says of each format what its samples show: kinds of events,
// services, and the analytics that look at their steps. A test writes it.
//
//go:embed feeds.tsv
var feedsTable string

// A SourceInfo is a format, what it feeds and which detections it enables.
type SourceInfo struct {
	decode.Source
	Kinds     []string `json:"kinds"`     // what its events are about
	Services  []string `json:"services"`  // of which remote services
	Analytics []string `json:"analytics"` // that look at its events
	Rules     int      `json:"rules"`     // Sigma rules, of those given, that are about its logs
}

// Sources lists every format with what it feeds. Analytics that hear of all
// rules' hits are not named: they follow from the rules.
func Sources(rules []*sigma.Rule) []SourceInfo {
	feeds := map[string][]string{}
	for line := range strings.Lines(feedsTable) {
		if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(f) == 4 {
			feeds[f[0]] = f[1:]
		}
	}
	var out []SourceInfo
	for i, s := range decode.Sources() {
		x := SourceInfo{Source: s}
		if f := feeds[s.Name]; f != nil {
			x.Kinds, x.Services, x.Analytics = strings.Fields(f[0]), strings.Fields(f[1]), strings.Fields(f[2])
		}
		logs := decode.Logs(&decode.All[i])
		for _, r := range rules {
			if slices.ContainsFunc(logs, r.Applies) {
				x.Rules++
			}
		}
		out = append(out, x)
	}
	return out
}

// SourcesText lists the formats for people, as Markdown that reads well on a
// terminal.
func SourcesText(rules []*sigma.Rule) string {
	var b strings.Builder
	for _, s := range Sources(rules) {
		fmt.Fprintf(&b, "%s\n    %s\n", s.Name, s.Doc)
		fmt.Fprintf(&b, "    Recognised by %s; cut into %s.\n", s.By, s.Cut)
		if len(s.Kinds) > 0 {
			fmt.Fprintf(&b, "    Feeds %s", list(s.Kinds))
			if len(s.Services) > 0 {
				fmt.Fprintf(&b, " of %s", list(s.Services))
			}
			b.WriteString(".\n")
		}
		if len(s.Analytics) > 0 || s.Rules > 0 {
			fmt.Fprintf(&b, "    Enables %s.\n", enabled(&s))
		}
		fmt.Fprintf(&b, "    Described in %s\n\n", s.Grammar)
	}
	return b.String()
}

func enabled(s *SourceInfo) string {
	rules := plural(s.Rules, "Sigma rule", "Sigma rules")
	switch {
	case len(s.Analytics) == 0:
		return rules
	case s.Rules == 0:
		return list(s.Analytics)
	}
	return list(s.Analytics) + "; " + rules
}

func list(words []string) string { return strings.Join(words, ", ") }

// stepsOf decodes a sample and returns its events as steps would be made of
// them, for the test that writes feeds.tsv and for those of analytics.
func stepsOf(format string, in []byte, visit func(e *footfall.Event, s *footfall.Step, n *footfall.Names)) error {
	st, err := decode.New(decode.All, footfall.NewSchema(true))
	if err != nil {
		return err
	}
	var b footfall.Batch
	if err := st.Chunk(&b, decode.WholeChunk(format, in)); err != nil {
		return err
	}
	names := footfall.NewNames()
	steps := newStepper(names)
	steps.texts = &inline{}
	for i := range b.Events {
		var s footfall.Step
		steps.step(&s, &b.Events[i], footfall.Ref{}, 0)
		steps.texts.named(&s, names)
		visit(&b.Events[i], &s, names)
	}
	return nil
}
