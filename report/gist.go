package report

import (
	"encoding/json"
	"strings"

	"github.com/footfall/footfall"
)

// messageKeys are where JSON records have what a person would read, and
// fieldKeys what tells most of an event that has no message.
var (
	messageKeys = []string{"message", "MESSAGE", "msg", "Message", "log", "line"}
	fieldKeys   = []string{
		"EventID", "event_id", "eventName", "operationName", "CommandLine", "ServiceName", "ShareName", "RelativeTargetName",
		"TargetUserName", "User", "IpAddress", "sourceIPAddress", "LogonType", "SubjectUserName", "ImagePath", "Image",
	}
)

const maxGist = 400 // bytes

// gist is the part of a record that a person reads first: the message behind a
// syslog header or in a JSON record, the fields that tell most, or what stands
// around the first name that the case is about.
func gist(rec *footfall.Record, t terms) string {
	raw := rec.Raw
	switch {
	case strings.HasPrefix(raw, "{") || strings.HasPrefix(raw, "<"):
		if s := gistFields(raw); s != "" {
			return upTo(s)
		}
	case strings.Contains(raw, "\nMESSAGE="):
		_, s, _ := strings.Cut(raw, "\nMESSAGE=")
		s, _, _ = strings.Cut(s, "\n")
		return upTo(s)
	case rec.Host != "":
		if i := strings.Index(raw, " "+rec.Host+" "); i >= 0 && i < 80 {
			return upTo(raw[i+len(rec.Host)+2:])
		}
	}
	if at := t.find(raw[:min(len(raw), 8<<10)]); len(at) > 0 && at[0].from > 60 {
		return ".." + upTo(strings.ToValidUTF8(raw[at[0].from-20:], ""))
	}
	return upTo(raw)
}

func upTo(s string) string { return s[:min(len(s), maxGist)] }

// gistFields is the message of a JSON record, or the telling fields of a JSON
// or XML record at any depth. What stands inside a value cannot pass for a
// field there: its quotes and angle brackets are escaped.
func gistFields(raw string) string {
	var top map[string]any
	if json.Unmarshal([]byte(raw), &top) == nil {
		for _, k := range messageKeys {
			if s, ok := top[k].(string); ok && s != "" {
				s, _, more := strings.Cut(s, "\n")
				if s = strings.TrimSpace(s); more { // what it is; the fields say of whom
					s = strings.TrimSpace(s + " " + strings.Join(fieldsIn(raw), " "))
				}
				return s
			}
		}
	}
	parts := fieldsIn(raw)
	if len(parts) < 2 {
		return ""
	}
	return strings.Join(parts, " ")
}

func fieldsIn(raw string) (parts []string) {
	for _, k := range fieldKeys {
		if v := fieldIn(raw, k); v != "" && v != "-" {
			parts = append(parts, k+"="+upTo(v))
		}
	}
	return parts
}

func fieldIn(raw, key string) string {
	for _, x := range [...]struct{ open, end string }{
		{`"` + key + `":"`, `"`},
		{`"` + key + `": "`, `"`},
		{`"` + key + `":`, ","},
		{`<Data Name="` + key + `">`, "<"},
		{`<Data Name='` + key + `'>`, "<"},
		{"<" + key + ">", "<"},
	} {
		i := strings.Index(raw, x.open)
		if i < 0 {
			continue
		}
		v, _, ok := strings.Cut(raw[i+len(x.open):], x.end)
		if ok && (x.end != "," || !strings.ContainsAny(v, "{[\"")) {
			return strings.TrimRight(v, "}] ")
		}
	}
	return ""
}
