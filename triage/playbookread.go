package triage

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/yaml"
)

// Load reads playbooks, in the order of their names. An error names the file,
// the line and the key.
func Load(files map[string][]byte) ([]*Playbook, error) {
	drafts := read(files, nil)
	var out []*Playbook
	for _, d := range drafts {
		if len(d.r.issues) > 0 {
			return nil, d.r.issues[0]
		}
		out = append(out, d.p)
	}
	return out, nil
}

// A draft is a playbook of a file, and what is wrong with it.
type draft struct {
	p    *Playbook
	r    *reader
	root *section

	questions, rules []*section
}

// read reads files and ties together what extends what, also of beside.
func read(files map[string][]byte, beside []*Playbook) []*draft {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []*draft
	for _, name := range names {
		out = append(out, parse(name, files[name]))
	}
	tie(out, beside)
	for _, d := range out {
		d.compile()
		slices.SortStableFunc(d.r.issues, func(a, b Issue) int { return a.Line - b.Line })
	}
	return out
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

func parse(file string, data []byte) *draft {
	d := &draft{r: &reader{file: file}, p: &Playbook{File: file}}
	if len(data) > maxPlaybook {
		d.r.fail(0, "", "%d bytes, more than the %d of a playbook", len(data), maxPlaybook)
		return d
	}
	docs, err := yaml.Documents(data)
	if err != nil {
		line, reason := 0, firstLine(err).Error()
		if m := yamlLine.FindStringSubmatch(reason); m != nil {
			line, _ = strconv.Atoi(m[1]) // 0 when it names none
			reason = m[2]
		}
		if line == 0 || strings.HasPrefix(reason, "did not find expected") {
			line++ // the parser counts from 0, its scanner from 1
		}
		d.r.fail(line, "", "this is not YAML: %s", reason)
		return d
	}
	if len(docs) != 1 || len(docs[0].Content) != 1 {
		d.r.fail(0, "", "%d documents where one is expected", len(docs))
		return d
	}
	d.root = d.r.section("", docs[0].Content[0])
	d.read(d.root)
	return d
}

// read takes the keys of a playbook. One that extends another needs no columns.
func (d *draft) read(s *section) {
	p := d.p
	p.Version = s.number("version")
	if p.Version != playbookVersion {
		s.fail("version", "%d is not the version that this program reads, %d", p.Version, playbookVersion)
	}
	p.ID = s.ident("id")
	list, each := s.list, s.each
	if s.keys["extends"] != nil {
		p.Extends = s.text("extends")
		list, each = s.optional, s.maybeEach
	}
	p.Name, p.Modified = s.text("name"), s.day("modified")
	p.Attack = s.list("attack", technique)
	if p.Extends == "" {
		p.Also = s.optional("also", technique)
	} else {
		p.Services, p.Entry = s.services("services"), s.services("entry")
	}
	p.Tactic = list("tactic", among(tactics))
	p.LogSources, p.Indicators = list("log_sources", nil), list("indicators", nil)
	each("questions", func(q *section) {
		p.Questions = append(p.Questions, readQuestion(q))
		d.questions = append(d.questions, q)
	})
	each("escalate", func(q *section) {
		p.Escalate = append(p.Escalate, readRule(q))
		d.rules = append(d.rules, q)
	})
	each("l1", func(q *section) { p.L1 = append(p.L1, readDuty(q)) })
	each("t2", func(q *section) { p.T2 = append(p.T2, readDuty(q)) })
	each("contain", func(q *section) { p.Contain = append(p.Contain, readMeasure(q)) })
	if p.Extends == "" || s.keys["sla"] != nil {
		p.Clocks = readClocks(s.section("sla"))
	}
	for _, key := range []string{"sla", "extends"} {
		if !slices.Contains(s.asked, key) {
			s.asked = append(s.asked, key)
		}
	}
	s.done()
}

// tactics are ATT&CK's for enterprises.
var tactics = []string{
	"Reconnaissance", "Resource Development", "Initial Access", "Execution", "Persistence", "Privilege Escalation",
	"Defense Evasion", "Credential Access", "Discovery", "Lateral Movement", "Collection", "Command and Control",
	"Exfiltration", "Impact",
}

func readQuestion(s *section) Question {
	q := Question{ID: s.ident("id"), Ask: s.text("ask"), Tier: s.among("tier", tiers)}
	q.Facts = s.list("facts", among(kinds))
	if s.keys["negated"] != nil {
		q.Negated = s.among("negated", []string{"true"}) == "true"
	}
	s.asked = append(s.asked, "negated")
	q.Takes = s.list("evidence", nil)
	q.Abuse = footfall.No
	if s.among("yes_means", []string{"abuse", "innocent"}) == "abuse" {
		q.Abuse = footfall.Yes
	}
	q.Why, q.Unknown = s.text("why"), s.text("unknown")
	s.done()
	return q
}

func readRule(s *section) Rule {
	r := Rule{ID: s.ident("id"), Because: s.text("because"), To: s.among("to", tiers)}
	level, err := footfall.ParseLevel(s.text("level"))
	if err != nil || level == footfall.LevelUnknown {
		s.fail("level", "%v", err)
	}
	r.Level, r.Source = level, s.text("if")
	s.done()
	return r
}

func readDuty(s *section) Duty {
	d := Duty{ID: s.ident("id"), Text: s.text("text")}
	d.GatheredBy, d.HelpedBy = s.optional("gathered_by", among(kinds)), s.optional("helped_by", among(kinds))
	s.done()
	return d
}

func readMeasure(s *section) Measure {
	m := Measure{
		ID: s.ident("id"), Text: s.text("text"),
		Verb: s.among("verb", verbNames()), Target: s.among("target", targets),
	}
	if m.For = s.maybe("for"); m.For != "" {
		s.duration("for", m.For)
	}
	m.Undo, m.Approval = s.text("undo"), s.among("approval", tiers)
	m.References = s.list("references", reference)
	s.done()
	switch ends := phaseOf(m.Verb) == deny; {
	case m.Verb == "":
	case ends && m.For == "":
		s.fail("for", "the key is missing: what %s takes away must come back by itself", m.Verb)
	case !ends && m.For != "":
		s.fail("for", "%s does not end by itself", m.Verb)
	}
	return m
}

// readClocks reads how soon cases of each level are worked on; the worse the
// level, the sooner.
func readClocks(s *section) map[footfall.Level][]footfall.Clock {
	if s == nil {
		return nil
	}
	out := map[footfall.Level][]footfall.Clock{}
	var slower []footfall.Clock
	for _, l := range []footfall.Level{footfall.LevelLow, footfall.LevelMedium, footfall.LevelHigh, footfall.LevelCritical} {
		if l == footfall.LevelLow && s.keys[l.String()] == nil {
			s.asked = append(s.asked, l.String())
			continue
		}
		q := s.section(l.String())
		if q == nil {
			continue
		}
		var list []footfall.Clock
		for i, id := range clockIDs {
			k := footfall.Clock{ID: id, Within: q.duration(id, q.text(id))}
			switch {
			case k.Within == 0:
			case i > 0 && k.Within < list[i-1].Within:
				q.fail(id, "%s is shorter than %s, which comes before", spell(k.Within), list[i-1].ID)
			case slower != nil && slower[i].Within > 0 && k.Within > slower[i].Within:
				q.fail(id, "%s is longer than at the level below", spell(k.Within))
			}
			list = append(list, k)
		}
		q.done()
		out[l], slower = list, list
	}
	s.done()
	return out
}

func (s *section) duration(key, v string) time.Duration {
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		s.fail(key, "%q is not a time such as 4h", v)
		return 0
	}
	return d
}

func (s *section) day(key string) string {
	v := s.text(key)
	if _, err := time.Parse(time.DateOnly, v); err != nil {
		s.fail(key, "%q is not a day such as 2026-03-01", v)
	}
	return v
}

func (s *section) services(key string) (out []footfall.Service) {
	s.optional(key, func(v string) error {
		service, err := footfall.ParseService(v)
		if err == nil {
			out = append(out, service)
		}
		return err
	})
	return out
}

var referenceForm = regexp.MustCompile(`^(D3-[A-Z]{1,8}|RA[0-9]{4}|M[0-9]{4})$`)

func reference(s string) error {
	if !referenceForm.MatchString(s) {
		return fmt.Errorf("%q is not an id of D3FEND (D3-AL), RE&CT (RA3601) or an ATT&CK mitigation (M1018)", s)
	}
	return nil
}

func technique(s string) error {
	ok := len(s) == 5 || len(s) == 9 && s[5] == '.'
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		ok = ok && (i == 0 && s[i] == 'T' || i == 5 || i != 0 && digit)
	}
	if !ok {
		return fmt.Errorf("%q is not a technique such as T1021 or T1021.001", s)
	}
	if base, sub, _ := strings.Cut(s, "."); base == "T1133" && sub != "" || base == "T1021" && (sub > "008" || sub == "000") {
		return fmt.Errorf("%q: T1021 has the sub-techniques 001 to 008, T1133 has none", s)
	}
	return nil
}

func among(allowed []string) func(string) error {
	return func(s string) error {
		if !slices.Contains(allowed, s) {
			return fmt.Errorf("%q is not one of %q", s, allowed)
		}
		return nil
	}
}

// tie finds for each playbook the one that it extends, among the drafts and
// those beside, and refuses ids that are there twice.
func tie(drafts []*draft, beside []*Playbook) {
	byID := map[string]*Playbook{}
	for _, p := range beside {
		byID[p.ID] = p
	}
	own := map[string]*draft{}
	for _, d := range drafts {
		if d.root == nil || d.p.ID == "" {
			continue
		}
		if other := own[d.p.ID]; other != nil {
			d.root.fail("id", "%q is the id of %s", d.p.ID, other.p.File)
			continue
		}
		own[d.p.ID], byID[d.p.ID] = d, d.p
	}
	for _, d := range drafts {
		if d.p.Extends != "" {
			d.extend(byID, own[d.p.Extends])
		}
	}
}

func (d *draft) extend(byID map[string]*Playbook, parent *draft) {
	seen := map[string]bool{d.p.ID: true}
	for at := d.p; at.Extends != ""; at = byID[at.Extends] {
		if byID[at.Extends] == nil {
			if at == d.p {
				d.root.fail("extends", "there is no playbook %q", at.Extends)
			}
			return
		}
		if seen[at.Extends] {
			d.root.fail("extends", "%q extends %q in a circle", at.ID, at.Extends)
			return
		}
		seen[at.Extends] = true
	}
	d.p.Parent = byID[d.p.Extends]
	if parent != nil && len(parent.r.issues) > 0 {
		return // what it lacks is no error of this one
	}
	for i, t := range d.p.Attack {
		if !covers(d.p.Parent.Attack, t) {
			d.root.fail("attack", "%s is no technique of %s, which it extends (attack[%d])", t, d.p.Extends, i)
		}
	}
	if len(d.p.narrower())+len(d.p.Services)+len(d.p.Entry) == 0 {
		d.root.fail("attack", "nothing says when %s rather than %s is meant: it needs a sub-technique, services or entry", d.p.ID, d.p.Extends)
	}
}

// compile makes the conditions of the rules, once it is known which questions
// there are.
func (d *draft) compile() {
	known := d.p.known()
	for i, q := range d.p.Questions {
		before := known[:len(known)-len(d.p.Questions)+i]
		d.again(i, q, before)
	}
	for i, s := range d.rules {
		r := &d.p.Escalate[i]
		if r.Source == "" {
			continue
		}
		var err error
		if r.If, err = compile(r.Source, known); err != nil {
			s.fail("if", "%v", err)
		}
	}
}

// again refuses a question that a playbook which this one adds to asks already.
func (d *draft) again(i int, q Question, before []Question) {
	if d.p.Parent == nil {
		return
	}
	sorted := func(q Question) []string { return slices.Sorted(slices.Values(q.Facts)) }
	for _, b := range before {
		key := ""
		switch {
		case b.ID == q.ID:
			key = "id"
		case b.Ask == q.Ask:
			key = "ask"
		case slices.Equal(sorted(b), sorted(q)):
			key = "facts"
		default:
			continue
		}
		d.questions[i].fail(key, "the question %q, which is asked before, has the same", b.ID)
	}
}

// PlaybookID returns the id of a playbook's file, "" when it has none.
func PlaybookID(data []byte) string { return parse("", data).p.ID }
