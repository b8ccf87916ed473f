package identify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/footfall/footfall"
)

// with says what a step has beside its ends.
func (k desk) with(f ...any) func(*footfall.Step) {
	return func(s *footfall.Step) {
		for i := 0; i+1 < len(f); i += 2 {
			switch v := f[i+1]; f[i] {
			case "account":
				s.Account = k.n.Intern(v.(string))
			case "target":
				s.Target = k.n.Intern(v.(string))
			case "sid":
				s.SID = k.n.Intern(v.(string))
			case "object":
				s.Object = k.n.Intern(v.(string))
			case "session":
				s.Session = k.n.Intern(v.(string))
			case "client":
				s.Client = k.n.Intern(v.(string))
			case "service":
				s.Service = v.(footfall.Service)
			case "auth":
				s.Auth = v.(footfall.Auth)
			case "type":
				s.LogonType = uint8(v.(int))
			case "event":
				s.Event = uint32(v.(int))
			case "took":
				s.Took = uint32(v.(int))
			case "outcome":
				s.Outcome = v.(footfall.Outcome)
			case "flags":
				s.Flags |= v.(footfall.Flags)
			case "extra":
				x := v.(footfall.Extra)
				s.Extra = k.n.Intern(string(x.Append(nil)))
			}
		}
	}
}

func (k desk) lease(at int64, name, addr, mac string, seconds int) {
	k.see(at, footfall.KindLease, name, addr, "dhcp1", "", k.with("service", footfall.ServiceDHCP, "took", seconds, "extra", footfall.Extra{Source: "dhcp1|dhcp", MAC: mac}))
}

func TestLeases(t *testing.T) {
	k := newDesk(t, nil)
	k.lease(0, "ws7", "10.0.0.7", "02:00:00:00:00:07", 8*3600)
	k.host("10.0.0.7", "ws7")
	// What a client says of itself does not beat the lease.
	if s := k.see(hour, footfall.KindLogon, "kali", "10.0.0.7", "srv1", ""); k.n.String(s.SrcHost) != "ws7" {
		t.Errorf("got source %q, want ws7", k.n.String(s.SrcHost))
	}
	// The lease runs out.
	k.see(9*hour, footfall.KindProcess, "", "", "srv1", "")
	k.host("10.0.0.7", "")
	// A renewal that names the hardware address alone is the same host's.
	k.lease(10*hour, "", "10.0.0.7", "02-00-00-00-00-07", 8*3600)
	k.host("10.0.0.7", "ws7")
	// The same client elsewhere gave up the old address.
	k.lease(11*hour, "ws7", "10.0.1.7", "02:00:00:00:00:07", 8*3600)
	k.host("10.0.0.7", "")
	k.host("10.0.1.7", "ws7")
	// Other hardware at the address, of nobody known, ends the interval.
	k.lease(12*hour, "", "10.0.1.7", "02:00:00:00:00:99", 8*3600)
	k.host("10.0.1.7", "")
	k.lease(13*hour, "ws8", "10.0.1.8", "02:00:00:00:00:08", 8*3600)
	k.see(14*hour, footfall.KindLogoff, "ws8", "10.0.1.8", "dhcp1", "", k.with("service", footfall.ServiceDHCP))
	k.host("10.0.1.8", "")
}

// TestHardware names leases of hardware alone by what proved itself there.
func TestHardware(t *testing.T) {
	k := newDesk(t, nil)
	k.lease(0, "", "10.0.0.5", "02:00:00:00:00:05", 3600)
	k.see(minute, footfall.KindLogon, "", "10.0.0.5", "dc1", "", k.with("account", `corp\ws5$`, "auth", footfall.AuthKerberos, "type", 3))
	k.host("10.0.0.5", "ws5")
	k.lease(day, "", "10.0.0.6", "02:00:00:00:00:05", 3600)
	k.host("10.0.0.6", "ws5")
}

func TestTunnels(t *testing.T) {
	k := newDesk(t, nil)
	vpn := func(at int64, kind footfall.Kind, account, session, inner string) {
		k.see(at, kind, "", "203.0.113.5", "gw1", "", k.with("account", account, "session", session, "object", inner, "service", footfall.ServiceVPN))
	}
	for d := range int64(3) {
		k.see(d*day+hour, footfall.KindLogon, "", "", "lt-ann", "", k.with("account", `corp\ann`, "type", 2))
	}
	vpn(3*day, footfall.KindLogon, "ann", "gw1|1", "10.9.0.4")
	k.host("10.9.0.4", "lt-ann")
	if u := k.n.String(k.d.UserAt(k.n.Intern("10.9.0.4"))); u != "ann" {
		t.Errorf("got user %q, want ann", u)
	}
	vpn(3*day+hour, footfall.KindLogoff, "ann", "gw1|1", "")
	k.host("10.9.0.4", "")
	// A gateway's last word that names no session.
	vpn(3*day+hour+1, footfall.KindLogon, "ann", "", "10.9.0.4")
	k.host("10.9.0.4", "lt-ann")
	vpn(3*day+hour+2, footfall.KindLogoff, "ann", "", "")
	k.host("10.9.0.4", "")
	// Another has the address without the end of the one before.
	vpn(3*day+2*hour, footfall.KindLogon, "ann", "gw1|2", "10.9.0.4")
	vpn(3*day+3*hour, footfall.KindLease, "bob", "gw1|3", "10.9.0.4")
	k.host("10.9.0.4", "")
	if u := k.n.String(k.d.UserAt(k.n.Intern("10.9.0.4"))); u != "bob" {
		t.Errorf("got user %q, want bob", u)
	}
	vpn(3*day+4*hour, footfall.KindLogoff, "ann", "gw1|2", "")
	if u := k.n.String(k.d.UserAt(k.n.Intern("10.9.0.4"))); u != "bob" {
		t.Errorf("the late end of another's session: got user %q, want bob", u)
	}
	if got := k.d.HostKind(k.n.Intern("gw1")); got != footfall.HostNetwork {
		t.Errorf("the gateway is a %v", got)
	}
}

func TestShared(t *testing.T) {
	k := newDesk(t, nil)
	many := func(addr string, want bool) {
		t.Helper()
		if got := k.d.Shared(k.n.Intern(addr)); got != want {
			t.Errorf("%s: got shared %v, want %v", addr, got, want)
		}
	}
	// An address that is handed on over days is no one's but the last's.
	for i := range int64(5) {
		k.see(i*day, footfall.KindLogon, fmt.Sprint("a", i), "10.0.0.30", "srv1", "", k.with("account", fmt.Sprint("u", i)))
	}
	many("10.0.0.30", false)
	k.host("10.0.0.30", "a4")
	// Two hosts by turns within the hour are behind one address.
	for i := range int64(8) {
		k.see(5*day+i*minute, footfall.KindLogon, fmt.Sprint("b", i%2), "10.0.0.31", "srv1", "")
	}
	many("10.0.0.31", true)
	k.host("10.0.0.31", "")
	// So are four persons, where no host is known.
	for i := range int64(4) {
		k.see(6*day+i*minute, footfall.KindLogon, "", "10.0.0.32", "srv1", "", k.with("account", fmt.Sprintf(`corp\p%d`, i)))
	}
	many("10.0.0.32", true)
	// Many persons on a host that wrote its own address are not.
	k.see(6*day, footfall.KindConnection, "x", "10.0.0.1", "ts1", "10.0.0.33")
	for i := range int64(6) {
		k.see(6*day+hour+i*minute, footfall.KindLogon, "", "10.0.0.33", "srv1", "", k.with("account", fmt.Sprintf(`corp\p%d`, i)))
	}
	many("10.0.0.33", false)
	k.host("10.0.0.33", "ts1")
	// What is not repeated is forgotten.
	k.see(20*day, footfall.KindProcess, "", "", "srv1", "")
	many("10.0.0.31", false)
}

func TestTickets(t *testing.T) {
	k := newDesk(t, nil)
	machine := func(at int64, auth footfall.Auth, account, addr string) {
		k.see(at, footfall.KindLogon, "", addr, "dc1", "", k.with("account", account, "auth", auth, "type", 3))
	}
	machine(0, footfall.AuthKerberos, `corp\ws5$`, "10.0.0.5")
	k.host("10.0.0.5", "ws5")
	machine(1, footfall.AuthNTLM, `corp\ws6$`, "10.0.0.6") // may be relayed
	k.host("10.0.0.6", "")
	// It is no address of the host's own: what comes from there is remote.
	s := k.see(2, footfall.KindLogon, "", "10.0.0.5", "ws5", "", k.with("account", `corp\ann`))
	if s.Flags&footfall.FlagLoopback != 0 {
		t.Error("a ticket made an address the host's own")
	}
}

func TestAliases(t *testing.T) {
	k := newDesk(t, &footfall.Context{HostAlias: map[string]string{"i-0123456789abcdef0": "web1", "02:00:00:00:00:01": "lt1"}})
	src := func(at int64, name, addr, want string) {
		t.Helper()
		if s := k.see(at, footfall.KindLogon, name, addr, "srv1", ""); k.n.String(s.SrcHost) != want {
			t.Errorf("%s at %s: got source %q, want %q", name, addr, k.n.String(s.SrcHost), want)
		}
	}
	src(0, "i-0123456789abcdef0", "10.0.0.1", "web1")
	k.lease(1, "", "10.0.0.2", "020000000001", 3600)
	k.host("10.0.0.2", "lt1")
	// NetBIOS cuts names to 15 characters.
	k.lease(2, "workstation-0000017", "10.0.0.3", "02:00:00:00:00:03", 3600)
	src(3, "workstation-000", "10.0.0.3", "workstation-0000017")
	src(4, "workstation-000", "", "workstation-0000017")
	// The id of an instance at a host's own address.
	k.see(5, footfall.KindConnection, "x", "10.0.0.9", "db1", "10.0.0.4")
	src(6, "i-0fedcba9876543210", "10.0.0.4", "db1")
	src(7, "i-0fedcba9876543210", "", "db1")
}

// TestTwins holds apart two hosts of one first label, and together one host
// that is known under two full names.
func TestTwins(t *testing.T) {
	k := newDesk(t, nil)
	see := func(at int64, domain, label, want string) {
		t.Helper()
		s := k.see(at, footfall.KindProcess, "", "", "srv1", "", k.with("account", label+`\srv1$`, "sid", "S-1-5-18", "session", "srv1|0x3e7",
			"extra", footfall.Extra{Source: "srv1|Security", Domain: domain}))
		if got := k.n.String(s.DstHost); got != want {
			t.Errorf("%s in %s: got host %q, want %q", label, domain, got, want)
		}
		if got := k.n.String(s.Session); got != want+"|0x3e7" {
			t.Errorf("%s in %s: got session %q of %s", label, domain, got, want)
		}
	}
	see(0, "corp.example", "corp", "srv1")
	see(1, "corp.example.net", "corp", "srv1")
	see(2, "eu.example", "eu", "srv1.eu.example")
	see(3, "corp.example", "corp", "srv1")
	see(4, "eu.example", "eu", "srv1.eu.example")
}

func (k desk) person(account, want string) {
	k.t.Helper()
	if got := k.n.String(k.d.Person(k.n.Intern(account))); got != want {
		k.t.Errorf("%s: got person %q, want %q", account, got, want)
	}
}

func TestPersons(t *testing.T) {
	k := newDesk(t, &footfall.Context{People: map[string]string{`corp\ann`: "Ann", "ann.root": "Ann"}})
	logon := func(at int64, account, sid string) {
		k.see(at, footfall.KindLogon, "", "", "srv1", "", k.with("account", account, "sid", sid))
	}
	logon(0, `corp\ann`, "S-1-5-21-1-2-3-1001")
	logon(0, `corp\bob`, "S-1-5-21-1-2-3-1002")
	logon(1, "bob", "1002")
	logon(2, `bob@corp.example`, "")
	logon(3, `corp\adm-bob`, "S-1-5-21-1-2-3-1003")
	logon(4, `corp\ann_a`, "")
	logon(5, `eu\bob`, "S-1-5-21-7-8-9-1001")
	k.person(`corp\bob`, `corp\bob`)
	k.person(`bob@corp.example`, `corp\bob`)
	k.person(`corp\adm-bob`, `corp\bob`)
	k.person(`corp\ann_a`, "Ann")
	k.person("ann.root", "Ann")
	k.person(`eu\bob`, `eu\bob`) // another domain's bob is another
	k.person("root", "")
	k.person(`corp\svc-web`, "")
	k.person("nobody-known", "nobody-known")
	// A renamed account, and a domain by its other name.
	logon(6, `corp\bob2`, "S-1-5-21-1-2-3-1002")
	k.person(`corp\bob2`, `corp\bob`)
	logon(7, `ad\eve`, "S-1-5-21-1-2-3-1004")
	logon(8, `corp\eve`, "")
	k.person(`corp\eve`, `ad\eve`)
	// Who makes an account and names it after somebody gets no person by that.
	k.see(9, footfall.KindAccount, "", "", "dc1", "", k.with("account", `corp\bob`, "target", `corp\adm-ann`, "event", 4720))
	logon(10, `corp\adm-ann`, "")
	k.person(`corp\adm-ann`, `corp\adm-ann`)
}

// TestUse learns whose an account is from its use: by one person day after day.
func TestUse(t *testing.T) {
	k := newDesk(t, nil)
	for d := range int64(4) {
		k.see(d*day, footfall.KindLogon, "", "", "ws1", "", k.with("account", `corp\ann`, "type", 2))
		k.see(d*day+1, footfall.KindExplicit, "", "", "ws1", "", k.with("account", `corp\ann`, "target", `corp\t800`))
		k.see(d*day+2, footfall.KindExplicit, "", "", "ws1", "", k.with("account", `corp\ann`, "target", `corp\helpdesk`))
		k.see(d*day+3, footfall.KindExplicit, "", "", "ws2", "", k.with("account", `corp\bob`, "target", `corp\helpdesk`))
		if d == 1 {
			k.person(`corp\t800`, `corp\t800`)
		}
	}
	k.person(`corp\t800`, `corp\ann`)
	if got := k.n.String(k.d.Owner(k.n.Intern("ws1"))); got != `corp\ann` {
		t.Errorf("got owner %q of ws1", got)
	}
	if got := k.d.HostKind(k.n.Intern("ws1")); got != footfall.HostWorkstation {
		t.Errorf("ws1 is a %v", got)
	}
}

func TestKinds(t *testing.T) {
	k := newDesk(t, &footfall.Context{Bastions: map[string]bool{"jump1": true}, Hosts: map[string]footfall.Host{"pc9": {Kind: footfall.HostServer, Owner: "Ann"}}})
	kind := func(host string, want footfall.HostKind) {
		t.Helper()
		if got := k.d.HostKind(k.n.Intern(host)); got != want {
			t.Errorf("%s: got %v, want %v", host, got, want)
		}
	}
	for i := range int64(8) {
		who := fmt.Sprintf(`corp\u%d`, i)
		ws, addr := fmt.Sprint("ws", i), fmt.Sprint("10.0.0.", i+1)
		k.see(i, footfall.KindLogon, ws, addr, "fs1", "", k.with("account", who, "type", 3))
		k.see(i, footfall.KindLogon, ws, addr, "ts1", "", k.with("account", who, "type", 10, "service", footfall.ServiceRDP))
		k.see(i, footfall.KindLogon, ws, addr, "lx1", "", k.with("account", who, "service", footfall.ServiceSSH))
		k.see(i, footfall.KindLogon, "lx1", "10.0.1.1", fmt.Sprint("lx", 2+i%4), "", k.with("account", who, "service", footfall.ServiceSSH))
	}
	k.see(9, footfall.KindCredential, "", "10.0.0.1", "dc1", "", k.with("account", `corp\u1`, "event", 4768, "auth", footfall.AuthKerberos,
		"service", footfall.ServiceKerberos, "extra", footfall.Extra{Source: "dc1|Security"}))
	kind("ws1", footfall.HostWorkstation)
	kind("fs1", footfall.HostServer)
	kind("ts1", footfall.HostTerminalServer)
	kind("lx1", footfall.HostBastion)
	kind("lx2", footfall.HostServer)
	kind("dc1", footfall.HostController)
	kind("jump1", footfall.HostBastion)
	kind("pc9", footfall.HostServer)
	kind("other", footfall.HostUnknown)
}

func TestDirectoryEntries(t *testing.T) {
	k := newDesk(t, nil)
	k.d.Enter(&Entry{Kind: EntryUser, Account: k.n.Intern(`corp\jdoe`), SID: k.n.Intern("S-1-5-21-1-2-3-1100"), Shown: k.n.Intern("Jane Doe")})
	k.d.Enter(&Entry{Kind: EntryAlias, Account: k.n.Intern(`corp\jdoe`), Other: k.n.Intern("Jane.Doe@corp.example")})
	k.d.Enter(&Entry{Kind: EntryUser, Account: k.n.Intern(`corp\adm-jdoe`)})
	k.d.Enter(&Entry{Kind: EntryComputer, Host: k.n.Intern("dc1"), Sort: SortOf("Windows Server 2022", "CN=DC1,OU=Domain Controllers,DC=corp")})
	k.person("jane.doe@corp.example", `corp\jdoe`)
	k.person(`corp\jane.doe`, `corp\jdoe`)
	k.person("Jane.Doe@corp.example", `corp\jdoe`)
	k.person(`corp\adm-jdoe`, `corp\jdoe`)
	k.person("jdoe", `corp\jdoe`)
	if got := k.d.HostKind(k.n.Intern("dc1")); got != footfall.HostController {
		t.Errorf("dc1 is a %v", got)
	}
	if p := k.d.AboutPerson("jdoe"); p == nil || p.Shown != "Jane Doe" || len(p.Names) < 3 {
		t.Errorf("got %+v", p)
	}
}

func TestVotes(t *testing.T) {
	k := newDesk(t, nil)
	for i := range int64(3) {
		k.see(i*hour, footfall.KindLogon, "ws3", "", "srv1", "", k.with("account", `corp\ann`))
		k.see(i*hour+1e9, footfall.KindLogon, "", "10.0.0.3", "srv1", "", k.with("account", `corp\ann`))
	}
	k.host("10.0.0.3", "ws3")
}

// TestNothingEarlier holds that what comes later changes no earlier answer,
// and that equal steps give equal answers: the answers of a run are those of
// its parts.
func TestNothingEarlier(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	type call struct {
		at   int64
		kind footfall.Kind
		a    [4]string
		with []any
	}
	var calls []call
	for i := range int64(4000) {
		n, m := r.IntN(20), r.IntN(20)
		c := call{at: i * 20 * minute, kind: footfall.KindLogon}
		switch r.IntN(5) {
		case 0:
			c.kind = footfall.KindLease
			c.a = [4]string{fmt.Sprint("ws", n), fmt.Sprint("10.0.0.", m), "dhcp1", ""}
			c.with = []any{"took", 3600 * (1 + r.IntN(20)), "service", footfall.ServiceDHCP}
		case 1:
			c.a = [4]string{"", "203.0.113.1", "gw", ""}
			c.with = []any{"account", fmt.Sprint("u", n), "object", fmt.Sprint("10.9.0.", m), "service", footfall.ServiceVPN}
		case 2:
			c.a = [4]string{fmt.Sprint("ws", n), fmt.Sprint("10.0.0.", m), "srv1", ""}
			c.with = []any{"account", fmt.Sprintf(`corp\u%d`, n), "type", 3}
		case 3:
			c.a = [4]string{"", fmt.Sprint("10.0.0.", m), "srv2", ""}
			c.with = []any{"account", fmt.Sprintf(`corp\adm-u%d`, n), "type", 3}
		case 4:
			c.a = [4]string{"", "", fmt.Sprint("ws", n), ""}
			c.with = []any{"account", fmt.Sprintf(`corp\u%d`, n), "type", 2}
		}
		calls = append(calls, c)
	}
	run := func(to int, other int) []string {
		k := newDesk(t, nil)
		for i := range other {
			k.n.Intern(fmt.Sprint("x", i)) // other numbers for names
		}
		var out []string
		for _, c := range calls[:to] {
			s := k.see(c.at, c.kind, c.a[0], c.a[1], c.a[2], c.a[3], k.with(c.with...))
			out = append(out, fmt.Sprint(k.n.String(s.SrcHost), k.n.String(s.DstHost), s.Flags, k.n.String(k.d.Person(s.Account)), k.d.HostKind(s.DstHost), k.n.String(k.d.Owner(s.SrcHost))))
		}
		return out
	}
	whole := run(len(calls), 0)
	for _, part := range []int{100, 1000, 3999} {
		if got := run(part, part); !slices.Equal(got, whole[:part]) {
			t.Errorf("the first %d steps alone give other answers", part)
		}
	}
}

// TestFlows ties the far end of a connection that a sensor saw with the host
// whose own log tells of the same source address and port.
func TestFlows(t *testing.T) {
	k := newDesk(t, nil)
	port := func(n uint16) func(*footfall.Step) { return func(s *footfall.Step) { s.SrcPort = n } }
	sensor := func(at int64, src string, from uint16, dst string) {
		k.see(at, footfall.KindConnection, "", src, "", dst, port(from), k.with("flags", footfall.FlagObserved))
	}
	logon := func(at int64, src string, from uint16, host string) {
		k.see(at, footfall.KindLogon, "", src, host, "", port(from), k.with("account", "ann", "service", footfall.ServiceSSH))
	}
	sensor(0, "10.0.0.1", 50000, "10.0.1.1")
	logon(1e9, "10.0.0.1", 50001, "lx1") // another connection
	k.host("10.0.1.1", "")
	logon(2e9, "10.0.0.1", 50000, "lx1")
	k.host("10.0.1.1", "lx1")
	// The log before the sensor, and too far apart.
	logon(hour, "10.0.0.1", 50002, "lx2")
	sensor(hour+minute, "10.0.0.1", 50002, "10.0.1.2")
	k.host("10.0.1.2", "lx2")
	sensor(2*hour, "10.0.0.1", 50003, "10.0.1.3")
	logon(2*hour+10*minute, "10.0.0.1", 50003, "lx3")
	k.host("10.0.1.3", "")
}

// TestWays finds the address of a bastion from who goes on from it, and holds
// that one person's way, or one day's, shows nothing.
func TestWays(t *testing.T) {
	k := newDesk(t, nil)
	hop := func(at int64, who string) {
		k.see(at, footfall.KindLogon, "", "10.0.0.1", "jump1", "", k.with("account", who, "service", footfall.ServiceSSH))
		k.see(at+minute, footfall.KindLogon, "", "10.0.0.9", "db1", "", k.with("account", who, "service", footfall.ServiceSSH))
	}
	for d := int64(1); d <= 2; d++ {
		for i := range 3 {
			k.host("10.0.0.9", "")
			hop(d*day+int64(i)*2*hour, fmt.Sprint("u", i))
			if d == 2 {
				break
			}
		}
	}
	k.host("10.0.0.9", "jump1")
	k = newDesk(t, nil)
	for d := range int64(5) {
		hop((d+1)*day, "u1")
	}
	k.host("10.0.0.9", "")
}

// TestCovered marks what a domain controller says of a logon that the host's
// own log tells as well.
func TestCovered(t *testing.T) {
	k := newDesk(t, nil)
	ticket := func(at int64, want bool) {
		t.Helper()
		s := k.see(at, footfall.KindTicket, "", "10.0.0.5", "srv1", "", k.with("account", `corp\ann`, "service", footfall.ServiceKerberos,
			"auth", footfall.AuthKerberos, "event", 4769, "flags", footfall.FlagObserved, "extra", footfall.Extra{Source: "dc1|Security"}))
		if got := s.Flags&footfall.FlagCovered != 0; got != want {
			t.Errorf("after %d h: got covered %v, want %v", at/hour, got, want)
		}
	}
	ticket(0, false)
	k.see(hour, footfall.KindLogon, "", "10.0.0.6", "srv1", "", k.with("account", `corp\bob`, "type", 3))
	ticket(2*hour, true)
	ticket(30*hour, false)
	if got := k.d.HostKind(k.n.Intern("dc1")); got != footfall.HostController {
		t.Errorf("dc1 is a %v", got)
	}
}
