// Package trial holds the tests that every decoder of text has: that it
// allocates nothing once warm, that no bytes make it panic, how fast it is. It
// takes what they run on from the decoder's samples. Only tests import it.
package trial

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/txtar"
)

// Frames returns the non-empty lines of the in parts of the samples whose
// names fit pattern, below testdata. Of messages, what stands behind mark in
// each line; mark "" takes it whole.
func Frames(t testing.TB, pattern, mark string) (out [][]byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sample fits %q: %v", pattern, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(txtar.Parse(data).Get("in")) {
			line = bytes.TrimRight(line, "\r\n")
			if mark != "" {
				if _, m, ok := bytes.Cut(line, []byte(mark)); ok {
					line = m
				}
			}
			if len(line) > 0 {
				out = append(out, line)
			}
		}
	}
	return out
}

// Samples returns the lines of the in parts of the samples that name a format;
// "" for those that name none.
func Samples(t testing.TB, format string) (out [][]byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f := txtar.Parse(data)
		if string(bytes.TrimSpace(f.Get("format"))) == format {
			out = append(out, bytes.Split(bytes.TrimSpace(f.Get("in")), []byte("\n"))...)
		}
	}
	return out
}

// Objects returns the JSON records of the samples, one after another.
func Objects(t testing.TB) (out [][]byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		frame.JSON(txtar.Parse(data).Get("in"), func(_ int, r []byte) bool {
			out = append(out, r)
			return true
		})
	}
	return out
}

// AllRead fails when a frame cannot be decoded.
func AllRead(t *testing.T, d *footfall.Decoder, frames [][]byte) {
	t.Helper()
	decode := Open(t, d, false, nil)
	var b footfall.Batch
	for _, f := range frames {
		if err := decode(&b, f); err != nil {
			t.Errorf("%s: %v\n%s", d.Name, err, f)
		}
	}
}

// run decodes frames once; those that cannot be read are left out.
func run(d *footfall.Decoder, decode footfall.DecodeFunc, b *footfall.Batch, frames [][]byte) {
	b.Reset()
	for _, frame := range frames {
		if d.Frame == footfall.FrameMessage {
			e := b.New()
			e.Program, e.Message, e.PID = "x", footfall.Str(frame), 7
		}
		_ = decode(b, frame)
	}
}

// Open makes the function of a decoder, for all fields or for none.
func Open(t testing.TB, d *footfall.Decoder, all bool, header []byte) footfall.DecodeFunc {
	t.Helper()
	decode, err := d.New(footfall.NewSchema(all), header)
	if err != nil {
		t.Fatal(err)
	}
	return decode
}

// NoAllocs fails when decoding frames allocates once everything is warm.
func NoAllocs(t *testing.T, d *footfall.Decoder, header []byte, frames [][]byte) {
	t.Helper()
	for _, all := range []bool{false, true} {
		decode := Open(t, d, all, header)
		var b footfall.Batch
		run(d, decode, &b, frames)
		run(d, decode, &b, frames)
		if n := testing.AllocsPerRun(20, func() { run(d, decode, &b, frames) }); n != 0 {
			t.Errorf("%s: %.1f allocations in %d records, all fields: %t", d.Name, n, len(frames), all)
		}
	}
}

// Bench measures decoding in records and bytes per second.
func Bench(b *testing.B, d *footfall.Decoder, header []byte, frames [][]byte) {
	b.Helper()
	decode := Open(b, d, false, header)
	size := 0
	for _, f := range frames {
		size += len(f) + 1
	}
	var batch footfall.Batch
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		run(d, decode, &batch, frames)
	}
	b.ReportMetric(float64(len(frames))*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// Fuzz feeds any bytes to decoders and their recognisers.
func Fuzz(f *testing.F, seeds [][]byte, list ...*footfall.Decoder) {
	f.Helper()
	var decode []footfall.DecodeFunc
	for _, d := range list {
		decode = append(decode, Open(f, d, true, nil))
	}
	for _, s := range seeds {
		f.Add(s)
	}
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		for i, d := range list {
			run(d, decode[i], &b, [][]byte{in})
			for j := range b.Events {
				if e := &b.Events[j]; e.Offset < 0 || e.Offset > int64(len(in)) {
					t.Fatalf("%s: an event at offset %d of %d bytes", d.Name, e.Offset, len(in))
				}
			}
			if d.Sniff != nil {
				if n := d.Sniff(in); n < 0 || n > 100 {
					t.Fatalf("%s is sure by %d", d.Name, n)
				}
			}
		}
	})
}

// Cuts fails when what a decoder of entries reads of in depends on where it is
// cut: what is behind a cut, with its heads, is what it is of the whole.
func Cuts(t *testing.T, d *footfall.Decoder, in []byte) {
	t.Helper()
	decode := Open(t, d, false, nil)
	read := func(header, data []byte) (out []footfall.Event) {
		var b footfall.Batch
		_ = decode(&b, nil)
		each := func(_ int, record []byte) bool {
			_ = decode(&b, record)
			return true
		}
		frame.Entries(header, d.Begins, each)
		from := len(b.Events)
		frame.Entries(data, d.Begins, each)
		for _, e := range b.Events[from:] {
			e.Offset, e.Record, e.Fields = 0, 0, nil
			out = append(out, e)
		}
		return out
	}
	want := read(nil, in)
	cut := frame.CutEntries(d.Begins)
	for n := range in {
		at := cut(in[:n])
		if at == 0 {
			continue
		}
		var header []byte
		if d.Heads != nil {
			header = d.Heads(nil, in[:at])
			if again := d.Heads(header, nil); !bytes.Equal(again, header) {
				t.Fatalf("%s: cut at %d: heads are %q, then %q", d.Name, at, header, again)
			}
		}
		got := append(read(nil, in[:at]), read(header, in[at:])...)
		if len(got) != len(want) {
			t.Fatalf("%s: cut at %d: %d events, want %d", d.Name, at, len(got), len(want))
		}
		for i := range got {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("%s: cut at %d: event %d is %+v, want %+v", d.Name, at, i, got[i], want[i])
			}
		}
	}
}
