package windows

import (
	"strings"

	"github.com/footfall/footfall"
)

// An Alias gives a field of a record the name by which Sigma rules that were
// written for another source know it, so that they hit here unchanged. The
// names are those that SigmaHQ's rules use, which are Sysmon's.
type Alias struct {
	Field string // of the record, or one of the two below
	Sigma string
	How   how
}

// In place of a field: what the typed event says.
const (
	fromUser    = "\x00user"    // DOMAIN\name of Event.User
	fromSession = "\x00session" // Event.Session
)

// made stands for a field that the entry's finish function puts together.
const made = "\x00made"

// The aliases. Fields that have the same name here and there need none.
var (
	processOf4688 = []Alias{
		{"NewProcessName", "Image", asIs},
		{"ParentProcessName", "ParentImage", asIs},
		{"ProcessId", "ParentProcessId", asIs},
		{"MandatoryLabel", "IntegrityLevel", asIntegrity},
		{fromUser, "User", asIs},
		{fromSession, "LogonId", asIs},
	}
	keyOf4657 = []Alias{
		{"ProcessName", "Image", asIs},
		{fromUser, "User", asIs},
		{made, "TargetObject", asKey},
		{made, "Details", asIs},
		{made, "EventType", asIs},
	}
	flowOf5156 = []Alias{
		{"Application", "Image", asDrive},
		{"SourceAddress", "SourceIp", asIs},
		{"DestAddress", "DestinationIp", asIs},
		{"DestPort", "DestinationPort", asIs},
		{"Direction", "Initiated", asInitiated},
		{"Protocol", "Protocol", asProtocol},
	}
	hashes      = []Alias{{"Hashes", "md5", asMD5}, {"Hashes", "sha1", asSHA1}, {"Hashes", "sha256", asSHA256}, {"Hashes", "Imphash", asImphash}}
	keyNames    = []Alias{{"TargetObject", "TargetObject", asKey}, {"NewName", "NewName", asKey}}
	threatNames = []Alias{{"Threat Name", "Signature", asIs}, {"Path", "Filename", asIs}, {"Process Name", "ProcessName", asIs}, {"Threat Name", "ThreatName", asIs}}
	// Some dresses number the values that rules call Data.
	paramData = []Alias{{"param1", "Data", asIs}, {"param2", "Data", asIs}, {"param3", "Data", asIs}}
)

// From says what an alias is made of, for the reference.
func (a Alias) From() string {
	switch a.Field {
	case fromUser:
		return "the user, as DOMAIN\\name"
	case fromSession:
		return "the session"
	case made:
		return "several fields"
	}
	return a.Field
}

// A how says how a value is spelled anew.
type how uint8

const (
	asIs        how = iota
	asIntegrity     // S-1-16-12288 as High
	asKey           // \REGISTRY\MACHINE as HKLM
	asDrive         // \device\harddiskvolume2 as C:
	asInitiated     // %%14593 as true
	asProtocol      // 6 as tcp
	asMD5           // one of the hashes that stand in one field
	asSHA1
	asSHA256
	asImphash
)

var howNames = [...]string{
	"as it is", "a mandatory label by its name", `\REGISTRY\MACHINE as HKLM`, `the volume as C:`, "true for outbound",
	"a protocol by its name", "the MD5 of the list", "the SHA1 of the list", "the SHA256 of the list", "the import hash of the list",
}

func (h how) String() string { return howNames[h] }

// An aliasTo is an Alias that somebody asked for.
type aliasTo struct {
	id   footfall.FieldID
	how  how
	last bool // of the field
}

// sigmaIDs are fields that a finish function makes; 0 when nobody asked.
type sigmaIDs struct {
	object, details, eventType footfall.FieldID
}

func newSigmaIDs(s *footfall.Schema) sigmaIDs {
	return sigmaIDs{s.Asked("TargetObject"), s.Asked("Details"), s.Asked("EventType")}
}

// apply spells v anew; "" when it says nothing.
func (h how) apply(b *footfall.Batch, v string) string {
	switch h {
	case asIntegrity:
		return integrity(v)
	case asKey:
		return keyName(b, v)
	case asDrive:
		return drive(b, v)
	case asInitiated:
		switch v {
		case "%%14593", "Outbound":
			return "true"
		case "%%14592", "Inbound":
			return "false"
		}
	case asProtocol:
		switch v {
		case "6":
			return "tcp"
		case "17":
			return "udp"
		}
	case asMD5:
		return hash(v, "md5=")
	case asSHA1:
		return hash(v, "sha1=")
	case asSHA256:
		return hash(v, "sha256=")
	case asImphash:
		return hash(v, "imphash=")
	}
	return v
}

// integrity names a mandatory label ([MS-DTYP] 2.4.2.4) as Sysmon does.
func integrity(sid string) string {
	switch strings.TrimPrefix(sid, "S-1-16-") {
	case "0":
		return "Untrusted"
	case "4096":
		return "Low"
	case "8192":
		return "Medium"
	case "8448":
		return "Medium Plus"
	case "12288":
		return "High"
	case "16384":
		return "System"
	case "20480":
		return "Protected"
	}
	return sid
}

// hash is the one of "SHA1=..,MD5=.." that begins with name, in lower case
// with its equals sign.
func hash(v, name string) string {
	for v != "" {
		part := v
		if i := strings.IndexByte(v, ','); i >= 0 {
			part, v = v[:i], v[i+1:]
		} else {
			v = ""
		}
		if hasPrefixFold(part, name) {
			return part[len(name):]
		}
	}
	return ""
}
