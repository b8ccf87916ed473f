package report

import (
	"cmp"
	"fmt"
	"time"

	"github.com/footfall/footfall"
)

// OCSF's captions of verdict_id, by Judgement, which has its numbers.
var verdictCaptions = [...]string{
	"Unknown", "False Positive", "True Positive", "Disregard", "Suspicious", "Benign", "Test",
	"Insufficient Data", "Security Risk", "Managed Externally", "Duplicate",
}

// worked adds to an incident what people did about it.
func worked(o object, c *footfall.Case) {
	own := o["unmapped"].(object)["footfall"].(object)
	own["against"], own["similar"], own["bonds"] = list(c.Against), similarOf(c), bondsOf(c)
	w := c.Work
	if w == nil {
		return
	}
	own["work"] = workOf(w)
	id, caption := statusNew, "New"
	switch w.Status {
	case footfall.StatusTriage, footfall.StatusEscalated, footfall.StatusContained, footfall.StatusRecovering:
		id, caption = 2, "In Progress"
	case footfall.StatusClosed:
		id, caption = 5, "Closed"
	}
	o["status_id"], o["status"] = id, caption
	if w.Changed != 0 {
		activity(o, 2, "Update")
	}
	if w.Status == footfall.StatusClosed {
		activity(o, 3, "Close")
		o["verdict_id"], o["verdict"] = int(w.Judgement), verdictCaptions[min(int(w.Judgement), len(verdictCaptions)-1)]
	}
	if w.Owner != "" {
		o["assignee"] = object{"name": w.Owner}
	}
	if w.Tier != "" {
		o["assignee_group"] = object{"name": w.Tier}
	}
	if s := lastWord(w); s != "" {
		o["comment"] = s
	}
}

func activity(o object, id int, name string) {
	o["activity_id"], o["activity_name"] = id, name
	o["type_uid"], o["type_name"] = classIncident*100+id, "Incident Finding: "+name
}

// lastWord is what somebody wrote last: why it was closed, else the last note.
func lastWord(w *footfall.Work) string {
	if n := len(w.Notes); n > 0 && w.Reason == "" {
		return w.Notes[n-1].Text
	}
	return w.Reason
}

func instantOf(ns int64) any {
	if ns == 0 {
		return nil
	}
	return time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
}

func workOf(w *footfall.Work) object {
	notes, clocks, turns := []object{}, []object{}, []object{}
	for _, n := range w.Notes {
		notes = append(notes, object{"time": instantOf(n.Time), "who": n.Who, "text": n.Text})
	}
	for _, k := range w.Clocks {
		clocks = append(clocks, object{
			"id": k.ID, "within": k.Within.String(), "started": instantOf(k.Started), "stopped": instantOf(k.Stopped),
			"due": instantOf(k.Started + int64(k.Within)),
		})
	}
	for _, d := range w.Decisions {
		turns = append(turns, object{"time": instantOf(d.Time), "who": d.Who, "text": d.Text, "cause": d.Cause})
	}
	return object{
		"number": w.Number, "status": w.Status.String(), "verdict": w.Judgement.String(), "reason": w.Reason, "owner": w.Owner, "tier": w.Tier,
		"opened": instantOf(w.Opened), "seen": instantOf(w.Seen), "changed": instantOf(w.Changed), "closed": instantOf(w.Closed),
		"merged": list(w.Merged), "notes": notes, "clocks": clocks, "decisions": turns,
	}
}

func similarOf(c *footfall.Case) []object {
	out := []object{}
	for _, s := range c.Similar {
		out = append(out, object{"case": s.Case, "because": s.Because})
	}
	return out
}

func bondsOf(c *footfall.Case) []object {
	out := []object{}
	for _, b := range c.Bonds {
		out = append(out, object{"finding": b.Finding, "because": b.Because})
	}
	return out
}

// isTouched reports whether a person did anything about a case.
func isTouched(c *footfall.Case) bool { return c.Work != nil && c.Work.Changed != 0 }

func isClosed(c *footfall.Case) bool {
	return c.Work != nil && c.Work.Status == footfall.StatusClosed
}

// calledBy is how a case is called at the command line: its number in the
// folder, or its id.
func calledBy(c *footfall.Case) string {
	if c.Work != nil && c.Work.Number > 0 {
		return fmt.Sprintf("#%d", c.Work.Number)
	}
	return fold(clean(c.ID), 16)
}

// word is a name of a log or a person in at most n columns.
func word(s string, n int) string { return fold(clean(s), n) }

// nextDue is the running clock of a case that ends first; ok is false when none runs.
func nextDue(c *footfall.Case) (k footfall.Clock, ok bool) {
	if c.Work == nil {
		return k, false
	}
	for _, x := range c.Work.Clocks {
		if x.Stopped == 0 && (!ok || x.Started+int64(x.Within) < k.Started+int64(k.Within)) {
			k, ok = x, true
		}
	}
	return k, ok
}

// timeLeft says how much of a clock's time is left at a time.
func timeLeft(k footfall.Clock, now int64) string {
	d := time.Duration(k.Started + int64(k.Within) - now)
	if d < 0 {
		return word(k.ID, 12) + " overdue " + howLong(-d)
	}
	return word(k.ID, 12) + " in " + howLong(d)
}

// howLong is a duration to its greatest unit or two.
func howLong(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %02d", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// standingOf is the status with the verdict.
func standingOf(c *footfall.Case) string {
	switch {
	case c.Work == nil:
		return ""
	case isClosed(c):
		return cmp.Or(c.Work.Judgement.String(), "closed")
	}
	return c.Work.Status.String()
}
