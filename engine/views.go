package engine

import (
	"cmp"
	"slices"

	"github.com/footfall/footfall"
)

// A logonKey is what Logons counts by.
type logonKey struct {
	src, addr, dst, account footfall.Name
	service                 footfall.Service
	auth                    footfall.Auth
}

// crosses reports whether a step is a logon, or the failure of one.
func crosses(s *footfall.Step) bool {
	return s.Rule == 0 && s.Kind == footfall.KindLogon && s.Service != footfall.ServiceLocal
}

// Logons counts who logged on where: by source, account, service and way of
// proving identity, in the order of these names.
func (h *Hunt) Logons() []footfall.Logon {
	seen := map[logonKey]*footfall.Logon{}
	for s := range h.Steps() {
		if !crosses(s) {
			continue
		}
		k := logonKey{s.SrcHost, s.SrcAddr, s.DstHost, s.Account, s.Service, s.Auth}
		l := seen[k]
		if l == nil {
			n := h.Names.String
			dst := n(s.DstHost)
			if dst == "" {
				dst = n(s.DstAddr)
			}
			l = &footfall.Logon{Source: n(s.SrcHost), Address: n(s.SrcAddr), Destination: dst, Account: n(s.Account), Service: s.Service, Auth: s.Auth, First: s.Time}
			seen[k] = l
		}
		l.Last = s.Time
		if s.Outcome == footfall.Failure {
			l.Failures++
		} else {
			l.Successes++
		}
	}
	out := make([]footfall.Logon, 0, len(seen))
	for _, l := range seen {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b footfall.Logon) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Address, b.Address),
			cmp.Compare(a.Destination, b.Destination), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Auth, b.Auth))
	})
	return out
}

// Edges are the arrows of the login graph, in the order of their names.
func (h *Hunt) Edges() []footfall.Edge {
	n := h.Names.String
	var out []footfall.Edge
	for _, e := range h.drawn {
		out = append(out, footfall.Edge{
			From: n(e.from), To: n(e.to), Account: n(e.account), Service: e.service,
			Count: e.count, Failures: e.failures, First: e.first, Last: e.last,
		})
	}
	slices.SortFunc(out, func(a, b footfall.Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Service, b.Service))
	})
	return out
}
