package directory

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads LDIF.
var Decoder = footfall.Decoder{
	Name:   "directory",
	Doc:    "LDIF of Active Directory (ldifde, ldapsearch): users, computers, groups and who is a member of what.",
	Source: "RFC 2849; https://learn.microsoft.com/windows/win32/adschema/active-directory-schema",
	Frame:  footfall.FrameEntries,
	Begins: func(line []byte) bool { return bytes.HasPrefix(line, []byte("dn:")) },
	By:     "entries that begin with dn: and have objectClass or sAMAccountName",
	Sniff:  sniffLDIF,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := &ldif{log: s.AddLog(source), v: record.New(s, []string{"dn"}, nil)}
		return r.decode, nil
	},
}

func sniffLDIF(head []byte) int {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	i := bytes.Index(head, []byte("dn: "))
	if j := bytes.Index(head, []byte("dn:: ")); i < 0 || j >= 0 && j < i {
		i = j
	}
	if i < 0 || i > 4096 || i > 0 && head[i-1] != '\n' || bytes.IndexByte(head, 0) >= 0 {
		return 0
	}
	for l := range bytes.Lines(head[:i]) { // comments, "version: 1" and empty lines may stand before
		if l = bytes.TrimSpace(l); len(l) > 0 && l[0] != '#' && !bytes.HasPrefix(l, []byte("version:")) {
			return 0
		}
	}
	if bytes.Contains(head, []byte("\nobjectClass: ")) || bytes.Contains(head, []byte("\nsAMAccountName: ")) {
		return 92
	}
	return 0
}

type ldif struct {
	v      *record.Values
	log    footfall.LogID
	groups []string // of the entry: memberOf
	list   []string // of the entry: member
}

func (r *ldif) decode(b *footfall.Batch, frame []byte) error {
	text := b.Keep(bytes.TrimPrefix(frame, []byte("\xef\xbb\xbf"))) // values point into it
	line, begin, beginLine := 1, 0, 1
	for at := 0; at <= len(text); {
		end := strings.IndexByte(text[at:], '\n')
		next := len(text) + 1
		if end < 0 {
			end = len(text)
		} else {
			end += at
			next = end + 1
		}
		if strings.TrimRight(text[at:end], "\r") == "" || next > len(text) {
			stop := end
			r.entry(b, text[begin:stop], begin, beginLine)
			begin, beginLine = min(next, len(text)), line+1
		}
		at = next
		line++
	}
	return nil
}

// entry reads the lines of an entry.
func (r *ldif) entry(b *footfall.Batch, s string, offset, line int) {
	i := 0
	for i < len(s) && !strings.HasPrefix(s[i:], "dn:") { // comments and version
		n := strings.IndexByte(s[i:], '\n')
		if n < 0 {
			return
		}
		i += n + 1
		line++
	}
	if i >= len(s) {
		return
	}
	offset += i
	s = s[i:]
	e := b.New()
	e.Log, e.Offset, e.Len, e.Record = r.log, int64(offset), uint32(len(s)), uint64(line)
	size := len(s)
	r.v.Begin(b)
	r.groups, r.list = r.groups[:0], r.list[:0]
	var x entry
	for s != "" {
		name, val, rest, ok := attribute(b, s)
		s = rest
		if ok {
			r.take(b, &x, name, val)
		}
	}
	x.fill(b, e)
	if x.account.Name == "" {
		e.User.Name = first(x.dn)
	}
	named := e.User
	for _, g := range r.groups {
		group := footfall.Account{Name: first(g), Domain: domainOf(b, g)}
		if adminGroup(group.Name) {
			b.Events[len(b.Events)-1].Elevated = true
		}
		r.place(member(b, r.log, footfall.Account{Name: x.account.Name, Domain: domainOf(b, x.dn), SID: x.account.SID}, group, g), offset, size, line)
	}
	for _, m := range r.list {
		who := footfall.Account{Name: first(m), Domain: domainOf(b, m)}
		group := footfall.Account{Name: x.account.Name, Domain: domainOf(b, x.dn), SID: x.account.SID}
		r.place(member(b, r.log, who, group, x.dn), offset, size, line)
	}
	x.aliases(b, r.log, named, func(e *footfall.Event) { r.place(e, offset, size, line) })
}

func (r *ldif) place(e *footfall.Event, offset, size, line int) {
	e.Offset, e.Len, e.Record = int64(offset), uint32(size), uint64(line)
}

// maxMembers bounds how many memberships of an entry are read.
const maxMembers = 20000

func (r *ldif) take(b *footfall.Batch, x *entry, name, val string) {
	if strings.EqualFold(name, "objectSid") {
		val = sid(b, val)
	}
	r.v.Put(name, val)
	var lower [24]byte
	switch string(fold(lower[:0], name)) {
	case "dn":
		x.dn = val
	case "objectclass": // the most special one stands last
		switch val {
		case "user", "computer", "group":
			x.kind = val
		case "domainDNS":
			x.kind = "domain"
		case "inetOrgPerson", "posixAccount":
			if x.kind == "" {
				x.kind = "user"
			}
		case "groupOfNames", "posixGroup":
			x.kind = "group"
		}
	case "samaccountname":
		x.account.Name = val
	case "uid":
		if x.account.Name == "" {
			x.account.Name = val
		}
	case "objectsid":
		x.account.SID = val
	case "userprincipalname":
		x.upn = val
	case "mail":
		x.mail = val
	case "displayname":
		x.person = val
	case "dnshostname":
		x.host = val
	case "operatingsystem":
		x.system = val
	case "primarygroupid":
		x.primary = val
	case "admincount":
		x.admin = val != "0" && val != ""
	case "useraccountcontrol":
		n, _ := strconv.ParseUint(val, 10, 32)
		x.off = n&2 != 0
	case "memberof":
		if len(r.groups) < maxMembers {
			r.groups = append(r.groups, val)
		}
	case "member", "uniquemember":
		if len(r.list) < maxMembers {
			r.list = append(r.list, val)
		}
	}
}

// fold appends s in lower case, none of a name that is longer than any known one.
func fold(dst []byte, s string) []byte {
	if len(s) > cap(dst) {
		return dst
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// attribute reads the line that s begins with, the folded ones behind it too.
func attribute(b *footfall.Batch, s string) (name, val, rest string, ok bool) {
	end := len(s)
	folded := false
	for i := 0; ; {
		n := strings.IndexByte(s[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		if i >= len(s) || s[i] != ' ' {
			end = i
			break
		}
		folded = true
	}
	line := strings.TrimRight(s[:end], "\r\n")
	rest = s[end:]
	if folded {
		out := b.Grow(len(line))
		for l := range strings.Lines(line) {
			l = strings.TrimRight(l, "\r\n")
			out = append(out, strings.TrimPrefix(l, " ")...)
		}
		line = b.Kept(out)
	}
	if line == "" || line[0] == '#' || line[0] == '-' {
		return "", "", rest, false
	}
	name, val, ok = strings.Cut(line, ":")
	if v, coded := strings.CutPrefix(val, ":"); coded {
		v = strings.TrimSpace(v)
		out := b.Grow(base64.StdEncoding.DecodedLen(len(v)))
		out, err := base64.StdEncoding.AppendDecode(out, footfall.Bytes(v))
		if err != nil {
			return name, v, rest, ok
		}
		return name, b.Kept(out), rest, ok
	}
	return name, strings.TrimLeft(val, " "), rest, ok
}

// sid returns the text of a SID from its bytes ([MS-DTYP] 2.4.2.2); what is no
// SID stays as it is.
func sid(b *footfall.Batch, v string) string {
	if len(v) < 8 || v[0] != 1 || len(v) != 8+4*int(v[1]) {
		return v
	}
	p := footfall.Bytes(v)
	out := append(b.Grow(184), "S-1-"...)
	out = strconv.AppendUint(out, binary.BigEndian.Uint64(p[:8])&(1<<48-1), 10)
	for i := 8; i < len(p); i += 4 {
		out = append(out, '-')
		out = strconv.AppendUint(out, uint64(binary.LittleEndian.Uint32(p[i:])), 10)
	}
	return b.Kept(out)
}
