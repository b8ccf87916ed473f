package evtx

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// decodeAll decodes one chunk with a new decoder that keeps every field.
func decodeAll(t testing.TB, frame []byte) (*footfall.Schema, *footfall.Batch) {
	t.Helper()
	s := footfall.NewSchema(true)
	decode, err := New(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &footfall.Batch{}
	if err := decode(b, frame); err != nil {
		t.Fatal(err)
	}
	return s, b
}

// dump writes the fields of an event, from skip on, as lines.
func dump(s *footfall.Schema, e *footfall.Event, skip int) string {
	var out strings.Builder
	for _, f := range e.Fields[min(skip, len(e.Fields)):] {
		fmt.Fprintf(&out, "%s=%s\n", s.FieldName(f.ID), f.Val)
	}
	return out.String()
}

func unread(b *footfall.Batch) string {
	var out []string
	for _, u := range b.Unread {
		out = append(out, fmt.Sprintf("%d %s", u.Offset, u.Reason))
	}
	return strings.Join(out, "\n")
}

// What the test template's System part gives.
const systemFields = `Provider_Name=Test-Provider
Provider_Guid={0f0e0d0c-0b0a-0908-0706-050403020100}
EventID=4242
Version=2
Level=0
Keywords=0x8020000000000000
TimeCreated_SystemTime=2019-11-07T01:40:24.2412935Z
EventRecordID=1007
Execution_ProcessID=704
Execution_ThreadID=5168
Channel=Test/Operational
Computer=ws7.example.test
UserID=S-1-5-18
`

var systemCount = strings.Count(systemFields, "\n")

func TestSystem(t *testing.T) {
	w := newChunk()
	at := w.event(7, 4242, raw(typNull, nil))
	s, b := decodeAll(t, w.done())
	if len(b.Events) != 1 || len(b.Unread) != 0 {
		t.Fatalf("%d events, unread %q", len(b.Events), unread(b))
	}
	e := &b.Events[0]
	if got := dump(s, e, 0); got != systemFields {
		t.Errorf("fields:\n%s\nwant:\n%s", got, systemFields)
	}
	want := footfall.Event{
		Time: time.Date(2019, 11, 7, 1, 40, 24, 241293500, time.UTC).UnixNano(), Offset: int64(at), Len: e.Len,
		Record: 1007, Native: true, EventID: 4242, Channel: "Test/Operational", Provider: "Test-Provider", Computer: "ws7.example.test",
	}
	got := *e
	got.Fields = nil
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("event %+v, want %+v", got, want)
	}
}

// fieldsOf returns the fields that come after the system part of the one
// record that has data as its content.
func fieldsOf(t *testing.T, data val) string {
	t.Helper()
	w := newChunk()
	w.event(7, 4242, data)
	s, b := decodeAll(t, w.done())
	if len(b.Events) != 1 || len(b.Unread) != 0 {
		t.Fatalf("%d events, unread %q", len(b.Events), unread(b))
	}
	return dump(s, &b.Events[0], systemCount)
}

func TestValues(t *testing.T) {
	f := func(v val, want ...string) {
		t.Helper()
		body := elem("EventData", data("V", sub(0, v.typ)))
		var lines string
		for _, x := range want {
			lines += "V=" + x + "\n"
		}
		if got := fieldsOf(t, eventData("value", body, v)); got != lines {
			t.Errorf("type %#x: %q, want %q", v.typ, got, lines)
		}
	}
	f(raw(typNull, nil))
	f(str(""), "")
	f(str("alice"), "alice")
	f(str("alice\x00\x00"), "alice")
	f(str("a\x00b"), "a\x00b")
	f(str("sixteen characters and then some"), "sixteen characters and then some")
	f(str("Zoë in München, 東京, 😀 and then ASCII again"), "Zoë in München, 東京, 😀 and then ASCII again")
	f(raw(typString, []byte{'a', 0, 0x00, 0xd8, 'b', 0, 0x00, 0xdc}), "a\uFFFDb\uFFFD")
	f(raw(typString, []byte{'a', 0, 'b'}), "a")
	f(raw(typANSI, []byte("plain\x00")), "plain")
	f(raw(typANSI, []byte("Zo\xeb")), "Zoë")
	f(num(typInt8, 1, 0xff), "-1")
	f(num(typUint8, 1, 0xff), "255")
	f(num(typInt16, 2, 0x8000), "-32768")
	f(num(typUint16, 2, 0x8000), "32768")
	f(num(typInt32, 4, 0xffffffff), "-1")
	f(num(typUint32, 4, 0xffffffff), "4294967295")
	f(num(typInt64, 8, math.MaxUint64), "-1")
	f(num(typUint64, 8, math.MaxUint64), "18446744073709551615")
	f(num(typInt32, 4, 63), "63")
	f(num(typInt32, 4, 64), "64")
	f(num(typFloat, 4, uint64(math.Float32bits(1.5))), "1.5")
	f(num(typDouble, 8, math.Float64bits(-0.25)), "-0.25")
	f(num(typBool, 4, 1), "true")
	f(num(typBool, 4, 0), "false")
	f(num(typBool, 1, 1), "true")
	f(raw(typBinary, []byte{0xde, 0xad, 0x0b}), "DEAD0B")
	f(raw(typGUID, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff}), "{03020100-0504-0706-0809-0a0b0c0d0eff}")
	f(raw(typGUID, []byte{1, 2}), "0102")
	f(num(typSize, 8, 0x24c), "0x24c")
	f(num(typSize, 4, 0x24c), "0x24c")
	f(num(typHex32, 4, 0xc000006d), "0xc000006d")
	f(num(typHex64, 8, 0), "0x0")
	f(num(typFiletime, 8, 0), "1601-01-01T00:00:00.0000000Z")
	f(num(typFiletime, 8, 132537599999999999), "2020-12-29T23:59:59.9999999Z")
	f(num(typFiletime, 8, math.MaxInt64), "30828-09-14T02:48:05.4775807Z")
	f(raw(typSystime, []byte{0xe8, 7, 2, 0, 4, 0, 29, 0, 23, 0, 5, 0, 9, 0, 7, 0}), "2024-02-29T23:05:09.007Z")
	f(raw(typSystime, []byte{1}), "01")
	f(raw(typSID, localSystem), "S-1-5-18")
	f(raw(typSID, []byte{1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0}), "S-1-5-32-544")
	f(raw(typSID, []byte{1, 9, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0}), "S-1-5-32")
	f(raw(typSID, []byte{1, 9, 0}), "010900")
	f(raw(0x7f, []byte{1, 2}), "0102")

	f(raw(typString|typArray, wide("one\x00two\x00\x00four\x00")), "one", "two", "", "four")
	f(raw(typString|typArray, wide("one\x00two")), "one", "two")
	f(raw(typANSI|typArray, []byte("one\x00two\x00")), "one", "two")
	f(raw(typInt8|typArray, []byte{0xff, 1}), "-1", "1")
	f(raw(typUint16|typArray, []byte{1, 0, 0, 1, 9}), "1", "256", "9")
	f(raw(typUint32|typArray, []byte{1, 0, 0, 0, 0, 1, 0, 0}), "1", "256")
	f(raw(typUint64|typArray, []byte{100, 0, 0, 0, 0, 0, 0, 0}), "100")
	f(raw(typHex32|typArray, []byte{0, 1, 0, 0}), "0x100")
	f(raw(typBool|typArray, []byte{0, 0, 0, 0, 1, 0, 0, 0}), "false", "true")
	f(raw(typGUID|typArray, make([]byte, 32)), "{00000000-0000-0000-0000-000000000000}", "{00000000-0000-0000-0000-000000000000}")
	f(raw(typFiletime|typArray, make([]byte, 8)), "1601-01-01T00:00:00.0000000Z")
	f(raw(typSize|typArray, []byte{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}), "0x1", "0x2", "0x3")
	f(raw(typSID|typArray, append(bytes.Clone(localSystem), localSystem...)), "S-1-5-18", "S-1-5-18")
	f(raw(typBinary|typArray, []byte{1, 2}), "0102")
	f(raw(typUint32|typArray, nil))
}

// The clock agrees with the time package on every day and fraction.
func TestClock(t *testing.T) {
	var c clock
	f := func(ft uint64) {
		t.Helper()
		when := time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(ft/ticksPerDay)).Add(time.Duration(ft%ticksPerDay) * 100)
		if got, want := string(c.append(nil, ft)), when.Format("2006-01-02T15:04:05.0000000Z"); got != want {
			t.Fatalf("%d: %q, want %q", ft, got, want)
		}
		want := int64(0)
		if y := when.Year(); y > 1678 && y < 2261 {
			want = when.UnixNano()
		}
		if got := unixNano(ft); got != want && (want != 0 || got != when.UnixNano()) {
			t.Fatalf("%d: %d, want %d", ft, got, want)
		}
	}
	for day := range uint64(800 * 366) {
		f(day*ticksPerDay + day*7919*104729%ticksPerDay)
	}
	f(9000 * 365 * ticksPerDay)
	f(ticksPerDay - 1)
}

func TestNaming(t *testing.T) {
	f := func(body func(xmlWriter), want string, vals ...val) {
		t.Helper()
		if got := fieldsOf(t, eventData("naming", body, vals...)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// Named, unnamed, empty, repeated.
	f(elem("EventData", seq(data("A", text("1")), elem("Data", text("2")), elem("Data", text("3")), data("E", nil), data("A", text("4")))),
		"A=1\nData=2\nData=3\nE=\nA=4\n")
	f(elem("EventData", seq(data("Threat Name", text("x")), data("", text("y")), data(" ", text("z")))), "ThreatName=x\nData=y\n")
	f(elem("EventData", data("A", text("1")), attr{"Name", text("TaskRemoved")}), "EventData_Name=TaskRemoved\nA=1\n")
	f(elem("EventData", elem("Binary", sub(0, typBinary))), "Binary=00FF\n", raw(typBinary, []byte{0, 0xff}))
	// The name comes from the record.
	f(elem("EventData", elem("Data", sub(1, typString), attr{"Name", sub(0, typString)})), "ColourOfIt=red\n", str("Colour Of It"), str("red"))
	// Of nothing but a null nothing is left; text around it stays.
	f(elem("EventData", seq(data("A", optional(0, typNull)), data("B", seq(text("["), optional(0, typNull), text("]"))), data("C", seq(optional(0, typNull), optional(0, typNull))))),
		"B=[]\n", raw(typNull, nil))
	f(elem("EventData", data("A", seq(text("pid "), sub(0, typUint32), text(" of "), sub(1, typUint32|typArray)))),
		"A=pid 7 of 1,2\n", num(typUint32, 4, 7), raw(typUint32|typArray, []byte{1, 0, 0, 0, 2, 0, 0, 0}))
	f(elem("EventData", data("A", sub(9, typString))), "", str("x")) // no such substitution
	// UserData: leaves by name, attributes, name spaces, depth.
	f(elem("UserData", elem("LogFileCleared", seq(
		elem("SubjectUserName", sub(0, typString)),
		elem("Outer", seq(text("\r\n  "), elem("Inner", text("deep"), attr{"Unit", text("m")}), text("\r\n"))),
		elem("Nothing", nil),
		elem("Only", nil, attr{"Flag", text("on")}),
		elem("Param", text("v"), attr{"Name", text("ByName")}),
	), attr{"xmlns", text("urn:a")}, attr{"xmlns:auto-ns2", text("urn:b")})),
		"SubjectUserName=bob\nInner_Unit=m\nInner=deep\nNothing=\nOnly_Flag=on\nByName=v\n", str("bob"))
	f(elem("ProcessingErrorData", seq(elem("ErrorCode", sub(0, typUint32)), elem("DataItemName", text("x")), elem("EventPayload", sub(1, typBinary)))),
		"ErrorCode=15005\nDataItemName=x\nEventPayload=01\n", num(typUint32, 4, 15005), raw(typBinary, []byte{1}))
	// What a record says of itself after <System> does not change what it is.
	f(elem("System", seq(elem("Channel", text("Security")), elem("EventID", text("4624")))), "Channel=Security\nEventID=4624\n")
}

func TestText(t *testing.T) {
	f := func(want string, content ...func(xmlWriter)) {
		t.Helper()
		body := elem("EventData", data("T", seq(content...)))
		if got := fieldsOf(t, eventData("text", body)); got != "T="+want+"\n" {
			t.Errorf("template: %q, want %q", got, want)
		}
		if got := fieldsOf(t, plainData(data("T", seq(content...)))); got != "T="+want+"\n" {
			t.Errorf("plain: %q, want %q", got, want)
		}
	}
	cdata := func(x xmlWriter) { x.u8(tokCDATA); x.u16(2); x.buf = append(x.buf, wide("<>")...) }
	charRef := func(x xmlWriter) { x.u8(tokCharRef); x.u16(0xe9) }
	entity := func(name string) func(xmlWriter) {
		return func(x xmlWriter) { x.u8(tokEntityRef); x.name(name) }
	}
	pi := func(x xmlWriter) {
		x.u8(tokPITarget)
		x.name("target")
		x.u8(tokPIData)
		x.u16(1)
		x.u16('x')
	}
	number := func(x xmlWriter) { x.u8(tokValue, typUint32); x.u32(77) }
	binary := func(x xmlWriter) { x.u8(tokValue|tokMore, typBinary); x.u16(2); x.u8(0xab, 0xcd) }
	sid := func(x xmlWriter) { x.u8(tokValue, typSID); x.u8(localSystem...) }
	null := func(x xmlWriter) { x.u8(tokValue, typNull) }
	f("a<>b", text("a"), cdata, text("b"))
	f("caf\u00e9", text("caf"), charRef)
	f(`&<>"'&nbsp;`, entity("amp"), entity("lt"), entity("gt"), entity("quot"), entity("apos"), entity("nbsp"))
	f("ab", text("a"), pi, text("b"))
	f("77", number)
	f("x 77", text("x "), number)
	f("ABCD", binary)
	f("S-1-5-18", sid)
	f("", null)
}

func TestWithoutTemplate(t *testing.T) {
	got := fieldsOf(t, plainData(seq(elem("Data", text("first")), elem("Data", text("second")), data("Third", text("3")), elem("Binary", func(x xmlWriter) {
		x.u8(tokValue, typBinary)
		x.u16(1)
		x.u8(0x0f)
	}))))
	if want := "Data=first\nData=second\nThird=3\nBinary=0F\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// A whole record without any template; its elements may or may not say on what they depend.
	for _, dep := range []bool{true, false} {
		w := newChunk()
		w.record(5, testTime, func() {
			w.fragment()
			elem("Event", seq(
				elem("System", seq(
					elem("Provider", nil, attr{"Name", text("Plain")}),
					elem("EventID", text("31"), attr{"Qualifiers", text("16384")}),
					elem("TimeCreated", nil, attr{"SystemTime", text("2021-03-04T05:06:07.5Z")}),
					elem("EventRecordID", text("99")),
					elem("Channel", text("Application")),
					elem("Computer", text("pc1")),
				)),
				elem("EventData", elem("Data", text("x"))),
				elem("RenderingInfo", seq(elem("Message", text("It happened.")), elem("Level", text("Information")),
					elem("Keywords", elem("Keyword", text("Classic")))), attr{"Culture", text("en-US")}),
			))(xmlWriter{w, dep})
			w.u8(tokEnd)
		})
		s, b := decodeAll(t, w.done())
		if len(b.Events) != 1 || len(b.Unread) != 0 {
			t.Fatalf("dep %v: %d events, unread %q", dep, len(b.Events), unread(b))
		}
		e := &b.Events[0]
		want := `Provider_Name=Plain
Qualifiers=16384
EventID=31
TimeCreated_SystemTime=2021-03-04T05:06:07.5Z
EventRecordID=99
Channel=Application
Computer=pc1
Data=x
RenderingInfo_Culture=en-US
Message=It happened.
RenderingInfo_Level=Information
RenderingInfo_Keyword=Classic
`
		if got := dump(s, e, 0); got != want {
			t.Errorf("dep %v: %q, want %q", dep, got, want)
		}
		if when := time.Date(2021, 3, 4, 5, 6, 7, 5e8, time.UTC).UnixNano(); e.Time != when || e.EventID != 31 || e.Record != 99 || e.Channel != "Application" || e.Provider != "Plain" || e.Computer != "pc1" {
			t.Errorf("dep %v: %+v", dep, *e)
		}
	}
}

func TestNested(t *testing.T) {
	leaf := eventData("leaf", elem("Inner", elem("Leaf", sub(0, typString))), str("found"))
	got := fieldsOf(t, eventData("outer", elem("UserData", seq(elem("Before", text("1")), sub(0, typBinXML))), leaf))
	if want := "Before=1\nLeaf=found\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	deep := leaf
	for i := range 2 * maxFragments {
		deep = eventData(fmt.Sprint("deep", i), elem("E", sub(0, typBinXML)), deep)
	}
	w := newChunk()
	w.event(7, 4242, deep)
	_, b := decodeAll(t, w.done())
	if len(b.Events) != 1 || len(b.Unread) != 1 || b.Unread[0].Reason != badEventXML {
		t.Errorf("%d events, unread %q", len(b.Events), unread(b))
	}
}

// Templates are shared over chunks although names lie elsewhere in each; but
// not when only their GUID and length are the same.
func TestTemplatesAreShared(t *testing.T) {
	body := func(name string) func(xmlWriter) {
		return elem("EventData", seq(data(name, sub(0, typString)), elem("Computer", sub(0, typString))))
	}
	d := newDecoder(footfall.NewSchema(true), nil)
	decode := func(name string, before func(w *chunkWriter)) string {
		t.Helper()
		w := newChunk()
		before(w)
		w.event(7, 4242, eventData("same", body(name), str("v")))
		var b footfall.Batch
		if err := d.decode(&b, w.done()); err != nil || len(b.Unread) != 0 {
			t.Fatal(err, unread(&b))
		}
		return dump(d.schema, &b.Events[len(b.Events)-1], systemCount)
	}
	nothing := func(*chunkWriter) {}
	shift := func(w *chunkWriter) { w.event(6, 1, plainData(elem("Data", text("shifts what follows")))) }
	f := func(name string, before func(*chunkWriter), compiled int) {
		t.Helper()
		if got, want := decode(name, before), name+"=v\nComputer=v\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if d.templates.count != compiled {
			t.Errorf("%d templates compiled, want %d", d.templates.count, compiled)
		}
	}
	f("First", nothing, 2)
	f("First", nothing, 2)
	f("First", shift, 3) // the name "Data" stands before the definition now, which is shorter without it
	f("First", shift, 3)
	f("Other", nothing, 4) // as long as "First"
	f("First", nothing, 4)
}

func TestAskedFieldsOnly(t *testing.T) {
	w := newChunk()
	w.event(7, 4242, eventData("asked", elem("EventData", seq(data("A", sub(0, typString)), data("B", sub(1, typString)), elem("Data", sub(1, typString), attr{"Name", sub(2, typString)}))),
		str("1"), str("2"), str("C")))
	w.event(8, 4242, plainData(seq(data("A", text("3")), data("B", text("4")))))
	frame := w.done()
	s := footfall.NewSchema(false)
	s.Field("B")
	s.Field("C")
	s.Field("Computer")
	decode, err := New(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	if err := decode(&b, frame); err != nil {
		t.Fatal(err)
	}
	got := ""
	for i := range b.Events {
		got += dump(s, &b.Events[i], 0)
	}
	if want := "Computer=ws7.example.test\nB=2\nC=2\nComputer=ws7.example.test\nB=4\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if s.Fields() != 4 {
		t.Errorf("%d field numbers, want 4", s.Fields())
	}
	if e := &b.Events[1]; e.EventID != 4242 || e.Channel != "Test/Operational" || e.Provider != "Test-Provider" || e.Record != 1008 || e.Time == 0 {
		t.Errorf("%+v", *e)
	}
}

func TestSniff(t *testing.T) {
	f := func(head string, want int) {
		t.Helper()
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
	f("", 0)
	f("ElfFile", 0)
	f("ElfFile\x00\x00", 100)
	f("ElfChnk\x00", 90)
	f(strings.Repeat("\x00", 4096)+"ElfChnk\x00", 90)
	f(strings.Repeat("\x00", 4096), 0)
	f(" ElfFile\x00", 0)
}
