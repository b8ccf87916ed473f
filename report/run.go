// Package report shows what a hunt found: text for a terminal, OCSF objects a
// line each, a folder with a page and tables, a login graph. It takes a
// footfall.Run and writes; nothing that stands in a log can break its output
// or reach a terminal, a browser or a spreadsheet as anything but text. It
// reads no clock: the same run gives the same bytes.
package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// inCases returns the findings that some case holds.
func inCases(r *footfall.Run) map[*footfall.Finding]bool {
	out := map[*footfall.Finding]bool{}
	for _, c := range r.Cases {
		for _, f := range c.Findings {
			out[f] = true
		}
	}
	return out
}

// alone returns the findings that no case holds, the worst first.
func alone(r *footfall.Run) []*footfall.Finding {
	in := inCases(r)
	out := slices.DeleteFunc(slices.Clone(r.Findings), func(f *footfall.Finding) bool { return in[f] })
	slices.SortStableFunc(out, func(a, b *footfall.Finding) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.First, b.First), strings.Compare(a.ID, b.ID))
	})
	return out
}

// A group is findings of one rule.
type group struct {
	Title string
	Level footfall.Level
	List  []*footfall.Finding
	Rule  *footfall.Rule
}

// byRule gathers findings by rule, the worst and then the most frequent first.
func byRule(findings []*footfall.Finding) []group {
	at := map[string]int{}
	var out []group
	for _, f := range findings {
		id := ruleID(f)
		i, ok := at[id]
		if !ok {
			i = len(out)
			at[id] = i
			out = append(out, group{Title: ruleTitle(f), Rule: f.Rule})
		}
		out[i].List = append(out[i].List, f)
		out[i].Level = max(out[i].Level, f.Level)
	}
	slices.SortStableFunc(out, func(a, b group) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(len(b.List), len(a.List)), strings.Compare(a.Title, b.Title))
	})
	return out
}

func ruleID(f *footfall.Finding) string {
	if f.Rule == nil {
		return f.Title
	}
	return f.Rule.ID
}

func ruleTitle(f *footfall.Finding) string {
	if f.Rule != nil && f.Rule.Title != "" {
		return f.Rule.Title
	}
	return title(f)
}

func title(f *footfall.Finding) string {
	if f.Title != "" {
		return f.Title
	}
	if f.Rule != nil {
		return f.Rule.Title
	}
	return f.ID
}

// broken returns the inputs that were not read whole.
func broken(r *footfall.Run) (out []footfall.InputStat) {
	for _, in := range r.Inputs {
		if in.State != "read" && in.State != "duplicate" && in.State != "empty" || in.Unread > 0 {
			out = append(out, in)
		}
	}
	return out
}

func records(r *footfall.Run) (n int64) {
	for _, in := range r.Inputs {
		n += in.Records
	}
	return n
}

// number writes n with commas between thousands.
func number[T int | int64 | uint64](n T) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural[T int | int64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

const (
	timeLong  = "2006-01-02 15:04:05"
	timeShort = "15:04:05"
)

// stamp writes an event time; 0 is none.
func stamp(t int64, zone *time.Location, layout string) string {
	if t == 0 {
		return "no time"
	}
	if zone == nil {
		zone = time.UTC
	}
	return time.Unix(0, t).In(zone).Format(layout)
}

func service(h footfall.Hop) string {
	switch h.Service {
	case footfall.ServiceUnknown:
		return "logon"
	case footfall.ServiceWinRM:
		return "WinRM"
	case footfall.ServiceNetwork:
		return "network"
	case footfall.ServiceRDP, footfall.ServiceSMB, footfall.ServiceDCOM, footfall.ServiceSSH, footfall.ServiceVNC,
		footfall.ServiceWMI, footfall.ServiceRPC, footfall.ServiceVPN, footfall.ServiceARD, footfall.ServiceFTP,
		footfall.ServiceNTLM, footfall.ServiceLDAP, footfall.ServiceSQL:
		return strings.ToUpper(h.Service.String())
	}
	return h.Service.String()
}

// openTasks returns a case's tasks that are still to be done, L1 first.
func openTasks(c *footfall.Case) (out []footfall.Task) {
	for _, t := range c.Tasks {
		if t.State != "done" {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b footfall.Task) int { return strings.Compare(a.Tier, b.Tier) })
	return out
}

// standing is undecided in a few words, for a table.
func standing(c *footfall.Case) string {
	n := 0
	for _, g := range c.Decision.Reasons {
		if g.State == "unknown" {
			n++
		}
	}
	if n > 0 {
		return fmt.Sprintf("none; %d of %d open", n, len(c.Decision.Reasons))
	}
	return "none"
}

// undecided tells why a case is not escalated; what could not be evaluated is
// not a no.
func undecided(c *footfall.Case) string {
	n := 0
	for _, g := range c.Decision.Reasons {
		if g.State == "unknown" {
			n++
		}
	}
	if n > 0 {
		return fmt.Sprintf("No reason to escalate matched, but %d of %d could not be evaluated", n, len(c.Decision.Reasons))
	}
	return "No reason to escalate matched"
}
