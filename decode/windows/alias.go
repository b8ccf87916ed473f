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
