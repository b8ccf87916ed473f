package engine

import "github.com/footfall/footfall"

// maxExtras bounds how many parsed extras are kept: what few records have
// comes in few combinations.
const maxExtras = 1 << 14

// extras returns a function that parses extras and remembers them.
func extras(n *footfall.Names) func(footfall.Name) *footfall.Extra {
	known := map[footfall.Name]*footfall.Extra{}
	return func(id footfall.Name) *footfall.Extra {
		x, ok := known[id]
		if !ok {
			if len(known) >= maxExtras {
				clear(known)
			}
			parsed := footfall.ParseExtra(n.String(id))
			x = &parsed
			known[id] = x
		}
		return x
	}
}
