package freeze

import (
	"bytes"
	"maps"
	"testing"
)

// TestNumbers: what is visited are the numbers that reading gives other values.
func TestNumbers(t *testing.T) {
	r := &rule{"r1"}
	in := example(r)
	got, want := map[uint32]bool{}, map[uint32]bool{}
	if err := Numbers(shared(r, 0), func(n uint32) { got[n] = true }, in); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, shared(r, 0), in); err != nil {
		t.Fatal(err)
	}
	s := shared(r, 0)
	s.Rename(name(0), func(n uint32) (uint32, bool) { want[n] = true; return n, true })
	if err := Read(&b, s, &whole{f: func() int { return 5 }, env: &env{}}); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(got, want) || len(want) < 5 {
		t.Errorf("visited %v, want %v", got, want)
	}
	if err := Numbers(shared(r, 0), func(uint32) {}, *in); err == nil {
		t.Error("a root that is no pointer was taken")
	}
}
