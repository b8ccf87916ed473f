package engine

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// recordedFlow is a log of connections: which actions of which truth it is of.
type recordedFlow struct {
	of      string            // folder of the truth
	until   string            // actions before this time of day; "" for all
	sources []string          // where actions came from that the sensor saw; none: all
	targets []string          // and where they went
	refused string            // how actions begin that must be told as failed, the others must not; "" for what the truth says
	service footfall.Service  // of the connections, 0 for any
	without map[string]string // actions (by their times) that it does not show, and why
	strange string            // why it tells of connections that are no actions; "" when it may not
}

var recordedFlows = map[string]recordedFlow{
	"netflow/netflow5.pcap":            {of: "netflow", refused: "port, closed", without: map[string]string{"03:12:52.628": "version 5 has no addresses of IPv6"}, strange: "each direction is a flow"},
	"netflow/netflow9.pcap":            {of: "netflow", refused: "port, closed", strange: "each direction is a flow"},
	"netflow/ipfix.pcap":               {of: "netflow", refused: "port, closed", strange: "each direction is a flow"},
	"firewall/fw1-ulogd.json":          {of: "firewall", until: "02:58:45", without: natted, strange: "ping"},
	"firewall/fw1-ulogd-syslogemu.log": {of: "firewall", until: "02:58:45", without: natted, strange: "ping"},
	"suricata/eve-openssh.json": {
		of: "openssh", service: footfall.ServiceSSH, refused: "nothing",
		sources: []string{"198.51.100.20", "10.77.0.21", "10.77.0.2"}, targets: []string{"198.51.100.2", "10.77.0.3", "10.77.0.3:2222"},
	},
}

var natted = map[string]string{"02:58:43.598": "the rule sees the destination that the address was translated to"}

// destination reads where an action went: an address and a port, 22 of SSH's
// when there is none.
func destination(s string, usual uint16) (netip.AddrPort, bool) {
	if a, err := netip.ParseAddrPort(s); err == nil {
		return a, true
	}
	if a, err := netip.ParseAddr(s); err == nil && (a.Is4() || usual != 0) {
		return netip.AddrPortFrom(a, usual), usual != 0
	}
	i := strings.LastIndexByte(s, ':') // of IPv6 without brackets
	if i < 0 {
		return netip.AddrPort{}, false
	}
	a, err := netip.ParseAddr(s[:i])
	port, err2 := strconv.ParseUint(s[i+1:], 10, 16)
	return netip.AddrPortFrom(a, uint16(port)), err == nil && err2 == nil
}

// TestRecordedFlows holds what sensors and firewalls say of connections
// against what was done: who opened which port, and whether it was refused.
func TestRecordedFlows(t *testing.T) {
	events, _ := recordedEvents(t)
	for name, r := range recordedFlows {
		t.Run(name, func(t *testing.T) { r.compare(t, actions(t, r.of), events[name]) })
	}
}

func (r *recordedFlow) compare(t *testing.T, truth []action, events []footfall.Event) {
	t.Helper()
	usual := uint16(0)
	if r.service == footfall.ServiceSSH {
		usual = 22
	}
	known := map[netip.AddrPort]bool{}
	for i := range truth {
		a := &truth[i]
		to, ok := destination(a.where, usual)
		source, err := netip.ParseAddr(a.source)
		if !ok || err != nil {
			continue
		}
		known[to] = true
		if day := a.time.Format("15:04:05"); r.until != "" && day >= r.until || !r.tells(a) {
			continue
		}
		at := slices.IndexFunc(events, func(e footfall.Event) bool {
			when := time.Unix(0, e.Time)
			return (e.Kind == footfall.KindConnection || e.Kind == footfall.KindLogon) && e.From.Addr == source && e.To.Addr == to.Addr() && e.To.Port == to.Port() &&
				when.After(a.time.Add(-before)) && when.Before(a.time.Add(after)) && (r.service == 0 || e.Service == r.service) && r.ended(a, &e)
		})
		why := r.without[a.time.Format("15:04:05.000")]
		switch {
		case at < 0 && why == "":
			t.Errorf("%s %s from %s to %s, %s, is not found", a.time.Format(time.TimeOnly), a.what, a.source, to, a.outcome)
		case at >= 0 && why != "":
			t.Errorf("%s %s is found: take it from the list: %s", a.time.Format(time.TimeOnly), a.key(), why)
		}
	}
	for i := range events {
		e := &events[i]
		if r.strange == "" && e.Kind == footfall.KindConnection && (r.service == 0 || e.Service == r.service) && !known[netip.AddrPortFrom(e.To.Addr, e.To.Port)] {
			t.Errorf("record %d is a connection to %s:%d, which nobody opened", e.Record, e.To.Addr, e.To.Port)
		}
	}
}

func (r *recordedFlow) tells(a *action) bool {
	return a.outcome != "none" && (r.sources == nil || slices.Contains(r.sources, a.source) && slices.Contains(r.targets, a.where))
}

// ended reports whether an event has the outcome of an action.
func (r *recordedFlow) ended(a *action, e *footfall.Event) bool {
	if r.refused == "" {
		return a.outcome == "none" || e.Outcome.String() == a.outcome
	}
	return strings.HasPrefix(a.what, r.refused) == (e.Outcome == footfall.Failure)
}
