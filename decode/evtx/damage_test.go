package evtx

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// five returns a chunk of five records, numbered 1 to 5, and where each
// begins; the sixth place is where the free space begins.
func five() (frame []byte, at [6]uint32) {
	w := newChunk()
	for i := range 5 {
		data := eventData("five", elem("EventData", data("N", sub(0, typString))), str(fmt.Sprint("record ", i+1)))
		at[i] = w.event(uint64(i+1), uint16(100+i), data)
	}
	at[5] = w.pos()
	return w.done(), at
}

// closed is a file header that says that the log was closed; dirty one that
// says it was not.
func fileHead(flags byte) []byte {
	h := make([]byte, 4096)
	copy(h, fileMagic)
	h[120] = flags
	return h
}

// read decodes frame and lists the numbers of its events, then what was not
// read.
func read(t *testing.T, header, frame []byte) string {
	t.Helper()
	decode, err := New(footfall.NewSchema(true), header)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	if err := decode(&b, frame); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range b.Events {
		out = append(out, fmt.Sprint(e.Record-1000))
	}
	for _, u := range b.Unread {
		out = append(out, u.Reason)
	}
	return strings.Join(out, " | ")
}

func TestDamage(t *testing.T) {
	f := func(what string, damage func(c []byte, at [6]uint32) []byte, want ...string) {
		t.Helper()
		frame, at := five()
		// Damaged on purpose: a log that was not closed has no checksums to complain of.
		if got := read(t, fileHead(1), damage(frame, at)); got != strings.Join(want, " | ") {
			t.Errorf("%s: %s\nwant: %s", what, got, strings.Join(want, " | "))
		}
	}
	same := func(c []byte, _ [6]uint32) []byte { return c }
	f("none", same, "1", "2", "3", "4", "5")
	f("empty frame", func([]byte, [6]uint32) []byte { return nil })
	f("unused chunk", func(c []byte, _ [6]uint32) []byte { return make([]byte, chunkSize) })
	f("wiped", func(c []byte, _ [6]uint32) []byte { return bytes.Repeat([]byte{0xff}, chunkSize) }, badMagic)
	f("no magic", func(c []byte, _ [6]uint32) []byte { c[0] = 'X'; return c }, "1", "2", "3", "4", "5", badMagic)
	f("header wiped", func(c []byte, _ [6]uint32) []byte { clear(c[:chunkHead]); return c }, "1", "2", "3", "4", "5", badMagic)
	f("cut in header", func(c []byte, _ [6]uint32) []byte { return c[:100] }, badShort)
	f("cut behind header", func(c []byte, _ [6]uint32) []byte { return c[:chunkHead] })
	f("cut in record", func(c []byte, at [6]uint32) []byte { return c[:at[3]+40] }, "1", "2", "3", badCut)
	f("cut in record head", func(c []byte, at [6]uint32) []byte { return c[:at[3]+10] }, "1", "2", "3", badCut)
	f("cut between records", func(c []byte, at [6]uint32) []byte { return c[:at[3]] }, "1", "2", "3")
	f("cut in free space", func(c []byte, at [6]uint32) []byte { return c[:at[5]+100] }, "1", "2", "3", "4", "5")
	f("too long", func(c []byte, _ [6]uint32) []byte { return append(c, 1, 2, 3) }, "1", "2", "3", "4", "5", badLong)

	f("free space beyond the chunk", func(c []byte, _ [6]uint32) []byte { le.PutUint32(c[48:], 1<<31); return c }, "1", "2", "3", "4", "5")
	f("free space in the header", func(c []byte, _ [6]uint32) []byte { le.PutUint32(c[48:], 8); return c }, "1", "2", "3", "4", "5")
	f("free space too early", func(c []byte, at [6]uint32) []byte { le.PutUint32(c[48:], at[3]); return c }, "1", "2", "3", "4", "5")
	f("old records behind", func(c []byte, at [6]uint32) []byte {
		copy(c[at[5]:], c[at[1]:at[3]])
		return c
	}, "1", "2", "3", "4", "5")
	f("old records behind, free space lies", func(c []byte, at [6]uint32) []byte {
		copy(c[at[5]:], c[at[1]:at[3]])
		le.PutUint32(c[48:], chunkSize)
		return c
	}, "1", "2", "3", "4", "5", badStale)

	f("size copy wrong", func(c []byte, at [6]uint32) []byte { c[at[2]-1] = 9; return c }, "1", "2", "3", "4", "5")
	f("last size copy wrong", func(c []byte, at [6]uint32) []byte { c[at[5]-1] = 9; return c }, "1", "2", "3", "4", "5")
	f("size wrong", func(c []byte, at [6]uint32) []byte { c[at[1]+4] ^= 0x55; return c }, "1", "2", "3", "4", "5")
	f("size huge", func(c []byte, at [6]uint32) []byte { le.PutUint32(c[at[1]+4:], 1<<31); return c }, "1", "2", "3", "4", "5")
	f("size zero", func(c []byte, at [6]uint32) []byte { le.PutUint32(c[at[1]+4:], 0); return c }, "1", "2", "3", "4", "5")
	f("last size huge", func(c []byte, at [6]uint32) []byte { le.PutUint32(c[at[4]+4:], 1<<31); return c }, "1", "2", "3", "4", "5")
	f("both sizes wrong", func(c []byte, at [6]uint32) []byte {
		le.PutUint32(c[at[1]+4:], 1<<20)
		c[at[2]-1] = 9
		return c
	}, "1", "3", "4", "5", badSize)
	f("signature wrong", func(c []byte, at [6]uint32) []byte { c[at[1]] = 0; return c }, "1", "3", "4", "5", badGarbage)
	f("record zeroed", func(c []byte, at [6]uint32) []byte { clear(c[at[1]:at[2]]); return c }, "1", "3", "4", "5", badGarbage)
	f("tail zeroed", func(c []byte, at [6]uint32) []byte { clear(c[at[2]:]); return c }, "1", "2")
	f("shifted by three", func(c []byte, at [6]uint32) []byte {
		// Not what a service writes, but what a bad copy makes. What lies behind reads names and templates by their old places.
		moved := append(bytes.Clone(c[:at[1]]), 1, 2, 3)
		return append(moved, c[at[1]:chunkSize-3]...)
	}, "1", "2", "3", "4", badGarbage, badSize)
	f("content of one overwritten", func(c []byte, at [6]uint32) []byte {
		for i := at[1] + recordHead; i < at[2]-4; i++ {
			c[i] = 0xee
		}
		return c
	}, "1", "3", "4", "5", badContent)
	f("event data of one overwritten", func(c []byte, at [6]uint32) []byte {
		i := bytes.Index(c[at[3]:at[4]], wide("record 4"))
		for j := at[3] + uint32(i) - 16; j < at[4]-4; j++ {
			c[j] = 0xee
		}
		return c
	}, "1", "2", "3", "4", "5", badEventXML)
	f("definition out of the chunk", func(c []byte, at [6]uint32) []byte {
		le.PutUint32(c[at[2]+recordHead+4+6:], 0xffffff00)
		return c
	}, "1", "2", "4", "5", badContent)
	f("definition longer than the chunk", func(c []byte, at [6]uint32) []byte {
		le.PutUint32(c[at[0]+recordHead+4+10+20:], 0xffffff00)
		return c
	}, badContent, badContent, badContent, badContent, badContent)
	f("too many substitutions", func(c []byte, at [6]uint32) []byte {
		le.PutUint32(c[at[2]+recordHead+4+10:], 1<<30)
		return c
	}, "1", "2", "4", "5", badContent)
	f("a value beyond the record", func(c []byte, at [6]uint32) []byte {
		le.PutUint16(c[at[2]+recordHead+4+14:], 0xffff)
		return c
	}, "1", "2", "4", "5", badContent)
	f("a record hidden in the one before", func(c []byte, at [6]uint32) []byte {
		n := at[3] - at[1]
		le.PutUint32(c[at[1]+4:], n)
		le.PutUint32(c[at[3]-4:], n)
		return c
	}, "1", "2", "3", "4", "5", badHidden)
}

func TestChecksums(t *testing.T) {
	f := func(flags byte, damage func(c []byte), want string) {
		t.Helper()
		frame, _ := five()
		damage(frame)
		if got := read(t, fileHead(flags), frame); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	changed := func(c []byte) { c[bytes.Index(c, wide("record 3"))] = 'R' }
	f(0, func([]byte) {}, "1 | 2 | 3 | 4 | 5")
	f(0, changed, "1 | 2 | 3 | 4 | 5 | "+badSum)
	f(1, changed, "1 | 2 | 3 | 4 | 5")
	f(0, func(c []byte) { c[100] = 1 }, "1 | 2 | 3 | 4 | 5 | "+badHeadSum)
	f(0, func(c []byte) { c[120] = 4; changed(c) }, "1 | 2 | 3 | 4 | 5")
}

// A definition that breaks off gives the fields before the break, and says so.
func TestBrokenDefinition(t *testing.T) {
	w := newChunk()
	broken := func(x xmlWriter) { x.u8(0x3f) }
	w.event(1, 1, eventData("broken", elem("EventData", seq(data("A", sub(0, typString)), broken, data("B", sub(0, typString)))), str("v")))
	s, b := decodeAll(t, w.done())
	if len(b.Events) != 1 || unread(b) != "512 "+badEventXML {
		t.Fatalf("%d events, %q", len(b.Events), unread(b))
	}
	if got := dump(s, &b.Events[0], systemCount); got != "A=v\n" {
		t.Errorf("%q", got)
	}
}

// Records that cost far more than they weigh are dropped, and the others kept.
func TestCost(t *testing.T) {
	f := func(what string, body func(xmlWriter), vals ...val) {
		t.Helper()
		w := newChunk()
		w.event(1, 1, raw(typNull, nil))
		for i, n := 2, uint32(0); i < 200 && w.pos()+n < chunkSize; i++ {
			at := w.event(uint64(i), 1, eventData("cost", body, vals...))
			n = w.pos() - at
		}
		_, b := decodeAll(t, w.done())
		fields, size := 0, 0
		for i := range b.Events {
			fields += len(b.Events[i].Fields)
			for _, x := range b.Events[i].Fields {
				size += len(x.Val)
			}
		}
		if len(b.Events) == 0 || len(b.Unread) == 0 || b.Unread[0].Reason != badCost || fields > maxFields || size > 2*maxOut {
			t.Errorf("%s: %d events, %d fields, %d bytes, %d unread", what, len(b.Events), fields, size, len(b.Unread))
		}
	}
	many := func(n int, content func(xmlWriter)) func(xmlWriter) {
		return func(x xmlWriter) {
			for range n {
				elem("F", content)(x)
			}
		}
	}
	f("many fields", elem("EventData", many(1000, nil)))
	f("one value again and again", elem("EventData", many(1000, sub(0, typString))), str(strings.Repeat("x", 9000)))
	f("joined", elem("EventData", many(500, seq(sub(0, typString), sub(0, typString)))), str(strings.Repeat("x", 9000)))
	f("arrays", elem("EventData", many(500, sub(0, typString|typArray))), raw(typString|typArray, make([]byte, 9000)))
	f("dynamic names", elem("EventData", func(x xmlWriter) {
		for range 500 {
			elem("Data", sub(0, typString), attr{"Name", seq(sub(0, typString), sub(0, typString))})(x)
		}
	}), str(strings.Repeat("x", 9000)))
}

func TestNoAllocs(t *testing.T) {
	w := newChunk()
	for i := range 20 {
		w.event(uint64(i+1), 1, eventData("warm", elem("EventData", seq(
			data("A", sub(0, typString)), data("B", sub(1, typGUID)), data("C", seq(text("x"), sub(0, typString))),
			elem("Data", sub(2, typString|typArray)), data("T", sub(3, typFiletime)), data("S", sub(4, typSID)),
			elem("Data", sub(0, typString), attr{"Name", sub(5, typString)}),
		)), str("München and more"), raw(typGUID, make([]byte, 16)), raw(typString|typArray, wide("a\x00b\x00")), num(typFiletime, 8, testTime), raw(typSID, localSystem), str("N")))
		w.event(uint64(i+1), 1, plainData(seq(elem("Data", text("first")), data("Named", text("second")))))
	}
	frame := w.done()
	decode, err := New(footfall.NewSchema(true), fileHead(0))
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	run := func() {
		b.Reset()
		if err := decode(&b, frame); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if len(b.Events) != 40 || len(b.Unread) != 0 {
		t.Fatalf("%d events, %q", len(b.Events), unread(&b))
	}
	if n := testing.AllocsPerRun(50, run); n != 0 {
		t.Errorf("%v allocations a chunk, want none", n)
	}
}
