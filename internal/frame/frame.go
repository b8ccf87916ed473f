// Package frame cuts bytes into records: lines, JSON values, <Event> elements,
// CSV records, journal entries and EVTX chunks. In go bytes of a stream that
// begin at a record; out come the records, as slices of them. It never
// allocates, never changes the bytes and never drops any but separators: what
// is broken comes out as a record too, so that whoever decodes it counts it.
package frame

import "bytes"

// A Cut returns how many bytes at the front of data are whole records. It is 0
// when data holds no whole one; the caller then reads more and asks again, or,
// at the end of the stream, hands on all that is left.
type Cut func(data []byte) int

// Lines yields each line without its line end. The last one counts without a
// line end too; empty lines do not count.
func Lines(data []byte, yield func(offset int, record []byte) bool) {
	for pos := 0; pos < len(data); {
		end, next := lineEnd(data, pos)
		if end > pos && !yield(pos, data[pos:end]) {
			return
		}
		pos = next
	}
}

// CutLines is the Cut of Lines.
func CutLines(data []byte) int { return bytes.LastIndexByte(data, '\n') + 1 }

// lineEnd returns where the line at pos ends without its line end, and where
// the next one begins.
func lineEnd(data []byte, pos int) (end, next int) {
	i := bytes.IndexByte(data[pos:], '\n')
	if i < 0 {
		return len(data), len(data)
	}
	end = pos + i
	next = end + 1
	if end > pos && data[end-1] == '\r' {
		end--
	}
	return end, next
}

// EVTXChunk is the size of a chunk of an EVTX file.
const EVTXChunk = 64 << 10

// EVTX yields the 64 KiB chunks; the last may be short.
func EVTX(data []byte, yield func(offset int, record []byte) bool) {
	for pos := 0; pos < len(data); pos += EVTXChunk {
		if !yield(pos, data[pos:min(pos+EVTXChunk, len(data))]) {
			return
		}
	}
}

// CutEVTX is the Cut of EVTX.
func CutEVTX(data []byte) int { return len(data) / EVTXChunk * EVTXChunk }

// A span is a record that a scanner found: where it begins and ends, where to
// go on, and whether it is known to be whole. start is len(data) when nothing
// is left.
type span struct {
	start, end, next int
	whole            bool
}

// Blank says whether data holds nothing but white space.
func Blank(data []byte) bool {
	for _, c := range data {
		if !space(c) {
			return false
		}
	}
	return true
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// Blocks yields records of size bytes; the last may be short.
func Blocks(data []byte, size int, yield func(offset int, record []byte) bool) {
	size = max(1, size)
	for pos := 0; pos < len(data); pos += size {
		if !yield(pos, data[pos:min(pos+size, len(data))]) {
			return
		}
	}
}
