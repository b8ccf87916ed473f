package identify

import (
	"github.com/footfall/footfall"
)

// A flowKey is the near end of a connection: no two live at the same time.
type flowKey struct {
	addr footfall.Name
	port uint16
}

// A flow is what two records say of one connection: a sensor its far end's
// address, the far end's own log its host.
type flow struct {
	host, addr sighting
}

// flowWindow is how far apart the two records may be: sensors tell the
// beginning, logs the logon, and clocks differ.
const flowWindow = 3 * minute

// match ties the address that a sensor saw a connection go to with the host
// whose own log tells of the same source address and port. A port is used
// again after minutes at the earliest (RFC 6056), so the two are one.
func (d *Directory) match(s *footfall.Step) {
	if s.SrcAddr == 0 || s.SrcPort == 0 || s.Flags&footfall.FlagOutward != 0 {
		return
	}
	sensed := s.DstAddr != 0 && (s.DstHost == 0 || s.Flags&footfall.FlagObserved != 0)
	if !sensed && (s.DstHost == 0 || s.DstAddr != 0 || s.Flags&footfall.FlagObserved != 0 || s.Service == footfall.ServiceVPN) {
		return
	}
	f, _ := d.flows.Put(flowKey{s.SrcAddr, s.SrcPort})
	if sensed {
		f.addr = sighting{s.DstAddr, s.Time}
	} else {
		f.host = sighting{s.DstHost, s.Time}
	}
	apart := f.host.seen - f.addr.seen
	if f.host.name == 0 || f.addr.name == 0 || apart > flowWindow || -apart > flowWindow {
		return
	}
	addr, host := f.addr.name, f.host.name
	*f = flow{}
	d.bind(addr, host, ByFlow, s, 0)
}

// A way is the hosts that an account has come to lately.
type way struct{ hosts [3]sighting }

// An origin is which host the accounts that come from an address had come to
// before.
type origin struct {
	hosts [4]candidate
	votes uint16 // of persons and days
}

// A candidate is a host, and the persons and days that speak for it.
type candidate struct {
	host  footfall.Name
	who   [4]footfall.Name
	days  [2]int32
	votes uint16
}

const (
	stays = 12 * hour // how long somebody who came to a host may go on from it
	// An address is taken for the host that these many persons had come to
	// before they came from it, on two days, when it is that of nearly all.
	originPersons = 3
	originShare   = 90
)

// came notes that an account came to a host.
func (d *Directory) came(s *footfall.Step) {
	w, _ := d.ways.Put(s.Account)
	for i := range w.hosts {
		if w.hosts[i].name == s.DstHost {
			w.hosts[i].seen = s.Time
			return
		}
	}
	copy(w.hosts[1:], w.hosts[:])
	w.hosts[0] = sighting{s.DstHost, s.Time}
}

// goesOn learns which host an address is from the persons that come from it:
// whoever comes from a bastion had come to it before. One person's way shows
// nothing, since it may be that of who stole their password.
func (d *Directory) goesOn(s *footfall.Step) {
	who := d.worker(s.Account)
	w := d.ways.Get(s.Account)
	if who == 0 || w == nil {
		return
	}
	o, _ := d.origins.Put(s.SrcAddr)
	today := int32(s.Time / day)
	o.votes++
	for _, v := range w.hosts {
		if v.name == 0 || v.name == s.DstHost || s.Time-v.seen > stays {
			continue
		}
		c := o.candidate(v.name)
		if c == nil {
			continue
		}
		c.speaks(who, today)
		if c.who[originPersons-1] != 0 && c.days[1] != 0 && int(c.votes)*100 >= int(o.votes)*originShare {
			d.bind(s.SrcAddr, v.name, ByWays, s, 0)
		}
	}
}

func (o *origin) candidate(name footfall.Name) *candidate {
	for i := range o.hosts {
		if c := &o.hosts[i]; c.host == name || c.host == 0 {
			c.host = name
			return c
		}
	}
	if c := &o.hosts[len(o.hosts)-1]; c.votes <= 1 {
		*c = candidate{host: name}
		return c
	}
	return nil
}

// speaks counts a vote, and keeps the first few persons and two days.
func (c *candidate) speaks(who footfall.Name, today int32) {
	c.votes++
	for i := range c.who {
		if c.who[i] == who {
			break
		}
		if c.who[i] == 0 {
			c.who[i] = who
			break
		}
	}
	if c.days[0] == 0 {
		c.days[0] = today
	} else if c.days[0] != today {
		c.days[1] = today
	}
}
