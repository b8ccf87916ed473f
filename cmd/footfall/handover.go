package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/report"
)

func (f *casing) handoverCommand() *cobra.Command {
	var format, since, out, in, file string
	c := &cobra.Command{
		Use: "handover", Short: "Write the one page that a shift leaves to the next", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"text", "markdown", "html"}, format) {
				return usage{fmt.Errorf("--format %q is not text, markdown or html", format)}
			}
			return f.look(c, false, func(d *desk, w io.Writer, o report.TextOptions) (err error) {
				s, err := d.shift(since, o)
				if err != nil {
					return err
				}
				s.Out, s.In = out, in
				if s.Out == "" {
					if s.Out, err = f.person(); err != nil {
						return err
					}
				}
				if file == "" {
					return report.Handover(w, format, d.run, s, o)
				}
				to, err := os.Create(file)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, to.Close()) }()
				o.Color = false
				return report.Handover(to, format, d.run, s, o)
			})
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text, markdown or html (prints to one sheet)")
	c.Flags().StringVar(&since, "since", "8h", "when the shift began: a `TIME`, or how long ago as 8h")
	c.Flags().StringVar(&out, "from", "", "`NAME` of who hands over (default who you are)")
	c.Flags().StringVar(&in, "to", "", "`NAME` of who takes over")
	c.Flags().StringVarP(&file, "out", "o", "", "write to `FILE`")
	return c
}

// shift is what the shift up to now has beside the run.
func (d *desk) shift(since string, o report.TextOptions) (*report.Shift, error) {
	s := &report.Shift{Until: o.Now, Zone: o.Zone}
	if ago, err := time.ParseDuration(since); err == nil && ago > 0 {
		s.From = o.Now - int64(ago)
	} else if s.From, err = when("--since", since, o.Zone); err != nil {
		return nil, err
	}
	if d.log.Seq > 0 {
		s.Anchor = fmt.Sprintf("%d:%s", d.log.Seq, d.log.Head)
	}
	for _, x := range d.log.Files {
		if n := len(x.Suggest); n > 0 && len(x.Confirm) == 0 {
			s.Suggested = append(s.Suggested, fmt.Sprintf("case %d suggests %s, not confirmed", x.Work.Number, counted(n, "suppression", "suppressions")))
		}
		if n := len(x.Confirm); n > 0 {
			s.Watch = append(s.Watch, fmt.Sprintf("%s of case %d until %s: %s", counted(n, "suppression", "suppressions"), x.Work.Number, x.Confirm[0].Until, x.Confirm[0].Reason))
		}
		if x.Work.Judgement == footfall.JudgementSuspicious {
			s.Watch = append(s.Watch, fmt.Sprintf("case %d, closed as suspicious: %s", x.Work.Number, x.Work.Reason))
		}
	}
	s.Watch = append(s.Watch, d.travel(o.Now)...)
	if n := len(s.Watch); n > 8 {
		s.Watch = append(s.Watch[:8], fmt.Sprintf("%d more", n-8))
	}
	return s, nil
}

// travel are the journeys that the context file announces for today.
func (d *desk) travel(now int64) (out []string) {
	if d.ctx == nil {
		return nil
	}
	for account := range d.ctx.Travel {
		if t := d.ctx.Away(account, now); t != nil {
			out = append(out, fmt.Sprintf("%s is in %s until %s, as announced", account, t.Country, time.Unix(0, t.Until-1).UTC().Format(time.DateOnly)))
		}
	}
	slices.Sort(out)
	return out
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
