package cacao

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxFile bounds the files that Lint reads.
const maxFile = 16 << 20

var (
	idForm       = regexp.MustCompile(`^([a-z][a-z0-9-]*[a-z0-9])--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	timeForm     = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	variableForm = regexp.MustCompile(`^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$`)
	variableUse  = regexp.MustCompile(`(__[a-zA-Z_][a-zA-Z0-9_-]*?__):value`)
	conditionOf  = regexp.MustCompile(`^(__[a-zA-Z_][a-zA-Z0-9_-]*__):value (=|!=|<|<=|>|>=) \S+$`)

	stepTypes     = []string{"start", "end", "action", "if-condition", "while-condition"}
	commandTypes  = []string{"manual", "bash", "http-api", "openc2-http", "powershell", "ssh"}
	variableTypes = []string{
		"bool", "dictionary", "float", "hexstring", "integer", "ipv4-addr", "ipv6-addr", "long", "mac-addr", "hash", "md5-hash",
		"sha256-hash", "string", "uri", "uuid",
	}
)

// Lint checks a CACAO 2.0 playbook beyond what the JSON schemas see, and that
// it keeps to what engines carry out alike: no parallel, switch or playbook
// steps, targets in every action, no variables in base64. It returns all that
// is wrong.
func Lint(data []byte) []error {
	if len(data) > maxFile {
		return []error{fmt.Errorf("%d bytes, more than %d", len(data), maxFile)}
	}
	p := new(Playbook)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return []error{fmt.Errorf("reading: %w", err)}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return []error{errors.New("there is more behind the playbook")}
	}
	l := &linter{p: p, used: map[string]bool{}, cited: map[string]bool{}}
	l.head()
	for _, key := range slices.Sorted(maps.Keys(p.Workflow)) {
		l.step(key, p.Workflow[key])
	}
	l.flow()
	l.definitions()
	l.variables()
	return l.faults
}

// A linter gathers what is wrong with a playbook.
type linter struct {
	p      *Playbook
	faults []error
	used   map[string]bool // variables
	cited  map[string]bool // agents, targets, extensions and markings
}

func (l *linter) fault(at, format string, args ...any) {
	l.faults = append(l.faults, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

func (l *linter) head() {
	p := l.p
	if p.Type != "playbook" || p.Spec != "cacao-2.0" {
		l.fault("type", "%q %q is not a playbook of CACAO 2.0", p.Type, p.Spec)
	}
	l.isID("id", p.ID, "playbook")
	l.isID("created_by", p.CreatedBy, "identity")
	if p.Name == "" {
		l.fault("name", "it is missing")
	}
	created, modified := l.time("created", p.Created), l.time("modified", p.Modified)
	if modified.Before(created) {
		l.fault("modified", "it is before created")
	}
	for _, m := range p.Markings {
		l.cited[m] = true
		if _, ok := p.Marking[m]; !ok {
			l.fault("markings", "there is no %s", m)
		}
	}
	for e := range p.Extensions {
		l.extension("playbook_extensions", e)
	}
	starts := 0
	for _, s := range p.Workflow {
		if s.Type == "start" {
			starts++
		}
	}
	if starts != 1 {
		l.fault("workflow", "%d start steps, want 1", starts)
	}
	if p.Workflow[p.Start].Type != "start" {
		l.fault("workflow_start", "%q is no start step", p.Start)
	}
	if p.Exception != "" {
		l.resolves("workflow_exception", p.Exception)
	}
}

func (l *linter) isID(at, id, kind string) {
	if m := idForm.FindStringSubmatch(id); m == nil || m[1] != kind {
		l.fault(at, "%q is not %s-- and a version 4 UUID", id, kind)
	}
}

func (l *linter) time(at, s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !timeForm.MatchString(s) {
		l.fault(at, "%q is not a time in UTC with milliseconds", s)
	}
	return t
}

func (l *linter) extension(at, id string) {
	l.cited[id] = true
	if _, ok := l.p.Extending[id]; !ok {
		l.fault(at, "there is no %s", id)
	}
}

func (l *linter) resolves(at, id string) {
	if _, ok := l.p.Workflow[id]; !ok {
		l.fault(at, "there is no step %q", id)
	}
}

func (l *linter) step(key string, s Step) {
	if !slices.Contains(stepTypes, s.Type) {
		l.fault(key, "steps of type %q are not carried out everywhere", s.Type)
		return
	}
	l.isID(key, key, s.Type)
	for e := range s.Extensions {
		l.extension(key, e)
	}
	l.ways(key, s)
	l.uses(key, s, s.Name, s.Description)
	switch s.Type {
	case "action":
		l.action(key, s)
	case "if-condition", "while-condition":
		l.condition(key, s)
	default:
		if s.Commands != nil || s.Agent != "" || s.Condition != "" || s.OnTrue != "" || s.OnFalse != "" {
			l.fault(key, "a step of type %s does nothing", s.Type)
		}
	}
}

// ways checks where a step leads.
func (l *linter) ways(key string, s Step) {
	for _, w := range []struct{ at, to string }{
		{"on_completion", s.OnCompletion},
		{"on_success", s.OnSuccess},
		{"on_failure", s.OnFailure},
		{"on_true", s.OnTrue},
		{"on_false", s.OnFalse},
	} {
		if w.to != "" {
			l.resolves(key+": "+w.at, w.to)
		}
	}
	complete, split := s.OnCompletion != "", s.OnSuccess != "" || s.OnFailure != ""
	switch {
	case s.Type == "end" && (complete || split):
		l.fault(key, "an end leads nowhere")
	case s.Type == "end":
	case complete && split:
		l.fault(key, "on_completion and on_success or on_failure exclude each other")
	case s.Type == "start" && split:
		l.fault(key, "a start has on_completion alone")
	case !complete && s.OnSuccess == "":
		l.fault(key, "it leads nowhere and is no end")
	}
}

func (l *linter) action(key string, s Step) {
	if len(s.Commands) == 0 {
		l.fault(key, "an action without commands")
	}
	for i, c := range s.Commands {
		l.command(fmt.Sprintf("%s: commands[%d]", key, i), s, c)
	}
	l.cited[s.Agent] = true
	if _, ok := l.p.Agents[s.Agent]; !ok {
		l.fault(key+": agent", "there is no %q", s.Agent)
	}
	if len(s.Targets) == 0 {
		l.fault(key+": targets", "they are missing: engines take such a step for done")
	}
	for _, t := range s.Targets {
		l.cited[t] = true
		if _, ok := l.p.Targets[t]; !ok {
			l.fault(key+": targets", "there is no %q", t)
		}
	}
	for _, v := range append(slices.Clone(s.InArgs), s.OutArgs...) {
		if !l.declared(s, v) {
			l.fault(key, "the variable %s is not declared", v)
		}
	}
}

func (l *linter) command(at string, s Step, c Command) {
	if !slices.Contains(commandTypes, c.Type) {
		l.fault(at, "commands of type %q are not carried out everywhere", c.Type)
	}
	if strings.TrimSpace(c.Text) == "" && c.Text64 == "" {
		l.fault(at, "there is no text of the command")
	}
	if c.Text != "" && c.Text64 != "" {
		l.fault(at, "command and command_b64 exclude each other")
	}
	for _, b := range []struct{ name, text string }{{"command_b64", c.Text64}, {"content_b64", c.Content64}} {
		plain, err := base64.StdEncoding.DecodeString(b.text)
		if err != nil {
			l.fault(at+": "+b.name, "it is not base64")
		}
		if variableUse.Match(plain) {
			l.fault(at+": "+b.name, "variables in base64 are never replaced; use %s", strings.TrimSuffix(b.name, "_b64"))
		}
	}
	l.uses(at, s, c.Text, c.Content)
	for _, list := range c.Headers {
		l.uses(at, s, list...)
	}
}

func (l *linter) condition(key string, s Step) {
	m := conditionOf.FindStringSubmatch(s.Condition)
	if m == nil {
		l.fault(key+": condition", "%q is not a variable's value, an operator and a value without blanks", s.Condition)
	}
	l.uses(key, s, s.Condition)
	if s.OnTrue == "" {
		l.fault(key+": on_true", "it is missing")
	}
	if s.Type == "while-condition" && s.Timeout <= 0 {
		l.fault(key+": timeout", "it is missing: the loop has no bound")
	}
	ends := map[string]string{}
	for _, w := range []struct{ at, to string }{{"on_true", s.OnTrue}, {"on_false", s.OnFalse}, {"on_completion", s.OnCompletion}} {
		if w.to == "" {
			continue
		}
		for _, end := range l.ends(w.to) {
			if other := ends[end]; other != "" && other != w.at {
				l.fault(key, "%s and %s come to the same end %s", other, w.at, end)
			}
			ends[end] = w.at
		}
	}
}

// ends are the ends of the line of steps that begins with one; what conditions
// branch off has ends of its own.
func (l *linter) ends(from string) (out []string) {
	seen := map[string]bool{}
	for ahead := []string{from}; len(ahead) > 0; {
		at := ahead[0]
		ahead = ahead[1:]
		s, ok := l.p.Workflow[at]
		if at == "" || !ok || seen[at] {
			continue
		}
		seen[at] = true
		if s.Type == "end" {
			out = append(out, at)
		}
		ahead = append(ahead, s.OnCompletion, s.OnSuccess, s.OnFailure)
	}
	return out
}

// flow checks that every step is reached, and none by itself.
func (l *linter) flow() {
	const open, done = 1, 2
	state := map[string]int{}
	type visit struct {
		at   string
		next []string
	}
	enter := func(at string) visit {
		state[at] = open
		s := l.p.Workflow[at]
		return visit{at, []string{s.OnTrue, s.OnFalse, s.OnCompletion, s.OnSuccess, s.OnFailure}}
	}
	roots := []string{l.p.Start, l.p.Exception}
	for _, root := range roots {
		if _, ok := l.p.Workflow[root]; !ok || state[root] != 0 {
			continue
		}
		for stack := []visit{enter(root)}; len(stack) > 0; {
			v := &stack[len(stack)-1]
			if len(v.next) == 0 {
				state[v.at] = done
				stack = stack[:len(stack)-1]
				continue
			}
			to := v.next[0]
			v.next = v.next[1:]
			if _, ok := l.p.Workflow[to]; !ok {
				continue
			}
			switch state[to] {
			case open:
				l.fault(v.at, "it leads back to %s: a circle without a bound", to)
			case 0:
				stack = append(stack, enter(to))
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(l.p.Workflow)) {
		if state[key] == 0 {
			l.fault(key, "the step is never reached")
		}
	}
}

// definitions checks agents, targets, extensions and markings, and that each
// is used.
func (l *linter) definitions() {
	party := func(at, id string, t Party) {
		l.isID(at, id, t.Type)
		if t.Name == "" {
			l.fault(at, "%s has no name", id)
		}
		l.uses(at, Step{}, t.Name, t.Description)
		for _, list := range t.Address {
			l.uses(at, Step{}, list...)
		}
		if !l.cited[id] {
			l.fault(at, "%s is not used", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.p.Agents)) {
		party("agent_definitions", id, l.p.Agents[id])
	}
	for _, id := range slices.Sorted(maps.Keys(l.p.Targets)) {
		party("target_definitions", id, l.p.Targets[id])
	}
	for _, id := range slices.Sorted(maps.Keys(l.p.Extending)) {
		e := l.p.Extending[id]
		l.isID("extension_definitions", id, "extension-definition")
		l.isID("extension_definitions", e.CreatedBy, "identity")
		if e.Type != "extension-definition" || e.Name == "" || e.Schema == "" || e.Version == "" {
			l.fault("extension_definitions", "%s lacks type, name, schema or version", id)
		}
		if !l.cited[id] {
			l.fault("extension_definitions", "%s is not used", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.p.Marking)) {
		m := l.p.Marking[id]
		l.isID("data_marking_definitions", id, m.Type)
		if m.ID != id || !l.cited[id] {
			l.fault("data_marking_definitions", "%s is not used or has another id", id)
		}
	}
}

// declared reports whether a variable is there, and notes that it is used.
func (l *linter) declared(s Step, name string) bool {
	l.used[name] = true
	_, ok := l.p.Variables[name]
	_, own := s.Variables[name]
	return ok || own
}

// uses checks the variables that texts refer to.
func (l *linter) uses(at string, s Step, texts ...string) {
	for _, t := range texts {
		for _, m := range variableUse.FindAllStringSubmatch(t, -1) {
			if !l.declared(s, m[1]) {
				l.fault(at, "the variable %s is not declared", m[1])
			}
		}
	}
}

func (l *linter) variables() {
	check := func(at string, list map[string]Variable) {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			switch v := list[name]; {
			case !variableForm.MatchString(name):
				l.fault(at, "%q is not a name of a variable", name)
			case !slices.Contains(variableTypes, v.Type):
				l.fault(at, "%s has the type %q", name, v.Type)
			case !l.used[name]:
				l.fault(at, "%s is not used", name)
			}
		}
	}
	check("playbook_variables", l.p.Variables)
	for _, key := range slices.Sorted(maps.Keys(l.p.Workflow)) {
		check(key, l.p.Workflow[key].Variables)
	}
}
