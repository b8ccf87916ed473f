// Package winevent knows what a Windows event is whatever file it comes in:
// which System fields it has and how the event XML writes them, how its field
// names are looked up at no cost, what its times look like, and how the
// message that Windows renders is taken apart into the fields it was made of.
// It says nothing about what an event means, and it reads no file format.
package winevent

import "bytes"

// A Role says what a name of a record stands for. Values from RoleEnd on are the caller's own.
type Role uint8

const (
	Data              Role = iota // a field of the event itself
	Skip                          // nothing that the event holds
	Channel                       // System/Channel
	Computer                      // System/Computer
	ProviderName                  // System/Provider/@Name
	ProviderGuid                  // System/Provider/@Guid
	EventID                       // System/EventID
	RecordID                      // System/EventRecordID
	Level                         // System/Level
	Task                          // System/Task
	Opcode                        // System/Opcode
	Keywords                      // System/Keywords
	Version                       // System/Version
	UserID                        // System/Security/@UserID
	ProcessID                     // System/Execution/@ProcessID
	ThreadID                      // System/Execution/@ThreadID
	ActivityID                    // System/Correlation/@ActivityID
	RelatedActivityID             // System/Correlation/@RelatedActivityID
	SystemTime                    // System/TimeCreated/@SystemTime
	Message                       // the rendered text, which is no part of the event XML
	Param                         // paramN: see Writer.Param
	RoleEnd
)

// fieldNames are the names under which System fields are kept; a field without one is not.
var fieldNames = [RoleEnd]string{
	Channel: "Channel", Computer: "Computer", ProviderName: "Provider_Name", ProviderGuid: "Provider_Guid",
	EventID: "EventID", RecordID: "EventRecordID", Level: "Level", Task: "Task", Opcode: "Opcode",
	Keywords: "Keywords", Version: "Version", UserID: "UserID", ProcessID: "Execution_ProcessID",
	ThreadID: "Execution_ThreadID", ActivityID: "Correlation_ActivityID",
	RelatedActivityID: "Correlation_RelatedActivityID", Message: "Message",
}

// A Head is what every event has.
type Head struct {
	Channel  string
	Provider string
	Computer string
	EventID  uint32
	Record   uint64 // EventRecordID
	Time     int64  // Unix nanoseconds; 0 when unknown
	Native   bool   // Record was there
}

// An Out takes what is kept of a record: a footfall.Batch.
type Out[ID ~uint16] interface {
	Add(id ID, val string)
	Keep(v []byte) string
	Grow(n int) []byte
	Kept(v []byte) string
}

// A Schema says which names are asked for: a footfall.Schema.
type Schema[ID ~uint16] interface {
	Asked(name string) ID
}

// A Writer collects the System fields of one record after another. It belongs
// to one goroutine.
type Writer[ID ~uint16] struct {
	Head
	out   Out[ID]
	ids   [RoleEnd]ID
	last  [RoleEnd]string
	words map[string]string
	level []byte // value of Level: its meaning depends on the provider
	mask  []byte // value of Keywords: the same
	seen  uint32
	data  ID
	list  [maxParams]param[ID]
	n     int
	buf   []byte
}

// NewWriter returns a Writer that keeps what s asks for.
func NewWriter[ID ~uint16](s Schema[ID]) *Writer[ID] {
	w := &Writer[ID]{words: map[string]string{}, data: s.Asked("Data")}
	for r, name := range fieldNames {
		if name != "" {
			w.ids[r] = s.Asked(name)
		}
	}
	return w
}

// Begin starts a record whose fields go to out.
func (w *Writer[ID]) Begin(out Out[ID]) {
	w.Head, w.out, w.seen, w.level, w.mask, w.n = Head{}, out, 0, nil, nil, 0
}

// Has reports whether the record had a System field.
func (w *Writer[ID]) Has(r Role) bool { return w.seen>>r&1 == 1 }

// Wants reports whether somebody asked for a System field.
func (w *Writer[ID]) Wants(r Role) bool { return w.ids[r] != 0 }

// System takes a System field as decoded text. v must stay as it is until End.
// The first value of a field counts; empty ones do not.
func (w *Writer[ID]) System(r Role, v []byte) {
	if len(v) == 0 || r >= RoleEnd || w.Has(r) {
		return
	}
	switch r {
	case Channel:
		w.Head.Channel = channel(w.word(r, v))
		w.add(r, w.Head.Channel)
	case Computer:
		w.Head.Computer = w.word(r, v)
		w.add(r, w.Head.Computer)
	case ProviderName:
		w.Head.Provider = w.word(r, v)
		w.add(r, w.Head.Provider)
	case EventID:
		n, ok := Uint(v)
		if !ok || n > 1<<32-1 {
			return
		}
		w.Head.EventID = uint32(n)
		w.add(r, w.word(r, v))
	case RecordID:
		n, ok := Uint(v)
		if !ok {
			return
		}
		w.Head.Record, w.Head.Native = n, true
		w.keep(r, v)
	case SystemTime:
		t, ok := Time(v)
		if !ok {
			return
		}
		w.Head.Time = t.UnixNano()
	default:
		if w.ids[r] != 0 && !w.attribute(r, v) {
			return
		}
	}
	w.seen |= 1 << r
}

// attribute takes the System fields that only rules look at. It leaves out
// the names that Windows renders for numbers, unless they are the same everywhere.
func (w *Writer[ID]) attribute(r Role, v []byte) bool {
	switch r {
	case Level:
		w.level = v
	case Task, Version:
		if _, ok := Uint(v); !ok {
			return false
		}
		w.add(r, w.word(r, v))
	case Opcode:
		n, ok := opcode(v)
		if !ok {
			return false
		}
		w.add(r, n)
	case Keywords:
		w.mask = v
	case Message, ActivityID, RelatedActivityID, ProcessID, ThreadID:
		w.keep(r, v)
	default:
		w.add(r, w.word(r, v))
	}
	return true
}

// End completes the record. It reports whether it is an event at all: it
// needs an id and a channel or a provider.
func (w *Writer[ID]) End() bool {
	if w.level != nil {
		if l, ok := level(w.level, w.Head.Provider); ok {
			w.add(Level, l)
		}
	}
	if w.mask != nil {
		if w.buf = keywords(w.buf[:0], w.mask, w.Head.Provider); len(w.buf) > 0 {
			w.add(Keywords, w.word(Keywords, w.buf))
		}
	}
	w.endParams()
	w.out = nil
	return w.Has(EventID) && (w.Has(Channel) || w.Has(ProviderName))
}

func (w *Writer[ID]) add(r Role, v string) {
	if w.ids[r] != 0 {
		w.out.Add(w.ids[r], v)
	}
}

func (w *Writer[ID]) keep(r Role, v []byte) {
	if w.ids[r] != 0 {
		w.out.Add(w.ids[r], w.out.Keep(v))
	}
}

const maxWords = 4096 // hostile names must not fill memory

// word returns v as a string that outlives the record: hosts, channels and
// providers come again and again.
func (w *Writer[ID]) word(r Role, v []byte) string {
	if w.last[r] == string(v) {
		return w.last[r]
	}
	s, ok := w.words[string(v)]
	if !ok {
		if len(w.words) >= maxWords || len(v) > 256 {
			return w.out.Keep(v)
		}
		s = string(v)
		w.words[s] = s
	}
	w.last[r] = s
	return s
}

// channel spells the classic channels as Windows does; some forwarders write them in lower case.
func channel(s string) string {
	switch s {
	case "security":
		return "Security"
	case "system":
		return "System"
	case "application":
		return "Application"
	}
	return s
}

const maxParams = 64

type param[ID ~uint16] struct {
	n   int
	id  ID
	val string
}

// Param takes the value of a key paramN, which stands for the N-th value of an
// event that names none, or is what the provider calls the value. id is of
// the name. Old providers, which have no GUID, name none: their values become
// fields Data, in the order of N; Beats write them in the order of the names,
// where param10 comes before param2.
func (w *Writer[ID]) Param(n int, id ID, val string) {
	if w.n == maxParams {
		w.out.Add(id, val)
		return
	}
	i := w.n
	for ; i > 0 && w.list[i-1].n > n; i-- {
		w.list[i] = w.list[i-1]
	}
	w.list[i] = param[ID]{n, id, val}
	w.n++
}

func (w *Writer[ID]) endParams() {
	for _, p := range w.list[:w.n] {
		if w.Has(ProviderGuid) {
			w.out.Add(p.id, p.val)
		} else {
			w.out.Add(w.data, p.val)
		}
	}
	w.n = 0
}

// ParamNumber returns N of a name paramN.
func ParamNumber(name string) (n int, ok bool) {
	const prefix = "param"
	if len(name) <= len(prefix) || len(name) > len(prefix)+3 || name[:len(prefix)] != prefix {
		return 0, false
	}
	u, ok := Uint([]byte(name[len(prefix):]))
	return int(u), ok
}

// Uint reads a decimal number.
func Uint(v []byte) (n uint64, ok bool) {
	if len(v) == 0 || len(v) > 20 {
		return 0, false
	}
	for _, c := range v {
		d := uint64(c - '0')
		if d > 9 || n > (1<<64-1-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// Hex is v with its hex digits in lower case if all of v is 0x and hex digits,
// as the event XML writes identifiers; else v itself. dst is used when v changes.
func Hex(dst, v []byte) []byte {
	if len(v) < 3 || len(v) > 18 || v[0] != '0' || v[1] != 'x' && v[1] != 'X' {
		return v
	}
	for _, c := range v[2:] {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return v
		}
	}
	dst = append(dst[:0], v...)
	for i, c := range dst {
		if c >= 'A' && c <= 'Z' {
			dst[i] = c | 0x20
		}
	}
	return dst
}

// NoBlanks is a field's name without blanks, as it is kept.
func NoBlanks(name string) string {
	if !containsBlank(name) {
		return name
	}
	return string(bytes.Join(bytes.Fields([]byte(name)), nil))
}

func containsBlank(s string) bool {
	for i := range len(s) {
		if s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r' {
			return true
		}
	}
	return false
}
