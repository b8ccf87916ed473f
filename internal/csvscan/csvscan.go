// Package csvscan cuts one CSV record (RFC 4180) into its fields. A record
// without its line end goes in; the fields come out, those in quotes without
// them. It takes whatever exports write: any of four separators, quotes that
// stand within a field, quoted fields that never end.
package csvscan

import "bytes"

// MaxFields is how many fields of a record are returned; the last one holds
// the rest of the record.
const MaxFields = 512

// Separator returns the separator of a header record: the most frequent of
// comma, semicolon, tab and bar outside quotes.
func Separator(header []byte) byte {
	count := [256]int{}
	quoted := false
	for _, c := range header {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			count[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte(";\t|") {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

// Fields appends the fields of record to dst. A field with doubled quotes is
// decoded into buf, which is returned grown; all others point into record.
func Fields(dst [][]byte, buf, record []byte, sep byte) (fields [][]byte, grown []byte) {
	record = bytes.TrimPrefix(record, []byte("\xef\xbb\xbf"))
	for n := 1; ; n++ {
		var f []byte
		var more bool
		if len(record) > 0 && record[0] == '"' {
			f, buf, record, more = quoted(buf, record, sep)
		} else {
			f, record, more = plain(record, sep)
		}
		dst = append(dst, f)
		if !more {
			return dst, buf
		}
		if n == MaxFields-1 {
			return append(dst, record), buf
		}
	}
}

func plain(record []byte, sep byte) (f, rest []byte, more bool) {
	i := bytes.IndexByte(record, sep)
	if i < 0 {
		return record, nil, false
	}
	return record[:i], record[i+1:], true
}

// quoted cuts off a field that begins with a quote.
func quoted(buf, record []byte, sep byte) (f, grown, rest []byte, more bool) {
	doubled := false
	i := 1
	for {
		j := bytes.IndexByte(record[i:], '"')
		if j < 0 { // it never ends: all of it is the field
			return record[1:], buf, nil, false
		}
		i += j + 1
		if i >= len(record) || record[i] != '"' {
			break
		}
		doubled = true
		i++
	}
	f = record[1 : i-1]
	if doubled {
		from := len(buf)
		for k := 0; k < len(f); k++ {
			buf = append(buf, f[k])
			if f[k] == '"' {
				k++
			}
		}
		f = buf[from:len(buf):len(buf)]
	}
	// Text between the closing quote and the separator belongs to no field.
	_, rest, more = plain(record[i:], sep)
	return f, buf, rest, more
}
