package emulate

import (
	"fmt"
	"slices"
	"time"
)

// implant is the service of a session that an intruder has within another one,
// or on a host that they entered. It leaves no record.
const implant = "implant"

// Intruders are what a company has when campaigns are asked for.
type intruders struct {
	actor     *campaign // whose dice are thrown; nil for the company's own
	ownDice   *dice
	ownNames  *dice
	past      *past
	did       future // what accounts did, in the run that only looks ahead
	foreseen  future
	campaigns []*campaign
	machines  []*host // that are the intruders' own
	dry       bool    // nothing is written
}

// as does something with the dice of a campaign, or with the company's own
// when it is nil, so that neither changes the other's fortune.
func (s *sim) as(c *campaign, f func()) {
	if c == s.actor {
		f()
		return
	}
	before := s.actor
	s.wield(c)
	f()
	s.wield(before)
}

func (s *sim) wield(c *campaign) {
	if s.actor == nil {
		s.ownDice, s.ownNames = s.dice, s.world.dice
	}
	s.actor = c
	if c == nil {
		s.dice, s.world.dice = s.ownDice, s.ownNames
	} else {
		s.dice, s.world.dice = c.dice, c.names
	}
}

// remember tells the past about a session.
func (s *sim) remember(x *session) {
	if s.past != nil {
		s.past.note(x)
	}
	if s.did != nil {
		s.did.note(x)
	}
}

// A campaign is one intruder's way through the company.
type campaign struct {
	s           *sim
	id          string
	with        string // the other one, when two are at work at once
	cell        Cell
	plan        *scenario
	dice, names *dice
	planned     moment

	// Drawn for each.
	gap      time.Duration // median time between hops
	window   time.Duration // how old a logon may be to be stolen from
	known    time.Duration // how far back it looks for ways that are used
	fresh    time.Duration // how recently an account must have been used to count as active
	patience time.Duration // how long it waits without getting on
	limit    int           // hops
	roam     int           // hops that it makes with the first account while it looks for others
	unaided  int           // how many it made
	quieting float64       // share of hosts on which it stops the logs

	victim  *person
	start   *account // whose it was at first
	account *account // in use
	machine *host    // its own, outside
	seats   []*seat
	at      *seat
	target  *host
	loot    []*loot
	how     map[*account]string // it got hold of each

	begun     moment
	moved     moment // when it last got on
	hops      []hop
	failures  int
	silenced  []string
	step      int // of the plan
	base      *seat
	left      int // moves of the step
	made      int // how many of them were made
	over      bool
	reached   bool
	reason    string
	lastTried string
}

// A hop is one move, as truth tells it.
type hop struct {
	Hop        int       `json:"hop"`
	Time       time.Time `json:"time"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	Account    string    `json:"account"`
	Service    string    `json:"service"`
	Session    uint64    `json:"session"`
	Parent     uint64    `json:"parent,omitempty"`
	Credential string    `json:"credential"`
	Switched   bool      `json:"switched"`
	NewPair    bool      `json:"new_pair"`
	NewAccount bool      `json:"new_account"`
	NewPerson  bool      `json:"new_person"`
	Again      bool      `json:"again,omitempty"`
	Logged     bool      `json:"logged"`

	account *account
}

type campaignRow struct {
	Campaign    string     `json:"campaign"`
	Cell        Cell       `json:"cell,omitempty"`
	Scenario    string     `json:"scenario,omitempty"`
	With        string     `json:"with,omitempty"`
	Realised    bool       `json:"realised"`
	Reason      string     `json:"reason,omitempty"`
	GoalReached bool       `json:"goal_reached"`
	Planned     time.Time  `json:"planned"`
	Begun       *time.Time `json:"begun,omitempty"`
	FirstHop    *time.Time `json:"first_hop,omitempty"`
	LastHop     *time.Time `json:"last_hop,omitempty"`
	Foothold    string     `json:"foothold,omitempty"`
	Person      string     `json:"person,omitempty"`
	Account     string     `json:"account,omitempty"`
	Target      string     `json:"target,omitempty"`
	Accounts    []string   `json:"accounts,omitempty"`
	GapSeconds  float64    `json:"gap_seconds"`
	Window      float64    `json:"window_seconds"`
	Failures    int        `json:"failures"`
	Silenced    []string   `json:"silenced,omitempty"`
	Hops        []hop      `json:"hops"`
}

// invade plans the campaigns: when each begins and what it is like.
func (s *sim) invade(c Config) {
	if c.Campaigns == 0 {
		return
	}
	s.past = newPast()
	shared := newDice(c.Seed, "local administrators")
	share := shared.between(0.2, 0.95)
	for _, g := range s.world.sites {
		g.oneWord = shared.chance(share)
	}
	quiet := s.world.first.add(time.Duration(c.Quiet) * 24 * time.Hour)
	for i := range c.Campaigns {
		n := s.newCampaign(c, fmt.Sprintf("c%03d", i+1), i)
		n.set(c, i)
		span := s.end.since(quiet)
		n.planned = quiet.add(time.Duration(n.dice.between(0, 0.8) * float64(span-min(span*9/10, 3*n.gap))))
		n.patience = min(n.patience, s.end.since(n.planned)/2)
		s.launch(n)
		if n.cell["craft"] == "two" {
			m := s.newCampaign(c, n.id+"b", i)
			n.with, m.with = m.id, n.id
			m.set(c, i)
			for name, v := range n.cell {
				m.cell[name] = v
			}
			m.planned = n.planned.add(m.dice.span(time.Second, 2*n.gap+time.Hour))
			m.patience = n.patience
			s.launch(m)
		}
	}
}

func (s *sim) newCampaign(c Config, id string, i int) *campaign {
	purpose := fmt.Sprint("campaign ", c.Seed, " ", id)
	n := &campaign{s: s, id: id, how: map[*account]string{}, dice: newDice(c.AttackSeed, purpose), names: newDice(c.AttackSeed, purpose+" names")}
	s.campaigns = append(s.campaigns, n)
	return n
}

func (s *sim) launch(c *campaign) { s.as(c, func() { s.at(c.planned, c.begin) }) }

// set draws what is open about a campaign.
func (c *campaign) set(cfg Config, i int) {
	d := c.dice
	pinned := Cell{}
	if len(cfg.Cells) > 0 {
		pinned = cfg.Cells[i%len(cfg.Cells)]
	}
	c.cell = pinned.draw(d)
	if len(cfg.Scenarios) > 0 {
		c.plan = scenarioNamed(cfg.Scenarios[i%len(cfg.Scenarios)])
		c.cell = c.plan.cell()
	}
	g := gaps[c.cell["gap"]]
	c.gap = d.span(g[0], g[1])
	c.window = d.span(40*time.Minute, 21*24*time.Hour)
	c.known = d.span(3*24*time.Hour, 50*24*time.Hour)
	c.fresh = d.span(35*time.Minute, 70*time.Hour)
	c.patience = d.span(7*time.Hour, 9*24*time.Hour) + 2*c.gap
	c.quieting = d.between(0.1, 0.8)
	if c.plan != nil {
		c.quieting = c.plan.quiet
		c.patience += 3 * 24 * time.Hour // a weekend does not end what was planned
		c.window = d.span(26*time.Hour, 25*24*time.Hour)
	}
	c.roam = d.number(1, 6)
	switch c.cell["goal"] {
	case "explore":
		c.limit = d.number(1, 4)
	case "spread":
		c.limit = int(d.span(4, 50))
	default:
		c.limit = d.number(3, 14)
	}
}

// stop ends a campaign; what it left open ends after a while.
func (c *campaign) stop(reason string) {
	if c.over {
		return
	}
	c.over, c.reason = true, reason
	c.s.after(c.dice.span(time.Minute, 3*time.Hour), func() {
		for _, p := range c.seats {
			c.s.finish(p.implant)
		}
		if c.machine != nil {
			c.s.leave(c.machine.tunnel)
		}
	})
}

// realised tells whether the campaign did what its cell is about: a move
// within the company and, unless its own account was to do, with another.
func (c *campaign) realised() bool {
	if c.plan != nil {
		return c.inner() > 0 && c.step >= len(c.plan.steps)
	}
	return c.inner() > 0 && slices.ContainsFunc(c.hops, c.suits)
}

func (c *campaign) row() campaignRow {
	r := campaignRow{
		Campaign: c.id, Cell: c.cell, With: c.with, Realised: c.realised(), Reason: c.reason, GoalReached: c.reached,
		Planned: c.planned.utc(), Begun: known(c.begun), GapSeconds: c.gap.Seconds(), Window: c.window.Seconds(),
		Failures: c.failures, Silenced: c.silenced, Hops: c.hops,
	}
	switch {
	case !c.over && c.lastTried != "":
		r.Reason = "the time was up; at the end: " + c.lastTried
	case !c.over:
		r.Reason = "the time was up"
	case r.Reason == "" && !r.Realised:
		r.Reason = "it was over before the cell's credential and protocol were used"
	}
	if c.plan != nil {
		r.Scenario, r.Cell = c.plan.name, nil
	}
	if len(c.seats) > 0 {
		r.Foothold = c.seats[0].host.id
	}
	if c.victim != nil {
		r.Person = c.victim.id
	}
	if c.start != nil {
		r.Account = c.start.String()
	}
	if c.target != nil {
		r.Target = c.target.id
	}
	used := map[string]bool{}
	for _, h := range c.hops {
		if !used[h.Account] {
			used[h.Account] = true
			r.Accounts = append(r.Accounts, h.Account)
		}
	}
	if n := len(c.hops); n > 0 {
		r.FirstHop, r.LastHop = &c.hops[0].Time, &c.hops[n-1].Time
	} else {
		r.Hops = []hop{}
	}
	return r
}

// confess writes the truth about the campaigns.
func (s *sim) confess() error {
	if s.past == nil {
		return nil
	}
	var rows []any
	for _, c := range s.campaigns {
		rows = append(rows, c.row())
	}
	return s.truth.list("campaigns.ndjson", rows)
}
