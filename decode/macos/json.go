package macos

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

const (
	when = iota
	what
	image
	pid
	subsystem
	kind
	hostOf
)

// JSON reads log show --style ndjson and json.
var JSON = shownJSON.Decoder()

var shownJSON = jsonlog.Format{
	Name: "macos-json", Doc: "macOS' unified log as log show prints it in JSON.", Source: unified,
	Logs: []footfall.Log{text.Log},
	By:   "the keys eventMessage with processImagePath, or with traceID and machTimestamp",
	Rate: func(rec []byte) int {
		if jsonlog.All(rec, "eventMessage", "processImagePath") || jsonlog.All(rec, "eventMessage", "traceID", "machTimestamp") {
			return 96
		}
		return 0
	},
	Paths: []string{when: "timestamp", what: "eventMessage", image: "processImagePath|process", pid: "processID", subsystem: "subsystem", kind: "eventType", hostOf: "hostname"},
	Also:  map[string][]string{"eventMessage": {"message"}, "processImagePath": {"Image"}},
	Mean: func(r *jsonlog.Reader) {
		e := r.Event
		r.When(when)
		e.Image, e.Computer = r.Get(image), r.Get(hostOf)
		e.Program = e.Image[strings.LastIndexByte(e.Image, '/')+1:]
		e.PID, e.Message = number(r.Get(pid)), r.Get(what)
	},
}
