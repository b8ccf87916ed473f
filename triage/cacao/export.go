package cacao

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/footfall/footfall/triage"
)

// Export writes a playbook with all that it adds to. Questions, tasks and
// measures are steps for people; what CACAO has no place for is in the one
// extension.
func Export(p *triage.Playbook) ([]byte, error) {
	w := &writer{
		book: p, chain: p.Chain(), used: map[string]bool{},
		agents: map[string]Party{}, targets: map[string]Party{}, vars: map[string]Variable{}, flow: map[string]Step{},
	}
	w.steps()
	return encode(w.document())
}

// A writer gathers the parts of a document.
type writer struct {
	book    *triage.Playbook
	chain   []*triage.Playbook
	agents  map[string]Party
	targets map[string]Party
	vars    map[string]Variable
	flow    map[string]Step
	used    map[string]bool // activities
}

func (w *writer) id(kind, key string) string { return id(kind, w.book.ID, key) }

func (w *writer) document() *Playbook {
	p := w.book
	by := id("identity", "footfall", "identity")
	when := p.Modified + "T00:00:00.000Z"
	marking := id("marking-tlp", "footfall", "TLP:AMBER")
	d := &Playbook{
		Type: "playbook", Spec: "cacao-2.0", ID: w.id("playbook", "playbook"), Name: w.title(), Description: w.description(),
		Types: []string{"investigation", "mitigation"}, Activities: slices.Sorted(maps.Keys(w.used)),
		Summary: map[string]bool{
			"manual_playbook": true, "external_playbooks": false, "parallel_processing": false, "if_logic": true,
			"while_logic": false, "switch_logic": false, "temporal_logic": false, "data_markings": true, "extensions": true,
		},
		CreatedBy: by, Created: when, Modified: when, Labels: []string{"footfall", p.ID},
		Markings: []string{marking}, Variables: w.vars, Start: w.id("start", "start"), Workflow: w.flow,
		Extensions: map[string]any{Extension: w.columns()}, Agents: w.agents, Targets: w.targets,
		Extending: map[string]ExtensionDefinition{Extension: {
			Type: "extension-definition", Name: "footfall playbook", CreatedBy: by, Schema: Schema, Version: "1.0.0",
			Description: "What a playbook of Footfall says and CACAO has no place for: columns, facts and evidence of questions, rules of the decision, end, undo and approval of actions, clocks.",
		}},
		Marking: map[string]Marking{marking: {Type: "marking-tlp", ID: marking, CreatedBy: by, Created: "2026-01-01T00:00:00.000Z", Level: "TLP:AMBER"}},
	}
	for _, b := range w.chain[:len(w.chain)-1] {
		d.DerivedFrom = append(d.DerivedFrom, id("playbook", b.ID, "playbook"))
	}
	for _, t := range p.Attack {
		d.References = append(d.References, attack(t))
	}
	return d
}

func attack(t string) Reference {
	return Reference{Name: "MITRE ATT&CK", ExternalID: t, URL: "https://attack.mitre.org/techniques/" + strings.Replace(t, ".", "/", 1) + "/"}
}

func (w *writer) title() string {
	var names []string
	for _, b := range w.chain {
		names = append(names, b.Name)
	}
	return strings.Join(names, ": ")
}

func (w *writer) description() string {
	var parts []string
	for _, b := range w.chain {
		parts = append(append(parts, b.LogSources...), b.Indicators...)
	}
	return strings.Join(parts, " ")
}

// columns are the parts of the playbook as a whole that CACAO lacks.
func (w *writer) columns() map[string]any {
	out := map[string]any{"playbook_id": w.book.ID, "playbook_version": w.book.Version}
	var logs, indicators []string
	clocks := map[string]map[string]string{}
	for _, b := range w.chain {
		logs, indicators = append(logs, b.LogSources...), append(indicators, b.Indicators...)
		for level, list := range b.Clocks {
			clocks[level.String()] = map[string]string{}
			for _, c := range list {
				clocks[level.String()][c.ID] = c.Within.String()
			}
		}
	}
	out["log_sources"], out["indicators"], out["clocks"] = logs, indicators, clocks
	return out
}

// steps lays the workflow out, from the end to the start, since each step
// names the one behind it: questions, L1's steps, the decision and, when it is
// to escalate, T2's steps and containment.
func (w *writer) steps() {
	next := w.end("end")
	next = w.escalated(next)
	next = w.decide(next)
	next = w.duties("L1", func(b *triage.Playbook) []triage.Duty { return b.L1 }, next)
	next = w.questions(next)
	w.flow[w.id("start", "start")] = Step{Type: "start", Name: "Start", OnCompletion: next}
}

func (w *writer) end(key string) string {
	at := w.id("end", key)
	w.flow[at] = Step{Type: "end", Name: "End"}
	return at
}

// manual adds a step for people and returns its id.
func (w *writer) manual(key string, s Step, c Command) string {
	at := w.id("action", key)
	c.Type = "manual"
	w.used[c.Activity] = true
	s.Type, s.Commands = "action", []Command{c}
	w.flow[at] = s
	return at
}

// branch adds a condition on a variable; both ways end before next.
func (w *writer) branch(key, name, variable, yes, next string) string {
	at := w.id("if-condition", key)
	w.flow[at] = Step{
		Type: "if-condition", Name: name, Condition: variable + ":value = true",
		OnTrue: yes, OnFalse: w.end(key + ".no"), OnCompletion: next,
	}
	return at
}

func (w *writer) tier(name string) string {
	at := id("group", "footfall", name)
	w.agents[at] = Party{Type: "group", Name: name, Description: "the analysts of tier " + name}
	return at
}

// caseTarget is what questions, tasks and the decision are about.
func (w *writer) caseTarget() string { return w.target("case") }

// objects are what measures act on: how each stands in a target.
var objects = map[string]struct{ kind, what string }{
	"account":          {"individual", "the account that is abused"},
	"source_address":   {"net-address", "the address that it came from"},
	"source_host":      {"net-address", "the machine that it came from"},
	"destination_host": {"net-address", "the system that was reached"},
	"session":          {"group", "the session that is ended"},
	"case":             {"group", "the case"},
}

// target adds a target with the variable that names it.
func (w *writer) target(name string) string {
	o := objects[name]
	at := w.id(o.kind, "target."+name)
	variable := "__" + name + "__"
	t := Party{Type: o.kind, Name: variable + ":value", Description: o.what}
	if o.kind == "net-address" {
		t.Address = map[string][]string{"dname": {variable + ":value"}} // the schema lets no variable stand in ipv4
	}
	w.targets[at] = t
	w.vars[variable] = Variable{Type: "string", Description: o.what, External: true}
	return at
}

func (w *writer) questions(next string) string {
	for _, b := range slices.Backward(w.chain) {
		for _, q := range slices.Backward(b.Questions) {
			variable := w.answer(b, q.ID)
			next = w.manual("question."+b.ID+"."+q.ID, Step{
				Name: q.Ask, Description: q.Why, OnCompletion: next, Agent: w.tier(q.Tier), Targets: []string{w.caseTarget()},
				OutArgs: []string{variable},
				Extensions: map[string]any{Extension: map[string]any{
					"question": map[string]any{
						"facts": q.Facts, "evidence": q.Takes, "answers": []string{"yes", "no", "unknown"},
						"speaks_for_abuse": q.Abuse.String(), "negated": q.Negated, "if_unknown": q.Unknown,
					},
				}},
			}, Command{
				Text:     q.Ask + " Answer yes, no or unknown; unknown is never no. It takes: " + strings.Join(q.Takes, "; ") + ". If it is unknown: " + q.Unknown,
				Activity: "analyze-collected-data",
			})
		}
	}
	return next
}

func (w *writer) answer(b *triage.Playbook, q string) string {
	name := "__answer_" + b.ID + "_" + q + "__"
	unknown := "unknown"
	w.vars[name] = Variable{Type: "string", Description: "yes, no or unknown", Value: &unknown}
	return name
}

func (w *writer) duties(tier string, of func(*triage.Playbook) []triage.Duty, next string) string {
	for _, b := range slices.Backward(w.chain) {
		for _, d := range slices.Backward(of(b)) {
			s := Step{Name: tier + ": " + d.ID, OnCompletion: next, Agent: w.tier(tier), Targets: []string{w.caseTarget()}}
			facts := map[string]any{}
			for key, kinds := range map[string][]string{"gathered_by": d.GatheredBy, "helped_by": d.HelpedBy} {
				if len(kinds) > 0 {
					facts[key] = kinds
				}
			}
			if len(facts) > 0 {
				s.Extensions = map[string]any{Extension: facts}
			}
			next = w.manual("task."+tier+"."+b.ID+"."+d.ID, s, Command{Text: d.Text, Activity: "identify-indicators"})
		}
	}
	return next
}

// decide is the decision: a person sets what the rules come to.
func (w *writer) decide(next string) string {
	var rules []map[string]any
	var text, answers []string
	for _, b := range w.chain {
		for _, r := range b.Escalate {
			rules = append(rules, map[string]any{"id": b.ID + "." + r.ID, "if": r.Source, "because": r.Because, "to": r.To, "level": r.Level.String()})
			text = append(text, r.Because)
		}
		for _, q := range b.Questions {
			answers = append(answers, fmt.Sprintf("%s.%s %s:value", b.ID, q.ID, w.answer(b, q.ID)))
		}
	}
	no, none := "false", ""
	w.vars["__escalate__"] = Variable{Type: "bool", Description: "whether a rule matched", Value: &no}
	w.vars["__reasons__"] = Variable{Type: "string", Description: "the rules that matched, that did not and that could not be evaluated", Value: &none}
	return w.manual("decide", Step{
		Name: "Decide on escalation", OnCompletion: next, Agent: w.tier("L1"), Targets: []string{w.caseTarget()},
		OutArgs:    []string{"__escalate__", "__reasons__"},
		Extensions: map[string]any{Extension: map[string]any{"escalate": rules}},
	}, Command{
		Text: "Escalate if " + strings.Join(text, "; or if ") + ". The answers: " + strings.Join(answers, ", ") +
			". Note each rule that matched, that did not, and that could not be evaluated and why.",
		Activity: "analyze-collected-data",
	})
}

// escalated is what is done when the decision is to escalate.
func (w *writer) escalated(next string) string {
	no := "false"
	w.vars["__confirmed__"] = Variable{Type: "bool", Description: "whether a compromise is confirmed", Value: &no}
	inner := w.branch("confirmed", "Is a compromise confirmed?", "__confirmed__", w.contain(), w.end("escalated"))
	inner = w.manual("confirm", Step{
		Name: "Confirm the compromise", OnCompletion: inner, Agent: w.tier("T2"), Targets: []string{w.caseTarget()}, OutArgs: []string{"__confirmed__"},
	}, Command{Text: "Say whether a compromise is confirmed. It was escalated for: __reasons__:value", Activity: "analyze-collected-data"})
	inner = w.duties("T2", func(b *triage.Playbook) []triage.Duty { return b.T2 }, inner)
	return w.branch("escalate", "Is it escalated?", "__escalate__", inner, next)
}

// activities say what a measure is in CACAO's words.
var activities = map[string]string{
	"collect": "scan-system", "review_configuration": "configure-systems", "require_mfa": "configure-systems",
	"verify_contained": "scan-system", "isolate_host": "disconnect-system",
}

// contain lays the measures out, each behind its approval.
func (w *writer) contain() string {
	next := w.end("contained")
	for _, m := range slices.Backward(w.measures()) {
		approved := "__approved_" + m.key + "__"
		no := "false"
		w.vars[approved] = Variable{Type: "bool", Description: "whether " + m.Approval + " approves", Value: &no}
		do := w.manual("do."+m.key, w.measure(m), Command{Text: m.command(), Activity: m.activity()})
		next = w.branch("approved."+m.key, "Is it approved?", approved, do, next)
		next = w.manual("approve."+m.key, Step{
			Name: "Approve: " + m.what(), OnCompletion: next, Agent: w.tier(m.Approval), Targets: []string{w.target(m.Target)}, OutArgs: []string{approved},
		}, Command{Text: "Approve or refuse: " + m.command() + " It is taken back so: " + m.Undo, Activity: "identify-steps"})
	}
	return next
}

// A measure is one of a playbook, with a key of its own.
type measure struct {
	triage.Measure
	key string
}

// measures are those of the whole chain, in the order that keeps an intruder out.
func (w *writer) measures() (out []measure) {
	for _, b := range w.chain {
		for _, m := range b.Contain {
			out = append(out, measure{m, b.ID + "_" + m.ID})
		}
	}
	slices.SortStableFunc(out, func(a, b measure) int { return triage.Place(a.Verb) - triage.Place(b.Verb) })
	return out
}

func (m measure) what() string { return strings.ReplaceAll(m.Verb, "_", " ") }

func (m measure) activity() string {
	if a := activities[m.Verb]; a != "" {
		return a
	}
	return "restrict-access"
}

func (m measure) command() string {
	s := m.Text + " Do: " + m.what() + " " + "__" + m.Target + "__:value"
	if m.For != "" {
		s += " for " + m.For
	}
	return s + "."
}

func (w *writer) measure(m measure) Step {
	action := map[string]any{"verb": m.Verb, "target": m.Target, "undo": m.Undo, "approval": m.Approval, "references": m.References}
	if m.For != "" {
		action["ttl"] = m.For
	}
	s := Step{
		Name: m.what(), Description: m.Text, OnCompletion: w.end("done." + m.key), Agent: w.tier(m.Approval),
		Targets: []string{w.target(m.Target)}, Extensions: map[string]any{Extension: map[string]any{"action": action}},
	}
	for _, r := range m.References {
		s.References = append(s.References, reference(r))
	}
	return s
}

func reference(r string) Reference {
	switch r[0] {
	case 'D':
		return Reference{Name: "MITRE D3FEND", ExternalID: r}
	case 'R':
		return Reference{Name: "RE&CT", ExternalID: r}
	}
	return Reference{Name: "MITRE ATT&CK", ExternalID: r, URL: "https://attack.mitre.org/mitigations/" + r + "/"}
}
