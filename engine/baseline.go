package engine

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/history"
)

// openHistory makes the baseline of a run: what its file holds, or an empty one.
func openHistory(opt *Options, env *footfall.Env) (*history.History, error) {
	o := history.Options{Names: env.Names, Context: env.Context, Extra: env.Extra, Place: env.Place, Zone: env.Zone, Unsaved: opt.History == ""}
	if opt.History == "" {
		return history.New(o), nil
	}
	f, err := os.Open(opt.History)
	if errors.Is(err, fs.ErrNotExist) {
		o.Key = make([]byte, 16)
		rand.Read(o.Key) // never fails (crypto/rand)
		return history.New(o), nil
	}
	if err != nil {
		return nil, fmt.Errorf("--history: %w", err)
	}
	defer f.Close()
	h := history.New(o)
	if err := h.Load(f); err != nil {
		return nil, fmt.Errorf("--history: %s: %w", opt.History, err)
	}
	return h, nil
}

// zones says in which time zone somebody works: as declared, else as --tz says.
func zones(opt *Options, c *footfall.Context, n *footfall.Names) func(footfall.Name) *time.Location {
	return func(account footfall.Name) *time.Location {
		if len(c.PersonZone) > 0 {
			if z := c.PersonZone[n.String(account)]; z != nil {
				return z
			}
		}
		return opt.Zone
	}
}

// saveHistory writes the baseline beside its file and puts it in its place, so
// that a run that is ended leaves the old one whole.
func (q *sequencer) saveHistory() error {
	if q.opt.History == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(q.opt.History), ".history-*")
	if err != nil {
		return fmt.Errorf("--history: %w", err)
	}
	err = errors.Join(q.past.Save(f), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), q.opt.History)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("--history: %w", err), os.Remove(f.Name()))
	}
	return nil
}

// learned says what the answers of the run rest on.
func (q *sequencer) learned() []string {
	if q.opt.History == "" && q.opt.Learn == 0 && q.past.Refused == 0 {
		return nil
	}
	first, days := q.past.Span()
	if days == 0 {
		return []string{"nothing was learned: what is usual is unknown"}
	}
	out := []string{fmt.Sprintf("what is usual was learned from %s since %s", plural(days, "day", "days"), time.Unix(0, first).UTC().Format(time.DateOnly))}
	if q.past.Skipped > 0 {
		out[0] += fmt.Sprintf("; %s that %s held already did not count again", plural(int(q.past.Skipped), "step", "steps"), q.opt.History)
	}
	if q.past.Refused > 0 {
		out = append(out, fmt.Sprintf("%s that the context file calls abuse taught nothing; %d of them had been learned from and were taken back",
			plural(int(q.past.Refused), "step", "steps"), q.past.Unlearned))
	}
	if q.past.Forgotten > 0 {
		out = append(out, plural(int(q.past.Forgotten), "thing", "things")+" known for longest made room for others in what is usual")
	}
	return out
}
