package frame

import (
	"bytes"
	"encoding/binary"
)

// Journal yields the entries of the systemd journal export format: fields of
// one line "NAME=text", or "NAME", a length of eight bytes, little-endian, and
// that many bytes, each behind a line end; an empty line ends an entry. An
// entry whose lengths lie is yielded up to the next empty line.
// Source: systemd.io/JOURNAL_EXPORT_FORMATS.
func Journal(data []byte, yield func(offset int, record []byte) bool) {
	for pos := 0; ; {
		v := entry(data, pos)
		if v.start >= len(data) || !yield(v.start, data[v.start:v.end]) {
			return
		}
		pos = v.next
	}
}

// CutJournal is the Cut of Journal.
func CutJournal(data []byte) int {
	cut := 0
	for pos := 0; ; {
		v := entry(data, pos)
		if v.start >= len(data) || !v.whole {
			return cut
		}
		cut, pos = v.next, v.next
	}
}

// journalField is the longest binary field; systemd itself writes up to 768 MiB
// (a core dump), which no record here needs.
const journalField = 16 << 20

// entry returns the entry behind pos.
func entry(data []byte, pos int) span {
	for pos < len(data) && data[pos] == '\n' {
		pos++
	}
	for i := pos; i < len(data); {
		nl := i + index(data[i:], "\n")
		if nl == i {
			return span{pos, i, i + 1, true}
		}
		next := nl + 1
		if nl < len(data) && bytes.IndexByte(data[i:nl], '=') < 0 {
			end, ok := binary8(data, next)
			if !ok {
				return lying(data, pos, next)
			}
			next = end
		}
		i = next
	}
	return span{pos, len(data), len(data), false}
}

// binary8 returns the end of the field whose length is at pos, behind its line
// end: past the data when it is not whole yet. ok is false when the length
// cannot be true.
func binary8(data []byte, pos int) (end int, ok bool) {
	if pos+8 > len(data) {
		return len(data) + 1, true
	}
	n := binary.LittleEndian.Uint64(data[pos:])
	if n > journalField {
		return 0, false
	}
	end = pos + 8 + int(n)
	return end + 1, end >= len(data) || data[end] == '\n'
}

// lying returns the span of the entry at pos whose field at i is broken: up to
// the next empty line.
func lying(data []byte, pos, i int) span {
	end := i + index(data[i:], "\n\n")
	if end == len(data) {
		return span{pos, end, end, false}
	}
	return span{pos, end, end + 2, true}
}
