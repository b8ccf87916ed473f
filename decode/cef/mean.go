package cef

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/firewall"
	"github.com/footfall/footfall/internal/record"
)

// Slots of the values of a record.
const (
	rt = iota
	src
	spt
	dst
	dpt
	shost
	dhost
	suser
	duser
	sdomain
	ddomain
	suid
	duid
	act
	outcome
	app
	in
	out
	device
	deviceAddr
	request
	method
	agent
	why
	mac
	session
	inZone
	outZone
	rule
	cat
	proto
	country
	src6
	dst6
	inner
	nat
	signature
	took
	stage
	status
	cs // cs1, and its label behind it, up to cs6
)

const slots = cs + 12

// paths lists short names before the long ones of the dictionary and what
// some products have for the same.
var paths = func() []string {
	p := make([]string, slots)
	p[rt] = "rt|deviceReceiptTime|UNIFIutcTime|end|endTime|start|startTime"
	p[src] = "src|sourceAddress|PanOSPublicIPv4|PanOSSourceIP|FTNTFGTremip|FTNTFGTsrcip|UNIFIclientIp"
	p[spt] = "spt|sourcePort"
	p[dst] = "dst|destinationAddress"
	p[dpt] = "dpt|destinationPort"
	p[shost] = "shost|sourceHostName|PanOSEndpointDeviceName|PanOSMachineName"
	p[dhost] = "dhost|destinationHostName"
	p[suser] = "suser|sourceUserName|PanOSSourceUserName|PanOSSourceUser|UNIFIadmin|FTNTFGTuser|FTNTFGTxauthuser|usrName"
	p[duser] = "duser|destinationUserName"
	p[sdomain], p[ddomain] = "sntdom|sourceNtDomain", "dntdom|destinationNtDomain"
	p[suid], p[duid] = "suid|sourceUserId", "duid|destinationUserId"
	p[act] = "act|deviceAction|FTNTFGTaction"
	p[outcome] = "outcome|eventOutcome|categoryOutcome|PanOSEventStatus|FTNTFGTstatus"
	p[app] = "app|applicationProtocol|service"
	p[in], p[out] = "in|bytesIn", "out|bytesOut"
	p[device] = "dvchost|deviceHostName|UNIFIhost"
	p[deviceAddr] = "dvc|deviceAddress|UNIFIdeviceIp"
	p[request], p[method] = "request|requestUrl", "requestMethod|method"
	p[agent] = "requestClientApplication|PanOSEndpointOSType"
	p[why] = "reason"
	p[mac] = "smac|sourceMacAddress"
	p[session] = "sessionId|FTNTFGTsessionid|FTNTFGTtunnelid|PanOSConnectionID"
	p[inZone] = "deviceInboundInterface|PanOSSourceZone|UNIFIsrcZone"
	p[outZone] = "deviceOutboundInterface|PanOSDestinationZone|UNIFIdstZone"
	p[rule] = "PanOSRuleName|FTNTFGTpolicyname|UNIFIpolicyName|UNIFIfirewallRule|rule_name"
	p[cat] = "cat|deviceEventCategory|UNIFIsubCategory"
	p[proto] = "proto|transportProtocol"
	p[country] = "UNIFIsrcRegion|FTNTFGTsrccountry|PanOSSourceRegion|sourceGeoCountryCode"
	p[src6], p[dst6] = "c6a2", "c6a3"
	p[inner] = "PanOSPrivateIPv4|FTNTFGTtunnelip|FTNTFGTassignip|assigned_ip|office_mode_ip"
	p[nat] = "sourceTranslatedAddress"
	p[signature] = "UNIFIipsSignature|PanOSThreatID|FTNTFGTattack|FTNTFGTvirus"
	p[took] = "FTNTFGTduration|PanOSLoginDuration"
	p[stage], p[status] = "PanOSStage", "PanOSEventIDValue"
	for i := range 6 {
		n := strconv.Itoa(i + 1)
		p[cs+2*i], p[cs+2*i+1] = "cs"+n+"|deviceCustomString"+n, "cs"+n+"Label|deviceCustomString"+n+"Label"
	}
	return p
}()

// labels gives the custom strings the names that their labels are.
func labels(v *record.Values) {
	for i := range 6 {
		if label, val := v.Get(cs+2*i+1), v.Get(cs+2*i); label != "" && val != "" && len(label) <= 64 {
			v.Put(label, val)
		}
	}
}

// mean says what a record means.
func (d *decoder) mean(b *footfall.Batch, e *footfall.Event, part *[7]string) {
	v := d.values
	name, class := part[5], part[4]
	e.Provider = ""
	stamp(e, v.Get(rt))
	d.ends(e)
	e.Outcome = firewall.Outcome(v.Get(outcome))
	if e.Outcome == footfall.OutcomeUnknown {
		e.Outcome = firewall.Outcome(v.Get(act))
	}
	e.Service = firewall.Service(v.Get(app), e.To.Port)
	e.Kind = d.kind(e, name, class)
	e.Log = d.other
	switch e.Kind {
	case footfall.KindLogon, footfall.KindLogoff:
		d.logon(e, name, class)
	case footfall.KindAlert:
		e.Object = first(v.Get(signature), name, class)
	case footfall.KindRequest:
		e.Object, e.Service = v.Get(request), footfall.ServiceWeb
	case footfall.KindConnection:
		e.Object, e.Log = v.Get(rule), d.wall
	case footfall.KindUnknown:
		e.Outcome, e.Service = footfall.OutcomeUnknown, footfall.ServiceUnknown
	default:
		e.Object = name
	}
	d.fields.Add(b, v.Get(act), v.Get(proto))
}

// ends reads who and where.
func (d *decoder) ends(e *footfall.Event) {
	v := d.values
	e.From = footfall.Endpoint{Addr: v.Addr(src), Host: v.Get(shost), Port: v.Port(spt), Zone: v.Get(inZone)}
	e.To = footfall.Endpoint{Addr: v.Addr(dst), Host: v.Get(dhost), Port: v.Port(dpt), Zone: v.Get(outZone)}
	if !e.From.Addr.IsValid() {
		e.From.Addr = v.Addr(src6)
	}
	if !e.To.Addr.IsValid() {
		e.To.Addr = v.Addr(dst6)
	}
	e.User = account(v.Get(suser), v.Get(sdomain), v.Get(suid))
	if e.User.Name == "" {
		e.User = account(v.Get(duser), v.Get(ddomain), v.Get(duid))
	} else if u := v.Get(duser); u != "" {
		e.Target = account(u, v.Get(ddomain), v.Get(duid))
	}
	if h := first(v.Get(device), v.Get(deviceAddr)); h != "" && (v.Get(device) != "" || e.Computer == "") {
		e.Computer = h
	}
	e.MAC, e.Country, e.Client, e.Session = v.Get(mac), v.Get(country), v.Get(agent), v.Get(session)
	e.Returned = max(0, v.Int(out))
	e.Bytes = max(0, v.Int(in)) + e.Returned
	e.Duration = min(max(0, v.Int(took)), 1<<32) * 1e9
	e.Assigned = v.Addr(inner)
}

// kind tells what a record is about: by its name first, then by what it has.
func (d *decoder) kind(e *footfall.Event, name, class string) footfall.Kind {
	v := d.values
	switch {
	case strings.EqualFold(name, "TRAFFIC"), strings.HasPrefix(name, "traffic:"): // PAN-OS, FortiGate
		return footfall.KindConnection
	case strings.EqualFold(name, "THREAT"), strings.HasPrefix(name, "utm:"), strings.HasPrefix(name, "ips"):
		return footfall.KindAlert
	case strings.EqualFold(name, "CONFIG"), strings.Contains(name, "Made Config Change"):
		return footfall.KindConfig
	case strings.EqualFold(name, "GLOBALPROTECT"):
		if firewall.Has(class, "logout") || firewall.Has(v.Get(stage), "logout") {
			return footfall.KindLogoff
		}
		return footfall.KindLogon
	case strings.Contains(name, "Admin Accessed"): // UniFi
		return footfall.KindLogon
	case class == "APPFW" || name == "" && strings.HasPrefix(class, "APPFW"), strings.HasPrefix(name, "APPFW"): // NetScaler
		return footfall.KindAlert
	}
	k := firewall.Meaning(name)
	if k == footfall.KindUnknown {
		k = firewall.Meaning(class)
	}
	if k == footfall.KindUnknown && v.Get(request) == "" {
		k = firewall.Meaning(v.Get(cat))
	}
	switch {
	case (k == footfall.KindLogon || k == footfall.KindLogoff) && e.User.Name == "" && !e.From.Addr.IsValid():
		return footfall.KindUnknown
	case k != footfall.KindUnknown:
		return k
	case v.Get(request) != "" && v.Get(method) != "":
		return footfall.KindRequest
	case e.From.Addr.IsValid() && (e.To.Addr.IsValid() || e.To.Host != "" || e.To.Port != 0) && (v.Get(proto) != "" || e.To.Port != 0 || v.Get(act) != ""):
		return footfall.KindConnection
	}
	return footfall.KindUnknown
}

// logon finishes a logon or logoff: whose, to what, and how it came out.
func (d *decoder) logon(e *footfall.Event, name, class string) {
	v := d.values
	if u := v.Get(duser); u != "" { // of a logon the destination's user is who logs on
		e.User, e.Target = account(u, v.Get(ddomain), v.Get(duid)), footfall.Account{}
	}
	if e.Kind == footfall.KindLogoff {
		e.Outcome = footfall.OutcomeUnknown
	} else if e.Outcome == footfall.OutcomeUnknown {
		if e.Outcome = firewall.Outcome(name); e.Outcome == footfall.OutcomeUnknown {
			if e.Outcome = firewall.Outcome(class); e.Outcome == footfall.OutcomeUnknown && (firewall.Has(name, "logged in", "logged on", "accessed", "connected", "tunnel-up") || v.Get(outcome) == "0") {
				e.Outcome = footfall.Success
			}
		}
	}
	switch {
	case firewall.Has(name, "vpn", "globalprotect", "tunnel") || firewall.Has(class, "vpn", "gateway-", "portal-"):
		e.Service = footfall.ServiceVPN
	case e.Service == footfall.ServiceUnknown && firewall.Has(name, "ssh"):
		e.Service = footfall.ServiceSSH
	case strings.Contains(name, "Admin Accessed"):
		e.Service = footfall.ServiceWeb
	}
	if e.Outcome == footfall.Failure && firewall.Has(first(v.Get(why), name), "password", "credential", "authentication fail") {
		e.Reason = footfall.ReasonBadPassword
	}
}

// stamp reads rt in its forms: milliseconds or seconds since 1970, "Mar 07 2024
// 14:01:59.123 UTC", "Mar 07 14:01:59", ISO 8601.
func stamp(e *footfall.Event, s string) {
	if s == "" {
		return
	}
	if n, ok := number(s); ok && len(s) >= 9 {
		switch {
		case len(s) <= 10:
			e.Time = n * 1e9
		case len(s) <= 13:
			e.Time = n * 1e6
		case len(s) <= 16:
			e.Time = n * 1e3
		default: // nanoseconds, of which 18 digits are not enough
			return
		}
		e.Zoneless = false
		return
	}
	if strings.IndexByte(s, ' ') < 0 && strings.IndexByte(s, 'T') != 10 {
		return
	}
	if ns, n := clock.Parse(s); n > 0 && ns != 0 && (!clock.Unresolved(ns) || e.Time == 0) {
		e.Time, e.Zoneless = ns, !clock.Zoned(s[:n])
		if rest := strings.TrimSpace(s[n:]); rest == "UTC" || rest == "GMT" {
			e.Zoneless = false
		}
	}
}

// number reads a whole number of at most 18 digits.
func number(s string) (n int64, ok bool) {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, len(s) > 0 && len(s) < 19
}

func account(name, domain, id string) footfall.Account {
	a := footfall.Account{Name: name, Domain: domain, SID: id}
	if d, n, ok := strings.Cut(name, `\`); ok && domain == "" && n != "" {
		a.Domain, a.Name = d, n
	}
	return a
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
