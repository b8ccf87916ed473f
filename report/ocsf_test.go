package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall/internal/shared"
)

// A schema is as much of OCSF as checking an object takes.
type schema struct {
	dir     string
	dict    map[string]attribute
	objects map[string]definition
	byName  map[string]string // file of each object

	observable map[string]json.RawMessage // numbers of the types that can be observables
}

type attribute struct {
	Type        string                     `json:"type"`
	IsArray     bool                       `json:"is_array"`
	Requirement string                     `json:"requirement"`
	Enum        map[string]json.RawMessage `json:"enum"`

	profile string // the profile that it comes with, "" when it is the class's own
}

type definition struct {
	Name       string                     `json:"name"`
	UID        int                        `json:"uid"`
	Category   string                     `json:"category"`
	Extends    string                     `json:"extends"`
	Attributes map[string]json.RawMessage `json:"attributes"`
	Constraint map[string][]string        `json:"constraints"`

	merged map[string]attribute
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func newSchema(t *testing.T) *schema {
	t.Helper()
	s := &schema{dir: filepath.Join(shared.Dir(t), "schemas", "ocsf"), objects: map[string]definition{}, byName: map[string]string{}}
	var d struct {
		Attributes map[string]attribute `json:"attributes"`
		Types      struct {
			Attributes map[string]struct {
				Observable int `json:"observable"`
			} `json:"attributes"`
		} `json:"types"`
	}
	readJSON(t, filepath.Join(s.dir, "dictionary.json"), &d)
	s.dict = d.Attributes
	s.observable = map[string]json.RawMessage{}
	for _, x := range d.Types.Attributes {
		if x.Observable != 0 {
			s.observable[fmt.Sprint(x.Observable)] = nil
		}
	}
	for _, pattern := range []string{"objects/*.json", "events/*.json", "events/*/*.json"} {
		files, err := filepath.Glob(filepath.Join(s.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			kind := "object "
			if strings.HasPrefix(pattern, "events") {
				kind = "event "
			}
			s.byName[kind+strings.TrimSuffix(filepath.Base(f), ".json")] = f
		}
	}
	return s
}

// get reads a class or an object with what it extends and includes.
func (s *schema) get(t *testing.T, kind, name string) definition {
	t.Helper()
	if c, ok := s.objects[kind+name]; ok {
		return c
	}
	file := s.byName[kind+name]
	if file == "" {
		t.Fatalf("the schema has no %s%s", kind, name)
	}
	var c definition
	readJSON(t, file, &c)
	c.merged = map[string]attribute{}
	if c.Extends != "" {
		base := s.get(t, kind, c.Extends)
		maps.Copy(c.merged, base.merged)
		if c.Constraint == nil {
			c.Constraint = base.Constraint
		}
	}
	s.merge(t, c.merged, c.Attributes, "")
	if kind+name == "object observable" {
		maps.Copy(c.merged["type_id"].Enum, s.observable)
	}
	s.objects[kind+name] = c
	return c
}

func (s *schema) merge(t *testing.T, into map[string]attribute, from map[string]json.RawMessage, profile string) {
	t.Helper()
	if raw, ok := from["$include"]; ok {
		var files []string
		if err := json.Unmarshal(raw, &files); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			var c definition
			readJSON(t, filepath.Join(s.dir, f), &c)
			s.merge(t, into, c.Attributes, c.Name)
		}
	}
	for name, raw := range from {
		if name == "$include" {
			continue
		}
		var a attribute
		if err := json.Unmarshal(raw, &a); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		def := s.dict[name]
		old, had := into[name]
		def.profile = profile
		if had && profile != "" && old.profile == "" {
			def.profile = ""
		}
		def.Requirement = a.Requirement
		if def.Requirement == "" && had {
			def.Requirement = old.Requirement
		}
		enum := maps.Clone(def.Enum)
		if enum == nil {
			enum = map[string]json.RawMessage{}
		}
		if had {
			maps.Copy(enum, old.Enum)
		}
		maps.Copy(enum, a.Enum)
		def.Enum = enum
		into[name] = def
	}
}

// check returns what is wrong with an object, by the schema.
func (s *schema) check(t *testing.T, at string, c definition, o map[string]any) (bad []string) {
	t.Helper()
	for name, v := range o {
		a, ok := c.merged[name]
		if !ok || a.profile != "" && !slices.Contains(profiles(o), a.profile) {
			bad = append(bad, at+name+": unknown")
			continue
		}
		bad = append(bad, s.value(t, at+name, a, v)...)
	}
	for name, a := range c.merged {
		if _, ok := o[name]; !ok && a.Requirement == "required" && a.profile == "" {
			bad = append(bad, at+name+": required and missing")
		}
	}
	if any := c.Constraint["at_least_one"]; len(any) > 0 && !slices.ContainsFunc(any, func(n string) bool { return o[n] != nil }) {
		bad = append(bad, fmt.Sprintf("%sat least one of %q", at, any))
	}
	slices.Sort(bad)
	return bad
}

// profiles are those that an event says it follows.
func profiles(o map[string]any) (out []string) {
	m, _ := o["metadata"].(map[string]any)
	list, _ := m["profiles"].([]any)
	for _, p := range list {
		if name, ok := p.(string); ok {
			out = append(out, name)
		}
	}
	return out
}

func (s *schema) value(t *testing.T, at string, a attribute, v any) (bad []string) {
	t.Helper()
	if a.IsArray {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return []string{fmt.Sprintf("%s: %T, want a list with entries", at, v)}
		}
		one := a
		one.IsArray = false
		for i, x := range list {
			bad = append(bad, s.value(t, fmt.Sprintf("%s[%d]", at, i), one, x)...)
		}
		return bad
	}
	ok := true
	switch a.Type {
	case "integer_t", "long_t", "timestamp_t", "port_t":
		n, is := v.(float64)
		ok = is && n == math.Trunc(n)
		if _, listed := a.Enum[fmt.Sprint(n)]; ok && len(a.Enum) > 0 && !listed {
			return []string{fmt.Sprintf("%s: %v is not in the enumeration", at, n)}
		}
	case "float_t":
		_, ok = v.(float64)
	case "boolean_t":
		_, ok = v.(bool)
	case "json_t":
	case "object":
		_, ok = v.(map[string]any)
	default:
		if strings.HasSuffix(a.Type, "_t") {
			_, ok = v.(string)
			break
		}
		o, is := v.(map[string]any)
		if !is {
			return []string{fmt.Sprintf("%s: %T, want an object %s", at, v, a.Type)}
		}
		return s.check(t, at+".", s.get(t, "object ", a.Type), o)
	}
	if !ok {
		return []string{fmt.Sprintf("%s: %T, want %s", at, v, a.Type)}
	}
	return nil
}

// TestOCSF holds every line against the schema's class definitions: nothing
// required is missing, types fit, and nothing is unknown but what is unmapped.
func TestOCSF(t *testing.T) {
	s := newSchema(t)
	classes := map[float64]string{
		classDetection: "detection_finding", classIncident: "incident_finding", classAuthentication: "authentication",
		classProcess: "process_activity", classNetwork: "network_activity", 0: "base_event",
	}
	check := func(line []byte) {
		t.Helper()
		var o map[string]any
		if err := json.Unmarshal(line, &o); err != nil {
			t.Fatal(err)
		}
		name := classes[o["class_uid"].(float64)]
		if name == "" {
			t.Fatalf("class %v", o["class_uid"])
		}
		// Numbers of classes and categories are the schema compiler's work, not
		// the dictionary's.
		c := s.get(t, "event ", name)
		if want := o["class_uid"].(float64)*100 + o["activity_id"].(float64); o["type_uid"] != want {
			t.Errorf("type_uid %v, want %v", o["type_uid"], want)
		}
		delete(o, "class_uid")
		delete(o, "category_uid")
		delete(o, "type_uid")
		for _, bad := range s.check(t, "", c, o) {
			if !strings.HasSuffix(bad, "class_uid: required and missing") && !strings.HasSuffix(bad, "category_uid: required and missing") &&
				!strings.HasSuffix(bad, "type_uid: required and missing") {
				t.Errorf("%s: %s", name, bad)
			}
		}
	}
	runs := [][]byte{render(t, func(b *bytes.Buffer) error { return NDJSON(b, made()) })}
	r := made()
	spoil(r, nasty[0])
	runs = append(runs, render(t, func(b *bytes.Buffer) error { return NDJSON(b, r) }))
	runs = append(runs, render(t, func(b *bytes.Buffer) error { return NDJSON(b, madeWork()) }))
	for _, run := range runs {
		for line := range bytes.Lines(run) {
			check(line)
		}
	}
	for _, e := range madeEvents() {
		check(e)
	}
}

// TestContract holds the fields that scripts rely on.
func TestContract(t *testing.T) {
	lines := bytes.Split(bytes.TrimSpace(render(t, func(b *bytes.Buffer) error { return NDJSON(b, made()) })), []byte("\n"))
	var c struct {
		ClassUID        int `json:"class_uid"`
		SeverityID      int `json:"severity_id"`
		FindingInfoList []struct {
			UID string `json:"uid"`
		} `json:"finding_info_list"`
		Unmapped struct {
			Footfall struct {
				Sentence string
				Path     []struct {
					Time, Source, Destination, Account, Service string
					Evidence                                    []map[string]any
				}
				Questions []struct {
					ID, Ask, Verdict, Text string
					Evidence               []map[string]any
				}
				Decision struct {
					Escalate bool
					To       string
					Reasons  []struct{ ID, Because, State string }
				}
				Tasks, Plan []map[string]any
				Health      []string
			}
		}
	}
	if err := json.Unmarshal(lines[0], &c); err != nil {
		t.Fatal(err)
	}
	x := c.Unmapped.Footfall
	if c.ClassUID != 2005 || c.SeverityID != 5 || len(c.FindingInfoList) != 4 || x.Sentence == "" || len(x.Path) != 5 || len(x.Questions) != 4 ||
		x.Questions[2].Verdict != "yes" || len(x.Questions[2].Evidence) != 20 || x.Decision.To != "T2" || x.Decision.Reasons[3].State != "not_matched" ||
		len(x.Tasks) != 3 || len(x.Plan) != 3 || len(x.Health) != 3 || x.Path[1].Service != "smb" || len(x.Path[1].Evidence) != 1 {
		t.Errorf("the case: %+v", c)
	}
	var f struct {
		ClassUID    int `json:"class_uid"`
		SeverityID  int `json:"severity_id"`
		RiskScore   int `json:"risk_score"`
		FindingInfo struct {
			Analytic struct{ UID string }
			Attacks  []struct {
				Technique    struct{ UID string }
				SubTechnique struct{ UID string } `json:"sub_technique"`
			}
		} `json:"finding_info"`
		Observables []struct{ Value string }
		Evidences   []struct {
			Data struct {
				Input          string
				Offset, Record int64
				Time, Raw      string
			}
		}
	}
	if err := json.Unmarshal(lines[2], &f); err != nil {
		t.Fatal(err)
	}
	d := f.Evidences[0].Data
	if f.ClassUID != 2004 || f.SeverityID != 4 || f.RiskScore != 96 || f.FindingInfo.Analytic.UID != "guess" ||
		f.FindingInfo.Attacks[0].Technique.UID != "T1021" || f.FindingInfo.Attacks[0].SubTechnique.UID != "T1021.004" ||
		len(f.Observables) != 3 || len(f.Evidences) != 20 || d.Input != "evidence/jump1/auth.log" || d.Offset != 100 || d.Record != 1 ||
		d.Time != "2026-03-04T02:16:40Z" || d.Raw == "" {
		t.Errorf("the finding: %+v", f)
	}
}

// TestSchemaCatches holds that the check above finds what is wrong.
func TestSchemaCatches(t *testing.T) {
	s := newSchema(t)
	f := func(change func(map[string]any), want string) {
		t.Helper()
		o := map[string]any{}
		line := render(t, func(b *bytes.Buffer) error { return writeObject(b, detection(made(), made().Findings[0])) })
		if err := json.Unmarshal(line, &o); err != nil {
			t.Fatal(err)
		}
		change(o)
		if bad := s.check(t, "", s.get(t, "event ", "detection_finding"), o); !slices.ContainsFunc(bad, func(b string) bool { return strings.HasPrefix(b, want) }) {
			t.Errorf("got %q, want %q among it", bad, want)
		}
	}
	f(func(o map[string]any) { delete(o, "finding_info") }, "finding_info: required")
	f(func(o map[string]any) { o["colour"] = "red" }, "colour: unknown")
	f(func(o map[string]any) { o["assignee"] = map[string]any{"name": "x"} }, "assignee: unknown") // the incident profile is not named
	f(func(o map[string]any) { o["severity_id"] = 17.0 }, "severity_id: 17 is not")
	f(func(o map[string]any) { o["time"] = "now" }, "time: string")
	f(func(o map[string]any) { o["evidences"] = map[string]any{} }, "evidences: map")
	f(func(o map[string]any) { o["finding_info"].(map[string]any)["analytic"] = map[string]any{"uid": "x"} }, "finding_info.analytic.type_id: required")
	f(func(o map[string]any) { o["evidences"] = []any{map[string]any{"uid": "x"}} }, "evidences[0].at least one")
}
