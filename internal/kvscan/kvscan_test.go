package kvscan

import (
	"strings"
	"testing"
)

func pairs(text string) string {
	var out []string
	s := New(text)
	for s.Next() {
		v := s.Val
		if s.Escaped {
			v = string(Unescape(nil, v))
		}
		out = append(out, s.Key+"<"+v+">")
	}
	if s.Loose >= 0 {
		out = append(out, "loose:"+text[s.Loose:])
	}
	return strings.Join(out, " ")
}

func TestPairs(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := pairs(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f(`a=1 b="two words" c='it is' d= e=""`, `a<1> b<two words> c<it is> d<> e<>`)
	f(`user="x\" src=\"9" src=1`, `user<x" src="9> src<1>`)
	f(`path="C:\dir\\x" n=1`, `path<C:\dir\x> n<1>`)
	f(`path="C:\"`, `path<C:\>`)
	f(`a=1, b=2; c=3`, `a<1> b<2> c<3>`)
	f(`a="open b=2`, `a<open b=2>`)
	f(`a="x"b="y`, `a<x> b<y>`)
	f(`some words a=1 and more`, `a<1> loose:some words a=1 and more`)
	f(`time=12: 26:24 d='tis x=1`, `time<12:> d<'tis> x<1> loose:26:24 d='tis x=1`)
	f(`ui=https(192.0.2.1) u=a=b`, `ui<https(192.0.2.1)> u<a=b>`)
	f(`= =x "q" "`, `loose:= =x "q" "`)
}

func TestGet(t *testing.T) {
	if v := Get(`a="b=1" b=2`, "b"); v != "2" {
		t.Error(v)
	}
}

func TestNoAllocs(t *testing.T) {
	in := `date=2031-05-01 time=10:00:00 devname="fw1" msg="a \"b\" c" n=1`
	if n := testing.AllocsPerRun(100, func() {
		for s := New(in); s.Next(); {
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzNext(f *testing.F) {
	for _, s := range []string{`a=1 b="two \" words" c='it is' loose d=`, `a="`, `a='x b=\\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		n := 0
		for s := New(in); s.Next(); n++ {
			if n > len(in) || len(Unescape(nil, s.Val)) > len(s.Val) {
				t.Fatalf("%q: %d pairs", in, n)
			}
		}
	})
}

func BenchmarkNext(b *testing.B) {
	in := `date=2031-05-01 time=10:00:00 devname="fw1" devid="FG1" logid="0000000013" type="traffic" subtype="forward" srcip=192.0.2.1 srcport=61930 dstip=198.51.100.1 dstport=443 proto=6 action="accept" policyid=1`
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		for s := New(in); s.Next(); {
		}
	}
}
