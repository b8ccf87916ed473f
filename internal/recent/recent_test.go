package recent

import "testing"

func TestMap(t *testing.T) {
	m := New[int, int](4)
	for i := range 8 {
		v, fresh := m.Put(i)
		if !fresh {
			t.Errorf("%d is there before it was put", i)
		}
		*v = i * 10
	}
	if v := m.Get(0); v == nil || *v != 0 {
		t.Fatalf("the oldest of eight: got %v, want 0", v)
	}
	m.Put(8)
	if m.Get(0) == nil {
		t.Error("what was used just now is forgotten")
	}
	if m.Get(1) != nil {
		t.Error("what was not used is kept beyond the bound")
	}
	if got := m.Len(); got > 8 {
		t.Errorf("got %d entries, want at most 8", got)
	}
	if m.Forgotten() == 0 {
		t.Error("nothing was counted as forgotten")
	}
	v, fresh := m.Put(100)
	if !fresh || *v != 0 {
		t.Errorf("a reused place holds %d", *v)
	}
	m.Delete(100)
	if m.Get(100) != nil {
		t.Error("a deleted entry is there")
	}
}

func TestNoAllocs(t *testing.T) {
	m := New[int, int](100)
	i := 0
	for range 1000 {
		m.Put(i)
		i++
	}
	if n := testing.AllocsPerRun(1000, func() { m.Put(i); i++ }); n > 0 {
		t.Errorf("got %v allocations a new entry once full, want 0", n)
	}
}
