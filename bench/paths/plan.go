package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/footfall/footfall/emulate"
)

// A plan says which company is made, and with which campaigns.
type plan struct {
	Seed      uint64   `json:"seed"`
	Shape     string   `json:"shape"`
	People    int      `json:"people"`
	Days      int      `json:"days"`
	Quiet     int      `json:"quiet"` // days that are learned from and not judged; campaigns begin after
	Campaigns int      `json:"campaigns"`
	Cells     []string `json:"cells,omitempty"`
	Set       string   `json:"set,omitempty"` // a knob of a sweep, as name=value
}

func (p plan) String() string {
	s := fmt.Sprintf("%s-%d-p%d-d%d-q%d-c%d", p.Shape, p.Seed, p.People, p.Days, p.Quiet, p.Campaigns)
	if len(p.Cells) > 0 {
		s += "-" + strings.Join(p.Cells, "+")
	}
	if p.Set != "" {
		s += "-" + p.Set
	}
	return strings.NewReplacer("=", "_", ",", "_", " ", "").Replace(s)
}

// start is the first day, a Monday.
func (p plan) start() time.Time { return time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) }

func (p plan) config(dir string) emulate.Config {
	c := emulate.Config{
		Dir: dir, People: p.People, Days: p.Days, Seed: p.Seed, Start: p.start(), Campaigns: p.Campaigns, Quiet: p.Quiet,
		AttackSeed: p.Seed, Shape: p.Shape,
	}
	if set, err := emulate.ParseSetting(p.Set); err == nil { // ours, checked by a test
		c.Set = append(c.Set, set)
	}
	for _, text := range p.Cells {
		if cell, err := emulate.ParseCell(text); err == nil { // checked when flags were read
			c.Cells = append(c.Cells, cell)
		}
	}
	return c
}
