package footfall

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"strings"
	"sync"
	"sync/atomic"
)

// A Name is an interned string: a host, an account, an address, a path. Names
// are equal when their strings are. The number depends on the order of work,
// so it is never hashed, ordered by, or written out. 0 is the empty string.
type Name uint32

// Names interns strings. It may be used from many goroutines.
type Names struct {
	seed   maphash.Seed
	shards [nameShards]nameShard
	pass   passing
}

const (
	nameShards = 16
	nameBits   = 4
)

// A nameShard finds strings under its lock, and names without: pages double in
// size and never move, and a place is written before its Name is given to anybody.
type nameShard struct {
	mu    sync.RWMutex
	ids   map[string]uint32
	used  uint32
	pages [32 - nameBits - firstBits][]place
}

type place struct {
	text string
	hash uint64
	bare atomic.Uint32 // of Bare, once that was asked
}

// firstBits says how large the first page of a shard is.
const firstBits = 6

// at returns the i-th place of a shard.
func (p *nameShard) at(i uint32) *place {
	i += 1 << firstBits
	k := bits.Len32(i) - 1
	return &p.pages[k-firstBits][i&^(1<<k)]
}

// add gives a string the next place.
func (p *nameShard) add(s string) uint32 {
	i := p.used + 1<<firstBits
	if k := bits.Len32(i) - 1; p.pages[k-firstBits] == nil {
		p.pages[k-firstBits] = make([]place, 1<<k)
	}
	at := p.at(p.used)
	at.text, at.hash = s, Hash(s)
	p.used++
	p.ids[s] = p.used
	return p.used
}

// MaxName is the longest string that is interned whole; a longer one is cut
// and marked, so that one record cannot hold much memory for the whole run.
const MaxName = 2048

// NewNames returns an empty table.
func NewNames() *Names {
	n := &Names{seed: maphash.MakeSeed()}
	for i := range n.shards {
		n.shards[i].ids = map[string]uint32{}
	}
	return n
}

// Intern returns the Name of s. It keeps a copy, never s itself.
func (n *Names) Intern(s string) Name {
	if s == "" {
		return 0
	}
	s = clip(s)
	sh := uint32(maphash.String(n.seed, s) & (nameShards - 1))
	p := &n.shards[sh]
	p.mu.RLock()
	i, ok := p.ids[s]
	p.mu.RUnlock()
	if !ok {
		p.mu.Lock()
		if i, ok = p.ids[s]; !ok {
			i = p.add(strings.Clone(s))
		}
		p.mu.Unlock()
	}
	return Name(i<<nameBits | sh)
}

func clip(s string) string {
	if len(s) > MaxName {
		s = strings.ToValidUTF8(s[:MaxName-3], "") + "..."
	}
	return s
}

// Find returns the Name of s if it has one that stays, else 0.
func (n *Names) Find(s string) Name {
	if s == "" {
		return 0
	}
	sh := uint32(maphash.String(n.seed, s) & (nameShards - 1))
	p := &n.shards[sh]
	p.mu.RLock()
	defer p.mu.RUnlock()
	if i, ok := p.ids[s]; ok {
		return Name(i<<nameBits | sh)
	}
	return 0
}

// String returns the string of id.
func (n *Names) String(id Name) string {
	if id == 0 {
		return ""
	}
	if id.Passes() {
		return n.pass.text(id)
	}
	return n.shards[id&(nameShards-1)].at(uint32(id>>nameBits - 1)).text
}

// HashOf returns Hash of the string of id.
func (n *Names) HashOf(id Name) uint64 {
	if id == 0 {
		return Hash("")
	}
	if id.Passes() {
		return Hash(n.pass.text(id))
	}
	return n.shards[id&(nameShards-1)].at(uint32(id>>nameBits - 1)).hash
}

// Bare returns the Name of an account without its domain.
func (n *Names) Bare(account Name) Name {
	if account == 0 {
		return 0
	}
	if account.Passes() {
		return n.bare(account, n.pass.text(account))
	}
	p := n.shards[account&(nameShards-1)].at(uint32(account>>nameBits - 1))
	bare := Name(p.bare.Load())
	if bare == 0 && p.text != "" {
		bare = n.bare(account, p.text)
		p.bare.Store(uint32(bare))
	}
	return bare
}

func (n *Names) bare(account Name, full string) Name {
	if b := Bare(full); len(b) != len(full) {
		return n.Intern(b)
	}
	return account
}

// All yields every Name and its string. Names that are made meanwhile may be
// left out.
func (n *Names) All() iter.Seq2[Name, string] {
	return func(yield func(Name, string) bool) {
		for sh := range n.shards {
			p := &n.shards[sh]
			p.mu.RLock()
			used := p.used
			p.mu.RUnlock()
			for i := range used {
				if !yield(Name((i+1)<<nameBits|uint32(sh)), p.at(i).text) {
					return
				}
			}
		}
		n.pass.all()(yield)
	}
}

// Less orders by the strings.
func (n *Names) Less(a, b Name) bool { return a != b && n.String(a) < n.String(b) }

// Hash is the program's stable 64-bit hash: FNV-1a with a final mix, the same
// on every machine and in every version, for ids and slots. It is not proof
// against collisions that somebody makes on purpose: tables use maphash.
func Hash(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for i, s := range parts {
		if i > 0 {
			h = (h ^ 0xff) * 1099511628211
		}
		for j := range len(s) {
			h = (h ^ uint64(s[j])) * 1099511628211
		}
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	return h
}

// Slots is how many slots analytics' keys fall into, for ever: a cluster moves
// slots and re-hashes nothing.
const Slots = 64

// Slot returns the slot of a key.
func (n *Names) Slot(key Name) int { return int(n.HashOf(key) % Slots) }
