package emulate

import "slices"

// A past is what sessions left behind: on the hosts, where an intruder finds
// it, and for the truth, which says what was new. It is kept only for a
// company with intruders, and holds what the company did, never what they did.
type past struct {
	pairs  map[pair]moment      // host to host, whoever it was
	ways   map[passage]moment   // account to host
	met    map[meeting]moment   // person to host
	stays  map[passage]*stay    // the same as below, by account
	on     map[*host][]*stay    // who logged on to a host
	out    map[*host][]*passing // where people and programs went from it
	leaves map[exit]*passing
	takes  int // how often somebody took another account on the same host
}

type (
	pair    struct{ from, to *host }
	passage struct {
		account *account
		to      *host
	}
	meeting struct {
		person *person
		to     *host
	}
	exit struct {
		from    *host
		account *account
		to      *host
	}
)

// A stay is an account's use of a host.
type stay struct {
	account *account
	last    moment // of a logon that leaves something to steal
	typed   moment // when its password was last typed there
}

// A passing is that somebody went from one host to another.
type passing struct {
	account *account
	to      *host
	last    moment
}

func newPast() *past {
	return &past{
		pairs: map[pair]moment{}, ways: map[passage]moment{}, met: map[meeting]moment{}, stays: map[passage]*stay{},
		on: map[*host][]*stay{}, out: map[*host][]*passing{}, leaves: map[exit]*passing{},
	}
}

// note remembers a session of the company's.
func (p *past) note(x *session) {
	if x.to == nil || x.account == nil || x.campaign != nil {
		return
	}
	if x.from != x.to && x.from != nil {
		p.pairs[pair{x.from, x.to}] = x.began
		p.ways[passage{x.account, x.to}] = x.began
		e := exit{x.from, x.account, x.to}
		o := p.leaves[e]
		if o == nil {
			o = &passing{account: x.account, to: x.to}
			p.leaves[e] = o
			p.out[x.from] = append(p.out[x.from], o)
		}
		o.last = x.began
	}
	if x.from == x.to && x.parent != nil && x.service == "local" {
		p.takes++
	}
	if x.person != nil {
		p.met[meeting{x.person, x.to}] = x.began
	}
	switch x.service {
	case "smb", "winrm", "wmi", "cloud", "ssm", "vpn": // a logon over the network leaves nothing behind
	default:
		if x.account.kind != machine {
			p.stay(x.account, x.to).last = x.began
		}
	}
	p.noteTyped(x)
}

// noteTyped remembers where a password was typed: at one's own screen, and
// wherever one was when one took another account.
func (p *past) noteTyped(x *session) {
	switch {
	case x.person == nil || x.service == "cron" || x.service == "script" || x.service == "ssh":
	case x.from == x.to && x.parent == nil, x.service == "rdp" && x.parent != nil && x.parent.account == x.account:
		p.stay(x.account, x.to).typed = x.began // a remote desktop hands the password on
	case x.parent != nil && x.parent.account != x.account && x.parent.to != nil:
		p.stay(x.account, x.parent.to).typed = x.began
	}
}

func (p *past) stay(a *account, h *host) *stay {
	k := passage{a, h}
	t := p.stays[k]
	if t == nil {
		t = &stay{account: a}
		p.stays[k] = t
		p.on[h] = append(p.on[h], t)
	}
	return t
}

// A future is what accounts will do in the whole time: host ids by account.
// Only an attacker who knows everything has one.
type future map[string]map[string]bool

func (f future) note(x *session) {
	if x.from == x.to || x.to == nil {
		return
	}
	name := x.account.String()
	if f[name] == nil {
		f[name] = map[string]bool{}
	}
	f[name][x.to.id] = true
}

// hosts that went to another, or where somebody came from, as the host's own
// logs and caches tell.
func (p *past) around(h *host, since moment) []*host {
	var list []*host
	for _, o := range p.out[h] {
		if o.last >= since && !slices.Contains(list, o.to) {
			list = append(list, o.to)
		}
	}
	return list
}
