package graph

// A node is a hop in the pool, one of the ways that its arrival can have come
// about. Numbers of nodes are indexes plus one.
type node struct {
	hop
	parent uint32
	refs   uint32 // guests and nodes that refer to it
	depth  uint8
	cut    bool // hops between the root and the parent were left out
	other  bool // whose account it was is another's than the hand
}

// A pool holds the hops that living sessions came by.
type pool struct {
	nodes []node
	free  []uint32
}

// deepest is how many hops are linked before the middle ones are left out: a
// hand that goes to and fro must not be kept from its first hop on.
const deepest = 2 * mostHops

// add takes a hop in, behind a parent, and returns its number with one
// reference.
func (p *pool) add(h *hop, parent uint32) uint32 {
	depth, cut := uint8(0), false
	if parent != 0 {
		if p.nodes[parent-1].depth >= deepest {
			parent = p.shorten(parent)
		} else {
			p.nodes[parent-1].refs++
		}
		depth, cut = p.nodes[parent-1].depth+1, p.nodes[parent-1].cut
	}
	i := p.take()
	p.nodes[i-1] = node{hop: *h, parent: parent, refs: 1, depth: depth, cut: cut}
	return i
}

func (p *pool) take() uint32 {
	if n := len(p.free); n > 0 {
		i := p.free[n-1]
		p.free = p.free[:n-1]
		return i
	}
	p.nodes = append(p.nodes, node{})
	return uint32(len(p.nodes))
}

// shorten copies the last hops of a way and its root, and returns the copy of
// the last with one reference.
func (p *pool) shorten(last uint32) uint32 {
	var way [mostHops - 1]uint32
	n, root := 0, last
	for i := last; i != 0; i = p.nodes[i-1].parent {
		if n < len(way) {
			way[n] = i
			n++
		}
		root = i
	}
	at, depth := p.copy(root, 0, 0), uint8(0)
	for n--; n >= 0; n-- {
		depth++
		at = p.copy(way[n], at, depth)
	}
	return at
}

func (p *pool) copy(of, parent uint32, depth uint8) uint32 {
	i := p.take()
	p.nodes[i-1] = p.nodes[of-1]
	c := &p.nodes[i-1]
	c.parent, c.refs, c.depth = parent, 1, depth
	c.cut = depth > 0
	return i
}

// holds reports whether an arrival is among the hops that lead to a node.
func (p *pool) holds(i uint32, arrival uint64) bool {
	for ; i != 0; i = p.nodes[i-1].parent {
		if p.nodes[i-1].id == arrival {
			return true
		}
	}
	return false
}

// hold takes one more reference to a node.
func (p *pool) hold(i uint32) {
	if i != 0 {
		p.nodes[i-1].refs++
	}
}

// drop gives a reference back, and frees what nothing refers to.
func (p *pool) drop(i uint32) {
	for i != 0 {
		n := &p.nodes[i-1]
		if n.refs--; n.refs > 0 {
			return
		}
		next := n.parent
		*n = node{}
		p.free = append(p.free, i)
		i = next
	}
}

// way lists the hops that lead to a node: the root, and the last ones. hops is
// used again.
func (p *pool) way(hops []hop, last uint32) (w way) {
	hops = hops[:0]
	var at [deepest + 2]uint32
	n := 0
	for i := last; i != 0 && n < len(at); i = p.nodes[i-1].parent {
		at[n] = i
		n++
	}
	w.cut = p.nodes[last-1].cut
	for k := n - 1; k >= 0; k-- {
		if k != n-1 && k >= mostHops {
			w.cut = true
			continue
		}
		hops = append(hops, p.nodes[at[k]-1].hop)
	}
	w.hops = hops
	return w
}
