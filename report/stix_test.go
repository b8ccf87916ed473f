package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// required are the properties that STIX 2.1 asks of each type that is written,
// beside type and id.
var required = map[string][]string{
	"attack-pattern": {"name"}, "grouping": {"context", "object_refs"}, "identity": {"name"}, "note": {"content", "object_refs"},
	"indicator": {"pattern", "pattern_type", "valid_from"}, "observed-data": {"first_observed", "last_observed", "number_observed", "object_refs"},
	"relationship": {"relationship_type", "source_ref", "target_ref"}, "sighting": {"sighting_of_ref"},
	"ipv4-addr": {"value"}, "ipv6-addr": {"value"}, "domain-name": {"value"}, "user-account": {"account_login"}, "network-traffic": {"protocols"},
}

var stixID = regexp.MustCompile(`^([a-z0-9-]+)--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// TestSTIX holds what the standard asks of a bundle: each id once and of its
// type, each reference with its end, what each type must have.
func TestSTIX(t *testing.T) {
	for _, s := range append([]string{""}, nasty...) {
		r := made()
		if s != "" {
			spoil(r, s)
		}
		out := render(t, func(b *bytes.Buffer) error { return Case(b, "stix", r, r.Cases[0], nil) })
		var bundle struct {
			Type, ID string
			Objects  []map[string]any
		}
		if err := json.Unmarshal(out, &bundle); err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, o := range bundle.Objects {
			id, _ := o["id"].(string)
			m := stixID.FindStringSubmatch(id)
			if m == nil || m[1] != o["type"] || known[id] || o["spec_version"] != "2.1" {
				t.Errorf("%.20q: the id %q of a %v", s, id, o["type"])
			}
			known[id] = true
			for _, name := range append(required[m[1]], "type") {
				if _, ok := o[name]; !ok || required[m[1]] == nil {
					t.Errorf("%.20q: %s has no %s", s, id, name)
				}
			}
		}
		for _, o := range bundle.Objects {
			references(t, o, known)
		}
	}
}

// references holds that what an object refers to is in the bundle.
func references(t *testing.T, o map[string]any, known map[string]bool) {
	t.Helper()
	for name, v := range o {
		var refs []any
		switch {
		case strings.HasSuffix(name, "_ref"):
			refs = []any{v}
		case strings.HasSuffix(name, "_refs"):
			refs = v.([]any)
		}
		for _, ref := range refs {
			if id, _ := ref.(string); !known[id] {
				t.Errorf("%s of %s: %v is not in the bundle", name, o["id"], ref)
			}
		}
	}
}

// TestSTIXNames holds the ids of observables to those that OASIS's own library
// (stix2 for Python) makes.
func TestSTIXNames(t *testing.T) {
	b := &stix{c: &footfall.Case{}, known: map[string]bool{}}
	account := func(name string) string { return b.entity(footfall.Entity{Kind: "account", Name: name}) }
	for _, x := range [][2]string{
		{b.node("198.51.100.3"), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"},
		{b.node("fs01"), "domain-name--2264d233-2eb7-5437-ad08-72fcec32674b"},
		{account("jonas"), "user-account--7eae60c2-4075-56c4-af47-ba5e2c8acee9"},
		{account(`harbour\x`), "user-account--bab2db56-2bff-5b2d-bc7d-35c3c506e943"},
	} {
		if x[0] != x[1] {
			t.Errorf("got %s, want %s", x[0], x[1])
		}
	}
	for name, kind := range map[string]string{
		"2001:db8::1": "ipv6-addr", "fs01": "domain-name", "fs01.harbour.example": "domain-name", "a b": "identity", "fe80::1%eth0": "identity", "": "",
	} {
		got, _, _ := strings.Cut(b.node(name), "--")
		if got != kind {
			t.Errorf("%q: got %s, want %s", name, got, kind)
		}
	}
}
