package nxlog

import (
	"bytes"

	"github.com/footfall/footfall/internal/jsonscan"
)

// sniff looks at the first object: flat, with an EventID and the names that
// only this dress uses for channel, provider and host.
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
	var id, channel, source, host, time, mark bool
	s.Enter()
	for s.Next() {
		switch string(s.Key()) {
		case "EventID", "EventCode":
			id = s.Kind() == jsonscan.Number || s.Kind() == jsonscan.String
		case "Channel", "LogName":
			channel = s.Kind() == jsonscan.String
		case "SourceName", "ProviderGuid", "ProviderName", "EventSourceName", "Provider":
			source = true
		case "Hostname", "Computer", "ComputerName":
			host = true
		case "EventTime", "TimeCreated", "@timestamp", "SystemTime", "TimeGenerated", "_time":
			time = true
		case "SourceModuleType", "EventReceivedTime", "RecordNumber":
			mark = true
		case "_source":
			return score(s)
		case "result":
			if s.Kind() == jsonscan.Object {
				return score(s)
			}
		case "_raw", "Event", "winlog", "event_data", "win":
			return 0
		}
	}
	switch {
	case !id || !channel && !source:
		return 0
	case mark && host:
		return 95
	case channel && source && host && time:
		return 90
	case channel && (host || time):
		return 70
	}
	return 30
}
