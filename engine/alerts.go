package engine

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/triage"
)

// mostAlerts is beyond what a day can be asked to hold.
const mostAlerts = 10_000

// alerts reads how many cases a day are wanted: "5/day" for all, of which some
// are for paths without a switch alone; "5/day + 2/day" names both.
func (f *ContextFile) alerts(c *footfall.Context) error {
	if f.Alerts == "" {
		return nil
	}
	first, second, both := strings.Cut(f.Alerts, "+")
	n, err := perDay(first)
	if err != nil {
		return err
	}
	a := &footfall.Alerts{All: n}
	if both {
		if a.Own, err = perDay(second); err != nil {
			return err
		}
		a.Paths, a.All = n, n+a.Own
	} else {
		a.Own, a.Paths = n*footfall.OwnShare, n*(1-footfall.OwnShare)
	}
	c.Alerts = a
	return nil
}

func perDay(text string) (float64, error) {
	number, unit, _ := strings.Cut(strings.TrimSpace(text), "/")
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || strings.TrimSpace(unit) != "day" || !(n > 0) || n > mostAlerts {
		return 0, fmt.Errorf("alerts: %q is not a number of cases a day above 0, as 5/day", text)
	}
	return n, nil
}

// inBudget keeps the level of as many cases of each day as somebody can look
// at, the heaviest first, and lowers the others to low, which it says in them.
// A case counts on the day of its first finding at medium or above. One that
// is critical is never lowered, and takes the place of a lighter one.
func inBudget(cases []*footfall.Case, a *footfall.Alerts, first int64) []string {
	if a == nil || a.All <= 0 {
		return nil
	}
	days := map[int64][]*footfall.Case{}
	for _, c := range cases {
		if at, ok := raised(c); ok {
			days[dayOf(at)] = append(days[dayOf(at)], c)
		}
	}
	lowered, on := 0, 0
	for _, d := range slices.Sorted(maps.Keys(days)) {
		list, most := days[d], portion(a.All, d-dayOf(first))
		if len(list) <= most {
			continue
		}
		slices.SortStableFunc(list, func(a, b *footfall.Case) int {
			return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Score, a.Score), cmp.Compare(a.First, b.First), cmp.Compare(a.ID, b.ID))
		})
		over := false
		for _, c := range list[most:] {
			if c.Level >= footfall.LevelCritical {
				continue
			}
			c.ScoreText += fmt.Sprintf(" The case was %s; it is one of %d that began on %s, of which alerts asks for the %d heaviest.", c.Level, len(list), date(d), most)
			c.Level = footfall.LevelLow
			lowered++
			over = true
		}
		if over {
			on++
		}
	}
	if lowered == 0 {
		return nil
	}
	triage.Order(cases)
	return []string{fmt.Sprintf("%s beyond alerts (%s a day) on %s; the lightest count as low", plural(lowered, "case", "cases"), strconv.FormatFloat(a.All, 'g', 4, 64), plural(on, "day", "days"))}
}

// raised is when a case had its first finding at medium or above.
func raised(c *footfall.Case) (at int64, ok bool) {
	if c.Level < footfall.LevelMedium {
		return 0, false
	}
	at = c.First
	for _, f := range c.Findings {
		if f.Level >= footfall.LevelMedium && (!ok || f.Last < at) {
			at, ok = f.Last, true
		}
	}
	return at, true
}

// portion is how many whole cases a budget gives the nth day, so that half a
// case a day is one every other day.
func portion(perDay float64, nth int64) int {
	n := float64(max(nth, 0))
	return int(math.Floor((n+1)*perDay+1e-9) - math.Floor(n*perDay+1e-9))
}

func dayOf(t int64) int64 { return t / int64(24*time.Hour) }

func date(day int64) string { return time.Unix(0, day*int64(24*time.Hour)).UTC().Format(time.DateOnly) }
