package score

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Levels are the severities of OCSF by their names.
var Levels = map[string]int{"informational": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}

// A Result is what came out of comparing a report with the truth.
type Result struct {
	Level     string `json:"min_level"`
	Campaigns int    `json:"campaigns"` // asked for
	Realised  int    `json:"realised"`  // did what their cell is about
	Visible   int    `json:"visible"`   // of these: some record tells of a hop
	Detected  Share  `json:"detected"`  // of those that were realised
	Any       Share  `json:"detected_any"`
	ByRecord  int    `json:"by_record"` // detected by a record of theirs, not by names and times alone

	Cells []CellResult `json:"cells"`
	Found []Found      `json:"found"` // each campaign

	Hops    Spread `json:"hops_to_detection"`
	Minutes Spread `json:"minutes_to_detection"`

	Cases       int     `json:"cases"`
	Precision   Share   `json:"precision"`              // cases that are about a campaign
	PerCampaign float64 `json:"cases_per_campaign"`     // of those detected
	Days        Spread  `json:"cases_a_day"`            // over all days
	FreeDays    Spread  `json:"cases_a_day_attackfree"` // over days on which no campaign went on
	Parents     Share   `json:"parents"`                // hops of told paths that went on from the right session
	Roots       Share   `json:"roots"`                  // told paths that begin with the right session
	RootPersons Share   `json:"root_persons"`           // told paths that begin with a session of the right hand
	HopsWithout int     `json:"paths_without_truth"`    // told paths with a hop whose record has no truth
}

// A CellResult is how campaigns with one value on one axis fared.
type CellResult struct {
	Axis     string `json:"axis"`
	Value    string `json:"value"`
	Asked    int    `json:"asked"`
	Detected Share  `json:"detected"`
}

// Found says whether and how late a campaign was found.
type Found struct {
	Campaign string   `json:"campaign"`
	Scenario string   `json:"scenario,omitempty"`
	Realised bool     `json:"realised"`
	Cases    []string `json:"cases"`
	Hops     int      `json:"hops"` // that it had taken by then
	Of       int      `json:"of"`
	Minutes  float64  `json:"minutes"` // since its first hop
	at       time.Time
	byRecord bool
}

// A Spread is a list of numbers as a few of them.
type Spread struct {
	N      int     `json:"n"`
	Mean   float64 `json:"mean"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	P95    float64 `json:"p95"`
	Max    float64 `json:"max"`
}

// Spreading sums numbers up; all is 0 of none.
func Spreading(v []float64) Spread {
	if len(v) == 0 {
		return Spread{}
	}
	return Spread{len(v), Mean(v), Quantile(v, 0.5), Quantile(v, 0.9), Quantile(v, 0.95), Quantile(v, 1)}
}

// Judge compares a report with the truth. A case counts from a level on. It is
// about a campaign when a record of the campaign, as truth has it, is among
// the evidence of the case's hops or of its findings at that level. Findings
// print twenty records at most; where one rests on more, it is also about a
// campaign when it names source, destination and account of one of the
// campaign's hops, and the hop lies between its first and its last record.
func Judge(w *World, dir, level string) (*Result, error) {
	cases, findings, err := readReport(dir)
	if err != nil {
		return nil, err
	}
	j := &judge{w: w, findings: findings, least: Levels[level], found: map[string]*Found{}, r: &Result{Level: level, Cells: []CellResult{}, Found: []Found{}}}
	for _, c := range w.Campaigns {
		j.found[c.ID] = &Found{Campaign: c.ID, Scenario: c.Scenario, Realised: c.Realised, Of: len(c.Hops), Cases: []string{}}
	}
	for _, c := range cases {
		if c.Severity >= j.least {
			j.one(c)
		}
	}
	j.sum()
	return j.r, nil
}

type judge struct {
	w        *World
	findings map[string]*finding
	least    int
	found    map[string]*Found
	days     map[int64]int
	r        *Result
}

// one judges one case.
func (j *judge) one(c *reported) {
	j.r.Cases++
	if j.days == nil {
		j.days = map[int64]int{}
	}
	j.days[dayOf(time.UnixMilli(c.Start))]++
	about := map[string]bool{}
	hit := func(campaign string, at time.Time, byRecord bool) {
		f := j.found[campaign]
		if f == nil {
			return
		}
		if !about[campaign] {
			about[campaign] = true
			f.Cases = append(f.Cases, c.Metadata.UID)
		}
		if f.at.IsZero() || at.Before(f.at) {
			f.at = at
		}
		f.byRecord = f.byRecord || byRecord
	}
	for _, h := range c.Unmapped.Footfall.Path {
		for _, p := range h.Evidence {
			if r := j.w.Row(p.Input, p.Offset); r != nil && r.Campaign != "" {
				hit(r.Campaign, time.UnixMilli(c.End), true)
			}
		}
	}
	for _, i := range c.List {
		if f := j.findings[i.UID]; f != nil && f.Severity >= j.least {
			j.evidence(f, hit)
		}
	}
	j.r.Precision.Add(len(about) > 0)
	j.path(c.Unmapped.Footfall.Path)
}

// evidence finds the campaigns that a finding is about. It was found not
// later than at its last record.
func (j *judge) evidence(f *finding, hit func(string, time.Time, bool)) {
	end := time.UnixMilli(f.End).Add(time.Millisecond)
	places := make([]place, 0, len(f.Evidences))
	for _, e := range f.Evidences {
		places = append(places, e.Data)
	}
	for _, h := range f.Unmapped.Footfall.Path {
		places = append(places, h.Evidence...)
	}
	for _, p := range places {
		if r := j.w.Row(p.Input, p.Offset); r != nil && r.Campaign != "" {
			hit(r.Campaign, end, true)
		}
	}
	if f.Unmapped.Footfall.Total <= len(f.Evidences) {
		return
	}
	named := map[string]bool{}
	for _, o := range f.Observables {
		named[o.Name+" "+plain(o.Value)] = true
	}
	for _, c := range j.w.Campaigns {
		for _, h := range c.Hops {
			at := h.Time.UnixMilli()
			if at < f.Start || at > f.End || !h.Logged {
				continue
			}
			if named["source "+plain(h.From)] && named["destination "+plain(h.To)] && (named["actor "+plain(h.Account)] || named["target "+plain(h.Account)]) {
				hit(c.ID, end, false)
			}
		}
	}
}

// plain is a host or an account without domain, in lower case.
func plain(name string) string {
	name = strings.ToLower(name)
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		name = name[i+1:]
	}
	name, _, _ = strings.Cut(name, "@")
	return name
}

// path judges a told path whose hops say which one they went on from.
func (j *judge) path(path []toldHop) {
	sessions, at := make([]uint64, len(path)), map[string]int{}
	last := -1
	for i, h := range path {
		for _, p := range h.Evidence {
			if r := j.w.Row(p.Input, p.Offset); r != nil {
				sessions[i] = r.Session
			}
		}
		if h.ID != "" {
			at[h.ID] = i
		}
		if h.After != "" {
			last = i
		}
	}
	if last < 0 {
		return
	}
	for i, h := range path {
		k, ok := at[h.After]
		if !ok || j.w.Remote(sessions[i]) != sessions[i] || sessions[i] == 0 {
			continue
		}
		if sessions[k] == 0 {
			j.r.HopsWithout++
			continue
		}
		j.r.Parents.Add(j.w.Before(sessions[i]) == j.w.Remote(sessions[k]))
	}
	if sessions[last] == 0 {
		return
	}
	first := last // that came from another host
	for i, left := last, len(path); left > 0; left-- {
		if k, ok := at[path[i].After]; ok {
			if i = k; j.w.Remote(sessions[i]) != 0 {
				first = i
			}
			continue
		}
		break
	}
	if top := j.w.Sessions[sessions[first]]; top != nil {
		j.r.Roots.Add(j.w.Root(sessions[last]) == j.w.Remote(sessions[first]))
		j.r.RootPersons.Add(j.w.Sessions[sessions[last]].Person == top.Person)
	}
}

func dayOf(t time.Time) int64 { return t.Unix() / 86400 }

// sum counts over campaigns and days.
func (j *judge) sum() {
	r := j.r
	cells := map[[2]string]*CellResult{}
	var hops, minutes []float64
	cases := 0
	for _, c := range j.w.Campaigns {
		f := j.found[c.ID]
		yes := len(f.Cases) > 0
		r.Campaigns++
		r.Any.Add(yes)
		for axis, value := range c.Cell {
			k := [2]string{axis, value}
			if cells[k] == nil {
				cells[k] = &CellResult{Axis: axis, Value: value}
			}
			cells[k].Asked++
			if c.Realised {
				cells[k].Detected.Add(yes)
			}
		}
		if yes {
			j.late(c, f)
			cases += len(f.Cases)
		}
		r.Found = append(r.Found, *f)
		if !c.Realised {
			continue
		}
		r.Realised++
		if c.Visible() {
			r.Visible++
		}
		if r.Detected.Add(yes); yes {
			hops, minutes = append(hops, float64(f.Hops)), append(minutes, f.Minutes)
			if f.byRecord {
				r.ByRecord++
			}
		}
	}
	for _, c := range cells {
		r.Cells = append(r.Cells, *c)
	}
	slices.SortFunc(r.Cells, func(a, b CellResult) int { return cmp.Or(cmp.Compare(a.Axis, b.Axis), cmp.Compare(a.Value, b.Value)) })
	r.Hops, r.Minutes = Spreading(hops), Spreading(minutes)
	if r.Any.Part > 0 {
		r.PerCampaign = float64(cases) / float64(r.Any.Part)
	}
	j.perDay()
}

// late says how far a campaign had come.
func (j *judge) late(c *Campaign, f *Found) {
	for _, h := range c.Hops {
		if !h.Time.After(f.at) {
			f.Hops++
		}
	}
	f.Hops = max(f.Hops, 1)
	if c.FirstHop != nil {
		f.Minutes = max(0, f.at.Sub(*c.FirstHop).Minutes())
	}
}

// perDay counts the cases of each day of the logs.
func (j *judge) perDay() {
	if j.w.First.IsZero() {
		return
	}
	busy := map[int64]bool{}
	for _, c := range j.w.Campaigns {
		if c.Records > 0 {
			for d := dayOf(c.First); d <= dayOf(c.Last); d++ {
				busy[d] = true
			}
		}
	}
	var all, free []float64
	for d := dayOf(j.w.First); d <= dayOf(j.w.Last); d++ {
		n := float64(j.days[d])
		all = append(all, n)
		if !busy[d] {
			free = append(free, n)
		}
	}
	j.r.Days, j.r.FreeDays = Spreading(all), Spreading(free)
}
