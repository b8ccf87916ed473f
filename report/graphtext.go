package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// graphText writes the edges of each source below it; sources that have the
// same ways are one.
func graphText(t *text, list []edge) {
	if len(list) == 0 {
		t.line("No logon from one host to another.")
		return
	}
	edges := gather(list)
	by, room, counts := 0, 0, 0
	for _, e := range edges {
		by = max(by, min(10, columns(edgeService(e))))
		room = max(room, columns(hostName(e.To, maxNameCols)))
		counts = max(counts, columns(edgeCount(e)))
	}
	layout := "01-02 15:04"
	// What stands beside the names takes the rest: service, count, times.
	free := t.opt.Width - 6 - by - counts - 2*len(layout) - 6
	to := min(room, max(10, free/2))
	who := max(8, free-to)
	for i, e := range edges {
		if i == 0 || edges[i-1].From != e.From {
			t.line(t.paint(bold, hostName(e.From, t.opt.Width)))
		}
		s := "  > " + pad(hostName(e.To, to), to) + " " + pad(fold(edgeService(e), by), by) + " " + pad(hostName(e.Account, who), who) + " " + pad(edgeCount(e), counts)
		when := stamp(e.First, t.opt.Zone, layout)
		if last := stamp(e.Last, t.opt.Zone, layout); last != when {
			when += " - " + last
		}
		t.line(fold(s+" "+when, t.opt.Width))
		if len(e.path) > 0 {
			ids := slices.Clone(e.path)
			more := ""
			if n := len(ids) - 3; n > 0 {
				ids, more = ids[:3], fmt.Sprintf(" and %d more", n)
			}
			t.clipped(4, "on the path of ", yellow, "case "+strings.Join(ids, ", ")+more, 1)
		}
	}
}

func edgeService(e edge) string {
	if s := e.Service.String(); s != "" {
		return s
	}
	return "?"
}

func edgeCount(e edge) string {
	s := "x" + number(e.Count)
	if e.Failures > 0 {
		s += fmt.Sprintf(", %s failed", number(e.Failures))
	}
	return s
}

// gather joins the edges of crowds, whatever the accounts.
func gather(list []edge) []edge {
	type key struct {
		from, to, account string
		service           footfall.Service
	}
	at, accounts := map[key]int{}, map[int]map[string]bool{}
	var out []edge
	for i, e := range crowd(list) {
		k := key{e.From, e.To, e.Account, e.Service}
		if e.From != list[i].From {
			k.account = ""
		}
		n, ok := at[k]
		if !ok {
			n = len(out)
			at[k], accounts[n] = n, map[string]bool{}
			out = append(out, e)
		} else {
			out[n].Count += e.Count
			out[n].Failures += e.Failures
			out[n].First, out[n].Last = min(out[n].First, e.First), max(out[n].Last, e.Last)
			out[n].path = append(out[n].path, e.path...)
		}
		accounts[n][e.Account] = true
	}
	for i := range out {
		if n := len(accounts[i]); n > 1 {
			out[i].Account = plural(n, "account", "accounts")
		}
		slices.Sort(out[i].path)
		out[i].path = slices.Compact(out[i].path)
	}
	slices.SortStableFunc(out, func(a, b edge) int { return strings.Compare(a.From, b.From) })
	return out
}
