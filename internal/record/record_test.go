package record

import (
	"fmt"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

const (
	addr = iota
	user
	list
	port
	slots
)

var paths = []string{addr: "src.ip|id.orig_h", user: "actor.name", list: "target[]", port: "src.port"}

func read(t *testing.T, keepAll bool, asked []string, in string) (*Values, *footfall.Event, *footfall.Schema) {
	t.Helper()
	s := footfall.NewSchema(keepAll)
	for _, name := range asked {
		s.Field(name)
	}
	v := New(s, paths, map[string][]string{"actor.name": {"User"}})
	b := &footfall.Batch{}
	e := b.New()
	v.Begin(b)
	if err := v.JSON([]byte(in)); err != nil {
		t.Fatal(err)
	}
	return v, e, s
}

func fields(e *footfall.Event, s *footfall.Schema) string {
	var out []string
	for _, f := range e.Fields {
		out = append(out, s.FieldName(f.ID)+"="+f.Val)
	}
	return strings.Join(out, " ")
}

const nested = `{"src":{"ip":"192.0.2.1","port":443},"actor":{"name":"al\u0069ce","x":[1,2,{"y":true}]},"target":[{"id":"a"},{"id":"b"}],"gone":null}`

func TestSlots(t *testing.T) {
	v, e, s := read(t, false, []string{"User", "actor.x", "target.id", "gone"}, nested)
	if got := fmt.Sprintln(v.Addr(addr), v.Get(user), v.Get(list), v.Port(port)); got != `192.0.2.1 alice [{"id":"a"},{"id":"b"}] 443`+"\n" {
		t.Error(got)
	}
	if got, want := fields(e, s), "User=alice actor.x=1 actor.x=2 target.id=a target.id=b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDottedAndNestedAreOne(t *testing.T) {
	v, e, s := read(t, false, []string{"id.orig_h"}, `{"id.orig_h":"2001:db8::1"}`)
	if got := fields(e, s); got != "id.orig_h=2001:db8::1" || v.Get(addr) != "2001:db8::1" {
		t.Errorf("got %q, slot %q", got, v.Get(addr))
	}
	v, e, s = read(t, true, nil, `{"id":{"orig_h":"::ffff:192.0.2.9"},"new.name":{"deep":1}}`)
	if got := fields(e, s); got != "id.orig_h=::ffff:192.0.2.9 new.name.deep=1" || v.Addr(addr).String() != "192.0.2.9" {
		t.Errorf("got %q, slot %q", got, v.Get(addr))
	}
}

func TestAddr(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "192.0.2.1:80": "192.0.2.1", "[2001:db8::1]:443": "2001:db8::1", "2001:db8::1": "2001:db8::1",
		"::ffff:192.0.2.1": "192.0.2.1", "host": "invalid IP", "": "invalid IP", "fe80::1%eth0": "fe80::1%eth0", "host:80": "invalid IP", "[x": "invalid IP",
	} {
		if got := Addr(in).String(); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// TestBounded gives more names than are remembered: those that somebody
// wants are still found.
func TestBounded(t *testing.T) {
	v := New(footfall.NewSchema(false), paths, nil)
	b := &footfall.Batch{}
	for i := range 3 * maxNames {
		b.Reset()
		b.New()
		v.Begin(b)
		if err := v.JSON(fmt.Appendf(nil, `{"x%d":1,"actor":{"z%d":2,"name":"bob"}}`, i, i)); err != nil {
			t.Fatal(err)
		}
		if v.Get(user) != "bob" {
			t.Fatalf("record %d: no user", i)
		}
	}
	if v.nodes > maxNames+16 {
		t.Errorf("%d names are remembered", v.nodes)
	}
}

func TestNoAllocs(t *testing.T) {
	v := New(footfall.NewSchema(false), paths, nil)
	b := &footfall.Batch{}
	in := []byte(nested)
	f := func() {
		b.Reset()
		b.New()
		v.Begin(b)
		if v.JSON(in) != nil {
			t.Fail()
		}
	}
	f()
	if n := testing.AllocsPerRun(100, f); n > 0 {
		t.Errorf("%v allocations a record", n)
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(nested))
	f.Add([]byte(`{"a.b":{"c":[[{"d":1}]]},"a":{"b.c":2}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, all := range []bool{false, true} {
			v := New(footfall.NewSchema(all), paths, nil)
			b := &footfall.Batch{}
			for range 2 {
				b.New()
				v.Begin(b)
				_ = v.JSON(in) // only that it ends without a panic is asked for
			}
		}
	})
}

func BenchmarkJSON(b *testing.B) {
	v := New(footfall.NewSchema(false), paths, nil)
	batch := &footfall.Batch{}
	in := []byte(nested)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		batch.Reset()
		batch.New()
		v.Begin(batch)
		if err := v.JSON(in); err != nil {
			b.Fatal(err)
		}
	}
}

func TestUnwrap(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		v := New(footfall.NewSchema(false), paths, nil)
		v.Wraps([]string{"json", "log"})
		b := &footfall.Batch{}
		b.New()
		v.Begin(b)
		inner, err := v.Unwrap([]byte(in))
		if err != nil || string(inner) != want {
			t.Errorf("%s: got %q, %v", in, inner, err)
		}
	}
	f(`{"a":1,"json":{"src":{"ip":"192.0.2.1"}},"b":2}`, `{"src":{"ip":"192.0.2.1"}}`)
	f(`{"a":1,"log":"{\"src\":1}"}`, `{"src":1}`)
	f(`{"json":"text","log":[{"a":1}]}`, ``)
	f(`{"a":{"json":{"b":1}}}`, ``) // not a member of the record itself
	f(`{"json":null,"log":{}}`, `{}`)
}

// TestOrderOfNames reads records whose names come in another order, and under
// other names, than in the one before.
func TestOrderOfNames(t *testing.T) {
	v := New(footfall.NewSchema(false), paths, nil)
	b := &footfall.Batch{}
	for _, in := range []string{
		`{"src":{"ip":"192.0.2.1","port":1},"actor":{"name":"eve"}}`, `{"actor":{"name":"eve"},"src":{"port":1,"ip":"192.0.2.1"}}`,
		`{"src.ip":"192.0.2.1","src.port":1,"actor.name":"eve"}`, `{"src":{"ip":"192.0.2.1","port":1},"actor":{"name":"eve"}}`,
	} {
		b.Reset()
		b.New()
		v.Begin(b)
		if err := v.JSON([]byte(in)); err != nil {
			t.Fatal(err)
		}
		if v.Get(addr) != "192.0.2.1" || v.Get(user) != "eve" || v.Port(port) != 1 {
			t.Errorf("%s: got %s %s %d", in, v.Get(addr), v.Get(user), v.Port(port))
		}
	}
}
