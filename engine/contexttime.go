package engine

import (
	"fmt"
	"time"

	"github.com/footfall/footfall"
)

// moment is a day or a time of the context file; "" is 0.
func moment(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	for _, layout := range [...]string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixNano(), nil
		}
	}
	return 0, fmt.Errorf("%q is neither a day like 2026-03-02 nor a time like 2026-03-02T09:00:00Z", s)
}

func (f *ContextFile) abuse(c *footfall.Context) error {
	for i, e := range f.Abuse {
		a := footfall.Abuse{Account: canonical(e.Account), Host: footfall.HostName(e.Host)}
		var err error
		if e.Source != "" {
			if a.Prefix, err = prefix(e.Source); err != nil {
				return fmt.Errorf("abuse[%d].source: %w", i, err)
			}
		}
		if a.From, err = moment(e.From); err != nil {
			return fmt.Errorf("abuse[%d].from: %w", i, err)
		}
		if a.Until, err = moment(e.Until); err != nil {
			return fmt.Errorf("abuse[%d].until: %w", i, err)
		}
		if e.Account == "" && e.Host == "" && e.Source == "" {
			return fmt.Errorf("abuse[%d]: one of account, host and source must be given", i)
		}
		c.Abuse = append(c.Abuse, a)
	}
	return nil
}

func (f *ContextFile) suppressed(c *footfall.Context) error {
	for i, e := range f.Suppress {
		x := footfall.Suppression{Rule: e.Rule, Account: canonical(e.Account), Host: footfall.HostName(e.Host), Reason: e.Reason}
		var err error
		if e.Source != "" {
			if x.Prefix, err = prefix(e.Source); err != nil {
				return fmt.Errorf("suppress[%d].source: %w", i, err)
			}
		}
		if e.Rule == "" || e.Reason == "" || e.Until == "" {
			return fmt.Errorf("suppress[%d]: rule, reason and until must be given", i)
		}
		t, err := time.Parse(time.DateOnly, e.Until)
		if err != nil {
			return fmt.Errorf("suppress[%d].until: %q is not a date like 2026-12-31", i, e.Until)
		}
		x.Until = t.AddDate(0, 0, 1).UnixNano()
		c.Suppressed = append(c.Suppressed, x)
	}
	return nil
}
