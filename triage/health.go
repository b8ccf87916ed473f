package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// shortHistory is the time before a case below which nothing can be said of
// what is usual: a week has each weekday once.
const shortHistory = 7 * 24 * time.Hour

// health tells what could not be seen: hosts without logs, short and broken
// logs, cleared ones, and questions that stayed open.
func health(c *footfall.Case, s *scene, opt Options) []string {
	var out []string
	spans := map[string][]footfall.HostSpan{}
	for _, x := range opt.Spans {
		h := footfall.HostName(x.Host)
		spans[h] = append(spans[h], x)
	}
	var dark []string
	for _, h := range s.hosts {
		if len(spans[footfall.HostName(h)]) == 0 {
			dark = append(dark, h)
		}
	}
	if len(dark) > 0 && len(opt.Spans) > 0 {
		out = append(out, fmt.Sprintf("No log of %s was read: what happened there is only seen from elsewhere.", some(dark, "host", 4)))
	}
	var seen []string
	for _, h := range append(slices.Clone(s.hosts), s.allFrom...) {
		h = footfall.HostName(h)
		if slices.Contains(seen, h) {
			continue
		}
		seen = append(seen, h)
		for _, x := range sortSpans(spans[h]) {
			out = append(out, gaps(x, c)...)
		}
	}
	if len(c.Findings) > 0 && opt.First > 0 && c.First-opt.First < int64(shortHistory) {
		begin := "with the case"
		if d := time.Duration(c.First - opt.First); d >= time.Second {
			begin = span(d) + " before the case"
		}
		out = append(out, "All logs together begin "+begin+": too short to tell what is usual.")
	}
	for _, f := range c.Findings {
		if slices.ContainsFunc(f.Attack, func(t string) bool { return covers([]string{"T1070"}, t) }) {
			out = append(out, "A log was cleared: "+sentenceOf(strings.TrimSpace(f.Why)))
		}
	}
	open := 0
	for _, q := range c.Questions {
		if q.Verdict == footfall.Unknown {
			open++
		}
	}
	if open > 0 {
		out = append(out, fmt.Sprintf("%d of %s stayed unknown; unknown is not no.", open, count(len(c.Questions), "question")))
	}
	return dedupe(out)
}

func gaps(x footfall.HostSpan, c *footfall.Case) (out []string) {
	name := x.Host
	if x.Log != "" {
		name += " " + x.Log
	}
	if x.Missing > 0 {
		out = append(out, fmt.Sprintf("%s lacks %s between its first and last.", name, count(int(x.Missing), "record number")))
	}
	switch before := time.Duration(c.First - x.First); {
	case x.First == 0:
	case x.First > c.First:
		out = append(out, fmt.Sprintf("%s begins %s after the case began.", name, span(-before)))
	case x.Last != 0 && x.Last < c.First:
		out = append(out, fmt.Sprintf("%s ends %s before the case.", name, span(time.Duration(c.First-x.Last))))
	case x.Last != 0 && x.Last < c.Last:
		out = append(out, fmt.Sprintf("%s ends %s before the case does.", name, span(time.Duration(c.Last-x.Last))))
	}
	return out
}

func sortSpans(list []footfall.HostSpan) []footfall.HostSpan {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b footfall.HostSpan) int {
		return strings.Compare(a.Host+"\x00"+a.Log, b.Host+"\x00"+b.Log)
	})
	return list
}

func dedupe(list []string) []string {
	var out []string
	for _, s := range list {
		out = note(out, s)
	}
	return out
}
