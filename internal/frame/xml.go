package frame

import "bytes"

// XML yields the <Event> elements of data wherever they stand. What lies
// between them is passed over; an element that never closes is yielded up to
// the next one, or to the end.
func XML(data []byte, yield func(offset int, record []byte) bool) {
	for pos := 0; ; {
		v := element(data, pos)
		if v.start >= len(data) || !yield(v.start, data[v.start:v.end]) {
			return
		}
		pos = v.next
	}
}

// CutXML is the Cut of XML. What lies between elements is handed on with them.
func CutXML(data []byte) int {
	cut := 0
	for pos := 0; ; {
		v := element(data, pos)
		if v.start < len(data) && v.whole {
			cut, pos = v.next, v.next
			continue
		}
		if v.start >= len(data) && cut == 0 && len(data) > len("<Event")+64 {
			// Nothing begins here: all but what may be a tag cut in two.
			return len(data) - len("<Event ") + 1
		}
		return cut
	}
}

// element returns the <Event> element behind pos.
func element(data []byte, pos int) span {
	start := eventTag(data, pos)
	if start == len(data) {
		return span{start: start, end: start, next: start}
	}
	for i := start + 1; ; {
		end := i + index(data[i:], "</Event>")
		if hole := i + index(data[i:end], "<!"); hole < end {
			skipped, is, more := comment(data, hole)
			if is {
				i = skipped
				continue
			}
			if more {
				return span{start, trimRight(data, start, len(data)), len(data), false}
			}
		}
		again := eventTag(data[:end], i)
		if again < end {
			return span{start, trimRight(data, start, again), again, true}
		}
		if end == len(data) {
			return span{start, trimRight(data, start, end), end, false}
		}
		end += len("</Event>")
		return span{start, end, end, true}
	}
}

// eventTag returns where the next <Event> or <Event ...> begins, len(data) when
// there is none.
func eventTag(data []byte, pos int) int {
	for {
		i := pos + index(data[pos:], "<Event")
		after := i + len("<Event")
		if after >= len(data) {
			return len(data)
		}
		if c := data[after]; c == '>' || space(c) {
			return i
		}
		pos = after
	}
}

// xmlComment is the longest comment or CDATA section; what opens a longer one
// is taken for text.
const xmlComment = 1 << 20

// comment returns the end of the comment or CDATA section at i. is says that
// there is one, more that its end is not in data yet.
func comment(data []byte, i int) (end int, is, more bool) {
	for _, p := range [...][2]string{{"<!--", "-->"}, {"<![CDATA[", "]]>"}} {
		if !bytes.HasPrefix(data[i:], []byte(p[0])) {
			continue
		}
		body := i + len(p[0])
		limit := min(len(data), body+xmlComment)
		if end = body + index(data[body:limit], p[1]); end < limit {
			return end + len(p[1]), true, false
		}
		return i, false, limit == len(data)
	}
	return i, false, false
}
