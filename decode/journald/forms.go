package journald

import (
	"bytes"
	"encoding/binary"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonscan"
)

// export reads one entry of the export format: lines "NAME=value", and for
// values with line ends in them "NAME", the length in 64 bits little-endian,
// the value, a line end.
func (r *reader) export(b *footfall.Batch, frame []byte) error {
	e := r.begin(b, len(frame))
	for len(frame) > 0 {
		line := frame
		if i := bytes.IndexByte(frame, '\n'); i >= 0 {
			line, frame = frame[:i], frame[i+1:]
		} else {
			frame = nil
		}
		if len(line) == 0 {
			continue
		}
		if i := bytes.IndexByte(line, '='); i >= 0 {
			r.field(b, e, line[:i], line[i+1:])
			continue
		}
		if len(frame) < 8 {
			return errBroken
		}
		n := binary.LittleEndian.Uint64(frame)
		if n > uint64(len(frame)-8) {
			return errBroken
		}
		r.field(b, e, line, frame[8:8+n])
		if frame = frame[8+n:]; len(frame) > 0 && frame[0] == '\n' {
			frame = frame[1:]
		}
	}
	return r.end(b, e)
}

// json reads one object of journalctl -o json. A value is a string, null when
// it was too long, an array of bytes when it is not text, or an array of
// those when the entry has the field more than once.
func (r *reader) json(b *footfall.Batch, frame []byte) error {
	e := r.begin(b, len(frame))
	s := &r.scan
	if s.Reset(frame) != jsonscan.Object || !s.Enter() {
		return errEntry
	}
	var name [128]byte
	for s.Next() {
		key := append(name[:0], s.Key()[:min(len(s.Key()), len(name))]...)
		switch s.Kind() {
		case jsonscan.String, jsonscan.Number:
			r.bytes = append(r.bytes[:0], s.Text(r.bytes)...)
			r.field(b, e, key, r.bytes)
		case jsonscan.Array:
			r.array(b, e, key)
		}
	}
	if err := s.Err(); err != nil {
		return err
	}
	return r.end(b, e)
}

// array reads an array of bytes, or the values of a field that comes more
// than once.
func (r *reader) array(b *footfall.Batch, e *footfall.Event, key []byte) {
	s := &r.scan
	if !s.Enter() {
		return
	}
	text := r.bytes[:0]
	isBytes := false
	for s.Next() {
		switch s.Kind() {
		case jsonscan.Number:
			v, _ := s.Raw()
			text, isBytes = append(text, byte(decimal(v, 255))), true
		case jsonscan.String:
			r.bytes = append(text[:0], s.Text(nil)...)
			r.field(b, e, key, r.bytes)
			text = r.bytes[:0]
		case jsonscan.Array:
			r.array(b, e, key)
			text = r.bytes[:0]
		}
	}
	r.bytes = text
	if isBytes {
		r.field(b, e, key, text)
	}
}

// sniffExport knows the address fields that begin every exported entry.
func sniffExport(head []byte) int {
	head = bytes.TrimLeft(head, "\n")
	if !bytes.HasPrefix(head, []byte("__")) && !bytes.HasPrefix(head, []byte("_")) && !bytes.HasPrefix(head, []byte("MESSAGE=")) {
		return 0
	}
	line := func(name string) bool {
		return bytes.HasPrefix(head, []byte(name+"=")) || bytes.Contains(head, []byte("\n"+name+"="))
	}
	if line("__REALTIME_TIMESTAMP") && (line("_BOOT_ID") || line("__MONOTONIC_TIMESTAMP") || line("MESSAGE") || line("_HOSTNAME")) {
		return 95
	}
	return 0
}

// sniffJSON knows the same fields as names of members.
func sniffJSON(head []byte) int {
	t := bytes.TrimLeft(head, " \r\n\t[\ufeff")
	if len(t) == 0 || t[0] != '{' {
		return 0
	}
	has := func(name string) bool { return bytes.Contains(head, []byte(`"`+name+`"`)) }
	if has("__REALTIME_TIMESTAMP") && (has("MESSAGE") || has("_BOOT_ID") || has("_HOSTNAME")) {
		return 95
	}
	if has("_SOURCE_REALTIME_TIMESTAMP") && has("MESSAGE") && has("_HOSTNAME") {
		return 85
	}
	return 0
}
