package report

import (
	"bufio"
	"crypto/sha1" // UUID version 5 is defined with it
	"encoding/hex"
	"encoding/json"
	"io"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// How much of a case a bundle holds.
const (
	stixNames    = 400
	stixFindings = 50
	stixHops     = 200
	stixSources  = 50 // that are indicators
)

// Namespaces of ids. The first is the one that STIX 2.1, section 2.9, gives
// for cyber-observable objects, so that equal ones have equal ids everywhere;
// the second is ours, made of the program's address, for everything else.
var (
	stixSCO  = [16]byte{0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}
	stixURL  = [16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	stixOurs = uuid5(stixURL, "https://github.com/footfall/footfall")
)

// uuid5 is the name-based UUID of RFC 9562, section 5.5.
func uuid5(space [16]byte, name string) (u [16]byte) {
	sum := sha1.Sum(append(space[:], name...))
	copy(u[:], sum[:])
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	return u
}

func uuidText(u [16]byte) string {
	s := hex.EncodeToString(u[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// hostShape is a name that RFC 1034 lets a host have, with the underscore that
// networks of Windows use.
var hostShape = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$`)

// A stix gathers the objects of one case, each once.
type stix struct {
	c     *footfall.Case
	when  string // created and modified, the last event of the case: the same case gives the same bytes
	list  []object
	known map[string]bool
}

func stixTime(ns int64) string {
	return time.Unix(0, max(ns, 0)).UTC().Format("2006-01-02T15:04:05.000Z")
}

// stixCase writes a case as a bundle: observables, what was observed, sightings
// of public sources, techniques, and a grouping of all with the case's text.
func stixCase(w io.Writer, c *footfall.Case) error {
	b := &stix{c: c, when: stixTime(c.Last), known: map[string]bool{}}
	self := b.sdo("identity", "footfall", object{"name": "Footfall", "identity_class": "system"})
	for i, e := range about(c) {
		if i < stixNames {
			b.entity(e)
		}
	}
	shown, _ := first(c.Path, stixHops)
	for _, h := range shown {
		b.hop(h)
	}
	var patterns []string
	for _, t := range c.Attack {
		patterns = append(patterns, b.technique(t))
	}
	findings, _ := first(c.Findings, stixFindings)
	seen := map[string][]string{} // observed data by the names in it
	for _, f := range findings {
		if id := b.observed(f); id != "" {
			for _, e := range about(&footfall.Case{Entities: f.Entities, Path: f.Path}) {
				seen[e.Name] = append(seen[e.Name], id)
			}
		}
	}
	b.indicators(self, patterns, seen)
	b.group()
	out := bufio.NewWriter(w)
	err := writeObject(out, object{"type": "bundle", "id": "bundle--" + uuidText(uuid5(stixOurs, "bundle\x00"+c.ID+"\x00"+b.when)), "objects": b.list})
	if err != nil {
		return err
	}
	return out.Flush()
}

// add takes an object once and returns its id.
func (b *stix) add(id string, o object) string {
	if !b.known[id] {
		b.known[id] = true
		o["id"], o["spec_version"] = id, "2.1"
		b.list = append(b.list, o)
	}
	return id
}

// sco adds an observable; its id is of the properties that the standard names
// for its type, as canonical JSON.
func (b *stix) sco(kind string, of, rest object) string {
	for k, v := range of {
		if s, ok := v.(string); ok {
			of[k] = strings.ToValidUTF8(s, "\uFFFD")
		}
	}
	var name strings.Builder
	e := json.NewEncoder(&name)
	e.SetEscapeHTML(false)
	if err := e.Encode(of); err != nil {
		panic("BUG: an observable that is no JSON: " + err.Error())
	}
	o := object{"type": kind}
	for _, m := range []object{of, rest} {
		for k, v := range m {
			o[k] = v
		}
	}
	return b.add(kind+"--"+uuidText(uuid5(stixSCO, strings.TrimSuffix(name.String(), "\n"))), o)
}

// sdo adds a domain or relationship object that key tells from others of its type.
func (b *stix) sdo(kind, key string, o object) string {
	o["type"], o["created"], o["modified"] = kind, b.when, b.when
	return b.add(kind+"--"+uuidText(uuid5(stixOurs, kind+"\x00"+key)), o)
}

// entity adds what stands for a name of the case; "" when nothing can.
func (b *stix) entity(e footfall.Entity) string {
	switch e.Kind {
	case "account":
		of := object{"account_login": e.Name}
		if strings.Contains(e.Name, `\`) {
			of["account_type"] = "windows-domain"
		}
		return b.sco("user-account", of, nil)
	case "address", "host":
		return b.node(e.Name)
	}
	return ""
}

// node adds an address or a host. What has no name that a host can have is a
// system by its text alone, which network traffic cannot refer to.
func (b *stix) node(name string) string {
	if a, err := netip.ParseAddr(name); err == nil && a.Zone() == "" {
		if a.Is4() {
			return b.sco("ipv4-addr", object{"value": a.String()}, nil)
		}
		return b.sco("ipv6-addr", object{"value": a.String()}, nil)
	}
	if name == "" {
		return ""
	}
	if len(name) <= 253 && hostShape.MatchString(name) {
		return b.sco("domain-name", object{"value": name}, nil)
	}
	return b.sdo("identity", "host\x00"+name, object{"name": strings.ToValidUTF8(name, "\uFFFD"), "identity_class": "system"})
}

var stixProtocols = map[footfall.Service]string{
	footfall.ServiceRDP: "rdp", footfall.ServiceSMB: "smb", footfall.ServiceSSH: "ssh", footfall.ServiceVNC: "rfb", footfall.ServiceWinRM: "http",
	footfall.ServiceTelnet: "telnet", footfall.ServiceFTP: "ftp", footfall.ServiceLDAP: "ldap", footfall.ServiceKerberos: "kerberos", footfall.ServiceWeb: "http",
}

// hop adds the traffic of a hop, and ties the account to it.
func (b *stix) hop(h footfall.Hop) {
	from, to := b.node(h.From), b.node(h.To)
	of := object{"protocols": []string{"tcp"}, "start": stixTime(h.Time)}
	if p, ok := stixProtocols[h.Service]; ok {
		of["protocols"] = []string{"tcp", p}
	}
	ends := 0
	for k, id := range map[string]string{"src_ref": from, "dst_ref": to} {
		if id != "" && !strings.HasPrefix(id, "identity--") {
			of[k] = id
			ends++
		}
	}
	if ends == 0 {
		return
	}
	traffic := b.sco("network-traffic", of, nil)
	if h.Account == "" {
		return
	}
	b.relate(traffic, "related-to", b.entity(footfall.Entity{Kind: "account", Name: h.Account}), "the account of this logon")
}

func (b *stix) relate(from, how, to, why string) {
	o := object{"relationship_type": how, "source_ref": from, "target_ref": to}
	if why != "" {
		o["description"] = why
	}
	b.sdo("relationship", b.c.ID+"\x00"+from+"\x00"+how+"\x00"+to, o)
}

// techniqueNames are those that the mission is about, as ATT&CK has them.
var techniqueNames = map[string]string{
	"T1021": "Remote Services", "T1021.001": "Remote Desktop Protocol", "T1021.002": "SMB/Windows Admin Shares",
	"T1021.003": "Distributed Component Object Model", "T1021.004": "SSH", "T1021.005": "VNC", "T1021.006": "Windows Remote Management",
	"T1021.007": "Cloud Services", "T1021.008": "Direct Cloud VM Connections", "T1133": "External Remote Services", "T1078": "Valid Accounts",
	"T1110": "Brute Force", "T1110.001": "Password Guessing", "T1110.003": "Password Spraying",
}

var techniqueShape = regexp.MustCompile(`^T[0-9]{4}(\.[0-9]{3})?$`)

func (b *stix) technique(t string) string {
	name := techniqueNames[t]
	if name == "" {
		name = strings.ToValidUTF8(t, "\uFFFD")
	}
	o := object{"name": name}
	if techniqueShape.MatchString(t) {
		o["external_references"] = []object{{
			"source_name": "mitre-attack", "external_id": t, "url": "https://attack.mitre.org/techniques/" + strings.ReplaceAll(t, ".", "/"),
		}}
	}
	return b.sdo("attack-pattern", t, o)
}

// observed adds what a finding rests on; a finding about nothing that STIX has
// an observable for gives none.
func (b *stix) observed(f *footfall.Finding) string {
	var refs []string
	for _, e := range about(&footfall.Case{Entities: f.Entities, Path: f.Path}) {
		id := b.entity(e)
		if id != "" && !strings.HasPrefix(id, "identity--") && len(refs) < stixNames {
			refs = append(refs, id)
		}
	}
	if len(refs) == 0 {
		return ""
	}
	return b.sdo("observed-data", b.c.ID+"\x00"+f.ID, object{
		"first_observed": stixTime(f.First), "last_observed": stixTime(max(f.First, f.Last)), "number_observed": max(1, min(f.Count, 999_999_999)),
		"object_refs": refs,
	})
}

// indicators adds one for each public address that the case came from, with a
// sighting.
func (b *stix) indicators(self string, patterns []string, seen map[string][]string) {
	kind := "anomalous-activity"
	if b.c.Work != nil && b.c.Work.Judgement == footfall.JudgementTruePositive {
		kind = "malicious-activity"
	}
	n := 0
	for _, e := range about(b.c) {
		a, err := netip.ParseAddr(e.Name)
		if err != nil || a.Zone() != "" || e.Role != footfall.RoleSource || !a.IsGlobalUnicast() || a.IsPrivate() {
			continue
		}
		if n++; n > stixSources {
			return
		}
		family := "ipv6-addr"
		if a.Is4() {
			family = "ipv4-addr"
		}
		id := b.sdo("indicator", b.c.ID+"\x00"+a.String(), object{
			"name": a.String(), "indicator_types": []string{kind}, "pattern": "[" + family + ":value = '" + a.String() + "']", "pattern_type": "stix",
			"valid_from": stixTime(b.c.First), "description": "A source of this case. What is proposed about it, and what else that touches, is in the case.",
		})
		for _, p := range patterns {
			b.relate(id, "indicates", p, "")
		}
		o := object{"sighting_of_ref": id, "where_sighted_refs": []string{self}, "first_seen": stixTime(b.c.First), "last_seen": stixTime(max(b.c.First, b.c.Last))}
		if ids := seen[e.Name]; len(ids) > 0 {
			o["observed_data_refs"] = ids
		}
		b.sdo("sighting", b.c.ID+"\x00"+a.String(), o)
	}
}

// group ties all that was added together, with the case's own words.
func (b *stix) group() {
	var refs []string
	for _, o := range b.list {
		refs = append(refs, o["id"].(string))
	}
	valid := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
	id := b.sdo("grouping", b.c.ID, object{
		"name": valid(b.c.Title), "description": valid(b.c.Sentence), "context": "suspicious-activity", "object_refs": refs,
	})
	var text strings.Builder
	text.WriteString(brief(b.c, grounds(b.c)) + "\n")
	for _, q := range b.c.Questions {
		text.WriteString("\n" + q.Ask + "\n" + q.Verdict.String() + ": " + q.Text + "\n")
	}
	for _, s := range b.c.Against {
		text.WriteString("\nAgainst abuse: " + s + "\n")
	}
	b.sdo("note", b.c.ID, object{"abstract": "The playbooks' questions and the decision", "content": valid(text.String()), "object_refs": []string{id}})
}
