package pulse

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// VC0 reads the text in the log files that the gateway keeps itself.
var VC0 = footfall.Decoder{
	Name: "pulse-vc0",
	Doc: "Log files of Ivanti (Pulse) Connect Secure itself, log.access.vc0, log.events.vc0, log.admin.vc0: records of tab-parted " +
		"text between bytes of their own. The bytes of their header mean nothing here.",
	Source: "Plaso: ivanti_connect_secure parser; message codes: Ivanti error and event reference",
	Frame:  footfall.FrameWhole,
	By:     "records parted by zero bytes, with a code such as AUT23457",
	Sniff: func(head []byte) int {
		found := 0
		each(head, func(_ int, rec []byte) {
			if _, ok := recordOf(footfall.Str(rec)); ok {
				found++
			}
		})
		if found > 0 && bytes.IndexByte(head, 0) >= 0 {
			return 94
		}
		return min(found, 1) * 60
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		log, id := s.AddLog(text.Log), s.Asked("message")
		return func(b *footfall.Batch, frame []byte) error { return vc0(b, frame, log, id) }, nil
	},
}

var errVC0 = errors.New("no record of a Connect Secure log in the file")

// each calls f for the runs of text between the bytes that part records.
func each(data []byte, f func(at int, rec []byte)) {
	for pos := 0; pos < len(data); {
		end := pos + bytes.IndexAny(data[pos:], "\x00\x01\x05\n")
		if end < pos {
			end = len(data)
		}
		if end > pos {
			f(pos, data[pos:end])
		}
		pos = end + 1
	}
}

const vc0Fields = 12

// recordOf parts "65c4a660.00000011\tHOST\tCODE\t...": false when s is none.
func recordOf(s string) (f [vc0Fields]string, ok bool) {
	i := strings.IndexByte(s, '\t')
	if i < 10 || i > 40 {
		return f, false
	}
	if j := strings.LastIndexByte(s[:i], '.'); j < 8 || strings.Trim(s[j-8:j], "0123456789abcdef") != "" || strings.Trim(s[j+1:i], "0123456789abcdef") != "" {
		return f, false
	} else {
		s = s[j-8:] // bytes of the record's head may stand before it
	}
	for n := range f {
		var more bool
		f[n], s, more = strings.Cut(s, "\t")
		if !more {
			return f, n > 5
		}
	}
	return f, true
}

func vc0(b *footfall.Batch, frame []byte, log footfall.LogID, id footfall.FieldID) error {
	found := false
	each(frame, func(at int, rec []byte) {
		if _, ok := recordOf(footfall.Str(rec)); !ok {
			return
		}
		found = true
		line := b.Keep(rec)
		f, _ := recordOf(line)
		e := b.New()
		e.Offset, e.Len, e.Log, e.Program = int64(at), uint32(len(rec)), log, "PulseSecure"
		sec, err := strconv.ParseUint(f[0][:8], 16, 64)
		if err == nil {
			e.Time = int64(sec) * 1e9
		}
		e.Computer, e.Object = f[1], f[2]
		b.Add(id, line)
		e.From.Addr, _ = hostport.Addr(f[5])
		if e.User.Name = f[6]; f[6] == "System" {
			e.User.Name = ""
		}
		coded(e, f[2], f[7])
	})
	if !found {
		return errVC0
	}
	return nil
}

// coded gives a record its kind by its code, or else by what its text says.
func coded(e *footfall.Event, code, what string) {
	e.Service = footfall.ServiceVPN
	has := func(s string) bool { return strings.Contains(what, s) }
	switch {
	case code == "AUT24414" || code == "AUT31504" || code == "AUT30684" || has("login succeeded"):
		set(e, footfall.KindLogon, footfall.Success, 0)
	case code == "AUT23457" || code == "AUT31085" || has("ogin failed"):
		set(e, footfall.KindLogon, footfall.Failure, footfall.ReasonBadPassword)
	case code == "AUT24327" || has("authentication failed"):
		set(e, footfall.KindCredential, footfall.Failure, footfall.ReasonBadPassword)
	case code == "AUT24326" || has("authentication successful") || has("authentication accepted"):
		set(e, footfall.KindCredential, footfall.Success, 0)
	case code == "AUT22673" || code == "AUT20915" || code == "AUT24803" || code == "NWC23465" || has("logout") || has("tunnel stopped"):
		set(e, footfall.KindLogoff, footfall.Success, 0)
	case has("tunnel started") || has("Session started"):
		set(e, footfall.KindLease, footfall.Success, 0)
	default:
		e.Service = footfall.ServiceUnknown
	}
}
