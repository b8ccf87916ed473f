package emulate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An axis is one way in which campaigns differ, with what there is on it.
type axis struct {
	name   string
	eased  bool // restrictions: unpinned, half of the campaigns have none
	values []string
}

// Axes are all of them. A campaign has one value on each; together they are
// its cell.
var axes = []axis{
	{"goal", false, []string{"explore", "spread", "target"}},
	{"stealth", true, []string{"none", "edges", "active", "full"}},
	{"choice", false, []string{"random", "elevation", "ambiguous", "long", "quiet"}},
	{"start", false, []string{"client", "server", "vpn", "terminal", "admin", "joiner", "vendor", "branch"}},
	{"gap", false, []string{"seconds", "minutes", "hours", "day", "days", "week"}},
	{"credential", false, []string{"own", "cached", "keylog", "service", "localadmin", "forged", "adm", "token"}},
	{"rule", true, []string{"any", "new"}},
	{"knowledge", false, []string{"local", "permissions", "oracle"}},
	{"craft", false, []string{"chain", "socks", "hub", "failures", "hours", "revisits", "silence", "two"}},
	{"protocol", true, []string{"any", "ssh", "rdp", "smb", "winrm", "wmi", "vpn", "cloud"}},
}

// gaps are the classes of time between hops; within one it is drawn
// log-uniformly for each campaign.
var gaps = map[string][2]time.Duration{
	"seconds": {4 * time.Second, 90 * time.Second},
	"minutes": {90 * time.Second, 47 * time.Minute},
	"hours":   {47 * time.Minute, 9 * time.Hour},
	"day":     {9 * time.Hour, 39 * time.Hour},
	"days":    {39 * time.Hour, 5 * 24 * time.Hour},
	"week":    {5 * 24 * time.Hour, 10 * 24 * time.Hour},
}

// A Cell pins some of the axes, by name.
type Cell map[string]string

// ParseCell reads axis=value pairs with commas between them.
func ParseCell(text string) (Cell, error) {
	c := Cell{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		i := slices.IndexFunc(axes, func(a axis) bool { return a.name == name })
		switch {
		case !ok:
			return nil, fmt.Errorf("%q is not axis=value; axes: %s", part, axisNames())
		case i < 0:
			return nil, fmt.Errorf("%q is no axis; axes: %s", name, axisNames())
		case !slices.Contains(axes[i].values, value):
			return nil, fmt.Errorf("%s=%s: %s is one of %s", name, value, name, strings.Join(axes[i].values, ", "))
		case c[name] != "":
			return nil, fmt.Errorf("%s is given twice", name)
		}
		c[name] = value
	}
	return c, nil
}

// An Axis is one by its name, with its values.
type Axis struct {
	Name   string
	Values []string
}

// Axes lists all of them.
func Axes() []Axis {
	list := make([]Axis, len(axes))
	for i, a := range axes {
		list[i] = Axis{a.name, a.values}
	}
	return list
}

func axisNames() string {
	names := make([]string, len(axes))
	for i, a := range axes {
		names[i] = a.name
	}
	return strings.Join(names, ", ")
}

// draw takes a value where none is pinned. The first one, which binds least, is
// the likeliest where each further restriction leaves fewer ways open.
func (a *axis) draw(d *dice) string {
	if a.eased && d.chance(0.5) {
		return a.values[0]
	}
	return pick(d, a.values)
}

// draw fills the axes that are not pinned. What cannot go together is not
// drawn; what is pinned stays, and may turn out not to be realisable.
func (c Cell) draw(d *dice) Cell {
	out := Cell{}
	for _, a := range axes {
		v := a.draw(d)
		for c[a.name] == "" && !out.fits(a.name, v) {
			v = a.draw(d)
		}
		if c[a.name] != "" {
			v = c[a.name]
		}
		out[a.name] = v
	}
	return out
}

// fits tells whether a value goes together with what was drawn before.
func (c Cell) fits(name, v string) bool {
	switch name {
	case "credential":
		return c["start"] != "vendor" && c["start"] != "server" || v != "adm" && v != "token"
	case "protocol":
		return c.carries(v)
	}
	return true
}

// carries tells whether a protocol can carry what the rest of the cell is about.
func (c Cell) carries(protocol string) bool {
	switch {
	case c["credential"] == "token":
		return protocol == "cloud" || protocol == "any"
	case protocol == "cloud":
		return false
	case protocol == "vpn":
		return c["credential"] == "cached" || c["credential"] == "keylog"
	case protocol == "ssh":
		return c["credential"] != "localadmin" && c["credential"] != "adm"
	case protocol == "winrm":
		return c["credential"] != "localadmin" && (c["credential"] != "own" || c["start"] == "admin")
	case protocol == "smb", protocol == "wmi":
		return c["credential"] != "own" || c["start"] == "admin"
	}
	return true
}
