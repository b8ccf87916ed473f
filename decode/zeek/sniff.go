package zeek

import (
	"bytes"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
)

// sniffTable looks for the header lines that only the ASCII writer has.
func sniffTable(head []byte) int {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	if bytes.HasPrefix(head, []byte("#separator ")) {
		return 99
	}
	if !bytes.HasPrefix(head, []byte("#")) {
		return 0
	}
	end := 0
	for end < len(head) && head[end] == '#' {
		i := bytes.IndexByte(head[end:], '\n')
		if i < 0 {
			end = len(head)
			break
		}
		end += i + 1
	}
	lines := head[:end]
	if bytes.Contains(lines, []byte("#fields\t")) && (bytes.Contains(lines, []byte("#types\t")) || bytes.Contains(lines, []byte("#path\t"))) {
		return 95
	}
	return 0
}

// sniffJSON looks at the names in the first record. The time of a log's
// record is called ts; the connection's names and the log's name are Zeek's own.
func sniffJSON(head []byte) int {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n[")
	name, inner := tagged(head)
	var s jsonscan.Scanner
	if s.Reset(inner) != jsonscan.Object || !s.Enter() {
		return 0
	}
	var ts, uid, conn, path, first, num bool
	for n := 0; n < 200 && s.Next(); n++ {
		switch key := string(s.Key()); key {
		case "ts":
			ts, first = true, n == 0
			text, _ := s.Raw()
			num = s.Kind() == jsonscan.Null || s.Kind() == jsonscan.Number && bytes.IndexByte(text, '.') == 10 || s.Kind() == jsonscan.String && len(text) > 19 && text[10] == 'T'
		case "uid", "fuid", "uids":
			uid = true
		case "id.orig_h", "id_orig_h", "id.resp_h":
			conn = true
		case "id":
			conn = conn || s.Kind() == jsonscan.Object && bytes.Contains(head[:min(len(head), 4096)], []byte(`"orig_h"`))
		case "_path", "@path", "@stream":
			path = true
		}
	}
	switch {
	case ts && (conn || path), conn && name != "":
		return 95
	case ts && num && uid:
		return 85
	case ts && num && first:
		return 40
	}
	return 0
}

// tagged returns the name of a log that holds the record, as Kafka's writer
// puts it ({"conn": {...}}), and the record; no name for any other.
func tagged(frame []byte) (string, []byte) {
	s := footfall.Str(frame[:min(len(frame), 80)])
	s, ok := strings.CutPrefix(strings.TrimLeft(s, " \t\r\n\ufeff"), "{")
	if !ok {
		return "", frame
	}
	s, ok = strings.CutPrefix(strings.TrimLeft(s, " \t\r\n"), `"`)
	name, rest, more := strings.Cut(s, `"`)
	if !ok || !more || name == "id" || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return "", frame
	}
	rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), ":")
	rest = strings.TrimLeft(rest, " \t\r\n")
	if !ok || !strings.HasPrefix(rest, "{") {
		return "", frame
	}
	return name, frame[bytes.IndexByte(frame, ':')+bytes.IndexByte(frame[bytes.IndexByte(frame, ':'):], '{'):]
}

// bareTime reports whether a record of an unknown log begins with a time that
// is not set, which is not kept.
func bareTime(frame []byte) bool {
	s := strings.TrimLeft(footfall.Str(frame[:min(len(frame), 40)]), " \t\r\n{\ufeff")
	return strings.HasPrefix(s, `"ts"`)
}
