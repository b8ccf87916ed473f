package macos

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/message"
)

const santaSource = "https://northpole.dev/features/binary-authorization/; Santa: santad/Logs/EndpointSecurity/Serializers/BasicString.mm"

// Santa reads santa.log.
var Santa = footfall.Decoder{
	Name: "macos-santa", Doc: "Log of Santa: programs allowed and denied, files changed, disks attached.", Source: santaSource, Frame: footfall.FrameLines,
	By: "lines with a time, a level, santad and pairs such as action=EXEC",
	Sniff: func(head []byte) int {
		return message.Share(head, 97, 2, func(line string) bool {
			var e footfall.Event
			_, ok := santaHead(&e, line)
			return ok
		})
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newSanta(s).line, nil },
}

// SantaMessage reads the same behind syslog.
var SantaMessage = footfall.Decoder{
	Name: "macos-santa-message", Doc: "Santa's records in syslog.", Source: santaSource, Frame: footfall.FrameMessage,
	Programs: []string{"santad", "com.northpolesec.santa.daemon"},
	New:      func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return newSanta(s).message, nil },
}

type santa struct {
	schema             *footfall.Schema
	ran, file, other   footfall.LogID
	image, cmd, parent footfall.FieldID
	user, target       footfall.FieldID
	names              map[string]footfall.FieldID
}

func newSanta(s *footfall.Schema) *santa {
	log := func(c ...string) footfall.LogID {
		return s.AddLog(footfall.Log{Product: "macos", Services: []string{"santa"}, Categories: c})
	}
	return &santa{
		schema: s, ran: log("process_creation"), file: log("file_event"), other: log(), names: map[string]footfall.FieldID{},
		image: s.Asked("Image"), cmd: s.Asked("CommandLine"), user: s.Asked("User"), target: s.Asked("TargetFilename"), parent: s.Asked("ParentProcessId"),
	}
}

// santaHead reads "[2031-01-02T03:04:05.123Z] I santad: action=...".
func santaHead(e *footfall.Event, line string) (string, bool) {
	v, ok := strings.CutPrefix(line, "[")
	stamp, v, ok2 := strings.Cut(v, "] ")
	if !ok || !ok2 {
		return line, false
	}
	if _, ok = message.Stamp(e, stamp); !ok {
		return line, false
	}
	_, v, ok = strings.Cut(v, " ")
	name, text, ok2 := strings.Cut(v, ": ")
	e.Program = name
	return text, ok && ok2 && strings.HasPrefix(name, "santa")
}

func (d *santa) line(b *footfall.Batch, frame []byte) error {
	line := strings.TrimRight(footfall.Str(frame), " \t\r")
	if line == "" {
		return nil
	}
	line = b.Keep(footfall.Bytes(line))
	e := b.New()
	s, ok := santaHead(e, line)
	if !ok {
		return errSanta
	}
	d.record(b, e, s)
	return nil
}

func (d *santa) message(b *footfall.Batch, frame []byte) error {
	if len(b.Events) == 0 {
		return errNoEvent
	}
	e := b.Current()
	s := e.Message
	if s != string(frame) {
		s = b.Keep(frame)
	}
	d.record(b, e, strings.TrimSpace(s))
	return nil
}

// maxNames bounds the names of values that are remembered.
const maxNames = 256

func (d *santa) asked(name string) footfall.FieldID {
	id, ok := d.names[name]
	if !ok && len(d.names) < maxNames && len(name) < 64 {
		name = strings.Clone(name)
		id = d.schema.Asked(name)
		d.names[name] = id
	}
	return id
}

// record reads "action=EXEC|decision=ALLOW|...|args=...": Santa writes a bar
// within a value as <pipe>, so no value can pass for another. The first of
// equal names counts.
func (d *santa) record(b *footfall.Batch, e *footfall.Event, s string) {
	e.Log = d.other
	var action, decision, path, target, args, ppid string
	for s != "" {
		var pair string
		pair, s, _ = strings.Cut(s, "|")
		key, val, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		b.Add(d.asked(key), val)
		for _, w := range [...]struct {
			key string
			to  *string
		}{
			{"action", &action},
			{"decision", &decision},
			{"path", &path},
			{"newpath", &target},
			{"args", &args},
			{"ppid", &ppid},
			{"user", &e.User.Name},
			{"uid", &e.User.SID},
			{"processpath", &e.Image},
			{"machineid", &e.Computer},
		} {
			if w.key == key && *w.to == "" {
				*w.to = val
			}
		}
		if key == "pid" {
			e.PID = number(val)
		}
	}
	e.Outcome = footfall.Success
	if strings.HasPrefix(decision, "DENY") || strings.Contains(decision, "DENIED") || strings.HasPrefix(decision, "BLOCK") {
		e.Outcome = footfall.Failure
	}
	switch action {
	case "EXEC":
		e.Kind, e.Log, e.Image, e.Command = footfall.KindProcess, d.ran, path, args
		b.Add(d.cmd, args)
		b.Add(d.parent, ppid)
	case "WRITE", "RENAME", "LINK", "DELETE", "COPYFILE", "CLONE", "EXCHANGEDATA", "TRUNCATE", "FILE_ACCESS":
		if e.Kind, e.Log, e.Object = footfall.KindFile, d.file, path; target != "" && action != "EXCHANGEDATA" {
			b.Add(d.target, target)
		} else {
			b.Add(d.target, path)
		}
	case "LOGIN", "LOGIN_WINDOW_SESSION_LOGIN", "OPENSSH_LOGIN", "SCREEN_SHARING_ATTACH":
		e.Kind = footfall.KindLogon
	case "LOGOUT", "LOGIN_WINDOW_SESSION_LOGOUT", "OPENSSH_LOGOUT", "SCREEN_SHARING_DETACH":
		e.Kind = footfall.KindLogoff
	case "":
		e.Outcome = footfall.OutcomeUnknown
	}
	b.Add(d.image, e.Image)
	b.Add(d.user, e.User.Name)
}

type constError string

func (e constError) Error() string { return string(e) }

const (
	errSanta   = constError("macos: not a line of Santa")
	errNoEvent = constError("macos: a message without its envelope")
)
