package exportcsv

import (
	"bytes"

	"github.com/footfall/footfall/internal/csvscan"
)

// sniff looks at the header record.
func sniff(head []byte) int {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(head, []byte("#TYPE ")) {
		_, head, _ = bytes.Cut(head, []byte("\n"))
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if len(line) > 8192 || bytes.ContainsAny(line, "{}<>") {
		return 0
	}
	fields, _ := csvscan.Fields(nil, nil, bytes.TrimRight(line, "\r"), csvscan.Separator(line))
	if len(fields) > 64 {
		return 0
	}
	if flatHeader(fields) {
		return 80
	}
	has := map[string]bool{}
	for _, f := range fields {
		has[column(f)] = true
	}
	switch {
	case has["providername"] && has["id"] && has["timecreated"] && (has["logname"] || has["message"]):
		return 96
	case has["entrytype"] && has["eventid"] && has["timegenerated"] && has["source"]:
		return 96
	case has["dateandtime"] && has["eventid"] && has["source"]:
		return 92
	case has["timecreated"] && (has["id"] || has["eventid"]) && has["message"]:
		return 85
	case has["timegenerated"] && has["eventid"] && has["message"]:
		return 60
	}
	return 0
}
