package evtx

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/footfall/footfall"
)

// check decodes a frame with a decoder that has seen another before, and
// tests what must hold whatever the bytes are.
func check(t *testing.T, frame []byte) {
	t.Helper()
	for _, all := range []bool{true, false} {
		s := footfall.NewSchema(all)
		s.Field("N")
		d := newDecoder(s, nil)
		good, _ := five()
		var b footfall.Batch
		for _, f := range [][]byte{good, frame, frame, good} {
			b.Reset()
			if err := d.decode(&b, f); err != nil {
				t.Fatal(err)
			}
			sound(t, s, &b, f)
		}
		if len(b.Events) != 5 || len(b.Unread) != 0 {
			t.Fatalf("a bad chunk spoiled the next: %d events, %q", len(b.Events), unread(&b))
		}
	}
}

func sound(t *testing.T, s *footfall.Schema, b *footfall.Batch, frame []byte) {
	t.Helper()
	fields, size := 0, 0
	for i := range b.Events {
		e := &b.Events[i]
		if e.Offset < 0 || e.Offset+int64(e.Len) > int64(len(frame)) {
			t.Fatalf("event at %d, %d bytes, in a frame of %d", e.Offset, e.Len, len(frame))
		}
		if i > 0 && e.Offset <= b.Events[i-1].Offset {
			t.Fatal("events out of order")
		}
		fields += len(e.Fields)
		for _, f := range e.Fields {
			size += len(f.Val)
			if s.FieldName(f.ID) == "" || !utf8.ValidString(f.Val) {
				t.Fatalf("field %q = %q", s.FieldName(f.ID), f.Val)
			}
		}
	}
	if fields > maxFields || len(b.Events) > chunkSize/recordMin {
		t.Fatalf("%d events, %d fields", len(b.Events), fields)
	}
}

func FuzzDecode(f *testing.F) {
	good, at := five()
	f.Add(good[:at[5]])
	w := newChunk()
	w.event(1, 1, eventData("t", elem("EventData", seq(data("A", sub(0, typString|typArray)), elem("Data", sub(0, typString), attr{"Name", sub(1, typString)}))), raw(typString|typArray, wide("a\x00b")), str("N")))
	w.event(2, 1, plainData(seq(elem("Data", text("x")), data("B", seq(text("y"), elem("Inner", nil))))))
	f.Add(w.done()[:w.pos()])
	f.Add([]byte(chunkMagic))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, frame []byte) { check(t, frame) })
}

// Chunks of real logs with some bytes changed: what a fuzzer would take long
// to come to.
func TestMutated(t *testing.T) {
	chunks := denseChunks(t)
	r := rand.New(rand.NewPCG(7, 21))
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	s := footfall.NewSchema(true)
	d := newDecoder(s, nil)
	var b footfall.Batch
	frame := make([]byte, chunkSize)
	for range rounds {
		copy(frame, chunks[r.IntN(len(chunks))])
		for range 1 + r.IntN(200) {
			i := chunkHead + r.IntN(chunkSize-chunkHead)
			switch r.IntN(4) {
			case 0:
				frame[i] = byte(r.Uint32())
			case 1:
				frame[i] ^= 1 << r.IntN(8)
			case 2:
				frame[i] = 0
			case 3:
				copy(frame[i:], frame[chunkHead+r.IntN(chunkSize-chunkHead):][:1+r.IntN(16)%(chunkSize-i)])
			}
		}
		b.Reset()
		if err := d.decode(&b, frame); err != nil {
			t.Fatal(err)
		}
		sound(t, s, &b, frame)
	}
}
