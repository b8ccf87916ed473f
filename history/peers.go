package history

import (
	"slices"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
)

// Peers are accounts that log on to the same hosts. Each account has a sketch
// of its hosts (MinHash: Broder 1997), and accounts whose sketches agree in a
// band are of one group. An account's sketch is taken over once in seven days
// and holds until the next time: nobody becomes a peer by what he did this week.
type peers struct {
	of    table[sketch]
	bands table[members]
}

const (
	rows  = 2 // hashes that must agree
	bands = 4 // of these pairs one must
	// leastMembers is how many accounts make a group.
	leastMembers = 5
	week         = 7
)

// A sketch is what is kept of an account's hosts.
type sketch struct {
	now  [rows * bands]uint32 // the least hash of its hosts by each of the hash functions
	keys [bands]uint64        // the bands that hold since the last turn; 0 before the first
	turn uint16               // the day of the last turn
}

type members uint32

// visit adds a host to an account's sketch.
func (p *peers) visit(account, host uint64, day int) {
	s, fresh := p.of.put(max(account, 1))
	if fresh {
		s.turn = uint16(day)
		for i := range s.now {
			s.now[i] = ^uint32(0)
		}
	}
	if day >= int(s.turn)+week {
		p.take(s)
		s.turn = uint16(day)
	}
	for i := range s.now {
		s.now[i] = min(s.now[i], uint32(mix(host, uint64(i)+0x51ed2701)>>32))
	}
}

// take makes the sketch so far the one that counts.
func (p *peers) take(s *sketch) {
	for _, k := range s.keys {
		if m := p.bands.get(k); k != 0 && m != nil && *m > 0 {
			*m--
		}
	}
	for i := range s.keys {
		k := mix(uint64(i), uint64(s.now[rows*i])<<32|uint64(s.now[rows*i+1]))
		s.keys[i] = max(k, 1)
		m, _ := p.bands.put(s.keys[i])
		*m++
	}
}

// group returns the hash of an account's group and how many are in it: the one
// declared, else the largest learned one of enough members.
func (h *History) group(account footfall.Name) (uint64, int) {
	if h.opt.Context != nil {
		if r := h.opt.Context.Roles[h.opt.Names.String(account)]; len(r) > 0 {
			g := h.opt.Names.Intern("role:" + r[0])
			return h.hash.of(g), h.declared(r[0])
		}
	}
	s := h.groups.of.get(max(h.hash.of(account), 1))
	if s == nil {
		return 0, 0
	}
	var best uint64
	most := members(0)
	for _, k := range s.keys {
		if m := h.groups.bands.get(k); k != 0 && m != nil && *m > most {
			best, most = k, *m
		}
	}
	if most < leastMembers {
		return 0, 0
	}
	return best, int(most)
}

// declared counts the accounts of a declared role.
func (h *History) declared(role string) int {
	if n, ok := h.held.roles[role]; ok {
		return n
	}
	n := 0
	for _, r := range h.opt.Context.Roles {
		if slices.Contains(r, role) {
			n++
		}
	}
	h.held.roles[role] = n
	return n
}

// Peers implements footfall.Past. A learned group is named by its hash.
func (h *History) Peers(account footfall.Name) (footfall.Name, int) {
	g, n := h.group(account)
	if g == 0 {
		return 0, 0
	}
	if r := h.opt.Context.Roles[h.opt.Names.String(account)]; len(r) > 0 {
		return h.opt.Names.Intern("role:" + r[0]), n
	}
	return h.opt.Names.Intern(learnedGroup + hex(g)), n
}

// learnedGroup begins the name of a learned group.
const learnedGroup = "peers:"

// ownerHash is the hash of an owner. What a learned group has is counted under
// the hash that its name says.
func (h *History) ownerHash(t footfall.Trait, owner footfall.Name) uint64 {
	if t == footfall.TraitPeerHost {
		if text, ok := strings.CutPrefix(h.opt.Names.String(owner), learnedGroup); ok {
			if g, err := strconv.ParseUint(text, 16, 64); err == nil {
				return g
			}
		}
	}
	return h.hash.of(owner)
}
