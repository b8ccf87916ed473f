package xmlscan

import (
	"strings"
	"testing"
)

// A list writes down what a Sink gets.
type list struct{ out []string }

func (l *list) System(element, attr, text []byte) {
	l.out = append(l.out, string(element)+"@"+string(attr)+"="+string(text))
}
func (l *list) Data(name, text []byte) { l.out = append(l.out, string(name)+"="+string(text)) }

func TestWalk(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		var s Scanner
		var l list
		if err := s.Walk([]byte(in), &l); err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if got := strings.Join(l.out, "|"); got != strings.Join(want, "|") {
			t.Errorf("%s: got %s, want %s", in, got, strings.Join(want, "|"))
		}
	}
	f(`<Event xmlns="x"><System><Provider Name='P &amp; Q' Guid="{1}"/><EventID Qualifiers="0">7</EventID><TimeCreated SystemTime = "t" /></System></Event>`,
		"Provider@Name=P & Q", "Provider@Guid={1}", "Provider@=", "EventID@Qualifiers=0", "EventID@=7", "TimeCreated@SystemTime=t", "TimeCreated@=")
	f("Record 3\n<?xml version=\"1.0\"?>\n<Events><e:Event><e:EventData><Data Name=\"A\">x &lt;y&gt; &#65;&#x42;&unknown;</Data><Data>b</Data><Data> \n </Data><Binary>00</Binary></e:EventData></e:Event></Events>",
		"A=x <y> AB&unknown;", "Data=b", "Data=", "Binary=00")
	f(`<Event><UserData><Wrap xmlns="u" xmlns:a="b"><Leaf>1</Leaf><Info Process="p"/><Deep><In>2</In></Deep></Wrap></UserData></Event>`,
		"Leaf=1", "Info_Process=p", "Info=", "In=2")
	f(`<Event><RenderingInfo Culture="en"><Message>m</Message></RenderingInfo><EventData><Data Name="C"><![CDATA[<not> & a tag]]> tail<!-- no --></Data></EventData></Event>`,
		"C=<not> & a tag tail")
	f(`<Event><EventData/></Event><Event><EventData><Data>other</Data></EventData></Event>`)
}

func TestErrors(t *testing.T) {
	f := func(in string) {
		t.Helper()
		var s Scanner
		if s.Walk([]byte(in), new(list)) == nil {
			t.Errorf("%s: no error", in)
		}
	}
	f(``)
	f(`<Events>`)
	f(`<Event>`)
	f(`<Event><System></Event>`)
	f(`<Event a=b></Event>`)
	f(`<Event a="b></Event>`)
	f(`<Event><![CDATA[</Event>`)
	f(`<Event><`)
	f(`<Event>` + strings.Repeat("<a>", 100))
}

type none struct{}

func (none) System(_, _, _ []byte) {}
func (none) Data(_, _ []byte)      {}

func TestNoAllocs(t *testing.T) {
	data := []byte(`<Event><System><EventID>1</EventID></System><UserData><W><L a="b">x &amp; y</L></W></UserData></Event>`)
	var s Scanner
	var sink Sink = none{}
	if n := testing.AllocsPerRun(100, func() { _ = s.Walk(data, sink) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte(`<Event xmlns="x"><System><Provider Name='P'/><EventID>7</EventID></System><EventData><Data Name="A">x&lt;</Data></EventData></Event>`))
	f.Add([]byte(`<Event><UserData><W><L a='1'><![CDATA[x]]></L></W></UserData></Event>`))
	var s Scanner
	f.Fuzz(func(t *testing.T, data []byte) {
		size := 0
		sink := &sum{&size}
		if s.Walk(data, sink) == nil && size > 4*len(data) {
			t.Fatalf("%d bytes became %d", len(data), size)
		}
		if got := Decode(nil, data); len(got) > len(data) {
			t.Fatalf("decoded text is longer: %d than %d", len(got), len(data))
		}
	})
}

// A sum counts the bytes of values.
type sum struct{ n *int }

func (s *sum) System(_, _, text []byte) { *s.n += len(text) }
func (s *sum) Data(_, text []byte)      { *s.n += len(text) }
