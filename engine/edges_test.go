package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// A drawing feeds steps to edges and lists the arrows.
type drawing struct {
	t     *testing.T
	names *footfall.Names
	edges *edges
	kinds map[string]footfall.HostKind
}

func newDrawing(t *testing.T) *drawing {
	n := footfall.NewNames()
	return &drawing{t, n, newEdges(n, maxEdges), map[string]footfall.HostKind{}}
}

// step takes a step at a second; ends are "host", "host|address" or "|address".
func (d *drawing) step(at int64, kind footfall.Kind, service footfall.Service, from, to, who string, more ...func(*footfall.Step)) {
	d.t.Helper()
	in := d.names.Intern
	s := footfall.Step{Time: at * 1e9, Kind: kind, Service: service, Outcome: footfall.Success, Account: in(who)}
	host, addr, _ := strings.Cut(from, "|")
	s.SrcHost, s.SrcAddr = in(host), in(addr)
	host, addr, _ = strings.Cut(to, "|")
	s.DstHost, s.DstAddr = in(host), in(addr)
	for _, f := range more {
		f(&s)
	}
	d.edges.take(&s)
}

func (d *drawing) want(want ...string) {
	d.t.Helper()
	var got []string
	for _, e := range d.edges.all(func(n footfall.Name) footfall.HostKind { return d.kinds[d.names.String(n)] }) {
		n := d.names.String
		got = append(got, fmt.Sprintf("%s > %s as %s by %s %d-%d", n(e.from), n(e.to), n(e.account), e.service, e.count, e.failures))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		d.t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func flagged(f footfall.Flags) func(*footfall.Step) {
	return func(s *footfall.Step) { s.Flags |= f }
}

func TestEdges(t *testing.T) {
	const (
		logon, conn, ticket = footfall.KindLogon, footfall.KindConnection, footfall.KindTicket
		network, none       = footfall.ServiceNetwork, footfall.ServiceUnknown
		winrm, rpc, smb     = footfall.ServiceWinRM, footfall.ServiceRPC, footfall.ServiceSMB
		kerberos, cloud     = footfall.ServiceKerberos, footfall.ServiceCloud
	)
	object := func(d *drawing, o string) func(*footfall.Step) {
		return func(s *footfall.Step) { s.Object = d.names.Intern(o) }
	}
	target := func(d *drawing, o string) func(*footfall.Step) {
		return func(s *footfall.Step) { s.Target = d.names.Intern(o) }
	}
	failed := func(s *footfall.Step) { s.Outcome = footfall.Failure }
	program := func(d *drawing, o string) func(*footfall.Step) {
		return func(s *footfall.Step) { s.Image, s.Event = d.names.Intern(o), 3 }
	}
	outward := flagged(footfall.FlagOutward)
	run := func(name string, f func(*testing.T, *drawing)) {
		t.Helper()
		t.Run(name, func(t *testing.T) { f(t, newDrawing(t)) })
	}

	run("a logon is by the service that was connected to, and told once", func(_ *testing.T, d *drawing) {
		d.step(1, conn, winrm, "ws1|10.0.0.1", "ws2|10.0.0.2", "corp\\ann", outward, program(d, `C:\tool.exe`))
		d.step(1, conn, winrm, "|10.0.0.1", "|10.0.0.2", "")
		d.step(2, logon, network, "ws1|10.0.0.1", "ws2", "corp\\ann")
		d.want("ws1 > ws2 as corp\\ann by winrm 1-0")
	})
	run("a connection has the account of the ticket and the name that comes later", func(_ *testing.T, d *drawing) {
		d.step(1, conn, winrm, "|10.0.0.1", "|10.0.0.2", "")
		d.step(1, ticket, kerberos, "|10.0.0.1", "|10.0.0.9", "corp\\ann", object(d, "HTTP/WS2.corp.example"))
		d.step(9, conn, smb, "|10.0.0.1", "ws2|10.0.0.2", "")
		d.want("10.0.0.1 > ws2 as corp\\ann by winrm 1-0", "10.0.0.1 > ws2 as corp\\ann by smb 1-0")
	})
	run("credentials used for a host whose own log is not there", func(_ *testing.T, d *drawing) {
		d.step(1, footfall.KindExplicit, footfall.ServiceDCOM, "ws1", "srv1", "corp\\ann", target(d, "corp\\adm"), outward)
		d.step(1, footfall.KindExplicit, none, "ws1", "srv1", "corp\\ann", target(d, "corp\\adm"), outward)
		d.want("ws1 > srv1 as corp\\adm by dcom 1-0")
	})
	run("a logon that does not say from where names the account of the one connection", func(_ *testing.T, d *drawing) {
		d.step(1, conn, winrm, "|10.0.0.1", "ws2|10.0.0.2", "")
		d.step(2, logon, network, "", "ws2", "corp\\ann")
		d.want("10.0.0.1 > ws2 as corp\\ann by winrm 1-0")
	})
	run("what computers do by themselves is not drawn", func(_ *testing.T, d *drawing) {
		d.kinds["dc1"] = footfall.HostController
		d.step(1, conn, smb, "ws1|10.0.0.1", "dc1|10.0.0.9", "")
		d.step(1, conn, rpc, "ws1|10.0.0.1", "dc1|10.0.0.9", "")
		d.step(2, logon, network, "ws1", "dc1", "corp\\ws1$")
		d.step(3, logon, network, "dc1", "dc1", "corp\\dc1$")
		d.step(4, conn, footfall.ServiceLDAP, "ws1", "dc1", "")
		d.step(4, conn, footfall.ServiceWeb, "ws1", "srv1", "")
		d.step(4, conn, footfall.ServiceDNS, "ws1", "dc1", "")
		d.step(5, conn, winrm, "ws1|10.0.0.1", "dc1|10.0.0.9", "")
		d.step(500, footfall.KindShare, smb, "ws1", "dc1", "", object(d, `C$\Windows`))
		d.want("ws1 > dc1 as  by winrm 1-0", "ws1 > dc1 as  by smb 2-0")
	})
	run("a controller is known by the tickets that it gives", func(_ *testing.T, d *drawing) {
		d.step(1, conn, kerberos, "|10.0.0.1", "|10.0.0.9", "", func(s *footfall.Step) { s.DstPort = 88 })
		d.step(2, conn, smb, "|10.0.0.1", "|10.0.0.9", "")
		d.want()
	})
	run("a computer's account from elsewhere is drawn", func(_ *testing.T, d *drawing) {
		d.step(1, logon, network, "|10.0.0.7", "dc1", "corp\\exch1$")
		d.want("10.0.0.7 > dc1 as corp\\exch1$ by network 1-0")
	})
	run("what the other host refused failed", func(_ *testing.T, d *drawing) {
		d.step(1, conn, rpc, "ws1", "ws2", "", outward, program(d, `C:\tool.exe`))
		d.step(1, conn, rpc, "ws1", "ws2", "", failed, program(d, `C:\svchost.exe`))
		d.want("ws1 > ws2 as  by rpc 1-1")
	})
	run("VPN, inner address, host", func(_ *testing.T, d *drawing) {
		d.step(1, footfall.KindLease, footfall.ServiceVPN, "|203.0.113.5", "vpn1", "ann", object(d, "10.8.0.6"))
		d.step(60, logon, footfall.ServiceSSH, "|10.8.0.6", "srv1", "ann")
		d.want("203.0.113.5 > 10.8.0.6 as ann by vpn 1-0", "10.8.0.6 > srv1 as ann by ssh 1-0")
	})
	run("roles lead on from one to the next and to an instance", func(_ *testing.T, d *drawing) {
		explicit := footfall.KindExplicit
		d.step(1, explicit, cloud, "|203.0.113.5", "", `1\ann`, target(d, `1\dev`))
		d.step(2, explicit, cloud, "|203.0.113.5", "", `1\dev`, target(d, `2\ops`))
		d.step(3, footfall.KindShell, cloud, "|203.0.113.5", "i-0a1b2c3d4e5f60718", `2\ops`)
		d.step(3, explicit, cloud, "ec2.amazonaws.com", "", "ec2.amazonaws.com", target(d, `1\web`))
		d.want(`203.0.113.5 > 1\ann as 1\ann by cloud 1-0`, `1\ann > 1\dev as 1\ann by cloud 1-0`,
			`1\dev > 2\ops as 1\dev by cloud 1-0`, `2\ops > i-0a1b2c3d4e5f60718 as 2\ops by cloud 1-0`)
	})
	run("an open port that a stranger knocked at", func(_ *testing.T, d *drawing) {
		public := flagged(footfall.FlagPublic)
		d.step(1, conn, footfall.ServiceRDP, "|198.51.100.9", "|10.0.0.2", "", public, func(s *footfall.Step) { s.Bytes = 900 })
		d.step(1, conn, footfall.ServiceRDP, "|203.0.113.5", "|10.0.0.2", "", public, func(s *footfall.Step) { s.Bytes = 90000 })
		d.want("203.0.113.5 > 10.0.0.2 as  by rdp 1-0")
	})
	run("an address that was two hosts stays an address", func(_ *testing.T, d *drawing) {
		d.step(1, logon, footfall.ServiceSSH, "lap1|10.0.0.5", "srv1", "ann")
		d.step(900, logon, footfall.ServiceSSH, "lap2|10.0.0.5", "srv1", "bob")
		d.step(1800, logon, footfall.ServiceSSH, "|10.0.0.5", "srv1", "ann")
		d.want("lap1 > srv1 as ann by ssh 1-0", "lap2 > srv1 as bob by ssh 1-0", "10.0.0.5 > srv1 as ann by ssh 1-0")
	})
	run("bounded", func(t *testing.T, d *drawing) {
		d.edges.most = 2
		for i := range 4 {
			d.step(int64(i), logon, footfall.ServiceSSH, fmt.Sprintf("|192.0.2.%d", i+1), "srv1", "root", failed)
		}
		d.step(900, logon, footfall.ServiceSSH, "|192.0.2.1", "srv1", "root", failed)
		d.want("192.0.2.1 > srv1 as root by ssh 2-2", "192.0.2.2 > srv1 as root by ssh 1-1")
		if d.edges.beyond != 2 {
			t.Errorf("%d beyond the bound, want 2", d.edges.beyond)
		}
	})
}

// BenchmarkEdges takes logons and connections of a thousand hosts, a day of
// seconds long.
func BenchmarkEdges(b *testing.B) {
	n := footfall.NewNames()
	var steps []footfall.Step
	for i := range 10_000 {
		host, to := n.Intern(fmt.Sprintf("ws%d", i%1000)), n.Intern(fmt.Sprintf("srv%d", i%37))
		addr := n.Intern(fmt.Sprintf("10.0.%d.%d", i%1000/250, i%250))
		who := n.Intern(fmt.Sprintf("corp\\user%d", i%1000))
		s := footfall.Step{Kind: footfall.KindLogon, Service: footfall.ServiceNetwork, Outcome: footfall.Success, SrcHost: host, SrcAddr: addr, DstHost: to, Account: who}
		if i%3 == 0 {
			s.Kind, s.Service, s.Account = footfall.KindConnection, footfall.ServiceSMB, 0
		}
		steps = append(steps, s)
	}
	g := newEdges(n, maxEdges)
	b.ReportAllocs()
	t := int64(1e18)
	for i := range b.N {
		s := &steps[i%len(steps)]
		t += 1e8
		s.Time = t
		g.take(s)
	}
}
