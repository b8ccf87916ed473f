package emulate

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

type hostRole uint8

const (
	workstation hostRole = iota + 1
	kiosk
	server
	controller
	fileServer
	terminalServer
	bastion
	foreign // not the company's own
)

var hostRoles = [...]string{
	workstation: "workstation", kiosk: "shared workstation", server: "server", controller: "domain controller",
	fileServer: "file server", terminalServer: "terminal server", bastion: "bastion", foreign: "foreign",
}

// A host is a computer with its addresses, counters and log. Its id is its
// first name and stays when it is renamed.
type host struct {
	id, name string
	windows  bool
	modern   bool // OpenSSH since 9.8 names its sessions' process apart
	role     hostRole
	site     *site
	system   *system
	owner    *person
	machine  *account
	admin    *account // the local administrator
	mac      [6]byte
	born     moment
	gone     moment
	names    []naming

	// Where it is on the network.
	static  bool
	addr    netip.Addr
	net     *network
	since   moment
	online  bool // its collector can be reached
	tunnel  *tunnel
	renewal uint64 // counts attachments, so that old renewals stop

	up     bool
	open   []*session // that lead to it
	luid   uint64
	number [channels]uint64
	pid    int
	boot   int

	// What happens to its records.
	to     *source
	sent   moment // when the last one arrived
	silent bool
	skew   time.Duration
	muted  moment // an intruder has stopped its records from then on
	lag    time.Duration
	spool  []*record
}

type naming struct {
	name string
	from moment
}

const (
	securityLog = iota
	terminalLog
	remoteLog
	systemLog
	channels
)

// fqdn is the name that Windows logs as the computer's.
func (w *world) fqdn(h *host) string { return h.name + "." + w.p.realm }

// netbios is the name of at most 15 characters that old protocols send.
func (h *host) netbios() string {
	n := strings.ToUpper(h.name)
	return n[:min(15, len(n))]
}

func (h *host) macText(sep string) string {
	parts := make([]string, 6)
	for i, b := range h.mac {
		parts[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(parts, sep)
}

func (h *host) nextLUID(d *dice) uint64 {
	h.luid += uint64(d.number(700, 90000))
	return h.luid
}

func (h *host) nextPID(d *dice) int {
	h.pid += d.number(1, 60)
	if h.pid > 4190000 {
		h.pid = 900 + d.IntN(400)
	}
	return h.pid
}

func (w *world) newMAC() [6]byte {
	w.macs++
	return [6]byte{0x02, 0x00, 0x5e, byte(w.macs >> 16), byte(w.macs >> 8), byte(w.macs)}
}

func (w *world) newHost(name string, windows bool, r hostRole, s *site) *host {
	h := &host{
		id: strings.ToLower(name), name: name, windows: windows, role: r, site: s, mac: w.newMAC(), born: w.first,
		modern: w.dice.chance(0.35), online: true,
	}
	if windows {
		h.machine = w.newAccount(strings.ToUpper(h.netbios())+"$", machine)
		h.admin = &account{name: "Administrator", domain: h.netbios(), kind: local, admin: true, sid: fmt.Sprintf("S-1-5-21-%d-%d-%d-500", w.dice.Uint32(), w.dice.Uint32(), w.dice.Uint32())}
	}
	h.luid = uint64(w.dice.number(0x1a000, 0x7ffffff))
	h.pid = w.dice.number(800, 400000)
	for i := range h.number {
		h.number[i] = uint64(w.dice.number(1000, 9000000))
	}
	h.names = []naming{{name, w.first}}
	h.faults(w)
	w.hosts = append(w.hosts, h)
	return h
}

// faults decides how well a host's records are kept.
func (h *host) faults(w *world) {
	d := w.dice
	h.silent = h.role == foreign || d.chance(w.p.silent) && (h.role == server || h.role == workstation || h.role == kiosk)
	if h.role != controller && d.chance(w.p.skewed) {
		h.skew = d.span(2*time.Second, 25*time.Minute)
		if d.chance(0.5) {
			h.skew = -h.skew
		}
	}
	h.lag = d.span(300*time.Millisecond, 40*time.Second)
}

// newServer is a host with an address of its own that is always on.
func (w *world) newServer(name string, windows bool, r hostRole, s *site) *host {
	h := w.newHost(name, windows, r, s)
	h.static, h.up = true, true
	h.net = s.servers
	h.addr = s.servers.fixed()
	return h
}
