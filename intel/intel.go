// Package intel reads lists of intelligence: plain ones, CSV, STIX 2.1 bundles
// and MISP events, and says what they hold of an address, a host or a key.
// In go the bytes of files; out comes a table that is flat and looked up
// in a few reads of memory. It reads no files itself and keeps validity, source
// and confidence as the lists have them.
package intel

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/ipmap"
)

// A Table is what lists hold, all together. It is read only and may be used
// from many goroutines.
type Table struct {
	lists  []string
	sizes  []int // entries, by list
	abouts []about
	texts  []string // sources and descriptions, each once

	nets *ipmap.Table
	up   []uint32 // by network: 1 + the next one around it
	bits []uint8  // by network
	of   []uint32 // by network: its about

	// Names and keys, by their hash in order.
	hash  []uint64
	place []uint32 // of the name in blob; it ends at a zero byte
	name  []uint32 // its about; with below in the highest bit
	blob  []byte
}

// An about is what many entries of a list have in common.
type about struct {
	from, until  int64
	list         uint32
	source, text uint32
	kind         uint8
	confidence   int8
}

// below marks names that stand for those below them too.
const below = 1 << 31

var kinds = [...]string{footfall.ListedMalicious, footfall.ListedAnonymiser, footfall.ListedHosting}

const (
	malicious = iota
	anonymiser
	hosting
	harmless // is left out
)

// New makes a table of lists. They are of no use afterwards.
func New(lists ...*List) *Table {
	t := &Table{texts: []string{""}}
	var nets []netip.Prefix
	var names []named
	texts := map[string]uint32{"": 0}
	text := func(s string) uint32 {
		i, ok := texts[s]
		if !ok {
			i = uint32(len(t.texts))
			t.texts = append(t.texts, s)
			texts[s] = i
		}
		return i
	}
	for i, l := range lists {
		base := uint32(len(t.abouts))
		t.lists, t.sizes = append(t.lists, l.Name), append(t.sizes, l.Entries)
		for _, m := range l.metas {
			t.abouts = append(t.abouts, about{m.from, m.until, uint32(i), text(m.source), text(m.text), m.kind, m.confidence})
		}
		nets = append(nets, l.nets...)
		for _, m := range l.netMeta {
			t.of = append(t.of, base+m)
		}
		for _, n := range l.names {
			n.meta += base
			names = append(names, n)
		}
		l.nets, l.netMeta, l.names = nil, nil, nil
	}
	t.nets, t.up = ipmap.Nest(nets)
	t.bits = make([]uint8, len(nets))
	for i, p := range nets {
		t.bits[i] = uint8(p.Bits())
	}
	t.index(names)
	return t
}

func (t *Table) index(names []named) {
	hashes := make([]uint64, len(names))
	order := make([]int, len(names))
	for i, n := range names {
		hashes[i], order[i] = footfall.Hash(n.name), i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(hashes[a], hashes[b]), cmp.Compare(a, b)) })
	for _, i := range order {
		v := names[i].meta
		if names[i].below {
			v |= below
		}
		t.hash, t.name = append(t.hash, hashes[i]), append(t.name, v)
		t.place = append(t.place, uint32(len(t.blob)))
		t.blob = append(append(t.blob, names[i].name...), 0)
	}
}

// Len returns how many entries there are.
func (t *Table) Len() int { return len(t.of) + len(t.name) }

// Bytes returns how much memory the entries take, without their texts.
func (t *Table) Bytes() int {
	return t.nets.Bytes() + 4*(len(t.up)+len(t.of)+len(t.place)+len(t.name)) + len(t.bits) + 8*len(t.hash) + len(t.blob) + 40*len(t.abouts)
}

// Feeds says which lists the table holds, in the order in which they were given.
func (t *Table) Feeds() []footfall.Feed {
	out := make([]footfall.Feed, len(t.lists))
	for i := range out {
		out[i] = footfall.Feed{Name: t.lists[i], Entries: t.sizes[i]}
	}
	for i := range t.abouts {
		a := &t.abouts[i]
		out[a.list].Newest = max(out[a.list].Newest, a.from)
	}
	return out
}

// Find appends what the lists hold of an address as text, of a host's name, or
// of a key's fingerprint (SHA256:... or MD5:...), the most exact first.
// Validity is the caller's to look at.
func (t *Table) Find(dst []footfall.Listing, what string) []footfall.Listing {
	if a, err := netip.ParseAddr(what); err == nil {
		return t.Addr(dst, a.WithZone(""))
	}
	if what == "" || len(what) > maxHost {
		return dst
	}
	if strings.HasPrefix(what, "SHA256:") {
		return t.exact(dst, what, 0)
	}
	what = strings.ToLower(what)
	dst = t.exact(dst, what, 0)
	for {
		i := strings.IndexByte(what, '.')
		if i < 0 {
			return dst
		}
		what = what[i+1:]
		dst = t.exact(dst, what, below)
	}
}

// Addr is Find for an address.
func (t *Table) Addr(dst []footfall.Listing, a netip.Addr) []footfall.Listing {
	a = a.Unmap()
	for v := t.nets.Lookup(a); v != 0; v = t.up[v-1] {
		what := a.String()
		if n := int(t.bits[v-1]); n < a.BitLen() {
			p, _ := a.Prefix(n)
			what = p.String()
		}
		dst = append(dst, t.listing(what, t.of[v-1]))
	}
	return dst
}

// exact finds a name among those that have all the bits of must.
func (t *Table) exact(dst []footfall.Listing, name string, must uint32) []footfall.Listing {
	h := footfall.Hash(name)
	i, _ := slices.BinarySearch(t.hash, h)
	for ; i < len(t.hash) && t.hash[i] == h; i++ {
		v, at := t.name[i], t.blob[t.place[i]:]
		if v&must == must && len(at) > len(name) && string(at[:len(name)]) == name && at[len(name)] == 0 {
			dst = append(dst, t.listing(name, v&^below))
		}
	}
	return dst
}

func (t *Table) listing(what string, i uint32) footfall.Listing {
	a := &t.abouts[i]
	return footfall.Listing{
		What: what, List: t.lists[a.list], Source: t.texts[a.source], Kind: kinds[a.kind], Description: t.texts[a.text],
		Confidence: a.confidence, From: a.from, Until: a.until,
	}
}
