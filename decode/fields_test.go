package decode

import (
	"slices"
	"testing"

	"github.com/footfall/footfall"
)

// TestFieldsServe holds that each log source that decoders hand out is among
// those whose fields are listed.
func TestFieldsServe(t *testing.T) {
	s := footfall.NewSchema(false)
	if _, err := New(All, s); err != nil {
		t.Fatal(err)
	}
	for i := range All {
		if _, err := All[i].New(s, nil); err != nil {
			t.Logf("%s needs a header: %v", All[i].Name, err)
		}
	}
	known := Fields()
	for id := footfall.LogID(1); ; id++ {
		l, ok := logOf(s, id)
		if !ok {
			break
		}
		if l.Product == "windows" && len(l.Services) == 0 {
			continue // of a channel that nobody knows
		}
		if !slices.ContainsFunc(known, func(p Provides) bool { return p.Read && p.Log.Product == l.Product && covers(p.Log, l) }) {
			t.Errorf("no fields are listed for %+v", l)
		}
	}
}

// covers reports whether each name of l is one of a log source's.
func covers(p, l footfall.Log) bool {
	in := func(list, of []string) bool {
		return len(of) == 0 || slices.ContainsFunc(of, func(s string) bool { return slices.Contains(list, s) })
	}
	return in(p.Services, l.Services) && in(p.Categories, l.Categories)
}

func logOf(s *footfall.Schema, id footfall.LogID) (l footfall.Log, ok bool) {
	defer func() { _ = recover() }() // there is no such number
	return s.LogOf(id), true
}

// TestFieldsTables holds that no field is listed twice and none is empty.
func TestFieldsTables(t *testing.T) {
	for _, p := range Fields() {
		if p.Source == "" {
			t.Errorf("%+v: nobody describes it", p.Log)
		}
		if len(p.Fields) == 0 && !p.Open {
			t.Errorf("%+v has no fields", p.Log)
		}
		for f := range p.Values {
			if !slices.Contains(p.Fields, f) {
				t.Errorf("%+v: values of %q, which it has not", p.Log, f)
			}
		}
	}
}
