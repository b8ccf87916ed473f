package engine

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall/decode"
)

// TestContextReference holds docs/context.md to the struct that reads the file.
func TestContextReference(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# The context file\n\nGenerated from the program (`make docs`). What people declare about their networks, as YAML,\ngiven with `-c`. Every key is optional: what is missing makes answers unknown, not wrong. An\nunknown key is an error that names its line.\n\n")
	fields(&b, reflect.TypeFor[ContextFile](), "")
	b.WriteString("\nThe example's file is [examples/company/context.yaml](../examples/company/context.yaml).\n")
	goldenFile(t, "../docs/context.md", b.Bytes())
}

func fields(b *bytes.Buffer, t reflect.Type, indent string) {
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		fmt.Fprintf(b, "%s- `%s`: %s\n", indent, key, f.Tag.Get("doc"))
		if f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct {
			fields(b, f.Type.Elem(), indent+"  ")
		}
	}
}

// TestContextDocumented asks every key for a meaning.
func TestContextDocumented(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(rt reflect.Type) {
		for i := range rt.NumField() {
			f := rt.Field(i)
			if f.Tag.Get("doc") == "" || f.Tag.Get("yaml") == "" {
				t.Errorf("%s.%s has no key or no meaning", rt.Name(), f.Name)
			}
			if f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct {
				walk(f.Type.Elem())
			}
		}
	}
	walk(reflect.TypeFor[ContextFile]())
}

// TestContextErrors holds that a bad file names its line or key.
func TestContextErrors(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		_, err := ReadContext("c.yaml", []byte(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want an error with %q", in, err, want)
		}
	}
	f("nonsense: 1", "line 1")
	f("networks:\n  - {name: a, cidr: 10.0.0.0/99}", `networks[0].cidr: "10.0.0.0/99"`)
	f("networks:\n  - {cidr: 10.0.0.0/8, trust: good}", `networks[0].trust: "good"`)
	f("trusted_sources: [home]", `trusted_sources[0]: "home"`)
	f("expected:\n  - {command: x, until: tomorrow}", `expected[0].until: "tomorrow"`)
	f("version: 9", "newer")
	f("placeholders: {dcs: []}", "placeholders.dcs")
	f("placeholders: {'%dcs%': [a]}", "without percent signs")
	f("people: {a: b}", "line 1")
	f("people:\n  - {name: a, zone: Nowhere/Town}", `people[0].zone: "Nowhere/Town"`)
	f("people:\n  - {name: a, travel: [{country: FR, from: 2026-12-02, until: 2026-12-01}]}", `people[0].travel[0].until: "2026-12-01"`)
	f("people:\n  - {name: a, travel: [{country: France, from: 2026-12-01, until: 2026-12-02}]}", `people[0].travel[0].country: "France"`)
	f("hosts:\n  - {host: a, kind: toaster}", `hosts[0].kind: kind of host "toaster"`)
	f("hosts:\n  - {kind: server}", "hosts[0].host is missing")
	f("hosts:\n  - {host: a, addresses: [b]}", `hosts[0].addresses[0]: "b"`)
	if c, err := ReadContext("c.yaml", nil); err != nil || c == nil {
		t.Errorf("an empty file gives %v, %v", c, err)
	}
}

// TestSourcesReference holds docs/sources.md to the table of decoders.
func TestSourcesReference(t *testing.T) {
	goldenFile(t, "../docs/sources.md", []byte("# Log sources\n\nGenerated from the table of decoders (`make docs`). Formats are recognised by content.\nWhat one feeds, and which analytics look at that, is what its samples show; Sigma rules are\nthose that come with the program.\n\n```\n"+SourcesText(builtinRules(t))+decode.WindowsReference()+"```\n"))
}

// TestMappingReference holds docs/mapping.md to what reads mappings.
func TestMappingReference(t *testing.T) {
	goldenFile(t, "../docs/mapping.md", []byte(`# Mapping a log that no format fits

`+"`footfall hunt --map FILE`"+` reads any JSON, CSV or key=value log by a dozen lines of YAML. A
mapping is taken for every input whose first record has the field of its time and at
least half of the other fields it names; the others are read as ever.

`+"```yaml"+`
name: jumphost
format: json
time: {field: ts, layout: unix-ms}
source: client.ip
destination: server
user: login
service: ssh
outcome: {field: result, values: {OK: success, DENIED: failure}}
`+"```"+`

`+"`footfall sources --map FILE LOG...`"+` tells what was understood: in how many records each
part was found, and which fields the records have that nothing uses. A value that
`+"`values`"+` does not list counts as not understood, unless there is a `+"`default`"+`.

Names of nested fields have dots. Where a value is one of the program's own words, either
the word is given for all records (`+"`service: ssh`"+`) or `+"`{field, values, default}`"+`: values are
compared without regard to case. All fields of a record can be asked for by Sigma rules
without a mapping of their own.

`+decode.MappingReference()))
}

// TestFieldsReference holds docs/fields.md to the tables of fields.
func TestFieldsReference(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# Fields that Sigma rules can ask for\n\nGenerated from the tables of the decoders (`make docs`). `footfall rules check` holds rules\nagainst it. Names are compared with regard to case. Every Windows event also has `EventID`,\n`Channel`, `Provider_Name`, `SourceName`, `Computer` and the rest of its System part, every\nother event the fields of its record; `Message` is what a record renders itself as.\n\n")
	b.WriteString(decode.FieldsReference())
	goldenFile(t, "../docs/fields.md", b.Bytes())
}

// TestDetectionsReference holds docs/detections.md to the table of analytics
// and the rules that come with the program.
func TestDetectionsReference(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# Detections\n\nGenerated from the tables (`make docs`).\n\n## Analytics\n")
	for _, a := range Analytics {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", a.Name, a.Doc)
		for _, r := range a.Rules {
			fmt.Fprintf(&b, "- `%s` %s (%s; %s)", r.ID, r.Title, r.Level, strings.Join(r.Attack, " "))
			if len(r.Rows) > 0 {
				fmt.Fprintf(&b, ", rows %s", strings.Join(r.Rows, " "))
			}
			b.WriteString("\n")
			for _, x := range r.Innocent {
				fmt.Fprintf(&b, "  - harmless: %s\n", x)
			}
		}
		if len(a.Facts) > 0 {
			fmt.Fprintf(&b, "- answers: %s\n", strings.Join(a.Facts, ", "))
		}
	}
	catalogue(t, &b)
	b.WriteString("\n## Sigma rules\n\n| level | rule | techniques | file |\n|---|---|---|---|\n")
	list := builtinRules(t)
	var rows []string
	for _, r := range list {
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | [%s](../%s) |\n", r.Meta.Level, cell(r.Meta.Title), strings.Join(r.Meta.Attack, " "), r.Meta.Source, r.Meta.Source))
	}
	slices.Sort(rows)
	b.WriteString(strings.Join(rows, ""))
	goldenFile(t, "../docs/detections.md", b.Bytes())
}
