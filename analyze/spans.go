package analyze

import (
	"cmp"
	"slices"

	"github.com/footfall/footfall"
)

// Spans joins what chunks show of each log of each host: from when to when it
// was seen, and how many record numbers are missing between. Numbers that
// begin anew, as after a log was cleared, are no hole: the count is then of
// each run of numbers by itself.
func Spans(cov []footfall.Coverage, n *footfall.Names) []footfall.HostSpan {
	sorted := slices.Clone(cov)
	slices.SortFunc(sorted, func(a, b footfall.Coverage) int {
		return cmp.Or(
			cmp.Compare(n.String(a.Host), n.String(b.Host)), cmp.Compare(n.String(a.Log), n.String(b.Log)),
			cmp.Compare(a.First, b.First), cmp.Compare(a.Lowest, b.Lowest), cmp.Compare(a.Last, b.Last),
			cmp.Compare(a.Highest, b.Highest), cmp.Compare(a.Records, b.Records))
	})
	var out []footfall.HostSpan
	var runs []numbered
	for i, c := range sorted {
		if i == 0 || c.Host != sorted[i-1].Host || c.Log != sorted[i-1].Log {
			out = append(out, footfall.HostSpan{Host: n.String(c.Host), Log: n.String(c.Log), First: c.First, Last: c.Last})
			runs = runs[:0]
		}
		s := &out[len(out)-1]
		s.First, s.Last, s.Records = first(s.First, c.First), max(s.Last, c.Last), s.Records+c.Records
		if c.Lowest > 0 {
			runs = join(runs, numbered{c.Lowest, c.Highest, c.Records, c.Last})
			s.Missing = missing(runs)
		}
	}
	return out
}

// first is the earlier of two times, of which 0 is unknown.
func first(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// A numbered is a run of record numbers that grow with time.
type numbered struct {
	low, high uint64
	records   int64
	last      int64
}

// join adds a chunk's numbers to the newest run, or begins one when they are
// below what it has reached: the log began anew.
func join(runs []numbered, c numbered) []numbered {
	if k := len(runs) - 1; k >= 0 {
		r := &runs[k]
		overlap := c.low <= r.high && c.high >= r.low
		if c.low > r.high || overlap {
			r.low, r.high, r.records, r.last = min(r.low, c.low), max(r.high, c.high), r.records+c.records, max(r.last, c.last)
			return runs
		}
	}
	return append(runs, c)
}

func missing(runs []numbered) (n int64) {
	for _, r := range runs {
		// Copies of a record count twice in records: then nothing is missing.
		n += max(0, int64(min(r.high-r.low, 1<<62))+1-r.records)
	}
	return n
}
