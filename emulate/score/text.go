package score

import (
	"bufio"
	"fmt"
	"io"
)

// Text writes a result for people.
func (r *Result) Text(to io.Writer) error {
	w := bufio.NewWriter(to)
	fmt.Fprintf(w, "%d campaigns, %d realised, %d of these with records of a hop\n", r.Campaigns, r.Realised, r.Visible)
	fmt.Fprintf(w, "detected at %s or above   %s of those realised (%d by a record of theirs); %s of all\n", r.Level, r.Detected, r.ByRecord, r.Any)
	if r.Hops.N > 0 {
		fmt.Fprintf(w, "hops to detection         median %.0f, 90 %% within %.0f\n", r.Hops.Median, r.Hops.P90)
		fmt.Fprintf(w, "minutes to detection      median %.0f, 90 %% within %.0f\n", r.Minutes.Median, r.Minutes.P90)
	}
	fmt.Fprintf(w, "cases                     %d; about a campaign %s; %.1f for each campaign detected\n", r.Cases, r.Precision, r.PerCampaign)
	fmt.Fprintf(w, "cases a day               mean %.1f, 95 %% at most %.0f, at most %.0f, over %d days\n", r.Days.Mean, r.Days.P95, r.Days.Max, r.Days.N)
	if r.FreeDays.N > 0 {
		fmt.Fprintf(w, "on days without attacks   mean %.1f, 95 %% at most %.0f, at most %.0f, over %d days\n", r.FreeDays.Mean, r.FreeDays.P95, r.FreeDays.Max, r.FreeDays.N)
	}
	if r.Roots.Of > 0 {
		fmt.Fprintf(w, "paths told                session before right %s, first session right %s, person right %s\n", r.Parents, r.Roots, r.RootPersons)
	}
	if r.HopsWithout > 0 {
		fmt.Fprintf(w, "                          %d more hops went on from records that the truth does not know\n", r.HopsWithout)
	}
	axis := ""
	for _, c := range r.Cells {
		if c.Axis != axis {
			axis = c.Axis
			fmt.Fprintf(w, "\n%s\n", axis)
		}
		fmt.Fprintf(w, "  %-12s %s, %d asked for\n", c.Value, c.Detected, c.Asked)
	}
	return w.Flush()
}

// String is a share with its interval.
func (s Share) String() string {
	if s.Of == 0 {
		return "0 of 0"
	}
	low, high := s.Wilson()
	return fmt.Sprintf("%d of %d (%.0f %%; %.0f to %.0f)", s.Part, s.Of, 100*s.Rate(), 100*low, 100*high)
}
