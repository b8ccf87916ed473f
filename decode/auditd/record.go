package auditd

import (
	"strings"

	"github.com/footfall/footfall"
)

// A header is what stands before the fields of a record.
type header struct {
	kind string
	id   string
	time int64
	body string
}

// split reads "type=USER_LOGIN msg=audit(1684329817.579:2995): FIELDS", and
// the kernel's "audit: type=1112 audit(1684329817.579:2995): FIELDS".
func split(s string) (h header, ok bool) {
	s = strings.TrimPrefix(s, "audit: ")
	s, ok = strings.CutPrefix(s, "type=")
	if !ok {
		return h, false
	}
	h.kind, s, _ = strings.Cut(s, " ")
	s, ok = strings.CutPrefix(strings.TrimPrefix(s, "msg="), "audit(")
	if !ok || h.kind == "" {
		return h, false
	}
	h.id, s, ok = strings.Cut(s, ")")
	if !ok || len(h.id) > 64 {
		return h, false
	}
	h.time = stamp(h.id)
	h.body = strings.TrimLeft(strings.TrimPrefix(s, ":"), " ")
	h.kind = named(h.kind)
	return h, true
}

// stamp reads the seconds and milliseconds of a record's id.
func stamp(id string) int64 {
	t, _, _ := strings.Cut(id, ":")
	sec, frac, _ := strings.Cut(t, ".")
	s, ok := digits(sec, 10)
	f, okf := digits(frac, 3)
	if !ok || !okf || s > 9_000_000_000 {
		return 0
	}
	return s*1e9 + f*1e6
}

func digits(s string, most int) (v int64, ok bool) {
	if s == "" || len(s) > most {
		return 0, false
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0, false
		}
		v = v*10 + int64(s[i]-'0')
	}
	return v, true
}

// named gives the record types that matter here the names that auditd writes
// (libaudit.h); the kernel's own log has their numbers.
func named(kind string) string {
	switch kind {
	case "1100":
		return "USER_AUTH"
	case "1105":
		return "USER_START"
	case "1106":
		return "USER_END"
	case "1112":
		return "USER_LOGIN"
	case "1113":
		return "USER_LOGOUT"
	case "1123":
		return "USER_CMD"
	case "1300":
		return "SYSCALL"
	case "1309":
		return "EXECVE"
	}
	return kind
}

// pairs reads "name=value name="value" msg='name=value ...'UID="root"".
// Enriched fields stand behind a byte 0x1d, or nothing.
func (r *reader) pairs(b *footfall.Batch, s string, depth int) {
	for {
		s = strings.TrimLeft(s, " ,\x1d()'")
		i := strings.IndexByte(s, '=')
		if i < 0 {
			return
		}
		name := s[strings.LastIndexByte(s[:i], ' ')+1 : i]
		value, quote, rest := text(s[i+1:])
		s = rest
		if quote == '\'' {
			if name == "msg" && depth == 0 {
				r.pairs(b, value, 1)
				continue
			}
		} else if quote == 0 && name != "" && r.spelled(name) {
			value = unhex(b, value)
		}
		b.Add(r.asked(name), value)
		r.now.take(name, value)
		if r.now.kind == "EXECVE" && argument(name) && len(r.now.args) < 8192 {
			// A long argument comes in parts: a1[0], a1[1].
			if i := strings.IndexByte(name, '['); len(r.now.args) > 0 && (i < 0 || name[i:] == "[0]") {
				r.now.args = append(r.now.args, ' ')
			}
			r.now.args = append(r.now.args, value[:min(len(value), 8192)]...)
		}
	}
}

// text takes a value off the head of s.
func text(s string) (value string, quote byte, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if i := strings.IndexByte(s[1:], s[0]); i >= 0 {
			return s[1 : i+1], s[0], s[i+2:]
		}
		return s[1:], s[0], ""
	}
	i := strings.IndexAny(s, " \x1d")
	if i < 0 {
		return s, 0, ""
	}
	return s[:i], 0, s[i:]
}

// spelled reports whether the kernel or PAM spells a field in hex when its
// text is not plain (field dictionary, "encoded").
func (r *reader) spelled(name string) bool {
	switch name {
	case "acct", "cmd", "comm", "exe", "cwd", "name", "proctitle", "data", "grp", "dir", "path", "vm", "new-disk":
		return true
	}
	return r.now.kind == "EXECVE" && argument(name)
}

// argument reports whether a field of EXECVE is an argument: "a0", "a1[2]".
func argument(name string) bool {
	return len(name) > 1 && name[0] == 'a' && name[1]-'0' <= 9 && !strings.HasSuffix(name, "_len")
}

// unhex decodes v when it is hex; a name that merely looks so has quotes.
func unhex(b *footfall.Batch, v string) string {
	if len(v) < 2 || len(v)%2 != 0 {
		return v
	}
	for i := range len(v) {
		if nibble(v[i]) > 15 {
			return v
		}
	}
	out := b.Grow(len(v) / 2)
	for i := 0; i < len(v); i += 2 {
		c := nibble(v[i])<<4 | nibble(v[i+1])
		if c == 0 { // parts the arguments of a proctitle
			c = ' '
		}
		out = append(out, c)
	}
	return b.Kept(out)
}

func nibble(c byte) byte {
	switch {
	case c-'0' <= 9:
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// take keeps the fields that events are made of; of a name that comes twice
// the first counts, but for what PAM's own part says of the account.
func (v *record) take(name, value string) {
	var p *string
	switch name {
	case "acct":
		value, p = known(value), &v.acct
	case "addr":
		p = &v.addr
	case "hostname":
		p = &v.host
	case "exe":
		p = &v.exe
	case "comm":
		p = &v.comm
	case "res":
		p = &v.res
	case "success":
		p = &v.res
	case "op":
		p = &v.op
	case "cmd":
		p = &v.cmd
	case "auid":
		p = &v.auid
	case "uid":
		p = &v.uid
	case "ses":
		p = &v.ses
	case "syscall":
		p = &v.syscall
	case "arch":
		p = &v.arch
	case "AUID":
		p = &v.auidName
	case "UID":
		p = &v.uidName
	case "ID":
		p = &v.idName
	case "id":
		p = &v.number
	case "grp":
		p = &v.grp
	case "pid":
		p = &v.pid
	default:
		return
	}
	if *p == "" {
		*p = value
	}
}
