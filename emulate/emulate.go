// Package emulate writes the logs of a company at work that never was. People,
// programs and accidents are simulated as processes, and logons fall out of
// what they do; no logon is drawn from a distribution of edges. A seed goes in;
// raw logs as collectors hold them, a context file and the truth about every
// logon come out. It knows no detector and no decoder, uses no clock, and the
// same seed always gives the same bytes.
package emulate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Config says which company, and how much of its life.
type Config struct {
	Dir    string
	People int
	Days   int
	Seed   uint64
	Start  time.Time // the first day

	Shape string // "" for office
	Set   []Setting

	Campaigns  int // of intruders; none are written without
	Quiet      int // days before the first
	Cells      []Cell
	Scenarios  []string
	AttackSeed uint64
}

// Result counts what was written.
type Result struct {
	Records, Logons int64
	Hosts, People   int
	Sessions        uint64

	Campaigns, Realised, Hops int
}

// Run writes a company's logs below a folder, which must not hold others.
func Run(ctx context.Context, c Config) (*Result, error) {
	if list, err := os.ReadDir(c.Dir); err == nil && len(list) > 0 {
		return nil, fmt.Errorf("%s is not empty", c.Dir)
	}
	seen, err := foresee(ctx, c)
	if err != nil {
		return nil, err
	}
	s, err := open(c)
	if err != nil {
		return nil, err
	}
	s.foreseen = seen
	if err = s.set(c); err == nil {
		err = s.run(ctx)
	}
	if err == nil {
		err = s.last()
	}
	if err = errors.Join(err, s.truth.close()); err != nil {
		return nil, err
	}
	r := &Result{
		Records: s.written, Logons: s.truth.count, Hosts: len(s.world.hosts), People: len(s.world.people), Sessions: s.sessions,
		Campaigns: len(s.campaigns),
	}
	for _, n := range s.campaigns {
		r.Hops += len(n.hops)
		if n.realised() {
			r.Realised++
		}
	}
	return r, nil
}

// set makes the company and starts all that goes on in it.
func (s *sim) set(c Config) error {
	s.build(c.People)
	if !s.dry {
		s.invade(c)
	}
	s.calendar(day(c.Start))
	s.automation()
	s.change()
	return s.world.err
}

// foresee runs the company without writing it, to know what accounts will do,
// when a campaign may know that.
func foresee(ctx context.Context, c Config) (future, error) {
	if c.Campaigns == 0 || !c.knowing() {
		return nil, nil
	}
	s := newSim(c)
	s.dry, s.did = true, future{}
	if err := s.set(c); err != nil {
		return nil, err
	}
	return s.did, s.run(ctx)
}

// knowing tells whether a campaign may be one that knows the future.
func (c *Config) knowing() bool {
	if len(c.Scenarios) > 0 {
		return false
	}
	for _, l := range c.Cells {
		if l["knowledge"] == "" || l["knowledge"] == "oracle" {
			return true
		}
	}
	return len(c.Cells) == 0
}

func open(c Config) (*sim, error) {
	s := newSim(c)
	var err error
	s.truth, err = openTruths(c.Dir)
	return s, err
}

func newSim(c Config) *sim {
	first := day(c.Start)
	w := &world{p: drawParams(c.Seed), dice: newDice(c.Seed, "world"), sid: 1100, uid: 1000, named: map[string]bool{}}
	w.p.adjust(&c)
	w.logins = logins{w.p.logins, map[string]bool{}}
	w.first = moment(first.UnixNano())
	s := &sim{
		world: w, p: &w.p, dice: newDice(c.Seed, "work"), now: w.first, end: moment(first.AddDate(0, 0, c.Days).UnixNano()),
		files: files{c.Dir}, left: map[*person]*session{}, jobs: map[*person][]job{}, pursuits: map[role][]pursuit{},
	}
	for r := office; r <= vendor; r++ {
		s.pursuits[r] = pursuits(r, s.p)
	}
	s.idp = s.source("cloud/okta/"+daily+".ndjson.gz", plain)
	return s
}

// day is the beginning of a date in UTC.
func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// last writes what is known when all is over: sessions that are still open,
// addresses that are still held, tables, and the context.
func (s *sim) last() error {
	for _, h := range slices.Concat(s.world.hosts, s.machines) {
		for _, x := range h.open {
			s.truth.session(x, 0, true)
		}
		if h.addr.IsValid() {
			by := "dhcp"
			if h.static {
				by = "static"
			}
			s.truth.lease(h.addr, h, max(h.since, h.born), s.end, by)
		}
		if h.tunnel != nil {
			s.truth.lease(h.tunnel.inner, h, h.tunnel.session.began, s.end, "vpn")
		}
	}
	if err := errors.Join(s.tables(), s.confess()); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.files.dir, "context.yaml"), s.context(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.files.dir, "context-none.yaml"), []byte("# A company that declares nothing.\nversion: 1\n"), 0o644)
}

// How many people a company may have.
const (
	Fewest = 100
	Most   = 5000
)
