package emulate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shapes are companies that are built otherwise. Each draws again what makes
// it different; office is the company as it is drawn anyway.
var shapes = []struct {
	name string
	draw func(*params, *dice)
}{
	{"office", func(*params, *dice) {}},
	{"hub", func(p *params, d *dice) {
		p.jumping, p.direct = d.between(0.95, 1), d.between(0, 0.06)
		p.terminals, p.onward = d.between(0.45, 0.85), d.between(0.15, 0.4)
		p.farIdle = d.span(20*time.Hour, 90*time.Hour)
	}},
	{"flat", func(p *params, d *dice) {
		p.jumping, p.direct = d.between(0, 0.05), d.between(0.94, 1)
		p.personal, p.admins, p.powerful = true, d.between(0.7, 1), d.between(0.5, 0.9)
		p.onward, p.mesh, p.asRoot, p.taking = d.between(0.3, 0.55), d.between(0.25, 0.6), d.between(0.15, 0.4), d.between(0.1, 0.3)
	}},
	{"cloud", func(p *params, d *dice) {
		p.windows, p.unixDesks, p.fullTunnel = d.between(0, 0.05), d.between(0.6, 0.95), false
		p.clouded, p.shells, p.consoles = d.between(0.6, 0.9), d.between(0.4, 0.8), d.between(2, 6)
	}},
}

// Shapes names them all.
func Shapes() []string {
	names := make([]string, len(shapes))
	for i, h := range shapes {
		names[i] = h.name
	}
	return names
}

// A setter is something that can be set by hand, within limits.
type setter struct {
	name     string
	from, to float64
	set      func(*params, float64)
}

// settings are there for sweeps: a judge varies one and leaves the rest.
var settings = []setter{
	{"switches", 0, 5, func(p *params, v float64) {
		p.switches = v
		p.admins, p.asRoot, p.taking = min(1, p.admins*v), min(1, p.asRoot*v), min(1, p.taking*v)
	}},
	{"silent", 0, 0.95, func(p *params, v float64) { p.silent = v }},
	{"churn", 0, 20, func(p *params, v float64) { p.churn = v }},
	{"hubs", 0, 1, func(p *params, v float64) { p.jumping, p.direct, p.terminals = v, 1-v, v }},
	{"skew", 0, 1, func(p *params, v float64) { p.skewed = v }},
}

// A Setting overrides what is drawn.
type Setting struct {
	Name  string
	Value float64
}

// ParseSetting reads name=value.
func ParseSetting(text string) (Setting, error) {
	name, value, _ := strings.Cut(text, "=")
	i := slices.IndexFunc(settings, func(t setter) bool { return t.name == name })
	if i < 0 {
		names := make([]string, len(settings))
		for i, t := range settings {
			names[i] = t.name
		}
		return Setting{}, fmt.Errorf("%q cannot be set; there are %s", name, strings.Join(names, ", "))
	}
	t := settings[i]
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || !(v >= t.from && v <= t.to) {
		return Setting{}, fmt.Errorf("%s=%s: not between %g and %g", name, value, t.from, t.to)
	}
	return Setting{name, v}, nil
}

// adjust makes the drawn parameters those of a shape, and sets what is set.
func (p *params) adjust(c *Config) {
	p.switches, p.churn, p.consoles = 1, 1, 1
	p.onward, p.asRoot, p.taking, p.shells = 0.16, 0.1, 0.1, 0.3
	p.clouded, p.unixDesks = 0.12, 0.3
	for _, h := range shapes {
		if h.name == c.Shape {
			h.draw(p, newDice(c.Seed, "shape"))
		}
	}
	for _, s := range c.Set {
		for _, t := range settings {
			if t.name == s.Name {
				t.set(p, s.Value)
			}
		}
	}
}
