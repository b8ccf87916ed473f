package frame

import (
	"bytes"
	"testing"
)

func dated(line []byte) bool { return len(line) > 0 && line[0] == '[' }

func entriesOf(data []byte) (out []string, at []int) {
	Entries(data, dated, func(offset int, record []byte) bool {
		out, at = append(out, string(record)), append(at, offset)
		return true
	})
	return out, at
}

func TestEntries(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		got, _ := entriesOf([]byte(in))
		if len(got) != len(want) {
			t.Fatalf("%q: got %q, want %q", in, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: got %q, want %q", in, got, want)
			}
		}
	}
	f("")
	f("\n\n")
	f("a\n[b\nc\r\n\r\n[d", "a", "[b\nc", "[d")
	f("[a\n[b\n", "[a", "[b")
}

// FuzzEntries cuts what is read in two: the records stay.
func FuzzEntries(f *testing.F) {
	f.Add([]byte("x\n[a\n b\n\n[c\n d\n"), 9)
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		want, _ := entriesOf(data)
		if n < 0 || n > len(data) {
			return
		}
		n = CutEntries(dated)(data[:n])
		first, _ := entriesOf(data[:n])
		rest, at := entriesOf(data[n:])
		got := append(first, rest...)
		if len(got) != len(want) {
			t.Fatalf("cut at %d: got %q, want %q", n, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("cut at %d: got %q, want %q", n, got, want)
			}
		}
		for i, o := range at {
			if !bytes.HasPrefix(data[n+o:], []byte(rest[i])) {
				t.Fatalf("record %d is not at %d", i, o)
			}
		}
	})
}
