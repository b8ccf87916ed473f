package journal

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkRead reads, verifies and folds a journal of 10,000 entries.
func BenchmarkRead(b *testing.B) {
	const n = 10_000
	s := newState()
	var text bytes.Buffer
	for i := range n {
		e := Entry{Time: m(i), Who: "kim", Case: fmt.Sprint(i % 500), What: Noted, Body: Body{Text: "asked the owner, who says that it was not him"}}
		if i < 500 {
			e = opened(e.Case, "f"+e.Case)
			e.Time, e.Who = m(i), Program
		}
		line, err := s.bind(&e)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Add(&e); err != nil {
			b.Fatal(err)
		}
		text.Write(line)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if l, err := Read(bytes.NewReader(text.Bytes())); err != nil || l.Seq != n {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "entries/s")
}

// BenchmarkAppend writes one entry and waits for the disk.
func BenchmarkAppend(b *testing.B) {
	dir := b.TempDir()
	k, err := Hold(dir)
	if err != nil {
		b.Fatal(err)
	}
	if err := k.Append(noon, Program, opened("a1", "f1")); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := k.Append(noon, "kim", Entry{Case: "a1", What: Noted, Body: Body{Text: "x"}}); err != nil {
			b.Fatal(err)
		}
	}
	if err := k.Close(); err != nil {
		b.Fatal(err)
	}
}
