package csvscan

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

func TestFields(t *testing.T) {
	f := func(in string, sep byte, want ...string) {
		t.Helper()
		got, _ := Fields(nil, nil, []byte(in), sep)
		if s := string(bytes.Join(got, []byte("|"))); s != strings.Join(want, "|") {
			t.Errorf("%s: got %s, want %s", in, s, strings.Join(want, "|"))
		}
	}
	f(`a,b,c`, ',', "a", "b", "c")
	f("\xef\xbb\xbf\"a\",\"b, \"\"c\"\"\"\r,", ',', "a", `b, "c"`, "")
	f(`;;`, ';', "", "", "")
	f(`"never ends, at all`, ',', "never ends, at all")
	f(`a"b,"c"d,e`, ',', `a"b`, "c", "e")
	f(``, ',', "")
	f("\"line\nline\",x", ',', "line\nline", "x")
}

func TestSeparator(t *testing.T) {
	f := func(in string, want byte) {
		t.Helper()
		if got := Separator([]byte(in)); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	f(`a,b;c,d`, ',')
	f(`a;b;c`, ';')
	f("a\tb", '\t')
	f(`"a,b,c";d`, ';')
	f(`one`, ',')
}

func TestNoAllocs(t *testing.T) {
	rec := []byte(`a,"b ""c""",d,"e"`)
	fields, buf := Fields(nil, nil, rec, ',')
	if n := testing.AllocsPerRun(100, func() { fields, buf = Fields(fields[:0], buf[:0], rec, ',') }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte(`a,"b ""c""",d,"e"`))
	f.Add([]byte(`"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _ := Fields(nil, nil, data, ',')
		if len(got) == 0 || len(got) > MaxFields {
			t.Fatalf("%d fields", len(got))
		}
		r := csv.NewReader(bytes.NewReader(data))
		want, err := r.ReadAll()
		if err != nil || len(want) != 1 || bytes.ContainsAny(data, "\r\n") || bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) || len(want[0]) > MaxFields {
			return
		}
		if len(got) != len(want[0]) {
			t.Fatalf("got %q, want %q", got, want[0])
		}
		for i := range got {
			if string(got[i]) != want[0][i] {
				t.Fatalf("got %q, want %q", got, want[0])
			}
		}
	})
}
