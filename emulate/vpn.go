package emulate

import (
	"fmt"
	"net/netip"
	"time"
)

// A gateway lets people in from outside.
type gateway struct {
	host    *host
	product int // 0 FortiGate, 1 AnyConnect on an ASA, 2 OpenVPN
	public  netip.Addr
	pool    *network
	tunnels int
	log     *source // of a FortiGate
}

// A tunnel is a person's way in.
type tunnel struct {
	gate    *gateway
	session *session
	inner   netip.Addr
	outer   netip.Addr
	number  int
}

// enter opens a tunnel for a computer; nil when it does not come up.
func (s *sim) enter(p *person, h *host, g *gateway, outer netip.Addr, why string) *tunnel {
	for n := 0; n < 3 && s.dice.chance(s.p.typos*float64(1+2*n)); n++ {
		s.gateRefuses(g, p, h, outer, time.Duration(n)*9*time.Second)
	}
	inner, _ := g.pool.take(h, s.now)
	if !inner.IsValid() {
		return nil
	}
	g.tunnels++
	x := s.begin(session{person: p, account: p.account, from: h, to: g.host, service: "vpn", why: why, addr: outer, port: s.port()})
	t := &tunnel{gate: g, session: x, inner: inner, outer: outer, number: 1000 + g.tunnels}
	h.tunnel = t
	s.gateOpens(p, t)
	s.connected(h)
	x.ready = s.now.add(5 * time.Second)
	began := s.now
	x.end = func() {
		s.gateCloses(p, t, s.now.since(began))
		g.pool.free(inner, s.now, true)
		s.truth.lease(inner, h, began, s.now, "vpn")
		if h.tunnel == t {
			h.tunnel = nil
			h.online = h.addr.IsValid() && h.net.trust != "outside"
		}
	}
	return t
}

func (s *sim) leave(t *tunnel) {
	if t != nil {
		s.finish(t.session)
	}
}

func (s *sim) gateRefuses(g *gateway, p *person, h *host, outer netip.Addr, delay time.Duration) {
	x := attempt(nil, p.account, h, g.host, "vpn", "mistake")
	x.person = p
	user := p.account.name
	var r *record
	switch g.product {
	case 0:
		r = s.forti(g, delay, "0101039426", "alert", fmt.Sprintf(`logdesc="SSL VPN login fail" action="ssl-login-fail" tunneltype="ssl-web" tunnelid=0 remip=%s user="%s" group="N/A" dst_host="N/A" reason="sslvpn_login_permission_denied" msg="SSL user failed to logged in"`, outer, user))
	case 1:
		r = s.line(g.host, delay, "%ASA-6-113005", 0, fmt.Sprintf("AAA user authentication Rejected : reason = AAA failure : server = %s : user = %s : user IP = %s", s.world.sites[0].controllers[0].addr, user, outer))
	default:
		port := s.port()
		s.line(g.host, delay, "openvpn", 901, fmt.Sprintf("%s:%d TLS: Initial packet from [AF_INET]%s:%d, sid=%s %s", outer, port, outer, port, s.world.hex(8), s.world.hex(8)))
		r = s.line(g.host, delay+time.Second, "openvpn", 901, fmt.Sprintf("%s:%d TLS Auth Error: Auth Username/Password verification failed for peer", outer, port))
	}
	r.truth = truth{"failure", x}
}

// forti is a line of a FortiGate.
func (s *sim) forti(g *gateway, delay time.Duration, id, level, rest string) *record {
	name := g.host.name
	return s.text(g.log, g.host, delay, func(b []byte, at time.Time) []byte {
		return fmt.Appendf(b, "date=%s time=%s devname=\"%s\" devid=\"FGT60F0000000001\" eventtime=%d tz=\"+0000\" logid=\"%s\" type=\"event\" subtype=\"vpn\" level=\"%s\" vd=\"root\" %s\n",
			at.Format(time.DateOnly), at.Format(time.TimeOnly), name, at.UnixNano(), id, level, rest)
	})
}

func (s *sim) gateOpens(p *person, t *tunnel) {
	g, user, outer := t.gate, p.account.name, t.outer
	var r *record
	switch g.product {
	case 0:
		s.forti(g, 0, "0101039424", "information", fmt.Sprintf(`logdesc="SSL VPN new connection" action="ssl-new-con" tunneltype="ssl" tunnelid=0 remip=%s user="N/A" group="N/A" dst_host="N/A" reason="N/A" msg="SSL new connection"`, outer))
		r = s.forti(g, 4*time.Second, "0101039947", "information", fmt.Sprintf(`logdesc="SSL VPN tunnel up" action="tunnel-up" tunneltype="ssl-tunnel" tunnelid=%d remip=%s tunnelip=%s user="%s" group="staff" dst_host="N/A" reason="tunnel established" msg="SSL tunnel established"`, t.number, outer, t.inner, user))
	case 1:
		s.line(g.host, 0, "%ASA-6-113004", 0, fmt.Sprintf("AAA user authentication Successful : server =  %s : user = %s", s.world.sites[0].controllers[0].addr, user))
		s.line(g.host, time.Second, "%ASA-6-734001", 0, fmt.Sprintf("DAP: User %s, Addr %s, Connection AnyConnect: The following DAP records were selected for this connection: DfltAccessPolicy", user, outer))
		s.line(g.host, 2*time.Second, "%ASA-6-113039", 0, fmt.Sprintf("Group <Staff> User <%s> IP <%s> AnyConnect parent session started.", user, outer))
		r = s.line(g.host, 3*time.Second, "%ASA-4-722051", 0, fmt.Sprintf("Group <Staff> User <%s> IP <%s> IPv4 Address <%s> IPv6 address <::> assigned to session", user, outer, t.inner))
	default:
		peer := fmt.Sprintf("%s:%d", outer, t.session.port)
		s.line(g.host, 0, "openvpn", 901, fmt.Sprintf("%s TLS: Initial packet from [AF_INET]%s, sid=%s %s", peer, peer, s.world.hex(8), s.world.hex(8)))
		s.line(g.host, time.Second, "openvpn", 901, fmt.Sprintf("%s TLS: Username/Password authentication succeeded for username '%s'", peer, user))
		s.line(g.host, 1100*ms, "openvpn", 901, fmt.Sprintf("%s [%s] Peer Connection Initiated with [AF_INET]%s", peer, user, peer))
		r = s.line(g.host, 1200*ms, "openvpn", 901, fmt.Sprintf("%s/%s MULTI: primary virtual IP for %s/%s: %s", user, peer, user, peer, t.inner))
	}
	r.truth = truth{"vpn", t.session}
}

func (s *sim) gateCloses(p *person, t *tunnel, took time.Duration) {
	g, user, outer := t.gate, p.account.name, t.outer
	down, up := s.dice.Int64N(2e9), s.dice.Int64N(2e8)
	switch g.product {
	case 0:
		s.forti(g, 0, "0101039948", "information", fmt.Sprintf(`logdesc="SSL VPN tunnel down" action="tunnel-down" tunneltype="ssl-tunnel" tunnelid=%d remip=%s tunnelip=%s user="%s" group="staff" dst_host="N/A" reason="User requested termination of service" duration=%d sentbyte=%d rcvdbyte=%d msg="SSL tunnel shutdown"`, t.number, outer, t.inner, user, int(took.Seconds()), down, up))
	case 1:
		n := int(took.Seconds())
		s.line(g.host, 0, "%ASA-4-113019", 0, fmt.Sprintf("Group = Staff, Username = %s, IP = %s, Session disconnected. Session Type: AnyConnect-Parent, Duration: %dh:%02dm:%02ds, Bytes xmt: %d, Bytes rcv: %d, Reason: User Requested", user, outer, n/3600, n/60%60, n%60, down, up))
	default:
		s.line(g.host, 0, "openvpn", 901, fmt.Sprintf("%s/%s:%d SIGTERM[soft,remote-exit] received, client-instance exiting", user, outer, t.session.port))
	}
}
