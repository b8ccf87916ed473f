package footfall

import "strings"

// An Extra is what a step carries beside its own fields, as one Name that many
// steps share: the log that it came from, and what few records have.
type Extra struct {
	Source   string // the host that wrote the record and its log: "dc1|Security", "fw1|asa"
	Country  string // where the source is, as the record says
	FromZone string // zone, interface, VLAN or VPC of the source, as logged
	ToZone   string // the same of the destination
	Tenant   string // account, organisation or tenant of a cloud
	MAC      string // hardware address of the client
	Domain   string // DNS domain of the host that wrote the record, as the record says
}

// ExtraSep stands between the parts: no log holds it inside a name.
const ExtraSep = '\x1f'

// Append appends the text of x, from which ParseExtra makes it again.
func (x *Extra) Append(dst []byte) []byte {
	parts := [...]string{x.Source, x.Country, x.FromZone, x.ToZone, x.Tenant, x.MAC, x.Domain}
	last := len(parts)
	for last > 1 && parts[last-1] == "" {
		last--
	}
	for i, p := range parts[:last] {
		if i > 0 {
			dst = append(dst, ExtraSep)
		}
		at := len(dst)
		dst = append(dst, p...)
		for j := at; j < len(dst); j++ {
			if dst[j] == ExtraSep {
				dst[j] = ' '
			}
		}
	}
	return dst
}

// ParseExtra reads the text of Append.
func ParseExtra(s string) (x Extra) {
	for _, p := range [...]*string{&x.Source, &x.Country, &x.FromZone, &x.ToZone, &x.Tenant, &x.MAC, &x.Domain} {
		*p, s, _ = strings.Cut(s, string(ExtraSep))
	}
	return x
}
