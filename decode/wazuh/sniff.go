package wazuh

import (
	"bytes"

	"github.com/footfall/footfall/internal/jsonscan"
)

// sniff looks at the first object, behind the "time (agent) place->" of an
// archive's line, for win.system, or for the marks of an alert.
func sniff(head []byte) int {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	i := bytes.IndexByte(head, '{')
	if i < 0 {
		return 0
	}
	if before := bytes.TrimLeft(head[:i], " \r\n\t["); len(before) > 0 {
		if len(before) > 256 || !bytes.Contains(before, []byte("->EventChannel ")) {
			return 0
		}
	}
	var s jsonscan.Scanner
	s.Reset(head[i:])
	return score(&s, 0)
}

func score(s *jsonscan.Scanner, level int) int {
	best, marks := 0, 0
	s.Enter()
	for s.Next() {
		switch string(s.Key()) {
		case "win":
			best = max(best, winScore(s))
		case "data", "_source":
			if s.Kind() == jsonscan.Object && level < 2 {
				best = max(best, score(s, level+1))
			}
		case "agent", "manager", "rule", "decoder", "location", "full_log":
			marks++
		}
	}
	if marks >= 4 {
		best = max(best, 85)
	}
	return best
}

func winScore(s *jsonscan.Scanner) int {
	n := 0
	s.Enter()
	for s.Next() {
		if string(s.Key()) != "system" {
			continue
		}
		s.Enter()
		for s.Next() {
			switch string(s.Key()) {
			case "eventID", "providerName", "channel", "computer", "systemTime":
				n++
			}
		}
	}
	if n >= 3 {
		return 96
	}
	return 0
}
