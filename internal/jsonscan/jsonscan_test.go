package jsonscan

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// dump writes the value that s stands on back as JSON, decoded and encoded anew.
func dump(t testing.TB, s *Scanner, out *bytes.Buffer) {
	t.Helper()
	switch k := s.Kind(); k {
	case Object, Array:
		out.WriteByte("{["[k-Object])
		s.Enter()
		for n := 0; s.Next(); n++ {
			if n > 0 {
				out.WriteByte(',')
			}
			if k == Object {
				quote(out, s.Key())
				out.WriteByte(':')
			}
			dump(t, s, out)
		}
		out.WriteByte("}]"[k-Object])
	case String:
		quote(out, s.Text(nil))
	case Null:
		out.WriteString("null")
	default:
		out.Write(s.Text(nil))
	}
}

func quote(out *bytes.Buffer, v []byte) {
	q, _ := json.Marshal(string(v))
	out.Write(q)
}

// same reads v as encoding/json does, numbers kept as text.
func same(t testing.TB, data []byte) (v any, ok bool) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

func TestWalk(t *testing.T) {
	f := func(in string) {
		t.Helper()
		var s Scanner
		s.Reset([]byte(in))
		var out bytes.Buffer
		dump(t, &s, &out)
		if s.Err() != nil {
			t.Errorf("%s: %v", in, s.Err())
		}
		got, _ := same(t, out.Bytes())
		want, _ := same(t, []byte(in))
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: got %s, want %s", in, a, b)
		}
	}
	f(`{}`)
	f(`[]`)
	f(` { "a" : 1 , "b" : [ true , false , null , -1.5e+10 , "x" ] , "c" : { "d" : { } } } `)
	f(`"\u00e9\ud83d\ude00\n\/\\\"\b\f\r\t"`)
	f(`{"\u0061b":"a long string without any escape that spans several words of eight bytes"}`)
	f(`["\\\\","\\\"","12345678\\","1234567\\\"8"]`)
}

func TestErrors(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var s Scanner
		s.Reset([]byte(in))
		s.Enter()
		if s.Rest(); s.Err() == nil || !strings.Contains(s.Err().Error(), want) {
			t.Errorf("%s: got %v, want %q", in, s.Err(), want)
		}
	}
	f(``, "offset 0: a value is due")
	f(`{`, "ends inside")
	f(`{"a"`, "colon")
	f(`{"a":`, "value is due")
	f(`{"a":1`, "ends inside")
	f(`{"a":1,}`, "name is due")
	f(`[1 2]`, "offset 3: a comma")
	f(`[1}`, "comma")
	f(`{"a":tru}`, "not a value")
	f(`{"a":"b`, "does not end")
	f(`{"a":"b\`, "does not end")
	f(`{"a":{"b":[}}`, "bracket")
	f(`[+1]`, "not a value")
	f(strings.Repeat("[", 200), "too deep")
	f(`[`+strings.Repeat(`{"a":`, 200), "too deep")
}

func TestUnescapeOdd(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := string(Unescape(nil, []byte(in))); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	f(`\ud83d`, "\ufffd")
	f(`\ud83dx`, "\ufffdx")
	f(`\ude00\ud83d`, "\ufffd\ufffd")
	f(`\q\u12`, `\q\u12`)
	f(`C:\Windows`, `C:\Windows`)
	f(`tail\`, `tail\`)
}

func TestSkipAndDepth(t *testing.T) {
	var s Scanner
	s.Reset([]byte(`{"a":{"x":["}",{"y":"]"}]},"b":[1,[2]],"c":3} tail`))
	s.Enter()
	s.Next()
	if got := string(s.Skip()); got != `{"x":["}",{"y":"]"}]}` {
		t.Errorf("skip: got %s", got)
	}
	s.Next()
	s.Enter()
	s.Next()
	if string(s.Text(nil)) != "1" || s.Depth() != 2 {
		t.Errorf("got %q at depth %d", s.Text(nil), s.Depth())
	}
	if !s.Rest() || s.Depth() != 0 || s.Pos() != 45 {
		t.Errorf("rest: %v depth %d pos %d", s.Err(), s.Depth(), s.Pos())
	}
}

func TestNoAllocs(t *testing.T) {
	data := []byte(sample)
	var s Scanner
	var buf [256]byte
	n := testing.AllocsPerRun(100, func() {
		s.Reset(data)
		s.Enter()
		for s.Next() {
			_ = s.Text(buf[:0])
		}
	})
	if n != 0 || s.Err() != nil {
		t.Errorf("%v allocations, %v", n, s.Err())
	}
}

const sample = `{"EventTime":"2031-03-04 10:00:01","Hostname":"srv7.corp.example","Keywords":-9214364837600034816,"EventID":4624,"Image":"C:\\Program Files\\App\\app.exe","x":{"y":[1,2,3]},"Message":"An account was successfully logged on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-0-0\r\n"}`

func FuzzScan(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`[[[{"a":"\ud83d\ude00"}]]]`))
	f.Add([]byte(`{"a":{"b":[1,{}]},"c":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Scanner
		s.Reset(data)
		var out bytes.Buffer
		dump(t, &s, &out)
		want, ok := same(t, data)
		if !ok || s.Err() != nil {
			if ok && !strings.Contains(s.Err().Error(), "too deep") {
				t.Fatalf("valid JSON is refused: %v", s.Err())
			}
			return
		}
		got, _ := same(t, out.Bytes())
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if !bytes.Equal(a, b) {
			t.Fatalf("got %s, want %s", a, b)
		}
		s.Reset(data)
		if s.Kind() == Object || s.Kind() == Array {
			if s.Skip() == nil {
				t.Fatalf("valid JSON is not skipped: %v", s.Err())
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
	data := []byte(sample)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var s Scanner
	for b.Loop() {
		s.Reset(data)
		s.Enter()
		for s.Next() {
		}
	}
}

func TestNoKeyInArrays(t *testing.T) {
	var s Scanner
	s.Reset([]byte(`{"a":[{"b":1},2],"c":3}`))
	s.Enter()
	s.Next()
	s.Enter()
	s.Next()
	s.Enter()
	for s.Next() {
	}
	if !s.Next() || s.Key() != nil || s.Kind() != Number {
		t.Errorf("key %q of an element behind an object", s.Key())
	}
	if s.Next() || !s.Next() || string(s.Key()) != "c" {
		t.Errorf("key %q behind an array", s.Key())
	}
}
