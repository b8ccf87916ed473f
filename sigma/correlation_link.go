package sigma

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/yaml"
)

// link resolves what correlations refer to, wherever it stands. A correlation
// that refers to something that there is not, or to itself, is left out with
// an error, and then so are those that refer to it.
func link(rules []*Rule, errs []error) ([]*Rule, []error) {
	if !slices.ContainsFunc(rules, func(r *Rule) bool { return r.Correlation != nil }) {
		return rules, errs
	}
	for {
		k := linker{byID: map[string]*Rule{}, byName: map[string][]*Rule{}}
		for _, r := range rules {
			k.byID[r.Meta.ID] = r
			if r.Name != "" {
				k.byName[r.Name] = append(k.byName[r.Name], r)
			}
		}
		var kept []*Rule
		for _, r := range rules {
			if r.Correlation != nil {
				if err := k.resolve(r); err != nil {
					errs = append(errs, err)
					continue
				}
			}
			kept = append(kept, r)
		}
		if len(kept) < len(rules) {
			rules = kept
			continue
		}
		if r, err := cycle(rules); err != nil {
			errs = append(errs, err)
			rules = slices.DeleteFunc(kept, func(x *Rule) bool { return x == r })
			continue
		}
		bad := map[*Rule]bool{}
		looked := map[asked]error{}
		for _, r := range ordered(rules) {
			if err := r.Correlation.fields(looked); err != nil {
				errs, bad[r] = append(errs, err), true
			}
		}
		if len(bad) > 0 {
			rules = slices.DeleteFunc(kept, func(x *Rule) bool { return bad[x] })
			continue
		}
		for _, r := range ordered(rules) {
			r.inherit()
		}
		return rules, errs
	}
}

type linker struct {
	byID   map[string]*Rule
	byName map[string][]*Rule
}

func (k *linker) resolve(r *Rule) error {
	c := r.Correlation
	c.parts = make([]*Rule, len(c.refs))
	for i, ref := range c.refs {
		if name, ok := strings.CutPrefix(ref.name, analyticPrefix); ok {
			if name == "" {
				return c.read.errorf(ref.node, "correlation: %q names no analytic", ref.name)
			}
			continue
		}
		named := k.byName[ref.name]
		if by := k.byID[ref.name]; by != nil && !slices.Contains(named, by) {
			named = append([]*Rule{by}, named...)
		}
		switch len(named) {
		case 0:
			return c.read.errorf(ref.node, "correlation: there is no rule with the id or name %q among those that can be used", ref.name)
		case 1:
		default:
			return c.read.errorf(ref.node, "correlation: %q is the id or name of %d rules, at %s:%d and %s:%d", ref.name, len(named),
				named[0].Meta.Source, named[0].Line, named[1].Meta.Source, named[1].Line)
		}
		if j := slices.Index(c.parts[:i], named[0]); j >= 0 {
			return c.read.errorf(ref.node, "correlation: %q and %q are one rule", ref.name, c.refs[j].name)
		}
		c.parts[i] = named[0]
	}
	return nil
}

// cycle returns a correlation that refers to itself, if by way of others.
func cycle(rules []*Rule) (*Rule, error) {
	const open, done = 1, 2
	state := map[*Rule]int{}
	var visit func(r *Rule, path []string) (*Rule, error)
	visit = func(r *Rule, path []string) (*Rule, error) {
		if r == nil || r.Correlation == nil || state[r] == done {
			return nil, nil
		}
		state[r] = open
		for i, p := range r.Correlation.parts {
			ref := r.Correlation.refs[i]
			if p != nil && state[p] == open {
				return r, r.Correlation.read.errorf(ref.node, "correlation: it refers to itself: %s", strings.Join(append(path, ref.name), " -> "))
			}
			if bad, err := visit(p, append(path, ref.name)); err != nil {
				return bad, err
			}
		}
		state[r] = done
		return nil, nil
	}
	for _, r := range rules {
		if bad, err := visit(r, []string{r.Meta.ID}); err != nil {
			return bad, err
		}
	}
	return nil, nil
}

// ordered returns the correlations, each behind those that it refers to.
func ordered(rules []*Rule) []*Rule {
	var out []*Rule
	seen := map[*Rule]bool{}
	var visit func(r *Rule)
	visit = func(r *Rule) {
		if r == nil || r.Correlation == nil || seen[r] {
			return
		}
		seen[r] = true
		for _, p := range r.Correlation.parts {
			visit(p)
		}
		out = append(out, r)
	}
	for _, r := range rules {
		visit(r)
	}
	return out
}

// asked is a field of one part of a correlation: looked at once, however many
// ways lead to it.
type asked struct {
	c    *Correlation
	part int
	name string
}

// fields checks that every part can have the fields that are asked of it.
func (c *Correlation) fields(looked map[asked]error) error {
	for _, name := range slices.Concat(c.GroupBy, c.Field) {
		node := c.place["group-by"]
		if slices.Contains(c.Field, name) || node == nil {
			node = c.refs[0].node
		}
		for i := range c.parts {
			if err := c.provides(asked{c, i, name}, node, looked); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Correlation) provides(a asked, node *yaml.Node, looked map[asked]error) error {
	if err, done := looked[a]; done {
		return err
	}
	err := c.provide(a.part, a.name, node, looked)
	looked[a] = err
	return err
}

func (c *Correlation) provide(i int, name string, node *yaml.Node, looked map[asked]error) error {
	field, aliased := c.fieldOf(i, name)
	p := c.parts[i]
	switch {
	case p == nil:
		if !slices.Contains(footfall.EntityFields[:], field) {
			return c.read.errorf(node, "correlation: the findings of %s have no %q; they have %s: map it to one of these by aliases", c.refs[i].name, field, strings.Join(footfall.EntityFields[:], ", "))
		}
	case p.Correlation != nil:
		for j := range p.Correlation.parts {
			if err := p.Correlation.provides(asked{p.Correlation, j, field}, node, looked); err != nil {
				return c.read.errorf(node, "correlation: %q of %s: %s", field, c.refs[i].name, err.(*Error).Reason)
			}
		}
	case c.aliases[name] != nil && !aliased:
		return c.read.errorf(c.place[name], "correlation: the alias %q gives no field for the rule %q", name, c.refs[i].name)
	}
	return nil
}

// fieldOf returns the field of part i that a name stands for.
func (c *Correlation) fieldOf(i int, name string) (field string, aliased bool) {
	if f, ok := c.aliases[name][c.refs[i].name]; ok {
		return f, true
	}
	return name, false
}

// inherit gives a correlation without level or techniques those of the rules
// that it refers to: the highest level, all techniques.
func (r *Rule) inherit() {
	level, attack := footfall.LevelLow, []string(nil)
	for _, p := range r.Correlation.parts {
		if p == nil {
			continue
		}
		level = max(level, p.Meta.Level)
		for _, a := range p.Meta.Attack {
			if !slices.Contains(attack, a) {
				attack = append(attack, a)
			}
		}
	}
	if r.Meta.Level == footfall.LevelUnknown {
		r.Meta.Level = level
	}
	if len(r.Meta.Attack) == 0 {
		r.Meta.Attack = attack
	}
}

// A carrier is what hits of one rule of a Set carry for correlations.
type carrier struct {
	names  []string
	ids    []footfall.FieldID
	silent bool // the rule stands for itself no more
	used   bool
}

// correlations plans how the correlations of a set are evaluated, and which
// fields the hits of each rule carry for them.
func (s *Set) correlations() error {
	s.carry = make([]carrier, len(s.rules))
	list := ordered(s.rules)
	if len(list) == 0 {
		return nil
	}
	p := planner{set: s, rules: map[*Rule]int{}, at: map[*Rule]int{}, names: make([][]string, len(list))}
	for i, r := range s.rules {
		p.rules[r] = i
	}
	for i, r := range list {
		p.at[r] = i
		s.planned = append(s.planned, footfall.Correlation{Rule: &r.Meta, Silent: p.silent(r, list)})
	}
	// From those that others refer to down to what they rest on: what they
	// ask their parts for is known then.
	for i := len(list) - 1; i >= 0; i-- {
		if err := p.plan(i, list[i].Correlation); err != nil {
			return err
		}
	}
	for _, r := range list {
		for _, part := range r.Correlation.parts {
			if part != nil && part.Correlation == nil {
				s.carry[p.rules[part]].silent = p.silent(part, list)
			}
		}
	}
	return s.askCarried()
}

// Correlations returns the correlations of the set, each behind those that it
// refers to.
func (s *Set) Correlations() []footfall.Correlation { return s.planned }

type planner struct {
	set   *Set
	rules map[*Rule]int // index into Set.rules
	at    map[*Rule]int // index into Set.planned
	names [][]string    // by correlation: what its hits carry
}

// silent reports whether correlations refer to r and none says generate.
func (p *planner) silent(r *Rule, list []*Rule) bool {
	referred := false
	for _, by := range list {
		if slices.Contains(by.Correlation.parts, r) {
			if by.Correlation.Generate {
				return false
			}
			referred = true
		}
	}
	return referred
}

func (p *planner) plan(i int, c *Correlation) error {
	to := &p.set.planned[i]
	to.Type, to.GroupBy, to.Span, to.Field, to.Percentile, to.Bounds = c.Type, c.GroupBy, c.Span, c.Field, c.Percentile, c.Bounds
	for j, r := range c.parts {
		var part footfall.CorrelationPart
		var carried *[]string
		switch {
		case r == nil:
			part.Rule, part.Analytic = strings.TrimPrefix(c.refs[j].name, analyticPrefix), true
			part.Title = "findings of " + part.Rule
			all := slices.Clone(footfall.EntityFields[:])
			carried = &all
		case r.Correlation != nil:
			part.Rule, part.Title, part.Inner = r.Meta.ID, r.Meta.Title, 1+p.at[r]
			carried = &p.names[p.at[r]]
		default:
			k := &p.set.carry[p.rules[r]]
			part.Rule, part.Title, k.used = r.Meta.ID, r.Meta.Title, true
			carried = &k.names
		}
		index := func(names []string) (out []int) {
			for _, n := range names {
				f, _ := c.fieldOf(j, n)
				at := slices.Index(*carried, f)
				if at < 0 {
					at = len(*carried)
					*carried = append(*carried, f)
				}
				out = append(out, at)
			}
			return out
		}
		part.Group, part.Field, part.Carry = index(c.GroupBy), index(c.Field), index(p.names[i])
		if len(*carried) > maxCarried {
			return fmt.Errorf("sigma: correlations ask for more than %d fields of %q", maxCarried, part.Title)
		}
		to.Parts = append(to.Parts, part)
	}
	return nil
}

// askCarried asks the schema for the fields that hits carry.
func (s *Set) askCarried() error {
	for i := range s.carry {
		k := &s.carry[i]
		for _, name := range k.names {
			if s.names[name] == 0 {
				if s.names[name] = s.schema.Field(name); s.names[name] == 0 {
					return fmt.Errorf("sigma: the rules name more fields than a schema has numbers for")
				}
			}
			k.ids = append(k.ids, s.names[name])
		}
	}
	return nil
}

// Stands reports whether hits of a rule are findings of their own; those that
// only a correlation refers to are not, unless it says generate.
func (s *Set) Stands(rule int) bool { return !s.carry[rule].silent && s.rules[rule].Correlation == nil }

// Correlated reports whether a correlation refers to a rule.
func (s *Set) Correlated(rule int) bool { return s.carry[rule].used }

// maxCarriedBytes bounds the values that one hit carries together, so that
// they can be interned whole.
const maxCarriedBytes = 1800

// Carry appends to dst the values that a hit of a rule carries for the
// correlations, for footfall.CarriedValues to read. It allocates nothing when
// dst has room.
func (s *Set) Carry(dst []byte, rule int, e *footfall.Event) []byte {
	k := &s.carry[rule]
	var room [64]byte
	for i, id := range k.ids {
		v, ok := s.value(room[:0], rule, e, id, k.names[i])
		if !ok {
			v = understood(room[:0], e, k.names[i])
		}
		dst = footfall.AppendCarried(dst, v, maxCarriedBytes/len(k.ids))
	}
	return dst
}

// value returns what an event has in a field that hits of a rule carry.
func (s *Set) value(room []byte, rule int, e *footfall.Event, id footfall.FieldID, name string) (string, bool) {
	if !s.rules[rule].Logsource.common() {
		return e.Get(id)
	}
	i := slices.Index(footfall.AuthenticationFields[:], name)
	if i < 0 {
		return "", false
	}
	return authValue(room, e, s.schema.LogOf(e.Log).Product, i), true
}

// Understood are the names, as the Elastic Common Schema spells them, under
// which correlations can group by what decoders understand of an event whose
// record has no such field: a line of sshd has no fields at all.
var Understood = [...]string{"source.ip", "source.domain", "destination.ip", "destination.domain", "host.name", "user.name", "user.target.name", "process.executable", "Computer", "Channel", "Provider_Name", "EventID"}

// understood returns what an event has under one of these names; room is for
// those that must be written.
func understood(room []byte, e *footfall.Event, name string) string {
	switch name {
	case "source.ip":
		return addrText(room, e.From.Addr)
	case "source.domain":
		return e.From.Host
	case "destination.ip":
		return addrText(room, e.To.Addr)
	case "destination.domain":
		return e.To.Host
	case "host.name", "Computer":
		return e.Computer
	case "user.name":
		return e.User.Name
	case "user.target.name":
		return e.Target.Name
	case "process.executable":
		return e.Image
	case "Channel":
		return e.Channel
	case "Provider_Name":
		return e.Provider
	case "EventID":
		if e.EventID != 0 {
			return footfall.Str(strconv.AppendUint(room, uint64(e.EventID), 10))
		}
	}
	return ""
}

func addrText(room []byte, a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return footfall.Str(a.AppendTo(room))
}
