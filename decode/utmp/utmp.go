// Package utmp reads the accounting files of logons: wtmp, btmp and utmp of
// Linux, utmpx of macOS. In goes a record of fixed length, out comes a logon,
// a logoff, a failed logon or a start of the host. The files do not say which
// host they are of, nor by which service somebody came.
package utmp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// A layout says where the parts of a record are.
type layout struct {
	kind, pid, line, id, user, host, sec, usec, addr int
	users, hosts                                     int // lengths
	wide                                             bool
	size                                             int
}

var (
	// linux is the layout of glibc on nearly all machines: times of 32 bits, also where others have 64.
	linux = layout{kind: 0, pid: 4, line: 8, id: 40, user: 44, users: 32, host: 76, hosts: 256, sec: 340, usec: 344, addr: 348, size: 384}
	// linux64 is that of machines whose 64-bit glibc never ran 32-bit programs: aarch64, and musl's.
	linux64 = layout{kind: 0, pid: 4, line: 8, id: 40, user: 44, users: 32, host: 76, hosts: 256, sec: 344, usec: 352, addr: 360, wide: true, size: 400}
	// mac is utmpx of macOS.
	mac = layout{kind: 296, pid: 292, line: 260, id: 256, user: 0, users: 256, host: 308, hosts: 256, sec: 300, usec: 304, addr: -1, size: 628}
)

const lineLen = 32

// Decoder reads Linux's records.
var Decoder = decoder("utmp", "wtmp and utmp of Linux: logons, logoffs, starts of the host.", "utmp(5)", "", &linux, false)

// Failed reads those of btmp. The records themselves do not say that they are
// of failures: login writes there what it writes to wtmp of a success.
var Failed = decoder("utmp-btmp", "btmp of Linux: failed logons.", "utmp(5), lastb(1)", failing, &linux, true)

// Wide reads those with times of 64 bits.
var Wide = decoder("utmp-64", "wtmp and utmp of Linux where times have 64 bits, as on aarch64.", "utmp(5); glibc bits/types/struct_utmp.h", "", &linux64, false)

// WideFailed reads those of btmp.
var WideFailed = decoder("utmp-btmp64", "btmp of Linux where times have 64 bits: failed logons.", "utmp(5); glibc bits/types/struct_utmp.h", failing, &linux64, true)

// Mac reads utmpx of macOS.
var Mac = decoder("utmp-mac", "utmpx of macOS: logons, logoffs, starts of the host.", "endutxent(3) of macOS; utmpx.h", "", &mac, false)

const failing = ", none of an end or a start, and one that only a failure leaves"

func decoder(name, doc, source, by string, l *layout, failed bool) footfall.Decoder {
	sniff := l.sniff
	if failed {
		sniff = l.sniffFailed
	}
	return footfall.Decoder{
		Name: name, Doc: doc, Source: source, By: "records of " + strconv.Itoa(l.size) + " bytes with a known type, a plausible time and names padded with zeros" + by,
		Frame: footfall.FrameBlocks, Block: l.size, Sniff: sniff,
		New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
			r := &reader{l: l, failed: failed, log: s.AddLog(footfall.Log{Product: "linux", Services: []string{"utmp"}})}
			for i, n := range fieldNames {
				r.ids[i] = s.Asked(n)
			}
			return r.decode, nil
		},
	}
}

// The types of records (utmp(5)).
const (
	empty = iota
	runLevel
	bootTime
	newTime
	oldTime
	initProcess
	loginProcess
	userProcess
	deadProcess
	accounting
	signature // macOS: the first record of the file
	shutdown  // macOS
	kinds     = 16
)

var fieldNames = [...]string{"ut_type", "ut_pid", "ut_line", "ut_user", "ut_host", "ut_addr"}

var typeNames = [kinds]string{"EMPTY", "RUN_LVL", "BOOT_TIME", "NEW_TIME", "OLD_TIME", "INIT_PROCESS", "LOGIN_PROCESS", "USER_PROCESS", "DEAD_PROCESS", "ACCOUNTING", "SIGNATURE", "SHUTDOWN_TIME", "", "", "", ""}

var (
	errShort = errors.New("utmp: the last record is cut off")
	errKind  = errors.New("utmp: a record of a type that there is not")
)

type reader struct {
	l      *layout
	failed bool // of btmp
	log    footfall.LogID
	ids    [len(fieldNames)]footfall.FieldID
}

func (r *reader) decode(b *footfall.Batch, p []byte) error {
	l := r.l
	if len(p) < l.size {
		return errShort
	}
	k := int(int16(binary.LittleEndian.Uint16(p[l.kind:])))
	if k < 0 || k >= kinds || typeNames[k] == "" {
		return errKind
	}
	if k == empty && text(p[l.user:l.user+l.users]) == nil {
		return nil // a slot of utmp that nobody uses
	}
	e := b.New()
	e.Log = r.log
	e.Time = l.time(p)
	e.PID = binary.LittleEndian.Uint32(p[l.pid:])
	line := b.Keep(text(p[l.line : l.line+lineLen]))
	user := b.Keep(text(p[l.user : l.user+l.users]))
	host := b.Keep(text(p[l.host : l.host+l.hosts]))
	addr := l.address(p)
	r.mean(e, k, line, user, host, addr)
	if e.Service == footfall.ServiceNetwork && bytes.HasPrefix(p[l.id:l.id+4], []byte("tn")) {
		e.Service = footfall.ServiceTelnet // GNU inetutils' telnetd chooses "tn/0" as id
	}
	e.Session = line
	r.fields(b, e, k, line, user, host, addr)
	return nil
}

// mean says what a record is about.
func (r *reader) mean(e *footfall.Event, k int, line, user, host string, addr netip.Addr) {
	switch k {
	case bootTime, runLevel, shutdown:
		e.Kind, e.Outcome, e.Object = footfall.KindStart, footfall.Success, user
		return
	case userProcess:
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
		if r.failed {
			e.Outcome = footfall.Failure
		}
	case deadProcess:
		e.Kind, e.Outcome = footfall.KindLogoff, footfall.Success
	case loginProcess:
		if !r.failed && waiting(line, user) {
			return
		}
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Failure // what btmp holds
	default:
		return
	}
	e.User.Name = user
	if e.Outcome == footfall.Failure && user == "UNKNOWN" {
		e.User.Name, e.Reason = "", footfall.ReasonNoUser // login writes this for a name that there is not, as it may be a password
	}
	e.From.Addr = addr
	if end, ok := hostport.Host(host); ok && !display(host) {
		e.From.Host = end.Host
		if end.Addr.IsValid() {
			e.From.Addr = end.Addr
		}
	}
	switch {
	case strings.HasPrefix(line, "ssh"):
		e.Service = footfall.ServiceSSH
	case e.From.Addr.IsValid() || e.From.Host != "":
		e.Service = footfall.ServiceNetwork
	default:
		e.Service = footfall.ServiceLocal
	}
}

// waiting reports whether somebody waits for a name at a terminal: getty as
// LOGIN, telnetd and rlogind as .telnet and .rlogin. sshd never does.
func waiting(line, user string) bool {
	return !strings.HasPrefix(line, "ssh") && (user == "" || user == "LOGIN" || user[0] == '.')
}

// display reports whether a host is the name of a display of X11 (":0", "login
// screen"): somebody sat before it.
func display(host string) bool {
	return host == "" || host[0] == ':' || host == "login screen" || strings.HasPrefix(host, "tmux(") || strings.HasSuffix(host, ":S.0")
}

func (r *reader) fields(b *footfall.Batch, e *footfall.Event, k int, line, user, host string, addr netip.Addr) {
	values := [len(fieldNames)]string{typeNames[k], "", line, user, host}
	if r.ids[1] != 0 && e.PID != 0 {
		values[1] = b.Kept(strconv.AppendUint(b.Grow(10), uint64(e.PID), 10))
	}
	if r.ids[5] != 0 && addr.IsValid() {
		values[5] = b.Kept(addr.AppendTo(b.Grow(64)))
	}
	for i, v := range values {
		if v != "" {
			b.Add(r.ids[i], v)
		}
	}
}

func (l *layout) time(p []byte) int64 {
	if l.wide {
		sec := int64(binary.LittleEndian.Uint64(p[l.sec:]))
		if sec < 0 || sec > 1<<33 {
			return 0
		}
		return sec*1e9 + int64(binary.LittleEndian.Uint32(p[l.usec:])%1e6)*1e3
	}
	// The seconds have 32 bits and no sign since 2038 is near (utmp(5)).
	return int64(binary.LittleEndian.Uint32(p[l.sec:]))*1e9 + int64(binary.LittleEndian.Uint32(p[l.usec:])%1e6)*1e3
}

// address reads ut_addr_v6: four bytes are an address of IPv4.
func (l *layout) address(p []byte) netip.Addr {
	if l.addr < 0 {
		return netip.Addr{}
	}
	a := p[l.addr : l.addr+16]
	switch {
	case bytes.Count(a, []byte{0}) == 16:
		return netip.Addr{}
	case bytes.Count(a[4:], []byte{0}) == 12:
		return netip.AddrFrom4([4]byte(a))
	}
	return netip.AddrFrom16([16]byte(a)).Unmap()
}

// text is a name up to its first zero; nil when there is none.
func text(p []byte) []byte {
	if i := bytes.IndexByte(p, 0); i >= 0 {
		p = p[:i]
	}
	if len(p) == 0 {
		return nil
	}
	return p
}

// sniff looks at the first records: types, times, and names that are text with
// nothing behind them.
func (l *layout) sniff(head []byte) int {
	n, used := 0, 0
	for ; (n+1)*l.size <= len(head) && n < 32; n++ {
		p := head[n*l.size : (n+1)*l.size]
		if !l.plausible(p) {
			return 0
		}
		if k := binary.LittleEndian.Uint16(p[l.kind:]); k != empty {
			used++
		}
	}
	if used == 0 {
		return 0
	}
	return min(60+5*used, 95) // one record can be chance
}

// sniffFailed looks for btmp. There is no end of a session in it, nor a start
// of the host, and there is a failure that is known by itself: a logon at a
// terminal that another's logon took without an end, a name UNKNOWN, or what
// is not yet a session with a name that nobody waits by.
func (l *layout) sniffFailed(head []byte) int {
	sure := l.sniff(head)
	if sure == 0 {
		return 0
	}
	known := false
	last := []byte(nil) // terminal of the last logon
	for n := 0; (n+1)*l.size <= len(head) && n < 170; n++ {
		p := head[n*l.size : (n+1)*l.size]
		line, user := text(p[l.line:l.line+lineLen]), footfall.Str(text(p[l.user:l.user+l.users]))
		switch int(int16(binary.LittleEndian.Uint16(p[l.kind:]))) {
		case userProcess:
			known = known || user == "UNKNOWN" || last != nil && bytes.Equal(line, last)
			last = line
		case loginProcess:
			if waiting(footfall.Str(line), user) {
				return 0
			}
			known = true
		default:
			return 0
		}
	}
	if !known {
		return 0
	}
	return sure + 1
}

func (l *layout) plausible(p []byte) bool {
	k := int(int16(binary.LittleEndian.Uint16(p[l.kind:])))
	if k < 0 || k >= kinds || typeNames[k] == "" {
		return false
	}
	const year1990, year2100 = 631152000, 4102444800
	if t := l.time(p) / 1e9; k != empty && k != signature && (t < year1990 || t > year2100) {
		return false
	}
	// The name of a failed logon is an attacker's choice and may be any bytes.
	return plain(text(p[l.line:l.line+lineLen])) && plain(text(p[l.host:l.host+l.hosts])) && (k == loginProcess || plain(text(p[l.user:l.user+l.users])))
}

// plain reports whether a name has no control characters.
func plain(p []byte) bool {
	for _, c := range p {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}
