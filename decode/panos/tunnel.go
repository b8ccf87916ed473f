package panos

import (
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
)

// tunnel reads what the VPN of IPsec says of a peer: "IKE phase-1 negotiation
// is succeeded as responder, main mode. Established SA: 192.0.2.1[500]-198.51.100.7[500]
// cookie:A:B lifetime 28800 Sec.", "IPSec key installed. Installed SA: ...",
// "... Couldn't find configuration for IKE phase-1 request for peer IP 198.51.100.7[500].".
// The firewall's own address stands first.
func (r *reader) tunnel(e *footfall.Event, s string) bool {
	id := r.v.Get(kEventID)
	if !strings.HasPrefix(id, "ike") && !strings.HasPrefix(id, "ipsec-") {
		return false
	}
	e.Service = footfall.ServiceVPN
	if gateway := r.v.Get(kObject); gateway != "" {
		e.Object = gateway
	}
	own, peer, ok := association(s)
	if !ok {
		if _, v, found := strings.Cut(s, "peer IP "); found {
			peer, ok = bracketed(v)
		}
	}
	if v := strings.Index(s, " cookie:"); v >= 0 {
		e.Session, _, _ = strings.Cut(s[v+len(" cookie:"):], ":") // the initiator's: the other is not known at first
	}
	e.From, e.To = peer, own
	initiator := strings.Contains(s, " as initiator")
	if initiator {
		e.From, e.To = own, peer
	}
	switch {
	case strings.Contains(id, "-fail"), strings.HasSuffix(id, "-proxy-id-bad"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Failure
		if strings.Contains(s, "pre-shared key mismatch") || strings.HasSuffix(id, "-psk") {
			e.Reason = footfall.ReasonBadPassword
		} else if strings.Contains(s, "timeout") {
			e.Reason = footfall.ReasonProtocol
		}
	case strings.HasSuffix(id, "-p1-succ"), strings.HasSuffix(id, "-ike-succ"):
		e.Kind, e.Outcome = footfall.KindLogon, footfall.Success
	case strings.HasSuffix(id, "-p1-start"), strings.HasSuffix(id, "-ike-start"):
		e.Kind = footfall.KindAttempt
	case strings.HasSuffix(id, "-succ"), id == "ipsec-key-install":
		e.Kind, e.Outcome = footfall.KindConnection, footfall.Success
	case id == "ipsec-key-delete", id == "ipsec-key-expire":
		e.Kind, e.Outcome = footfall.KindDisconnect, footfall.Success
	default:
		return true
	}
	if initiator && (e.Kind == footfall.KindLogon || e.Kind == footfall.KindAttempt) { // the firewall called: nobody came in
		e.Kind = footfall.KindConnection
	}
	return ok
}

// association reads "... SA: 192.0.2.1[500]-198.51.100.7[500] ".
func association(s string) (own, peer footfall.Endpoint, ok bool) {
	_, v, ok := strings.Cut(s, " SA: ")
	if !ok {
		return own, peer, false
	}
	own, ok = bracketed(v)
	_, v, ok2 := strings.Cut(v, "]-")
	peer, ok3 := bracketed(v)
	return own, peer, ok && ok2 && ok3
}

// bracketed reads the "192.0.2.1[500]" that s begins with.
func bracketed(s string) (p footfall.Endpoint, ok bool) {
	host, rest, ok := strings.Cut(s, "[")
	port, _, ok2 := strings.Cut(rest, "]")
	if !ok || !ok2 {
		return p, false
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return p, false
	}
	p.Addr = a.Unmap()
	p.Port, ok = hostport.Port(port)
	return p, ok
}
