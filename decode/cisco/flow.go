package cisco

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// A flow is what the words of a message about traffic say.
type flow struct {
	from, to         footfall.Endpoint
	hasFrom, hasTo   bool
	twice            bool // two words could be the other end
	inbound          bool
	outbound         bool
	ends             bool // the ends are laddr and faddr
	user             string
	proto            string
	zone             string // behind "on interface"
	object           string // access list
	session          string // number of the connection
	action           string // the word that says what was done
	bytes            int64
	duration         int64
	refused, granted bool
}

// maxWords bounds how much of a message is looked at.
const maxWords = 80

// parse goes over the words of a message: its prepositions say what the word
// behind them is.
func (f *flow) parse(s string) {
	*f = flow{}
	prev := ""
	for range maxWords {
		if s == "" {
			return
		}
		w, rest := word(s)
		next, _ := word(rest)
		if w == "Original" { // "Original IP payload": the packet that an ICMP error is about
			if f.hasFrom && f.hasTo {
				return
			}
		}
		f.word(w, prev, next)
		switch w {
		case "access-list", "list":
			f.object = strings.Trim(next, `":`)
		case "access-group":
			f.object = strings.Trim(next, `":`)
		case "interface":
			f.zone = strings.TrimRight(next, ".,:")
		case "duration":
			f.duration = duration(next)
		case "bytes":
			f.bytes = count(next)
		case "connection":
			if next != "" && next[0]-'0' <= 9 {
				f.session = next
			}
		}
		prev, s = w, rest
	}
}

// word reads one word and, where it is a preposition, the one behind it.
func (f *flow) word(w, prev, next string) {
	switch w {
	case "from", "src", "SRC", "for", "between", "laddr":
		f.ends = f.ends || w == "laddr"
		f.first(next)
	case "to", "dst", "dest", "DEST", "faddr", "and":
		f.second(next)
	case "->":
		f.first(prev)
		f.second(next)
	case "=": // "Shunned packet: A = B"
		if _, _, ok := end(prev); ok && strings.IndexByte(prev, '.') > 0 && !f.hasFrom {
			f.first(prev)
			f.second(next)
		}
	case "inbound", "Inbound":
		f.inbound = true
	case "outbound":
		f.outbound = true
	case "Deny", "Denied", "denied", "Dropped", "dropped", "drop", "discarded", "est-denied", "Failed", "Shunned", "Discard", "denied:":
		f.refused = true
		f.does(w)
	case "permitted", "est-allowed", "Built", "Teardown", "Accessed", "monitored":
		f.granted = true
		f.does(w)
	default:
		if f.proto == "" && len(w) <= 5 && len(w) >= 2 && protocol(w) {
			f.proto = w
		}
	}
	if len(w) > 2 && w[0] == '(' && f.hasFrom && f.user == "" { // "(ADDR/PORT)(user)"
		if _, u, ok := strings.Cut(w, ")("); ok {
			f.user = strings.TrimSuffix(u, ")")
		}
	}
}

func (f *flow) does(w string) {
	if f.action == "" {
		f.action = w
	}
}

func protocol(w string) bool {
	switch w {
	case "tcp", "TCP", "udp", "UDP", "icmp", "ICMP", "sctp", "SCTP", "gre", "GRE", "esp", "ESP", "igmp", "IGMP", "ah", "AH", "ospf", "eigrp", "pim", "ipip", "icmp6", "IP", "ip":
		return true
	}
	return false
}

func (f *flow) first(w string) {
	if f.hasFrom {
		return
	}
	if e, u, ok := end(w); ok {
		f.from, f.hasFrom = e, true
		if f.user == "" {
			f.user = u
		}
	}
}

func (f *flow) second(w string) {
	e, _, ok := end(w)
	if !ok {
		return
	}
	if f.hasTo {
		f.twice = f.twice || e != f.to
		return
	}
	f.to, f.hasTo = e, true
}

// traffic makes a connection of a message about one.
func (d *decoder) traffic(b *footfall.Batch, e *footfall.Event, s string, id uint32) {
	var f flow
	f.parse(s)
	if f.twice && id/1000 == 302 { // a user's name may hold the words of an end
		f.to = footfall.Endpoint{}
	}
	e.Kind = footfall.KindConnection
	from, to := f.from, f.to
	// Of ICMP laddr is read first; of what is built, the end behind "for" is
	// the outside one: an outbound connection begins at the other.
	if f.outbound && !f.ends && f.hasTo && id != 106002 && id/1000 == 302 || f.ends && f.inbound {
		from, to = to, from
	}
	if from.Zone == "" && f.zone != "" {
		from.Zone = f.zone
	}
	e.From, e.To = from, to
	e.Service = footfall.ServiceOfPort(to.Port)
	e.Object, e.Bytes, e.Duration, e.Session = f.object, f.bytes, f.duration, f.session
	switch {
	case f.refused:
		e.Outcome = footfall.Failure
	case f.granted:
		e.Outcome = footfall.Success
	}
	if u := f.user; u != "" {
		e.User = account(u)
	} else if strings.HasSuffix(s, ")") && id/1000 == 302 && (f.granted || f.outbound || f.inbound) {
		e.User = account(trailing(s))
	}
	e.Log = d.wall
	d.fields.Add(b, f.action, f.proto)
}

// trailing returns the user in the parentheses that end a message, "" when
// they hold an end of the connection.
func trailing(s string) string {
	i := strings.LastIndex(s, " (")
	if i < 0 {
		return ""
	}
	u := s[i+2 : len(s)-1]
	if j := strings.LastIndexByte(u, '/'); j > 0 {
		if _, ok := portOf(u[j+1:]); ok {
			return ""
		}
	}
	if _, ok := hostport.Addr(u); ok || strings.ContainsAny(u, "()") {
		return ""
	}
	return u
}
