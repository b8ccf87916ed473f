package emulate

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// context is what such a company would declare about itself.
func (s *sim) context() []byte {
	w := s.world
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# What the emulated company declares about itself.")
	line("version: 1")
	line("networks:")
	for _, g := range w.sites {
		for _, n := range append([]*network{g.servers, g.wifi}, g.wired...) {
			line("  - {name: %s, cidr: %s, trust: %s}", n.name, n.prefix, n.trust)
		}
		if g.nat.IsValid() {
			line("  - {name: %s behind NAT, cidr: %s/32, trust: internal, shared: true}", g.code, g.nat)
		}
		line("  - {name: %s egress, cidr: %s/32, trust: external, shared: true}", g.code, g.egress)
	}
	for _, g := range w.gateways {
		line("  - {name: %s, cidr: %s, trust: vpn}", g.pool.name, g.pool.prefix)
		line("  - {name: %s egress, cidr: %s/32, trust: external, shared: true}", g.host.name, g.public)
	}
	for _, c := range w.cloud {
		line("  - {name: %s, cidr: %s, trust: %s}", c.net.name, c.net.prefix, c.net.trust)
	}
	line("critical:")
	for _, g := range w.sites {
		for _, h := range g.controllers {
			line("  - {host: %s, tier: 0}", h.name)
		}
		for _, h := range g.files {
			line("  - {host: %s, tier: 2}", h.name)
		}
	}
	for _, y := range w.systems {
		if y.grave == 0 {
			for _, h := range y.hosts {
				line("  - {host: %s, tier: 1}", h.name)
			}
		}
	}
	list := func(key string, hosts ...*host) {
		names := make([]string, len(hosts))
		for i, h := range hosts {
			names[i] = h.name
		}
		line("%s: [%s]", key, strings.Join(names, ", "))
	}
	list("bastions", slices.Concat(w.bastions, w.jumps, w.terminals)...)
	line("scanners: [%s, %s]", w.scanner.name, w.scanner.addr)
	list("deployment", slices.Concat([]*host{w.backup, w.config, w.deploy, w.monitor}, w.runners)...)
	s.declareAccounts(line)
	s.declareHosts(line)
	return []byte(b.String())
}

// declareHosts is the list of assets: the fixed addresses of servers and the
// hardware addresses of all. An address that two hosts had tells nothing.
func (s *sim) declareHosts(line func(string, ...any)) {
	times := map[netip.Addr]int{}
	for _, h := range s.world.hosts {
		if h.static {
			times[h.addr]++
		}
	}
	line("hosts:")
	for _, h := range s.world.hosts {
		if h.role == foreign {
			continue
		}
		fixed := ""
		if h.static && times[h.addr] == 1 {
			fixed = fmt.Sprintf(", addresses: [%s]", h.addr)
		}
		line("  - {host: %s, aliases: [%q]%s}", h.name, net.HardwareAddr(h.mac[:]).String(), fixed)
	}
}

func (s *sim) declareAccounts(line func(string, ...any)) {
	w := s.world
	line("service_accounts:")
	for _, a := range []*account{w.backupAccount, w.scanAccount, w.deployAccount, w.ansible, w.monitorAccount, w.patchAccount, w.sync} {
		line("  - '%s'", a)
		line("  - %s", a.name)
	}
	line("  - git")
	for _, y := range w.systems {
		line("  - '%s'", y.service)
		line("  - %s", y.service.name)
	}
	line("people:")
	for _, p := range w.people {
		names := make([]string, 0, 6)
		for _, a := range []*account{p.account, p.admin, p.domain} {
			if a != nil {
				names = append(names, "'"+a.String()+"'", a.name)
			}
		}
		names = append(names, p.account.name+"@"+s.p.realm)
		line("  - {name: %s, accounts: [%s], roles: [%s]}", p.name()+" "+p.id, strings.Join(names, ", "), p.role)
	}
	line("zones:")
	for _, g := range w.sites {
		if g.number%3 != 2 {
			continue
		}
		for _, h := range w.hosts {
			if h.site == g && !h.windows && h.role != foreign {
				for _, n := range h.names {
					line("  - {host: %s, zone: %s}", n.name, g.zone)
				}
			}
		}
	}
}
