package report

import (
	"io"
	"time"

	"github.com/footfall/footfall"
)

// A queue is the first page of a report: the cases as a list, what belongs to
// none, and what was read.
type queue struct {
	frame
	Run         *footfall.Run
	OCSF        string
	Records     int64
	Broken      []footfall.InputStat
	BrokenShown []footfall.InputStat
	MoreBroken  int
	Inputs      []footfall.InputStat
	MoreInputs  int
	Hosts       []footfall.HostSpan
	MoreHosts   int
	Cases       []queued
	Alone       []*pageGroup
	Beside      beside
	Exports     bool
}

// A queued is a case as the queue shows it.
type queued struct {
	*footfall.Case
	Link  string
	Next  string
	State string
	Owner string
	Done  bool
	Clock string // what runs out first
}

// beside names the tables that stand beside the pages: their names tell
// whether they are compressed.
type beside struct{ Cases, Findings, Timeline, Steps string }

func plainTables() beside {
	return beside{"cases.ndjson", "findings.ndjson", "timeline.csv", "steps.csv"}
}

func newQueue(r *footfall.Run, names []string, b beside, zone *time.Location) *queue {
	q := &queue{
		frame: newFrame(plural(len(r.Cases), "case", "cases")+", "+plural(len(r.Findings), "finding", "findings"), "", zone),
		Run:   r, OCSF: OCSFVersion, Records: records(r), Broken: broken(r), Beside: b, Exports: len(r.Cases) < manyCases,
	}
	q.BrokenShown, q.MoreBroken = first(q.Broken, pageInputs)
	q.Inputs, q.MoreInputs = first(r.Inputs, pageInputs)
	q.Hosts, q.MoreHosts = first(r.Hosts, pageInputs)
	for i, c := range r.Cases {
		q.Cases = append(q.Cases, queuedOf(c, names[i]))
	}
	rec := newRecorder(r, nil, zone, pageInline)
	for _, g := range byRule(alone(r)) {
		q.Alone = append(q.Alone, newGroup(g, pageAlone, func(f *footfall.Finding) pageFinding {
			return pageFinding{source: rec.source(f.Evidence, f.Count), F: f}
		}))
	}
	return q
}

func queuedOf(c *footfall.Case, name string) queued {
	q := queued{Case: c, Link: "cases/" + name + ".html", State: "new"}
	if open := openTasks(c); len(open) > 0 {
		q.Next = open[0].Tier + ": " + open[0].Text
	}
	if w := c.Work; w != nil {
		q.State, q.Owner, q.Done = w.Status.String(), w.Owner, w.Status == footfall.StatusClosed
		if w.Judgement != footfall.JudgementNone {
			q.State += ", " + w.Judgement.String()
		}
		q.Clock = runsOut(w.Clocks)
	}
	return q
}

// runsOut tells of the clock that ends first of those that run.
func runsOut(list []footfall.Clock) string {
	var at *footfall.Clock
	for i := range list {
		k := &list[i]
		if k.Stopped == 0 && k.Started != 0 && (at == nil || k.Started+int64(k.Within) < at.Started+int64(at.Within)) {
			at = k
		}
	}
	if at == nil {
		return ""
	}
	return at.ID + " by " + stamp(at.Started+int64(at.Within), time.UTC, "Jan 2 15:04") + " UTC"
}

func writeQueue(w io.Writer, p pages, q *queue) error { return p.write(w, "queue", q) }
