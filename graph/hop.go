package graph

import "github.com/footfall/footfall"

// mostHops is how many hops of a way are kept, the last ones and the root.
const mostHops = 8

// A hop is an arrival and whose hand it was, as far as that is known now. It
// has no pointers.
type hop struct {
	id, after        uint64 // Login.ID; that of the hop it went on from, 0 when the way begins here
	time             int64
	ref              footfall.Ref
	src, dst         footfall.Name
	account, person  footfall.Name // the account, and whose it is
	was              footfall.Name // the account that was used on src before, 0 when the way begins here
	hand             footfall.Name // the person at the root of the way
	session          footfall.Name
	service          footfall.Service
	srcKind, dstKind footfall.HostKind
	flags            Flags
	class            Class
	root             Root
	shown            bool
	of               uint8   // how many hands it can have been
	weight           float32 // how probable after is
}

// A way is the hops that led to the last of them, the first hop first. others
// are the further hands of the last hop.
type way struct {
	hops   []hop
	weight float64 // product of the hops' weights
	others []Hand
	cut    bool // hops between the root and the others were left out
}
