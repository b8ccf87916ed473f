package engine

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
)

// A skew estimates how far hosts' clocks are apart, from connections that two
// hosts both recorded: the same address and port of the client name the same
// connection. It is told with the findings and moves no time: who was first is
// left to people where clocks disagree.
type skew struct {
	names *footfall.Names
	seen  *recent.Map[client, sighted]
	pairs map[hosts2]*apart // the first maxPairs
}

// A client is one end of a connection.
type client struct {
	addr footfall.Name
	port uint16
}

// A sighted is who recorded a connection first, and when.
type sighted struct {
	host footfall.Name
	time int64
	both footfall.Name // who recorded it next
}

type hosts2 struct{ a, b footfall.Name }

// An apart is by how much the second of two hosts was later, for each
// connection.
type apart struct {
	late []int64
}

const (
	maxClients = 1 << 15
	maxPairs   = 1 << 12
	maxLate    = 256
	// fewest connections that say something of two clocks.
	fewest = 5
	// A port is a client's for a while only: clocks that are further apart than
	// the widest difference of zones are not told.
	farthest = 27 * 3600 * 1e9
	// Logs write a connection down within a second or two.
	worthTelling = 5 * 1e9
	// dynamic is the first port that clients use (RFC 6335 gives 49152, but
	// older systems begin here).
	dynamic = 1024
)

func newSkew(n *footfall.Names) *skew {
	return &skew{names: n, seen: recent.New[client, sighted](maxClients), pairs: map[hosts2]*apart{}}
}

func (k *skew) observe(s *footfall.Step) {
	if s.SrcAddr == 0 || s.SrcPort < dynamic || s.Rule != 0 || s.Flags&footfall.FlagObserved != 0 {
		return
	}
	host := s.DstHost
	if s.Flags&footfall.FlagOutward != 0 {
		host = s.SrcHost
	}
	if host == 0 {
		return
	}
	c, fresh := k.seen.Put(client{s.SrcAddr, s.SrcPort})
	switch {
	case fresh || s.Time-c.time > farthest:
		*c = sighted{host: host, time: s.Time}
	case c.host == host || c.both == host:
	default:
		c.both = host
		k.late(c.host, host, s.Time-c.time)
	}
}

// late notes that host b recorded a connection ns after host a.
func (k *skew) late(a, b footfall.Name, ns int64) {
	p := hosts2{a, b}
	if k.names.String(b) < k.names.String(a) {
		p, ns = hosts2{b, a}, -ns
	}
	x := k.pairs[p]
	if x == nil {
		if len(k.pairs) == maxPairs {
			return
		}
		x = &apart{}
		k.pairs[p] = x
	}
	if len(x.late) < maxLate {
		x.late = append(x.late, ns)
	}
}

// notes tells of clocks that are apart.
func (k *skew) notes() (out []string) {
	for p, x := range k.pairs {
		if len(x.late) < fewest {
			continue
		}
		late := slices.Clone(x.late)
		mid := median(late)
		for i, v := range late {
			late[i] = max(v-mid, mid-v)
		}
		spread := median(late)
		if far := max(mid, -mid); far < worthTelling || spread > max(2e9, far/10) {
			continue
		}
		ahead, behind := p.b, p.a
		if mid < 0 {
			ahead, behind, mid = p.a, p.b, -mid
		}
		d := time.Duration(mid).Round(time.Second)
		text := fmt.Sprintf("the clock of %s is %s ahead of %s's: so much later it has %d connections that both recorded (spread %s); times stand as they were logged",
			k.names.String(ahead), d, k.names.String(behind), len(late), time.Duration(spread).Round(100*time.Millisecond))
		if r := d.Round(15 * time.Minute); r > 0 && (d-r).Abs() < 30*time.Second {
			text += "; a log in another time zone would look so (zones in the context file)"
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func median(v []int64) int64 {
	slices.SortFunc(v, cmp.Compare[int64])
	return v[len(v)/2]
}
