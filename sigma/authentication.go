package sigma

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/footfall/footfall"
)

// authentication is the category of the log source that all makers share. A
// rule that asks for it, and for no product and no service, sees what decoders
// understood of an event and not the names that its record has.
const authentication = "authentication"

// common reports whether a log source is the one that all makers share.
func (s Logsource) common() bool {
	return s.Category == authentication && s.Product == "" && s.Service == ""
}

// applies reports whether a rule is about an event.
func (s *Set) applies(r *Rule, e *footfall.Event) bool {
	if r.Correlation == nil && r.Logsource.common() {
		return e.Authenticates()
	}
	return r.Applies(s.schema.LogOf(e.Log))
}

// shared returns the group of the rules about the shared log source, nil when there are none.
func (s *Set) shared() *group {
	i := slices.IndexFunc(s.groups, func(g group) bool { return g.source.common() })
	if i < 0 || s.groups[i].every == nil {
		return nil
	}
	return &s.groups[i]
}

// authIDs are the numbers of footfall.AuthenticationFields, 0 for those that no rule names.
type authIDs [len(footfall.AuthenticationFields)]footfall.FieldID

func (s *Set) authIDs() (out authIDs) {
	for i, name := range footfall.AuthenticationFields {
		out[i] = s.names[name]
	}
	return out
}

// loadAuthentication takes what was understood of e, which must not change
// while the values are used; product is that of its log.
func (r *record) loadAuthentication(ids *authIDs, e *footfall.Event, product string) {
	r.begin()
	room := r.texts[:0]
	for i, id := range ids {
		if id == 0 {
			continue
		}
		v := authValue(room, e, product, i)
		if v == "" {
			continue
		}
		r.add(id, v)
		if inRoom(i) {
			room = room[len(v):len(v):cap(room)]
		}
	}
}

// inRoom reports whether the value of a field is written into the room that authValue gets.
func inRoom(field int) bool {
	switch footfall.AuthenticationFields[field] {
	case "src_ip", "dst_ip", "assigned_ip", "logon_type":
		return true
	}
	return false
}

// authValue returns what an event has in a field of footfall.AuthenticationFields, ""
// for nothing; room is for those that must be written.
func authValue(room []byte, e *footfall.Event, product string, field int) string {
	switch footfall.AuthenticationFields[field] {
	case "kind":
		return e.Kind.String()
	case "service":
		return e.Service.String()
	case "outcome":
		return e.Outcome.String()
	case "auth":
		return e.Auth.String()
	case "reason":
		return e.Reason.String()
	case "mfa":
		return e.MFA.String()
	case "product":
		return product
	case "user":
		return e.User.Name
	case "domain":
		return e.User.Domain
	case "user_id":
		return e.User.SID
	case "target":
		return e.Target.Name
	case "src_ip":
		return plainAddr(room, e.From.Addr)
	case "src_host":
		return e.From.Host
	case "dst_ip":
		return plainAddr(room, e.To.Addr)
	case "dst_host":
		return e.To.Host
	case "assigned_ip":
		return plainAddr(room, e.Assigned)
	case "session":
		return e.Session
	case "tenant":
		return e.Tenant
	case "country":
		return e.Country
	case "client":
		return e.Client
	case "object":
		return e.Object
	case "computer":
		return e.Computer
	case "guest":
		if e.Guest {
			return "true"
		}
	case "logon_type":
		if e.LogonType != 0 {
			return footfall.Str(strconv.AppendUint(room, uint64(e.LogonType), 10))
		}
	}
	return ""
}

// plainAddr writes an address without its zone, which may be of any length.
func plainAddr(room []byte, a netip.Addr) string { return addrText(room, a.WithZone("")) }
