package emulate

import "net/netip"

// A winData holds what the events of Windows say, by its part in them.
type winData struct {
	subject, target       *account
	subjectID, targetID   uint64 // logon ids
	linked                uint64
	kind                  uint8 // LogonType
	pack                  pack
	elevated              bool
	client                string // WorkstationName, ClientName
	addr                  netip.Addr
	port                  uint16
	status                uint32
	object, more, process string
	guid                  uint64 // of a Kerberos logon; 0 for none
}

// A pack is how a logon was authenticated.
type pack uint8

const (
	negotiate pack = iota
	kerberos
	ntlm
	advapi
	runas
)

var packs = [...]struct{ process, name, lm, key string }{
	negotiate: {"User32 ", "Negotiate", "-", "0"},
	kerberos:  {"Kerberos", "Kerberos", "-", "0"},
	ntlm:      {"NtLmSsp ", "NTLM", "NTLM V2", "128"},
	advapi:    {"Advapi  ", "Negotiate", "-", "0"},
	runas:     {"seclogo", "Negotiate", "-", "0"},
}

// Accounts that every Windows has.
var (
	localSystem = &account{name: "SYSTEM", domain: "NT AUTHORITY", sid: "S-1-5-18", kind: machine}
	anonymous   = &account{name: "ANONYMOUS LOGON", domain: "NT AUTHORITY", sid: "S-1-5-7", kind: machine}
)

// A writer puts the fields of an event in one of the forms that they travel in.
type fieldWriter struct {
	b    []byte
	form form
}

type form uint8

const (
	flatJSON form = iota
	ecsJSON
	eventXML
	userXML // of the terminal services, which name elements by the field
)

func (w *fieldWriter) put(name, value string) {
	if w.form == eventXML {
		w.b = append(w.b, "<Data Name='"...)
		w.b = append(w.b, name...)
		w.b = append(w.b, "'>"...)
		w.b = appendXML(w.b, value)
		w.b = append(w.b, "</Data>"...)
		return
	}
	if w.form == userXML {
		w.b = append(append(append(w.b, '<'), name...), '>')
		w.b = appendXML(w.b, value)
		w.b = append(append(append(w.b, '<', '/'), name...), '>')
		return
	}
	if w.form == ecsJSON && value == "" {
		return // Winlogbeat leaves empty values out
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
	w.b = appendJSON(w.b, value)
	w.b = append(w.b, ',')
}

func (w *fieldWriter) hex(name string, v uint64) {
	var buf [18]byte
	w.put(name, string(appendHex(buf[:0], v)))
}

func (w *fieldWriter) number(name string, v uint64) {
	var buf [20]byte
	i := len(buf)
	for {
		i--
		buf[i] = byte('0' + v%10)
		if v /= 10; v == 0 {
			break
		}
	}
	w.put(name, string(buf[i:]))
}

func (w *fieldWriter) guid(name string, v uint64) {
	if v == 0 {
		w.put(name, "{00000000-0000-0000-0000-000000000000}")
		return
	}
	var buf [40]byte
	b := append(buf[:0], '{')
	x, y := v*0x9e3779b97f4a7c15, v*0xc2b2ae3d27d4eb4f
	for i := 0; i < 32; i++ {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			b = append(b, '-')
		}
		n := x
		if i >= 16 {
			n = y
		}
		b = append(b, "0123456789abcdef"[n>>(uint(i&15)*4)&15])
	}
	b = append(b, '}')
	w.put(name, string(b))
}

func appendHex(b []byte, v uint64) []byte {
	b = append(b, '0', 'x')
	shift := 60
	for shift > 0 && v>>uint(shift) == 0 {
		shift -= 4
	}
	for ; shift >= 0; shift -= 4 {
		b = append(b, "0123456789abcdef"[v>>uint(shift)&15])
	}
	return b
}

func appendJSON(b []byte, v string) []byte {
	b = append(b, '"')
	for i := 0; i < len(v); i++ {
		switch c := v[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

func appendXML(b []byte, v string) []byte {
	for i := 0; i < len(v); i++ {
		switch c := v[i]; c {
		case '<':
			b = append(b, "&lt;"...)
		case '&':
			b = append(b, "&amp;"...)
		case '\n':
			b = append(b, "&#10;"...)
		case '\t':
			b = append(b, "&#9;"...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// subject says who asked for what happened.
func (w *fieldWriter) subject(r *record) {
	a, id := r.win.subject, r.win.subjectID
	switch a {
	case nil:
		w.account("Subject", "S-1-0-0", "-", "-", 0)
	case localSystem:
		m := r.host.machine
		w.account("Subject", "S-1-5-18", m.name, m.domain, 0x3e7)
	default:
		w.account("Subject", a.sid, a.name, a.domain, id)
	}
}

func (w *fieldWriter) account(part, sid, name, domain string, id uint64) {
	w.put(part+"UserSid", sid)
	w.put(part+"UserName", name)
	w.put(part+"DomainName", domain)
	w.hex(part+"LogonId", id)
}

func (w *fieldWriter) from(r *record) {
	if !r.win.addr.IsValid() {
		w.put("IpAddress", "-")
		w.put("IpPort", "-")
		return
	}
	w.address("IpAddress", r.win.addr, false)
	w.number("IpPort", uint64(r.win.port))
}

func (w *fieldWriter) address(name string, a netip.Addr, mapped bool) {
	var buf [64]byte
	b := buf[:0]
	if mapped {
		if a.IsLoopback() {
			w.put(name, "::1")
			return
		}
		b = append(b, "::ffff:"...)
	}
	w.put(name, string(a.AppendTo(b)))
}

func (w *fieldWriter) ports(r *record) { w.number("IpPort", uint64(r.win.port)) }
