package recent

import (
	"math/rand/v2"
	"testing"
)

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

// TestGenerations compares a table with two maps that do the same.
func TestGenerations(t *testing.T) {
	type key struct {
		a uint32
		b bool
	}
	const most = 50
	m, young, old := New[key, int](most), map[key]int{}, map[key]int{}
	add := func(k key, v int) {
		if len(young) >= most {
			clear(old)
			young, old = old, young
		}
		young[k] = v
	}
	get := func(k key) (int, bool) {
		v, ok := young[k]
		if ok {
			return v, true
		}
		if v, ok = old[k]; ok {
			delete(old, k)
			add(k, v)
		}
		return v, ok
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 100_000 {
		k := key{uint32(r.IntN(60 + i/500)), i%3 == 0}
		switch r.IntN(8) {
		case 0:
			m.Delete(k)
			delete(young, k)
			delete(old, k)
		case 1, 2, 3:
			want, ok := get(k)
			if v := m.Get(k); (v != nil) != ok || ok && *v != want {
				t.Fatalf("step %d: got %v of %v, want %d, %v", i, v, k, want, ok)
			}
		default:
			_, ok := get(k)
			v, fresh := m.Put(k)
			if fresh == ok {
				t.Fatalf("step %d: %v is fresh: %v", i, k, fresh)
			}
			*v = i
			if !ok {
				add(k, i)
			}
			young[k] = i
		}
		if m.Len() != len(young)+len(old) {
			t.Fatalf("step %d: %d entries, want %d", i, m.Len(), len(young)+len(old))
		}
		if i%1000 == 0 {
			m.index = nil
			if err := m.Thawed(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if m.Forgotten() == 0 {
		t.Error("nothing was forgotten")
	}
}

func BenchmarkGet(b *testing.B) {
	type key struct{ a, b uint32 }
	m := New[key, [4]uint64](1 << 16)
	for i := range uint32(50_000) {
		m.Put(key{i, i * 7})
	}
	b.ReportAllocs()
	i := uint32(0)
	for b.Loop() {
		i = (i*1103515245 + 12345)
		k := i >> 8 % 60_000
		m.Get(key{k, k * 7})
	}
}
