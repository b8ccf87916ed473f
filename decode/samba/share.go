package samba

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
)

// full reads full_audit's "PREFIX|OPERATION|ok|ARGUMENTS", where PREFIX is
// what the administrator chose: by custom names and addresses parted by bars,
// "%u|%I|%S". The address tells the parts before and behind it.
func full(e *footfall.Event, s string) bool {
	if e.Program != "smbd_audit" && strings.Count(s, "|") < 3 {
		return false
	}
	var part [10]string
	n := 0
	for rest, more := s, true; more && n < len(part); n++ {
		part[n], rest, more = strings.Cut(rest, "|")
	}
	op := operation(part[:n])
	if op < 1 {
		return false
	}
	e.Outcome = footfall.Success
	if part[op+1] != "ok" {
		e.Outcome = footfall.Failure
	}
	prefix(e, part[:op])
	file := ""
	if n > op+2 {
		file = part[n-1]
	}
	switch part[op] {
	case "connect":
		e.Kind = footfall.KindShare
		if e.Object == "" {
			e.Object = file
		}
	case "disconnect":
		e.Kind = footfall.KindLogoff
	case "open", "openat", "create_file", "opendir", "fdopendir":
		e.Kind = footfall.KindShare
		e.Object = join(e.Object, file)
	case "pwrite", "write", "rename", "renameat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir":
		e.Kind = footfall.KindFile
		e.Object = join(e.Object, file)
	}
	return true
}

// join keeps the file when there is one, else the share.
func join(share, file string) string {
	if file == "" {
		return share
	}
	return file
}

// operation returns which part is the operation: the one before "ok" or "fail (...)".
func operation(part []string) int {
	for i := 1; i < len(part); i++ {
		if part[i] == "ok" || strings.HasPrefix(part[i], "fail (") {
			return i - 1
		}
	}
	return -1
}

// prefix reads what the administrator put before the operation: the first
// address is the client, the word before the first address the account, the
// last word the share.
func prefix(e *footfall.Event, part []string) {
	at := -1
	for i, p := range part {
		if a, ok := hostport.Addr(p); ok {
			e.From.Addr, at = a, i
			break
		}
	}
	if at < 0 {
		e.User.Name = part[0]
		return
	}
	if at > 0 {
		e.User.Name = part[0]
		if d, n, ok := strings.Cut(part[0], `\`); ok {
			e.User.Domain, e.User.Name = d, n
		}
	}
	if last := len(part) - 1; last > at {
		e.Object = part[last]
	}
}

// json reads the audit's JSON: {"timestamp": ..., "type": "Authentication", "Authentication": {...}}.
func (d *decoder) json(b *footfall.Batch, e *footfall.Event, s string) bool {
	i := strings.IndexByte(s, '{')
	if i < 0 || i > 64 || !strings.Contains(s, `"Authentication"`) {
		return false
	}
	p := &d.scan
	if p.Reset(footfall.Bytes(s[i:])) != jsonscan.Object || !p.Enter() {
		return false
	}
	for p.Next() {
		if string(p.Key()) == "Authentication" && p.Kind() == jsonscan.Object && p.Enter() {
			d.members(b, e)
			guest(e)
			return p.Err() == nil
		}
	}
	return false
}

func (d *decoder) members(b *footfall.Batch, e *footfall.Event) {
	e.Kind = footfall.KindLogon
	p := &d.scan
	for p.Next() {
		if p.Kind() != jsonscan.String {
			continue
		}
		d.text = append(d.text[:0], p.Text(d.text)...)
		v := b.Keep(d.text)
		switch string(p.Key()) {
		case "status":
			status(e, v)
		case "remoteAddress":
			e.From = end(v)
		case "localAddress":
			e.To = end(v)
		case "serviceDescription":
			kind(e, v)
		case "clientDomain":
			e.User.Domain = v
		case "clientAccount":
			e.User.Name = v
		case "becameSid":
			e.User.SID = v
		case "workstation":
			e.Client = strings.TrimPrefix(v, `\\`)
		case "passwordType":
			password(e, v)
		case "logonId":
			e.Session = v
		}
	}
}
