package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// The first three columns are what Timesketch asks of a table; the others
// become fields that can be searched.
var sketchNames = []string{
	"message", "datetime", "timestamp_desc", "timestamp", "case", "kind", "level", "rule", "account", "source", "destination", "service", "outcome",
	"technique", "input", "record", "offset", "raw",
}

// Timesketch writes the hops, findings and evidence of cases as the table that
// Timesketch imports, in the order of time.
func Timesketch(w io.Writer, r *footfall.Run, cases []*footfall.Case) error {
	b := bufio.NewWriter(w)
	t, err := newTable(b, sketchNames)
	if err != nil {
		return err
	}
	for _, c := range cases {
		for _, row := range sketchCase(r, c) {
			if err := t.row(row.cells(c)); err != nil {
				return err
			}
		}
	}
	if err := t.end(); err != nil {
		return err
	}
	return b.Flush()
}

// A sketchRow is one event of a case.
type sketchRow struct {
	time                                           int64
	message, desc, kind, rule, technique           string
	level                                          footfall.Level
	account, source, destination, service, outcome string
	input, raw                                     string
	record                                         uint64
	offset                                         int64
}

func (s *sketchRow) cells(c *footfall.Case) []string {
	at, us := "", ""
	if s.time != 0 {
		at, us = time.Unix(0, s.time).UTC().Format("2006-01-02T15:04:05.000000+00:00"), strconv.FormatInt(s.time/1000, 10)
	}
	record, offset := "", ""
	if s.input != "" {
		record, offset = strconv.FormatUint(s.record, 10), strconv.FormatInt(s.offset, 10)
	}
	out := []string{
		s.message, at, s.desc, us, c.ID, s.kind, s.level.String(), s.rule, s.account, s.source, s.destination, s.service, s.outcome,
		s.technique, s.input, record, offset, s.raw,
	}
	for i, v := range out {
		out[i] = clean(v)
	}
	return out
}

func sketchCase(r *footfall.Run, c *footfall.Case) (out []sketchRow) {
	for i, h := range c.Path {
		out = append(out, sketchRow{
			time: h.Time, message: fmt.Sprintf("Hop %d: %s logged on from %s to %s by %s", i+1, h.Account, h.From, h.To, service(h)), desc: "Logon", kind: "hop",
			level: c.Level, account: h.Account, source: h.From, destination: h.To, service: h.Service.String(), outcome: h.Outcome.String(),
		})
	}
	seen := map[footfall.Ref]bool{}
	for _, f := range c.Findings {
		row := sketchRow{
			time: f.First, message: f.Why, desc: "First event of the finding", kind: "finding", level: f.Level, rule: ruleTitle(f),
			technique: strings.Join(f.Attack, " "),
		}
		for _, e := range f.Entities {
			switch {
			case e.Kind == "account" && row.account == "":
				row.account = e.Name
			case e.Role == footfall.RoleSource && row.source == "":
				row.source = e.Name
			case e.Role == footfall.RoleDestination && row.destination == "":
				row.destination = e.Name
			}
		}
		out = append(out, row)
		out = append(out, sketchRecords(r, f, seen)...)
	}
	slices.SortStableFunc(out, func(a, b sketchRow) int { return cmp.Compare(a.time, b.time) })
	return out
}

func sketchRecords(r *footfall.Run, f *footfall.Finding, seen map[footfall.Ref]bool) (out []sketchRow) {
	if r.Lookup == nil {
		return nil
	}
	for _, ref := range f.Evidence {
		if seen[ref] {
			continue
		}
		seen[ref] = true
		rec, ok := r.Lookup(ref)
		if !ok {
			continue
		}
		raw := rec.Raw
		if len(raw) > pageRaw {
			raw = strings.ToValidUTF8(raw[:pageRaw], "")
		}
		out = append(out, sketchRow{
			time: rec.Time, message: raw, desc: "Event", kind: "record", level: f.Level, rule: ruleTitle(f), destination: rec.Host,
			input: rec.Input, record: rec.Number, offset: rec.Offset, raw: raw,
		})
	}
	return out
}
