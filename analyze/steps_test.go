package analyze_test

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// A parser reads the steps of samples: one a line, a time, a kind, then words
// (a service, an outcome, flags) and key=value pairs, quoted where they hold
// blanks:
//
//	2026-03-02T09:00:00Z logon failure ssh auth=password user=alice src=10.0.0.9 dst=web1 session=123
//
// "x20 every=3s" before the time repeats a line; "same" makes a line an event
// with the id of the line before. A hit is a line with rule=ID, one for
// correlations has carry=VALUES behind that.
type parser struct {
	names   *footfall.Names
	rules   map[footfall.Name]*footfall.Rule
	context *footfall.Context
	correl  []footfall.Correlation
	listed  map[string][]footfall.Listing
	places  map[string]footfall.Place
	next    uint64
}

// settings reads the context part: "critical dc1 0", "deployer sccm",
// "scanner 10.0.0.5", "person alice,alice-adm Alice", "expected user host command",
// "limit name value", "rule id level techniques title rows=ROW", "correlation id type
// span bound fields rules".
func (p *parser) settings(data []byte) error {
	c := p.context
	c.Critical, c.Deployers, c.Scanners = map[string]int{}, map[string]bool{}, map[string]bool{}
	c.People, c.Limits, c.Roles = map[string]string{}, map[string]float64{}, map[string][]string{}
	for line := range strings.Lines(string(data)) {
		w := fields(strings.TrimSpace(line))
		if len(w) < 2 {
			continue
		}
		switch w[0] {
		case "critical":
			c.Critical[w[1]], _ = strconv.Atoi(w[2])
		case "deployer":
			c.Deployers[w[1]] = true
		case "scanner":
			c.Scanners[w[1]] = true
		case "service":
			if c.Services == nil {
				c.Services = map[string]bool{}
			}
			c.Services[w[1]] = true
		case "person":
			for a := range strings.SplitSeq(w[1], ",") {
				c.People[a] = w[2]
			}
		case "role":
			c.Roles[w[1]] = w[2:]
		case "expected":
			c.Expected = append(c.Expected, footfall.Expected{Account: w[1], Host: w[2], Command: w[3]})
		case "network":
			c.Networks = append(c.Networks, footfall.Network{Name: w[1], Prefix: netip.MustParsePrefix(w[2]), Trust: w[3], Shared: len(w) > 4})
		case "limit":
			c.Limits[w[1]], _ = strconv.ParseFloat(w[2], 64)
		case "rule":
			level, err := footfall.ParseLevel(w[2])
			if err != nil {
				return err
			}
			r := &footfall.Rule{ID: w[1], Level: level, Attack: strings.Split(w[3], ","), Title: w[4], Innocent: w[5:]}
			if rows, ok := strings.CutPrefix(w[len(w)-1], "rows="); ok {
				r.Rows, r.Innocent = strings.Split(rows, ","), w[5:len(w)-1]
			}
			p.rules[p.names.Intern(w[1])] = r
		case "row": // of the catalogue, for a rule
			r := p.rules[p.names.Intern(w[1])]
			r.Rows = append(r.Rows, w[2:]...)
		case "listed": // what kind confidence from until list source
			l := footfall.Listing{What: w[1], Kind: w[2], List: w[6], Source: w[7]}
			n, _ := strconv.Atoi(w[3])
			l.Confidence, l.From, l.Until = int8(n), dayOf(w[4]), dayOf(w[5])
			if p.listed == nil {
				p.listed = map[string][]footfall.Listing{}
			}
			p.listed[w[1]] = append(p.listed[w[1]], l)
		case "place": // address country city lat lon radius as org
			var n [4]float64
			for i := range n {
				n[i], _ = strconv.ParseFloat(w[4+i], 64)
			}
			if p.places == nil {
				p.places = map[string]footfall.Place{}
			}
			p.places[w[1]] = footfall.Place{Country: w[2], City: strings.Trim(w[3], "-"), Lat: n[0], Lon: n[1], Radius: n[2], AS: uint32(n[3]), Org: w[8]}
		case "correlation":
			if err := p.correlation(w[1:]); err != nil {
				return err
			}
		default:
			return fmt.Errorf("setting %q is not known", w[0])
		}
	}
	return nil
}

// dayOf is the beginning of a day; "-" is none.
func dayOf(s string) int64 {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0
	}
	return t.UnixNano()
}

// correlation reads "id type span lowest bound fields rules": hits of each rule
// carry the fields, separated by commas; analytics begin with analytic:.
func (p *parser) correlation(w []string) error {
	t, ok := footfall.ParseCorrelationType(w[1])
	span, err := time.ParseDuration(w[2])
	if err != nil || !ok {
		return fmt.Errorf("%v is no correlation: %w", w, err)
	}
	low, err := strconv.ParseFloat(w[3], 64)
	if err != nil {
		return err
	}
	c := footfall.Correlation{
		Rule: &footfall.Rule{ID: w[0], Title: w[0], Level: footfall.LevelMedium, Innocent: []string{"what " + w[0] + " says."}},
		Type: t, Span: int64(span), Bounds: footfall.Bounds{HasLow: true, LowIncluded: true, Low: low},
	}
	names := strings.Split(w[4], ",")
	var all []int
	for i := range names {
		all = append(all, i)
	}
	c.GroupBy = names
	if t == footfall.ValueCount {
		c.GroupBy, c.Field = names[:len(names)-1], names[len(names)-1:]
	}
	for r := range strings.SplitSeq(w[5], ",") {
		part := footfall.CorrelationPart{Rule: r, Title: r, Group: all[:len(c.GroupBy)], Field: all[len(c.GroupBy):]}
		if name, ok := strings.CutPrefix(r, "analytic:"); ok {
			part.Rule, part.Analytic = name, true
			part.Group = nil
			for _, g := range c.GroupBy {
				part.Group = append(part.Group, slices.Index(footfall.EntityFields[:], g))
			}
		}
		c.Parts = append(c.Parts, part)
	}
	p.correl = append(p.correl, c)
	return nil
}

func (p *parser) steps(data []byte) ([]footfall.Step, error) {
	var out []footfall.Step
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		times, every := 1, time.Duration(0)
		if line[0] == 'x' {
			head, rest, _ := strings.Cut(line, " ")
			times, _ = strconv.Atoi(head[1:])
			head, rest, _ = strings.Cut(rest, " ")
			every, _ = time.ParseDuration(strings.TrimPrefix(head, "every="))
			line = rest
		}
		for i := range times {
			s, err := p.step(strings.ReplaceAll(line, "%d", strconv.Itoa(i)))
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			s.Time += int64(every) * int64(i)
			s.Ref = footfall.Ref{Offset: int64(n*1000 + i)}
			out = append(out, s)
		}
	}
	return out, nil
}

var flagNames = map[string]footfall.Flags{
	"system": footfall.FlagSystem, "elevated": footfall.FlagElevated, "guest": footfall.FlagGuest, "learn": footfall.FlagLearn,
	"target-system": footfall.FlagTargetSystem, "observed": footfall.FlagObserved, "outward": footfall.FlagOutward,
}

func (p *parser) step(line string) (s footfall.Step, err error) {
	w := fields(line)
	if len(w) < 2 {
		return s, fmt.Errorf("%q is too short", line)
	}
	at, err := time.Parse(time.RFC3339Nano, w[0])
	if err != nil {
		return s, err
	}
	s.Time = at.UnixNano()
	if s.Kind, err = footfall.ParseKind(w[1]); err != nil {
		return s, err
	}
	p.next++
	s.ID, s.Native = footfall.Hash(line, strconv.FormatUint(p.next, 10)), true
	owner, more := "", footfall.Extra{}
	extra := map[string]*string{
		"log": &more.Source, "country": &more.Country, "fromzone": &more.FromZone, "tozone": &more.ToZone, "tenant": &more.Tenant, "mac": &more.MAC,
	}
	for _, x := range w[2:] {
		k, v, ok := strings.Cut(x, "=")
		if !ok {
			err = p.word(&s, x)
		} else if k == "on" {
			owner = v
		} else if to := extra[k]; to != nil {
			*to = v
		} else {
			err = p.pair(&s, k, v)
		}
		if err != nil {
			return s, err
		}
	}
	if owner == "" {
		owner = p.names.String(s.DstHost)
	}
	if more.Source == "" {
		more.Source = owner + "|log"
	}
	s.Extra = p.names.Intern(string(more.Append(nil)))
	for _, id := range []*footfall.Name{&s.Session, &s.Parent} {
		if *id != 0 {
			*id = p.names.Intern(owner + "|" + p.names.String(*id))
		}
	}
	return s, nil
}

func (p *parser) word(s *footfall.Step, x string) (err error) {
	if o, err := footfall.ParseOutcome(x); err == nil {
		s.Outcome = o
		return nil
	}
	if f, ok := flagNames[x]; ok {
		s.Flags |= f
		return nil
	}
	s.Service, err = footfall.ParseService(x)
	return err
}

func (p *parser) pair(s *footfall.Step, k, v string) (err error) {
	fields := map[string]*footfall.Name{
		"src": &s.SrcAddr, "from": &s.SrcHost, "dst": &s.DstHost, "dstaddr": &s.DstAddr, "user": &s.Account, "target": &s.Target, "sid": &s.SID,
		"session": &s.Session, "parent": &s.Parent, "object": &s.Object, "image": &s.Image, "cmd": &s.Command, "client": &s.Client, "rule": &s.Rule,
	}
	if f := fields[k]; f != nil {
		*f = p.names.Intern(v)
		return nil
	}
	switch k {
	case "auth":
		s.Auth, err = footfall.ParseAuth(v)
	case "reason":
		s.Reason, err = footfall.ParseReason(v)
	case "mfa":
		s.MFA, err = footfall.ParseMFA(v)
	case "carry":
		var b []byte
		for v := range strings.SplitSeq(v, ",") {
			b = footfall.AppendCarried(b, v, 100)
		}
		s.Rule, s.Values = footfall.CarriedRule(p.names, p.names.String(s.Rule)), p.names.Intern(string(b))
	case "values":
		s.Values = p.names.Intern(strings.ReplaceAll(v, "; ", "\n"))
	case "type":
		n, e := strconv.Atoi(v)
		s.LogonType, err = uint8(n), e
	case "event":
		n, e := strconv.Atoi(v)
		s.Event, err = uint32(n), e
	case "port":
		n, e := strconv.Atoi(v)
		s.DstPort, err = uint16(n), e
	case "srcport":
		n, e := strconv.Atoi(v)
		s.SrcPort, err = uint16(n), e
	case "bytes":
		s.Bytes, err = strconv.ParseInt(v, 10, 64)
	case "took": // seconds
		n, e := strconv.Atoi(v)
		s.Took, err = uint32(n), e
	case "local":
		n, e := strconv.Atoi(v)
		s.Local, err = int8(n), e
	default:
		err = fmt.Errorf("key %q is none of %v", k, maps.Keys(fields))
	}
	return err
}

// fields cuts a line at blanks outside double quotes.
func fields(line string) (out []string) {
	var b strings.Builder
	quoted, any := false, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted, any = !quoted, true
		case c == ' ' && !quoted:
			if any {
				out = append(out, b.String())
			}
			b.Reset()
			any = false
		default:
			b.WriteRune(c)
			any = true
		}
	}
	if any {
		out = append(out, b.String())
	}
	return out
}
