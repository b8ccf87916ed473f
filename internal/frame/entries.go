package frame

import "bytes"

// Entries yields the runs of lines of data, each up to where begins says of a
// line that it begins the next; without the line end of the last. Runs of
// empty lines alone do not count.
func Entries(data []byte, begins func(line []byte) bool, yield func(offset int, record []byte) bool) {
	for pos := 0; pos < len(data); {
		end := next(data, pos)
		for end < len(data) {
			to := next(data, end)
			if begins(data[end:to]) {
				break
			}
			end = to
		}
		if record := bytes.TrimRight(data[pos:end], "\r\n"); len(record) > 0 && !yield(pos, record) {
			return
		}
		pos = end
	}
}

// CutEntries is the Cut of Entries: up to the last line that begins one.
func CutEntries(begins func(line []byte) bool) Cut {
	return func(data []byte) int {
		for end := bytes.LastIndexByte(data, '\n') + 1; end > 0; {
			from := bytes.LastIndexByte(data[:end-1], '\n') + 1
			if from > 0 && begins(data[from:end]) {
				return from
			}
			end = from
		}
		return 0
	}
}
