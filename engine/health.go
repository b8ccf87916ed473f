package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/sigma"
)

// A logSeen is how much of one log source was read.
type logSeen struct {
	n           int64
	first, last int64
}

// logs counts the records of each log source for a worker.
type logs []logSeen

func (l *logs) see(e *footfall.Event) {
	for int(e.Log) >= len(*l) {
		*l = append(*l, logSeen{})
	}
	s := &(*l)[e.Log]
	s.n++
	if e.Time == 0 || clock.Unresolved(e.Time) {
		return
	}
	if s.first == 0 || e.Time < s.first {
		s.first = e.Time
	}
	s.last = max(s.last, e.Time)
}

func (l *logs) merge(o logs) {
	for len(*l) < len(o) {
		*l = append(*l, logSeen{})
	}
	for i := range o {
		(*l)[i].join(o[i])
	}
}

func (s *logSeen) join(o logSeen) {
	s.n += o.n
	s.last = max(s.last, o.last)
	if o.first != 0 && (s.first == 0 || o.first < s.first) {
		s.first = o.first
	}
}

// silence is how long before the end of all logs what feeds a detection must
// have ended for the detection to be silent.
const silence = 24 * time.Hour

// health says of each row of the catalogue whether it could find anything.
func (q *sequencer) health() []footfall.RowHealth {
	if len(q.opt.Catalogue) == 0 {
		return nil
	}
	fed := append(q.anal.Fed(about), q.fedRules()...)
	byRow := map[string][]footfall.Fed{}
	for _, f := range fed {
		for _, r := range f.Rows {
			byRow[r] = append(byRow[r], f)
		}
	}
	var out []footfall.RowHealth
	for _, row := range q.opt.Catalogue {
		out = append(out, rowHealth(row, byRow[row.ID], q.last))
	}
	return out
}

// about reports whether a row is about a service: the rows of a technique are
// about its own, the others about any.
func about(row string, s footfall.Service) bool {
	family, _, _ := strings.Cut(row, "-")
	network := s == footfall.ServiceNetwork // a network logon of Windows serves several
	switch family {
	case "RDP":
		return s == footfall.ServiceRDP
	case "SMB":
		return s == footfall.ServiceSMB || network
	case "DCOM":
		return s == footfall.ServiceDCOM || s == footfall.ServiceWMI || s == footfall.ServiceRPC || network || s == footfall.ServiceUnknown
	case "SSH":
		return s == footfall.ServiceSSH || s == footfall.ServiceUnknown
	case "VNC":
		return s == footfall.ServiceVNC
	case "WRM":
		return s == footfall.ServiceWinRM || network || s == footfall.ServiceUnknown
	case "CLD", "CVM":
		return s == footfall.ServiceCloud || s == footfall.ServiceKube || s == footfall.ServiceWeb
	}
	return true
}

func rowHealth(row footfall.Row, fed []footfall.Fed, end int64) footfall.RowHealth {
	h := footfall.RowHealth{Row: row, Fed: fed}
	has := 0
	for _, f := range fed {
		if f.Seen > 0 {
			has++
			h.Last = max(h.Last, f.Last)
		}
	}
	switch {
	case has == 0:
		h.State, h.Why = footfall.HealthNot, "no record that it looks at was read; it needs "+row.Sources
	case h.Last != 0 && end-h.Last > int64(silence):
		h.State = footfall.HealthSilent
		h.Why = fmt.Sprintf("what it looks at ends on %s, %s before the rest", time.Unix(0, h.Last).UTC().Format(time.DateTime), roundDays(end-h.Last))
	case has < len(fed):
		h.State, h.Why = footfall.HealthPart, fmt.Sprintf("%d of its %d detections had something to look at", has, len(fed))
	default:
		h.State = footfall.HealthFires
		h.Why = fmt.Sprintf("its %s had something to look at", plural(len(fed), "detection", "detections"))
	}
	return h
}

func roundDays(d int64) string {
	if d >= 48*int64(time.Hour) {
		return fmt.Sprintf("%d days", d/int64(24*time.Hour))
	}
	return fmt.Sprintf("%d hours", d/int64(time.Hour))
}

// fedRules says how many records there were of the log source of each rule; of
// a correlation, of all that it counts.
func (q *sequencer) fedRules() []footfall.Fed {
	byID := map[string]*footfall.Fed{}
	var out []footfall.Fed
	for _, r := range q.opt.Rules {
		f := footfall.Fed{ID: r.Meta.ID, Title: r.Meta.Title, Kind: "sigma", Rows: r.Meta.Rows}
		if r.Correlation == nil {
			q.fedBy(&f, r)
		}
		out = append(out, f)
	}
	for i := range out {
		byID[out[i].ID] = &out[i]
	}
	fedBy := map[string]footfall.Fed{}
	for _, f := range q.anal.Fed(func(string, footfall.Service) bool { return true }) {
		fedBy[f.ID] = f
	}
	for _, c := range q.l.correlations() {
		f := byID[c.Rule.ID]
		if f == nil {
			continue
		}
		weakest := int64(-1) // a correlation has as much as the least of its parts
		for _, p := range c.Parts {
			part, ok := fedBy[p.Rule], p.Analytic
			if b := byID[p.Rule]; !p.Analytic && b != nil {
				part, ok = *b, true
			}
			if !ok {
				continue
			}
			if weakest < 0 || part.Seen < weakest {
				weakest = part.Seen
				f.First, f.Last = part.First, part.Last
			}
		}
		f.Seen = max(weakest, 0)
	}
	return out
}

// anyLogon is the log source of rules about authentication in any log, which
// looks at what decoders understood.
var anyLogon = footfall.Log{Categories: []string{"authentication"}}

func (q *sequencer) fedBy(f *footfall.Fed, r *sigma.Rule) {
	if r.Applies(anyLogon) {
		f.Seen, f.First, f.Last = q.logons.n, q.logons.first, q.logons.last
		return
	}
	var s logSeen
	for i := range q.l.logs {
		if q.l.logs[i].n > 0 && r.Applies(q.l.schema.LogOf(footfall.LogID(i))) {
			s.join(q.l.logs[i])
		}
	}
	f.Seen, f.First, f.Last = s.n, s.first, s.last
}

// unable says in one note how many rows of each family could find nothing.
func unable(rows []footfall.RowHealth) []string {
	var families, not, silent []string
	all, dark := map[string]int{}, map[string]int{}
	none := 0
	for _, r := range rows {
		f, _, _ := strings.Cut(r.ID, "-")
		if all[f]++; all[f] == 1 {
			families = append(families, f)
		}
		switch r.State {
		case footfall.HealthNot:
			dark[f]++
			none++
		case footfall.HealthSilent:
			silent = append(silent, r.ID)
		}
	}
	for _, f := range families {
		switch n := dark[f]; {
		case n == all[f]:
			not = append(not, "all of "+f)
		case n > 0:
			not = append(not, fmt.Sprintf("%d of %d of %s", n, all[f], f))
		}
	}
	var out []string
	if none > 0 {
		out = append(out, fmt.Sprintf("%d of %s of detections had nothing to look at and could find nothing: %s (footfall sources --health says what they need)",
			none, plural(len(rows), "row", "rows"), list(not)))
	}
	if len(silent) > 0 {
		out = append(out, fmt.Sprintf("%s had nothing to look at for more than a day before the end: %s", plural(len(silent), "row", "rows"), list(silent)))
	}
	return out
}
