package winlogbeat

import (
	"bytes"

	"github.com/footfall/footfall/internal/jsonscan"
)

// sniff looks at the first document, inside the list or object that may hold it.
func sniff(head []byte) int {
	i := bytes.IndexByte(head, '{')
	if i < 0 || len(bytes.TrimLeft(head[:i], "\xef\xbb\xbf \r\n\t[")) > 0 {
		return 0
	}
	var s jsonscan.Scanner
	s.Reset(head[i:])
	return score(&s)
}

func score(s *jsonscan.Scanner) int {
	best, six := 0, 0
	s.Enter()
	for s.Next() {
		switch key := string(s.Key()); key {
		case "winlog":
			best = max(best, winlogScore(s))
		case "log_name", "event_id", "computer_name", "record_number", "event_data", "source_name":
			six++
		case "events", "hits", "_source", "fields":
			best = max(best, inner(s))
		default:
			if bytes.HasPrefix(s.Key(), []byte("winlog.")) {
				best = max(best, 90)
			}
		}
	}
	if six >= 3 {
		best = max(best, 85)
	}
	return best
}

// inner looks at the first document of a list, or at an object.
func inner(s *jsonscan.Scanner) int {
	best := 0
	if s.Kind() == jsonscan.Object {
		return score(s)
	}
	s.Enter()
	for s.Next() {
		if best == 0 && s.Kind() == jsonscan.Object {
			best = score(s)
		}
	}
	return best
}

func winlogScore(s *jsonscan.Scanner) int {
	n := 60
	s.Enter()
	for s.Next() {
		switch string(s.Key()) {
		case "channel", "event_id", "provider_name", "computer_name":
			n += 10
		}
	}
	return min(n, 97)
}
