package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
)

// mostAlerts is beyond what a day can be asked to hold.
const mostAlerts = 10_000

// alerts reads how many cases a day are wanted: "5/day" for all, shared out
// between the two kinds of paths; "5/day + 2/day" names both.
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
		a.Switch, a.All = n, n+a.Own
	} else {
		share := footfall.AlertsOwn / (footfall.AlertsOwn + footfall.AlertsSwitch)
		a.Own, a.Switch = n*share, n*(1-share)
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
