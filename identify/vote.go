package identify

import (
	"math"

	"github.com/footfall/footfall"
)

// A voteKey is where the two records of one logon are looked for.
type voteKey struct{ host, account footfall.Name }

// A vote is the newest logons of an account on a host that one record told by
// name and another by address.
type vote struct {
	name, addr     sighting
	named          uint16 // logons by name within the hour
	hour           int64
	nameTwo, adTwo bool // two different ones within the window: which is which is not known
}

// A pairKey is an address and a name that were told of the same logon.
type pairKey struct{ addr, name footfall.Name }

// A pair is how often they were, and how likely that is by chance.
type pair struct {
	times  uint16
	chance float64
}

const (
	// window is how far the records of one logon lie apart.
	window = 2 * 1e9
	// Votes count together when the chance of all of them is below this.
	byChance = 1e-3
)

// vote looks for two records of one logon, one with the name of the client and
// one with its address: a server's log and a domain controller's, a sensor's
// and the host's. Each such meeting can be chance; how likely that is follows
// from how many logons of the account by name there are on the host.
func (d *Directory) vote(s *footfall.Step) {
	if (s.SrcHost == 0) == (s.SrcAddr == 0) || s.DstHost == 0 {
		return
	}
	if s.SrcAddr != 0 && d.hostOf(d.address(s.SrcAddr)) != 0 {
		return
	}
	v, _ := d.votes.Put(voteKey{s.DstHost, s.Account})
	if s.Time-v.hour > hour {
		v.hour, v.named = s.Time, 0
	}
	if s.SrcHost != 0 {
		v.named = min(v.named+1, math.MaxUint16-1)
		v.nameTwo = v.name.name != 0 && v.name.name != s.SrcHost && s.Time-v.name.seen < window
		v.name = sighting{s.SrcHost, s.Time}
	} else {
		v.adTwo = v.addr.name != 0 && v.addr.name != s.SrcAddr && s.Time-v.addr.seen < window
		v.addr = sighting{s.SrcAddr, s.Time}
	}
	apart := v.name.seen - v.addr.seen
	if v.name.name == 0 || v.addr.name == 0 || apart > window || -apart > window || v.nameTwo || v.adTwo {
		return
	}
	p, isNew := d.pairs.Put(pairKey{v.addr.name, v.name.name})
	if isNew {
		p.chance = 1
	}
	// 1-exp(-lambda), lambda the logons by name within two windows.
	p.chance *= 1 - math.Exp(-float64(max(v.named, 1))*2*window/hour)
	p.times++
	addr, name := v.addr.name, v.name.name
	v.name, v.addr = sighting{}, sighting{}
	if p.times >= 2 && p.chance < byChance {
		d.bind(addr, name, ByVotes, s, 0)
	}
}
