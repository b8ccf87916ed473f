package engine

import (
	"net/netip"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/geo"
	"github.com/footfall/footfall/internal/recent"
)

// maxPlaces is how many addresses' places are kept: reading one from a file
// makes strings.
const maxPlaces = 1 << 14

// placer says where addresses are, for the sequencer alone.
func placer(t *geo.Table, n *footfall.Names) func(footfall.Name) footfall.Place {
	known := recent.New[footfall.Name, footfall.Place](maxPlaces)
	return func(addr footfall.Name) footfall.Place {
		if addr == 0 {
			return footfall.Place{}
		}
		p, fresh := known.Put(addr)
		if fresh {
			if a, err := netip.ParseAddr(n.String(addr)); err == nil {
				*p = t.Place(a)
			}
		}
		return *p
	}
}
