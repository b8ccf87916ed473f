package triage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// A Sample is findings and facts in a short form, to try playbooks with. Times
// are "15:04:05" on 2026-03-04, with "+N " in front for N days later; entities
// are "role kind name"; hops are "time from to account service outcome", with
// the account used before behind; records are "input offset".
type Sample struct {
	Findings []SampleFinding     `json:"findings"`
	Facts    []SampleFact        `json:"facts"`
	Spans    []SampleSpan        `json:"spans"`
	Critical map[string]int      `json:"critical"`
	Scanners []string            `json:"scanners"`
	Bastions []string            `json:"bastions"`
	Roles    map[string][]string `json:"roles"`
	People   map[string]string   `json:"people"`   // accounts, and whose they are
	Contacts map[string]string   `json:"contacts"` // accounts, and how their persons are reached
	Tickets  []SampleTicket      `json:"tickets"`
	Listed   map[string]string   `json:"listed"` // addresses, and as what a list names them
	Ways     []string            `json:"ways"`   // as hops
	Hosts    map[string]string   `json:"hosts"`  // of addresses
}

// A SampleFinding is a footfall.Finding in short.
type SampleFinding struct {
	ID, Rule, Level, First, Last, Why string
	Weight                            float64
	Attack, Entities, Path, Sessions  []string
	Records                           []string
}

// A SampleFact is a footfall.Fact in short.
type SampleFact struct {
	Kind, Finding, Verdict, Text string
	Sure                         float64
	Days                         int
	Entities, Records, Path      []string
}

// A SampleTicket is a footfall.Ticket in short.
type SampleTicket struct{ ID, Title, Opened string }

// A SampleSpan is a footfall.HostSpan in short.
type SampleSpan struct {
	Host, Log, First, Last string
	Missing                int64
}

// ReadSample reads a sample as JSON; unknown keys are errors.
func ReadSample(data []byte) (*Sample, error) {
	s := new(Sample)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return s, nil
}

// Build returns the findings and facts of a sample, and options with all but
// the playbooks.
func (s *Sample) Build() ([]*footfall.Finding, []*footfall.Fact, Options, error) {
	r := &sampler{}
	opt := Options{Context: &footfall.Context{
		Critical: s.Critical, Scanners: map[string]bool{}, Bastions: map[string]bool{}, Roles: s.Roles,
		People: s.People, Contacts: s.Contacts,
	}}
	s.known(r, &opt)
	for _, n := range s.Scanners {
		opt.Context.Scanners[n] = true
	}
	for _, n := range s.Bastions {
		opt.Context.Bastions[n] = true
	}
	var findings []*footfall.Finding
	at := map[string]int64{}
	for _, x := range s.Findings {
		f := r.finding(x)
		at[f.ID] = f.First
		findings = append(findings, f)
	}
	var facts []*footfall.Fact
	for _, x := range s.Facts {
		v := map[string]footfall.Verdict{"yes": footfall.Yes, "no": footfall.No}[x.Verdict]
		facts = append(facts, &footfall.Fact{
			Kind: x.Kind, Finding: x.Finding, Time: at[x.Finding], Verdict: v, Text: x.Text,
			Entities: r.entities(x.Entities), Evidence: r.refs(x.Records), Path: r.hops(x.Path), Sure: x.Sure, Span: footfall.Span{Days: x.Days},
		})
	}
	for _, x := range s.Spans {
		h := footfall.HostSpan{Host: x.Host, Log: x.Log, First: r.clock(x.First), Last: r.clock(x.Last), Missing: x.Missing}
		opt.Spans = append(opt.Spans, h)
		if opt.First == 0 || h.First < opt.First {
			opt.First = h.First
		}
		opt.Last = max(opt.Last, h.Last)
	}
	opt.Hops, opt.Host = r.hops(s.Ways), func(addr string) string { return s.Hosts[addr] }
	return findings, facts, opt, r.err
}

// known adds tickets and a list of intelligence, where a sample has any.
func (s *Sample) known(r *sampler, opt *Options) {
	if s.Tickets != nil {
		opt.Context.Tickets = &footfall.Tickets{Name: "tickets.csv"}
	}
	for _, x := range s.Tickets {
		t := footfall.Ticket{ID: x.ID, Title: x.Title, Text: x.Title, Opened: r.clock(x.Opened)}
		k := opt.Context.Tickets
		k.List = append(k.List, t)
		k.Last = max(k.Last, t.Opened)
		if k.First == 0 || t.Opened < k.First {
			k.First = t.Opened
		}
	}
	if s.Listed == nil {
		return
	}
	opt.Feeds = []footfall.Feed{{Name: "list.csv", Entries: len(s.Listed), Newest: r.clock("-9 00:00:00")}}
	opt.Intel = func(dst []footfall.Listing, what string) []footfall.Listing {
		if kind, ok := s.Listed[what]; ok {
			dst = append(dst, footfall.Listing{What: what, List: "list.csv", Kind: kind, Confidence: -1})
		}
		return dst
	}
}

// A sampler keeps the first error of a sample.
type sampler struct{ err error }

func (r *sampler) keep(err error) {
	if r.err == nil && err != nil {
		r.err = fmt.Errorf("sample: %w", err)
	}
}

func (r *sampler) clock(s string) int64 {
	if s == "" {
		return 0
	}
	days, rest, later := strings.Cut(s, " ")
	n := 0
	if later {
		_, err := fmt.Sscanf(days, "%d", &n)
		r.keep(err)
		s = rest
	}
	at, err := time.Parse(time.TimeOnly, s)
	r.keep(err)
	return time.Date(2026, 3, 4+n, at.Hour(), at.Minute(), at.Second(), 0, time.UTC).UnixNano()
}

func (r *sampler) finding(x SampleFinding) *footfall.Finding {
	level, err := footfall.ParseLevel(x.Level)
	r.keep(err)
	f := &footfall.Finding{
		ID: x.ID, Rule: &footfall.Rule{ID: x.Rule, Title: strings.ReplaceAll(x.Rule, "-", " ")}, Title: x.Rule,
		Why: x.Why, Level: level, Weight: x.Weight, First: r.clock(x.First), Last: r.clock(x.Last),
		Attack: x.Attack, Entities: r.entities(x.Entities), Path: r.hops(x.Path), Sessions: x.Sessions,
		Evidence: r.refs(x.Records), Count: len(x.Records),
	}
	if f.Last == 0 {
		f.Last = f.First
	}
	return f
}

func (r *sampler) entities(list []string) (out []footfall.Entity) {
	for _, s := range list {
		w := strings.SplitN(s, " ", 3)
		if len(w) < 3 {
			r.keep(fmt.Errorf("entity %q is not role, kind and name", s))
			continue
		}
		e := footfall.Entity{Kind: w[1], Name: w[2]}
		for role := footfall.RoleSource; role <= footfall.RoleAddress; role++ {
			if role.String() == w[0] {
				e.Role = role
			}
		}
		if e.Role == footfall.RoleUnknown {
			r.keep(fmt.Errorf("there is no role %q", w[0]))
		}
		out = append(out, e)
	}
	return out
}

func (r *sampler) refs(list []string) (out []footfall.Ref) {
	for _, s := range list {
		var ref footfall.Ref
		_, err := fmt.Sscanf(s, "%d %d", &ref.Input, &ref.Offset)
		r.keep(err)
		out = append(out, ref)
	}
	return out
}

func (r *sampler) hops(list []string) (out []footfall.Hop) {
	for _, s := range list {
		w := strings.Fields(s)
		if len(w) < 6 {
			r.keep(fmt.Errorf("hop %q is not time, from, to, account, service and outcome", s))
			continue
		}
		h := footfall.Hop{Time: r.clock(w[0]), From: w[1], To: w[2], Account: strings.TrimPrefix(w[3], "-")}
		var err error
		h.Service, err = footfall.ParseService(w[4])
		r.keep(err)
		h.Outcome, err = footfall.ParseOutcome(w[5])
		r.keep(err)
		if len(w) > 6 {
			h.Switch = w[6]
		}
		out = append(out, h)
	}
	return out
}

// toldSure is an answer's verdict with how sure it is and on how many days it rests.
func toldSure(q *footfall.Answer) string {
	text := q.Verdict.String()
	if q.Sure > 0 {
		text += fmt.Sprintf(" %.2f", q.Sure)
	}
	if q.Span.Days > 0 {
		text += fmt.Sprintf(" of %d d", q.Span.Days)
	}
	return text
}

// Told writes cases as samples hold them: answers, decision, tasks and plan.
func Told(cases []*footfall.Case) []byte {
	var b bytes.Buffer
	for _, c := range cases {
		fmt.Fprintf(&b, "case %s %s %d: %s\n  %s\n  score: %s\n", c.ID, c.Level, c.Score, c.Title, c.Sentence, c.ScoreText)
		fmt.Fprintf(&b, "  attack %q playbooks %q findings", c.Attack, c.Playbooks)
		for _, f := range c.Findings {
			fmt.Fprintf(&b, " %s", f.ID)
		}
		b.WriteByte('\n')
		for _, h := range c.Path {
			fmt.Fprintf(&b, "  hop %s %s -> %s %s %s %s %s\n", time.Unix(0, h.Time).UTC().Format("15:04:05"), h.From, h.To, h.Account, h.Service, h.Outcome, h.Switch)
		}
		for _, q := range c.Questions {
			fmt.Fprintf(&b, "  %s %s: %s %v\n", q.ID, toldSure(&q), q.Text, q.Evidence)
		}
		fmt.Fprintf(&b, "  escalate %v %q %q\n", c.Decision.Escalate, c.Decision.To, c.Decision.Urgency)
		for _, g := range c.Decision.Reasons {
			fmt.Fprintf(&b, "    %s %s: %s\n", g.ID, g.State, g.Text)
		}
		for _, t := range c.Tasks {
			fmt.Fprintf(&b, "  task %s %s %s %s\n", t.ID, t.Tier, t.State, t.Note)
			if t.To != "" {
				fmt.Fprintf(&b, "    to %s: %q\n", t.To, t.Send)
			}
		}
		for _, a := range c.Plan {
			fmt.Fprintf(&b, "  plan %s %s %s for %q by %s: %s\n", a.Verb, a.On.Kind, a.On.Name, a.For, a.Approval, a.Blast)
		}
		for _, a := range c.Against {
			fmt.Fprintf(&b, "  against %s\n", a)
		}
		for _, h := range c.Health {
			fmt.Fprintf(&b, "  health %s\n", h)
		}
	}
	if len(cases) == 0 {
		b.WriteString("no case\n")
	}
	return bytes.ReplaceAll(b.Bytes(), []byte(" \n"), []byte("\n"))
}
