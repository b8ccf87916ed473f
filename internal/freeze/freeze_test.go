package freeze

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

type name uint32

type rule struct{ id string }

type node struct {
	next, prev *node
	n          int
}

type inner struct {
	a    bool
	b    int64
	name name
}

type shape interface{ area() int }

type square struct{ side int }

func (s *square) area() int { return s.side * s.side }

type whole struct {
	list    []inner
	byName  map[name]inner
	nodes   map[string]*node
	head    *node
	text    string
	rule    *rule
	f       func() int
	shape   shape
	grid    [3][]string
	made    *inner // before what else leads to it, to be read in place
	pair    map[[2]name]*inner
	empty   []int
	env     *env
	self    *whole
	numbers []uint64
	anew    derived
}

type derived struct {
	n     int
	twice []int `freeze:"-"`
}

type env struct{ ch chan int }

func shared(r *rule, plus uint32) *Shared {
	s := NewShared()
	s.Add("rule", r)
	s.Keep((*env)(nil))
	s.Rename(name(0), func(n uint32) (uint32, bool) { return n + plus, n < 1000 })
	s.Concrete(&square{})
	return s
}

func example(r *rule) *whole {
	w := &whole{
		list: []inner{{true, 7, 3}, {false, -1, 4}}, byName: map[name]inner{5: {true, 1, 6}, 7: {}}, nodes: map[string]*node{},
		text: "a\x00b", rule: r, f: func() int { return 4 }, shape: &square{3}, grid: [3][]string{{"x"}, nil, {}},
		pair: map[[2]name]*inner{{1, 2}: {b: 9}}, empty: []int{}, env: &env{}, made: &inner{b: 5}, numbers: []uint64{1, 2, 1 << 60},
		anew: derived{n: 3, twice: []int{6}},
	}
	w.self = w
	w.pair[[2]name{3, 4}] = w.made
	w.head = &node{n: 1}
	at := w.head
	for i := range 5000 { // longer than a stack should be deep
		at.next = &node{n: i, prev: at}
		at = at.next
	}
	w.nodes["last"], w.nodes["head"] = at, w.head
	return w
}

func TestRoundTrip(t *testing.T) {
	r := &rule{"r1"}
	in := example(r)
	s := shared(r, 100)
	s.Strict = true
	var b, again bytes.Buffer
	if err := Write(&b, s, in); err != nil {
		t.Fatal(err)
	}
	if err := Write(&again, s, in); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("the same values are written as other bytes (%v)", err)
	}
	other := &rule{"r1 of another process"}
	made := &inner{}
	out := &whole{f: func() int { return 5 }, env: &env{}, made: made}
	if err := Read(bytes.NewReader(b.Bytes()), shared(other, 100), out); err != nil {
		t.Fatal(err)
	}
	if out.rule != other || out.self != out || out.made != made || out.pair[[2]name{103, 104}] != made || made.b != 5 || out.f() != 5 {
		t.Errorf("identities are lost: %+v", out)
	}
	if out.byName[105].name != 106 || out.list[0].name != 103 || out.text != in.text || out.shape.area() != 9 || out.empty == nil || out.grid[1] != nil || out.grid[2] == nil {
		t.Errorf("got %+v", out)
	}
	if out.anew.n != 3 || out.anew.twice != nil {
		t.Errorf("got %+v, want what is not made anew alone", out.anew)
	}
	n := 0
	last := out.head
	for ; last.next != nil; last = last.next {
		if last.next.prev != last {
			t.Fatal("a list lost its way back")
		}
		n++
	}
	if n != 5000 || out.nodes["last"] != last || out.nodes["head"] != out.head || !reflect.DeepEqual(out.numbers, in.numbers) {
		t.Errorf("a list of %d, want 5000", n)
	}
}

func TestRefused(t *testing.T) {
	r := &rule{"r1"}
	var b bytes.Buffer
	if err := Write(&b, shared(r, 0), example(r)); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	fresh := func() *whole { return &whole{f: func() int { return 5 }, env: &env{}} }
	if err := Read(bytes.NewReader(data), shared(r, 0), &struct{ a int }{}); !errors.Is(err, errBuild) {
		t.Errorf("got %v for other types", err)
	}
	if err := Read(strings.NewReader("something else"), shared(r, 0), fresh()); !errors.Is(err, errMagic) {
		t.Errorf("got %v for another file", err)
	}
	lacks := NewShared()
	lacks.Add("another", &rule{})
	lacks.Keep((*env)(nil))
	lacks.Rename(name(0), func(n uint32) (uint32, bool) { return n, true })
	lacks.Concrete(&square{})
	if err := Read(bytes.NewReader(data), lacks, fresh()); err == nil || !strings.Contains(err.Error(), `"rule"`) {
		t.Errorf("got %v, want the rule that is missing", err)
	}
	for _, n := range []int{0, 3, 20, len(data) / 2, len(data) - 1} {
		if err := Read(bytes.NewReader(data[:n]), shared(r, 0), fresh()); err == nil {
			t.Errorf("no error for %d of %d bytes", n, len(data))
		}
	}
	for at := 12; at < len(data); at += max(1, len(data)/300) {
		bad := bytes.Clone(data)
		bad[at] ^= 0x41
		if err := Read(bytes.NewReader(bad), shared(r, 0), fresh()); err == nil {
			t.Errorf("no error with byte %d changed", at)
		}
	}
	if err := Read(bytes.NewReader(data), shared(r, 0), &whole{}); err == nil {
		t.Error("a function came from nowhere")
	}
	if err := Write(&b, shared(r, 0), &whole{rule: &rule{}}); err == nil {
		t.Error("a rule without a name was written")
	}
	if err := Write(&b, shared(r, 0), &env{ch: make(chan int)}); err == nil {
		t.Error("a channel was written")
	}
	in := example(r)
	s := shared(r, 0)
	s.Strict = true
	in.made = &in.list[1]
	if err := Write(&b, s, in); err == nil {
		t.Error("a pointer into a slice was written as a value of its own")
	}
}

func FuzzRead(f *testing.F) {
	r := &rule{"r1"}
	in := example(r)
	in.head.next, in.nodes["last"] = nil, nil
	var b bytes.Buffer
	if err := Write(&b, shared(r, 0), in); err != nil {
		f.Fatal(err)
	}
	head := len(magic) + 8
	f.Add(b.Bytes()[head:])
	f.Fuzz(func(t *testing.T, p []byte) {
		out := &whole{f: func() int { return 5 }, env: &env{}}
		if err := Read(bytes.NewReader(append(bytes.Clone(b.Bytes()[:head]), p...)), shared(r, 0), out); err != nil {
			return
		}
		var again bytes.Buffer
		if err := Write(&again, shared(r, 0), out); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkFreeze(b *testing.B) {
	r := &rule{"r1"}
	in := &whole{byName: map[name]inner{}, env: &env{}, pair: map[[2]name]*inner{}, rule: r}
	for i := range 200_000 {
		in.byName[name(i%1000)] = inner{b: int64(i)}
		in.list = append(in.list, inner{b: int64(i)})
		in.pair[[2]name{name(i), name(i)}] = &inner{b: int64(i)}
	}
	var buf bytes.Buffer
	for b.Loop() {
		buf.Reset()
		if err := Write(&buf, shared(r, 0), in); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(buf.Len()))
}
