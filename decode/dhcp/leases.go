package dhcp

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/message"
	"github.com/footfall/footfall/internal/record"
)

// Leases reads dhcpd's file of leases.
var Leases = footfall.Decoder{
	Name:   "dhcp-leases",
	Doc:    "dhcpd.leases and dhcpd6.leases of ISC dhcpd: who held which address from when to when. The file is a journal: each block is an event.",
	Source: "dhcpd.leases(5)",
	Frame:  footfall.FrameWhole,
	By:     "lease or ia-na blocks with starts, ends or binding state",
	Sniff:  sniffLeases,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		r := &leases{log: s.AddLog(dhcpd.Log), v: record.New(s, []string{"lease"}, nil)}
		return r.decode, nil
	},
}

// maxLeases bounds how many blocks of a file are read: short ones must not fill
// the memory. Real ones have more than 128 bytes each.
const maxLeases = 1 << 17

func sniffLeases(head []byte) int {
	if bytes.IndexByte(head, 0) >= 0 {
		return 0
	}
	found, lines := 0, 0
	message.Lines(head, 200, func(line string) {
		lines++
		switch s := strings.TrimLeft(line, " \t"); {
		case strings.HasPrefix(s, "lease ") && strings.HasSuffix(s, "{") && addr(strings.TrimSpace(s[6:len(s)-1])).IsValid():
			found += 2
		case strings.HasPrefix(s, "lease ") && strings.Contains(s, "{ ") && strings.HasSuffix(s, "}"):
			found += 4
		case strings.HasPrefix(s, "ia-na ") && strings.HasSuffix(s, "{"), strings.HasPrefix(s, "iaaddr ") && strings.HasSuffix(s, "{"):
			found += 2
		case strings.HasPrefix(s, "starts "), strings.HasPrefix(s, "ends "), strings.HasPrefix(s, "binding state "), strings.HasPrefix(s, "hardware ethernet "), strings.HasPrefix(s, "cltt "):
			if strings.HasSuffix(s, ";") {
				found++
			}
		case strings.HasPrefix(s, "# The format of this file is documented in the dhcpd.leases(5)"):
			found += 50
		}
	})
	if found < 4 || found*4 < min(lines, 100) {
		return 0
	}
	return 95
}

// A block is a lease that is being read.
type block struct {
	open            bool
	six             bool // iaaddr in ia-na
	offset, line    int
	depth           int
	addr, mac, name string
	state           string
	from, to, seen  int64
}

type leases struct {
	v    *record.Values
	log  footfall.LogID
	b    *footfall.Batch
	text string
	now  block
	cltt int64 // of the ia-na around iaaddr
}

var errManyLeases = errors.New("dhcp: more leases than are read of one file")

func (r *leases) decode(b *footfall.Batch, frame []byte) error {
	r.b, r.text, r.now, r.cltt = b, b.Keep(frame), block{}, 0
	s := r.text
	depth, line, count := 0, 1, 0
	for at := 0; at < len(s); {
		begin, end, stop := statement(s, at)
		line += strings.Count(s[at:begin], "\n")
		text := strings.TrimSpace(s[begin:end])
		switch stop {
		case '{':
			depth++
			if r.begin(text, begin, line, depth) {
				if count++; count > maxLeases {
					b.Bad(int64(begin), errManyLeases.Error())
					return nil
				}
			}
		case '}':
			if r.now.open && r.now.depth == depth {
				r.finish(min(end+1, len(s)))
			}
			depth = max(depth-1, 0)
		default:
			r.take(text, depth)
		}
		line += strings.Count(s[begin:min(end+1, len(s))], "\n")
		at = end + 1
	}
	if r.now.open {
		b.Drop()
		b.Bad(int64(r.now.offset), "dhcp: a lease without its end")
	}
	return nil
}

// statement finds the next statement at or behind at, and the ';', '{' or '}' that
// ends it: 0 at the end. A string ends with its line at the latest.
func statement(s string, at int) (begin, end int, stop byte) {
	for at < len(s) {
		switch s[at] {
		case ' ', '\t', '\r', '\n':
			at++
			continue
		case '#':
			i := strings.IndexByte(s[at:], '\n')
			if i < 0 {
				return len(s), len(s), 0
			}
			at += i + 1
			continue
		}
		break
	}
	begin = at
	quoted := false
	for i := at; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == '\n':
			quoted = false
		case !quoted && (c == ';' || c == '{' || c == '}'):
			return begin, i, c
		}
	}
	return begin, len(s), 0
}

// begin opens a block when text is the head of one.
func (r *leases) begin(text string, offset, line, depth int) bool {
	if r.now.open {
		return false // "on expiry {" and the like
	}
	what, rest := word(text)
	switch what {
	case "ia-na", "ia-ta":
		r.cltt = 0
		return false
	case "lease", "iaaddr":
	default:
		return false
	}
	r.now = block{open: true, six: what == "iaaddr", offset: offset, line: line, depth: depth, addr: strings.TrimSpace(rest), seen: r.cltt}
	e := r.b.New()
	r.v.Begin(r.b)
	e.Log, e.Offset, e.Record = r.log, int64(offset), uint64(line)
	r.v.Put("lease", r.now.addr)
	return true
}

// take reads a statement of the block.
func (r *leases) take(text string, depth int) {
	n := &r.now
	if !n.open {
		if v, ok := strings.CutPrefix(text, "cltt "); ok {
			r.cltt, _ = when(v)
		}
		return
	}
	if n.depth != depth {
		return
	}
	name, val, ok := strings.Cut(text, " ")
	if !ok {
		return
	}
	val = strings.TrimSpace(val)
	switch name {
	case "starts":
		n.from, _ = when(val)
	case "ends":
		n.to, _ = when(val)
	case "cltt":
		n.seen, _ = when(val)
	case "binding":
		name, val = "binding state", strings.TrimPrefix(val, "state ")
		n.state = val
	case "hardware":
		if _, mac := word(val); hardware(mac) {
			n.mac = mac
		}
	case "client-hostname":
		val = strings.Trim(val, `"`)
		n.name = val
	case "set":
		key, v, ok := strings.Cut(val, " = ")
		if !ok {
			return
		}
		name, val = key, strings.Trim(v, `"`)
		if key == "ddns-fwd-name" && n.name == "" {
			n.name = val
		}
	case "next", "rewind":
		return
	}
	r.v.Put(name, val)
}

// when reads "4 2031/05/02 08:15:00", which is of UTC, "epoch 1935648900" and
// "never".
func when(s string) (ns int64, ok bool) {
	kind, v := word(s)
	if kind == "epoch" {
		v, _, _ = strings.Cut(v, " ")
		return seconds(v), v != ""
	}
	if len(v) < 19 || v[4] != '/' || v[7] != '/' {
		return 0, false
	}
	var iso [19]byte
	copy(iso[:], v)
	iso[4], iso[7] = '-', '-'
	ns, n := clock.ISO(footfall.Str(iso[:]))
	return ns, n == 19
}

// finish gives the block's event its meaning. A lease that is over was held
// until it ended: dhcpd keeps its times and its holder.
func (r *leases) finish(end int) {
	n := &r.now
	n.open = false
	e := r.b.Current()
	e.Len = uint32(end - n.offset)
	e.Service = footfall.ServiceDHCP
	if e.Time = n.from; e.Time == 0 {
		e.Time = n.seen
	}
	held := n.mac != "" || n.six
	switch n.state {
	case "abandoned", "backup", "bootp":
		held = false
	}
	if !held {
		about(e, n.mac, n.name)
		e.Object = n.addr
		return
	}
	gave(e, addr(n.addr), n.mac, n.name)
	if e.Time != 0 && n.to > e.Time && n.to-e.Time < 100*365*24*int64(time.Hour) {
		e.Duration = n.to - e.Time
	}
}
