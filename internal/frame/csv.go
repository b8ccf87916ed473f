package frame

import "bytes"

// csvField is the longest quoted field: past it, a quote that does not close
// is taken for a stray one, and its line for a record.
const csvField = 1 << 20

// CSV yields the records of data without their line ends. Fields in double
// quotes may hold line ends; empty lines do not count.
func CSV(data []byte, yield func(offset int, record []byte) bool) {
	for pos := 0; pos < len(data); {
		v := csvRecord(data, pos)
		if v.end > v.start && !yield(v.start, data[v.start:v.end]) {
			return
		}
		pos = v.next
	}
}

// CutCSV is the Cut of CSV.
func CutCSV(data []byte) int {
	cut := 0
	for pos := 0; pos < len(data); {
		v := csvRecord(data, pos)
		if !v.whole {
			break
		}
		cut, pos = v.next, v.next
	}
	return cut
}

// csvRecord returns the record at pos.
func csvRecord(data []byte, pos int) span {
	end, next := lineEnd(data, pos)
	whole := next > end
	if bytes.Count(data[pos:end], []byte{'"'})&1 == 0 {
		return span{pos, end, next, whole}
	}
	limit := data[:min(len(data), pos+csvField)]
	long, open := csvQuoted(limit, pos)
	if !open {
		end, next = lineEnd(data, long)
		whole := next > end
		if whole && end == long && data[end-1] == '\r' {
			end--
		}
		return span{pos, end, next, whole}
	}
	if len(limit) < len(data) {
		return span{pos, end, next, whole}
	}
	return span{pos, len(data), len(data), false}
}

// csvQuoted walks the record at pos: a quote opens a field only at its front,
// and a doubled one within it is text. It returns where the record's last line
// may end at the earliest; open means that a field does not close.
func csvQuoted(data []byte, pos int) (end int, open bool) {
	front := true
	for i := pos; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"' && front:
			for i++; ; i++ {
				q := bytes.IndexByte(data[min(i, len(data)):], '"')
				if q < 0 {
					return i, true
				}
				i += q
				if i+1 >= len(data) || data[i+1] != '"' {
					break
				}
				i++
			}
			front = false
		case c == '\n':
			return i, false
		default:
			front = c == ',' || c == ';' || c == '\t' || c == '|'
		}
	}
	return len(data), false
}
