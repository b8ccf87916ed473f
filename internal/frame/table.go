package frame

import "bytes"

// maxTableHeader bounds the header lines that are kept.
const maxTableHeader = 64 << 10

// TableHeader returns the header lines in force behind data, old being those
// in force before it: the last run of lines that begin with # and name the
// fields, as Zeek (#fields) and W3C logs (#Fields:) have them. What it returns
// is old, or a copy.
func TableHeader(old, data []byte) []byte {
	for end := len(data); end > 0; {
		i := bytes.LastIndex(data[:end], []byte("#"))
		if i < 0 {
			return old
		}
		if i > 0 && data[i-1] != '\n' || !names(data[i:]) {
			end = i
			continue
		}
		from, to := i, next(data, i)
		for from > 0 {
			before := bytes.LastIndexByte(data[:from-1], '\n') + 1
			if data[before] != '#' {
				break
			}
			from = before
		}
		for to < len(data) && data[to] == '#' {
			to = next(data, to)
		}
		if to-from > maxTableHeader {
			from, to = i, min(next(data, i), i+maxTableHeader)
		}
		return bytes.Clone(data[from:to])
	}
	return old
}

// names says whether a header line is the one that names the fields.
func names(line []byte) bool {
	return len(line) > 7 && bytes.EqualFold(line[:7], []byte("#fields"))
}

// next returns where the line behind the one at pos begins.
func next(data []byte, pos int) int {
	if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
		return pos + i + 1
	}
	return len(data)
}
