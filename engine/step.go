package engine

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/footfall/footfall"
)

// A stepper cuts events down to steps for one worker. Its caches are bounded
// and only save work: they never change what comes out.
type stepper struct {
	names *footfall.Names
	addrs map[netip.Addr]footfall.Name
	memo  map[string]footfall.Name // raw host name -> canonical
	accts map[acctKey]footfall.Name
	texts *inline // of the product: the sessions of its steps
	buf   []byte
	more  []byte

	format string // of the input, for records without a channel

	plain  plainExtra // of the record before
	plains map[plainKey]plainExtra
}

// plainExtra is the Extra of records that have nothing beside the log that
// they came from.
type plainExtra struct {
	plainKey
	name footfall.Name
}

type plainKey struct{ computer, log string }

type acctKey struct {
	name, domain string
	windows      bool
}

const maxMemo = 1 << 14

func newStepper(n *footfall.Names) *stepper {
	return &stepper{
		names: n, addrs: map[netip.Addr]footfall.Name{}, memo: map[string]footfall.Name{},
		accts:  map[acctKey]footfall.Name{},
		plains: map[plainKey]plainExtra{},
	}
}

// wanted reports whether an event is a step by itself. Kinds that come in
// floods and mean nothing to an analytic become steps only when a rule hits.
func wanted(e *footfall.Event) bool {
	switch e.Kind {
	case footfall.KindUnknown: // but for what ties a session to the one that it came from, or records to a client
		return e.Session != "" && (e.Service == footfall.ServiceSSH && e.Parent != "" || e.Service == footfall.ServiceVPN && e.From.Addr.IsValid())
	case footfall.KindModule, footfall.KindRegistry, footfall.KindFile, footfall.KindWMI, footfall.KindScript, footfall.KindAlert,
		footfall.KindRequest, footfall.KindResolve, footfall.KindEntry:
		return false
	case footfall.KindConnection: // sensors and firewalls log every one; a host's own log names the program
		return e.Service != footfall.ServiceUnknown && e.Service != footfall.ServiceDNS || e.Channel != "" || mayBeRPC(e) ||
			e.To.Port == 2375 || e.To.Port == 2376 // Docker's API
	}
	return true
}

// mayBeRPC reports whether a connection inside may be one that the endpoint
// mapper of RPC showed the port of: Windows gives such servers ports from
// 49152 on, before 2008 from 1025 to 5000.
func mayBeRPC(e *footfall.Event) bool {
	p := e.To.Port
	return (p >= 49152 || p > 1024 && p <= 5000) && e.From.Port > 1024 && e.From.Addr.IsPrivate() && e.To.Addr.IsPrivate()
}

// step fills s from e, whose record is at ref.
func (st *stepper) step(s *footfall.Step, e *footfall.Event, ref footfall.Ref, raw uint64) {
	windows := e.Channel != "" || e.Provider != ""
	// So are the accounts of a domain that a sensor saw go over the wire.
	domain := windows || (e.Auth == footfall.AuthKerberos || e.Auth == footfall.AuthNTLM) && e.User.Domain != ""
	*s = footfall.Step{
		Time: e.Time, Ref: ref, Bytes: e.Bytes, Took: uint32(min(max(e.Duration/1e9, 0), 1<<32-1)), Event: e.EventID,
		Native: e.Native, Local: e.Locality, Kind: e.Kind, Service: e.Service, Auth: e.Auth, Outcome: e.Outcome,
		Reason: e.Reason, MFA: e.MFA, LogonType: e.LogonType, SrcPort: e.From.Port, DstPort: e.To.Port,
		SrcAddr: st.addr(e.From.Addr), DstAddr: st.addr(e.To.Addr), SrcHost: st.source(e.From.Host, windows),
		Account: st.account(e.User, domain), Target: st.account(e.Target, domain),
		SID: st.names.Intern(e.User.SID), Object: st.names.Intern(e.Object), Image: st.names.Intern(e.Image),
		Client: st.names.Intern(e.Client),
	}
	computer := st.host(e.Computer)
	// A record names its own host for what came in; for what went out it is
	// the source. A connection that names its far end by the address alone was
	// seen by a sensor or a firewall on its way.
	passing := e.Kind == footfall.KindConnection && !windows && s.DstAddr != 0
	if s.DstHost = st.host(e.To.Host); s.DstHost == 0 && !passing && (s.DstAddr == 0 || s.SrcHost != computer) {
		s.DstHost = computer
	}
	if e.Assigned.IsValid() {
		st.assigned(s, e)
	}
	if s.Kind == footfall.KindProcess {
		s.Object = st.names.Intern(e.ParentImg)
	}
	if e.Command != "" && interesting(e) {
		s.Command = st.names.Intern(e.Command)
	}
	owner := computer
	switch {
	case owner != 0:
	case e.Tenant != "" && !windows: // a cloud's ids are its own wherever they are used
		owner = st.names.Intern(footfall.CloudSession[:len(footfall.CloudSession)-1])
	default:
		owner = s.DstHost
	}
	s.Session, s.Parent = st.session(owner, e.Session), st.session(owner, e.Parent)
	s.Flags = flags(e)
	s.Extra = st.extra(e)
	switch {
	case computer == 0 || computer == s.DstHost:
	case computer == s.SrcHost:
		s.Flags |= footfall.FlagOutward
	default:
		s.Flags |= footfall.FlagObserved
	}
	switch {
	case e.UID != "":
		s.ID, s.Native = uidID(e), true
	case e.Native:
		s.ID = nativeID(e, st.names.HashOf(computer))
	default:
		s.ID = raw
	}
}

// extra is what the step carries beside its fields.
func (st *stepper) extra(e *footfall.Event) footfall.Name {
	log := e.Channel
	if log == "" {
		log = st.format
	}
	bare := e.Country == "" && e.From.Zone == "" && e.To.Zone == "" && e.Tenant == "" && e.MAC == ""
	if p := &st.plain; bare && p.name != 0 && p.computer == e.Computer && p.log == log {
		return p.name
	}
	if bare {
		if p, ok := st.plains[plainKey{e.Computer, log}]; ok {
			st.plain = p
			return p.name
		}
	}
	st.buf = append(append(append(st.buf[:0], st.names.String(st.host(e.Computer))...), '|'), log...)
	x := footfall.Extra{Source: footfall.Str(st.buf), Domain: domainOf(e.Computer), Country: e.Country, FromZone: e.From.Zone, ToZone: e.To.Zone, Tenant: e.Tenant, MAC: e.MAC}
	st.more = x.Append(st.more[:0])
	n := st.names.Intern(footfall.Str(st.more))
	if bare {
		if len(st.plains) > maxMemo {
			clear(st.plains)
		}
		st.plain = plainExtra{plainKey{strings.Clone(e.Computer), strings.Clone(log)}, n}
		st.plains[st.plain.plainKey] = st.plain
	}
	return n
}

// domainOf is the domain of a host's full name.
func domainOf(computer string) string {
	i := strings.IndexByte(computer, '.')
	if i <= 0 || len(footfall.HostName(computer)) != i {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(computer[i+1:], "."))
}

// assigned keeps an assigned address: of a lease that names the host it is the
// source's own; of a person's entry from outside it is what the step gave.
func (st *stepper) assigned(s *footfall.Step, e *footfall.Event) {
	if e.Kind == footfall.KindLogoff && e.Service == footfall.ServiceDHCP { // a lease was given back
		s.SrcAddr = st.addr(e.Assigned)
		return
	}
	gateway := e.Service == footfall.ServiceVPN || e.Service == footfall.ServiceGateway
	if e.Kind == footfall.KindLease && s.SrcAddr == 0 && !gateway {
		s.SrcAddr = st.addr(e.Assigned)
		return
	}
	s.Object = st.addr(e.Assigned)
}

// interesting reports whether an event's command line is kept: those of the
// machine's own services are many, and what matters of them comes as hits.
func interesting(e *footfall.Event) bool {
	return e.Kind != footfall.KindProcess || !footfall.SystemSID(e.User.SID) || e.ParentImg != "" || e.Channel == ""
}

func flags(e *footfall.Event) (f footfall.Flags) {
	if footfall.SystemSID(e.User.SID) {
		f |= footfall.FlagSystem
	}
	if footfall.SystemSID(e.Target.SID) {
		f |= footfall.FlagTargetSystem
	}
	if e.Elevated {
		f |= footfall.FlagElevated
	}
	if e.Guest {
		f |= footfall.FlagGuest
	}
	return f
}

func (st *stepper) addr(a netip.Addr) footfall.Name {
	if !a.IsValid() {
		return 0
	}
	if n, ok := st.addrs[a]; ok {
		return n
	}
	if len(st.addrs) > maxMemo {
		clear(st.addrs)
	}
	n := st.names.Intern(a.String())
	st.addrs[a] = n
	return n
}

func (st *stepper) host(h string) footfall.Name {
	if h == "" {
		return 0
	}
	if n, ok := st.memo[h]; ok {
		return n
	}
	if len(st.memo) > maxMemo {
		clear(st.memo)
	}
	n := st.names.Intern(footfall.HostName(h))
	st.memo[strings.Clone(h)] = n
	return n
}

// source is the name of where a step came from: of Windows its first label as
// for all hosts, of other logs the whole, since a client's domain tells whose
// it is; identify shortens those of known hosts.
func (st *stepper) source(h string, windows bool) footfall.Name {
	if windows || strings.IndexByte(h, '.') <= 0 {
		return st.host(h)
	}
	return st.names.Intern(strings.ToLower(strings.TrimSuffix(h, ".")))
}

func (st *stepper) account(a footfall.Account, windows bool) footfall.Name {
	if a.Name == "" {
		return 0
	}
	if n, ok := st.accts[acctKey{a.Name, a.Domain, windows}]; ok {
		return n
	}
	if len(st.accts) > maxMemo {
		clear(st.accts)
	}
	n := st.names.Intern(footfall.Canonical(a, windows))
	st.accts[acctKey{strings.Clone(a.Name), strings.Clone(a.Domain), windows}] = n
	return n
}

func (st *stepper) session(host footfall.Name, id string) footfall.Name {
	if id == "" || id == "0x0" {
		return 0
	}
	st.buf = append(append(append(st.buf[:0], st.names.String(host)...), '|'), id...)
	return st.texts.putLine(st.buf)
}

// nativeID is the identity of an event that its source numbers: the same
// number, type and second on the same host and channel is the same event, in
// whatever dress it came. The second keeps apart numbers that begin anew after
// a log was cleared.
func nativeID(e *footfall.Event, host uint64) uint64 {
	h := mix(host, uint64(e.EventID)<<32|uint64(len(e.Channel)))
	h = mix(h, e.Record)
	h = mix(h, uint64(e.Time/1e9))
	return hashString(h, e.Channel)
}

// uidID is the identity of an event that carries an id of its own: re-sent, or
// delivered on two ways, it is the same event. What it says is mixed in, since
// a record may tell of several things, and ids are copied by who forges records.
func uidID(e *footfall.Event) uint64 {
	h := mix(uint64(e.Kind)<<8|uint64(e.Outcome), uint64(e.Time/1e9))
	a := e.From.Addr.As16()
	h = mix(h^binary.LittleEndian.Uint64(a[:]), binary.LittleEndian.Uint64(a[8:]))
	return hashString(hashString(hashString(h, e.Object), e.User.Name), e.UID)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd6e8feb86659fd93)
	return hi ^ lo
}

// rawID is the identity of an event that its source does not number: a hash of
// the record's bytes, stable over machines and versions.
func rawID(p []byte) uint64 {
	h := uint64(len(p))
	for ; len(p) >= 8; p = p[8:] {
		h = mix(h, binary.LittleEndian.Uint64(p))
	}
	for _, c := range p {
		h = mix(h, uint64(c)+1)
	}
	return h
}

func hashString(h uint64, s string) uint64 {
	p := footfall.Bytes(s)
	for ; len(p) >= 8; p = p[8:] {
		h = mix(h, binary.LittleEndian.Uint64(p))
	}
	for _, c := range p {
		h = mix(h, uint64(c)+1)
	}
	return h
}
