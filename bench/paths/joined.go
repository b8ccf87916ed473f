package main

import (
	"slices"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/graph"
)

// Budgets are how many incidents a day are looked at.
var budgets = [...]int{1, 3, 5, 9, 20}

const nBudgets = len(budgets)

// remembered is over how many days a threshold is set.
const remembered = 30

// firstWeek is how many days at first say nothing about later ones.
const firstWeek = 7

// A joiner makes incidents of what a detector scored, the same way for all
// that do not make their own: logins of one day (UTC) belong together when
// they have the person in common, or when one comes from a host that the
// other came from or to. A threshold is of the past alone: an incident is told
// at a budget of k when its score is among the k*n highest of the n days
// before, up to thirty. What is new in the first week is not counted: everything is.
type joiner struct {
	sum bool // scores add up within an incident; else the highest counts

	day      int64
	open     []*incident
	byPerson map[footfall.Name]*incident
	byHost   map[footfall.Name]*incident
	past     [][]float64 // by day, the newest last: scores of its incidents, falling
	surePast []int       // by day: incidents that are told whatever the budget
	least    [nBudgets]float64
	know     bool  // a day has passed
	since    int64 // the first day
}

// An incident is what somebody would look at as one.
type incident struct {
	score    float64
	tie      float64 // breaks ties without regard to what it is about
	sure     bool    // told whatever the budget
	sureBase bool    // the same without the campaign in question
	told     [nBudgets]bool
	ours     bool    // a login of the campaign in question is in it
	base     float64 // its score without that
	camp     float64 // of that alone
}

// A toldIncident says that an incident is told at a budget now.
type toldIncident struct {
	budget int
	of     *incident
	fresh  bool // for the first time
	due    bool // to the campaign in question: it would not be told without, or is half of it
}

func newJoiner(sum bool) *joiner {
	return &joiner{sum: sum, byPerson: map[footfall.Name]*incident{}, byHost: map[footfall.Name]*incident{}}
}

func dayOf(t int64) int64 { return t / (24 * 3600 * 1e9) }

// pass ends the days before a time.
func (j *joiner) pass(t int64) {
	d := dayOf(t)
	for j.know && j.day < d {
		scores := make([]float64, 0, len(j.open))
		sure := 0
		for _, i := range j.open {
			scores = append(scores, i.score+i.tie)
			if i.sure {
				sure++
			}
		}
		slices.SortFunc(scores, func(a, b float64) int { return -compare(a, b) })
		if j.day >= j.since+firstWeek {
			j.past, j.surePast = append(j.past, scores), append(j.surePast, sure)
		}
		if len(j.past) > remembered {
			j.past, j.surePast = j.past[1:], j.surePast[1:]
		}
		j.open = nil
		clear(j.byPerson)
		clear(j.byHost)
		j.day++
		j.thresholds()
	}
	if !j.know {
		j.since = d
	}
	j.day, j.know = d, true
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// thresholds sets what is told from the days before. What is told whatever the
// budget takes its part of it.
func (j *joiner) thresholds() {
	var all []float64
	sure := 0
	for i, day := range j.past {
		all = append(all, day...)
		sure += j.surePast[i]
	}
	slices.SortFunc(all, func(a, b float64) int { return -compare(a, b) })
	for i, k := range budgets {
		n := k * len(j.past)
		if n = max(n, sure); n > len(all) {
			j.least[i] = 0
			continue
		}
		j.least[i] = inf
		if n > sure {
			j.least[i] = all[n-1]
		}
	}
}

const inf = 1e300

// take joins a scored login, and gives each told incident that it is in.
func (j *joiner) take(l *graph.Login, score float64, sure, ours bool, told func(toldIncident)) {
	i := j.byPerson[l.Person]
	if i == nil || l.Person == 0 {
		if i = j.byHost[l.Src]; i == nil || l.Src == 0 {
			i = &incident{tie: float64(mix(l.ID)>>11) / (1 << 53)}
			j.open = append(j.open, i)
		}
	}
	for _, h := range [...]footfall.Name{l.Src, l.Dst} {
		if j.byHost[h] == nil {
			j.byHost[h] = i
		}
	}
	if j.byPerson[l.Person] == nil {
		j.byPerson[l.Person] = i
	}
	i.score = j.add(i.score, score)
	if ours {
		i.ours, i.camp = true, j.add(i.camp, score)
	} else {
		i.base = j.add(i.base, score)
		i.sureBase = i.sureBase || sure
	}
	i.sure = i.sure || sure
	for b := range budgets {
		if i.told[b] || i.sure || len(j.past) > 0 && i.score+i.tie >= j.least[b] {
			fresh := !i.told[b]
			i.told[b] = true
			anyway := i.sureBase || i.base > 0 && i.base+i.tie >= j.least[b]
			told(toldIncident{b, i, fresh, i.ours && (!anyway || i.camp >= i.base)})
		}
	}
}

func (j *joiner) add(have, score float64) float64 {
	if j.sum {
		return have + score
	}
	return max(have, score)
}

// mix spreads a number; it decides ties.
func mix(x uint64) uint64 {
	x ^= x >> 31
	x *= 0x9fb21c651e98df25
	x ^= x >> 28
	return x
}

// fork copies a joiner.
func (j *joiner) fork() *joiner {
	c := *j
	at := make(map[*incident]*incident, len(j.open))
	c.open = make([]*incident, len(j.open))
	for k, i := range j.open {
		own := *i
		c.open[k], at[i] = &own, &own
	}
	c.byPerson, c.byHost = make(map[footfall.Name]*incident, len(j.byPerson)), make(map[footfall.Name]*incident, len(j.byHost))
	for k, i := range j.byPerson {
		c.byPerson[k] = at[i]
	}
	for k, i := range j.byHost {
		c.byHost[k] = at[i]
	}
	c.past, c.surePast = slices.Clone(j.past), slices.Clone(j.surePast) // the days in it are not changed again
	return &c
}
