package record

import (
	"testing"

	"github.com/footfall/footfall"
)

func TestShape(t *testing.T) {
	f := func(in string, names ...string) {
		t.Helper()
		if sh := ShapeOf([]byte(in)); !sh.Has(names...) {
			t.Errorf("%s: got %q, want %q among them", in, sh, names)
		}
	}
	f(`{"a":1,"b":{"c":"x"},"l":[{"m":2},{"n":3}]}`, "a", "b", "b.c", "l[]", "l.m")
	f(`{"Records":[{"eventName":"x","userIdentity":{"type":"y"}}]}`, "eventName", "userIdentity.type")
	f(` [{"a":{"b":"unfinished`, "a")
	if sh := ShapeOf([]byte(`text {"a":1}`)); len(sh) > 0 {
		t.Error(sh)
	}
}

// TestWholeText holds that the JSON of an object is a field when a rule named
// it, and only then.
func TestWholeText(t *testing.T) {
	also := map[string][]string{"src[]": {"src", "Source"}}
	for _, asked := range []string{"", "Source"} {
		s := footfall.NewSchema(false)
		if asked != "" {
			s.Field(asked)
		}
		v := New(s, paths, also)
		b := &footfall.Batch{}
		e := b.New()
		v.Begin(b)
		if err := v.JSON([]byte(nested)); err != nil {
			t.Fatal(err)
		}
		want := ""
		if asked != "" {
			want = `Source={"ip":"192.0.2.1","port":443}`
		}
		if got := fields(e, s); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
