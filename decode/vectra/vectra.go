// Package vectra reads what Vectra Detect sends to syslog as JSON: detections
// and scores of hosts and accounts, matches of signatures, the audit log,
// lockdowns. One line goes in, one event comes out. It holds no state.
package vectra

import (
	"bytes"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/jsonlog"
)

// Decoder reads lines that begin with Vectra's own tag, or are JSON alone.
var Decoder = footfall.Decoder{
	Name: "vectra", Doc: format.Doc, Source: format.Source, Frame: footfall.FrameLines,
	By:    `"vectra_" before an object, or the key vectra_timestamp with two more of its own`,
	Sniff: sniff,
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return format.Reader(s).Decode, nil
	},
}

// Message reads the same behind a syslog header.
var Message = footfall.Decoder{
	Name: "vectra-message", Doc: "Vectra Detect's JSON behind a syslog header.", Source: format.Source, Frame: footfall.FrameMessage,
	By: "the same object",
	Sniff: func(msg []byte) int {
		i := bytes.IndexByte(msg, '{')
		if i < 0 || !tagged(msg[:i]) && rate(msg[i:]) == 0 {
			return 0
		}
		return 80
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		return format.Reader(s).Message, nil
	},
}

const (
	stamp = iota
	isoStamp
	category
	typeName
	typeID
	host
	hostIP
	account
	accountUID
	dstIP
	dstPort
	dstDNS
	service
	brain
	device
	user
	sourceIP
	result
	text
	action
	success
	signature
	srcIP
	srcPort
	destIP
	destPort
	quadrant
	lastType
	sent
	received
	mac
)

var format = jsonlog.Format{
	Name:   "vectra",
	Doc:    "Vectra Detect's JSON as it is sent to syslog: detections and scores of hosts and accounts, matches of signatures, the audit log, host and account lockdowns.",
	Source: "https://support.vectra.ai/vectra/article/KB-VS-1233 (Syslog/Kafka JSON format)",
	Logs:   []footfall.Log{{Product: "vectra", Services: []string{"detect"}}},
	Rate:   rate,
	Paths: []string{
		stamp: "vectra_timestamp", isoStamp: "timestamp", category: "category", typeName: "d_type_vname", typeID: "d_type|detection_type", host: "host_name", hostIP: "host_ip", account: "account_name", accountUID: "account_uid",
		dstIP: "dd_dst_ip", dstPort: "dd_dst_port", dstDNS: "dd_dst_dns", service: "service_name", brain: "headend_addr", device: "dvchost", user: "user", sourceIP: "source_ip", result: "result", text: "message",
		action: "action", success: "success", signature: "alert_signature|alert.signature", srcIP: "src_ip", srcPort: "src_port", destIP: "dest_ip", destPort: "dest_port", quadrant: "quadrant", lastType: "last_detection_type",
		sent: "dd_bytes_sent", received: "dd_bytes_rcvd", mac: "mac_address",
	},
	Mean: mean,
}

func tagged(head []byte) bool { return bytes.Contains(head, []byte("vectra_")) }

func rate(rec []byte) int {
	switch {
	case jsonlog.All(rec, "vectra_timestamp") && jsonlog.Count(rec, "headend_addr", "version", "category", "href", "dvchost") >= 2:
		return 92
	}
	return 0
}

func sniff(head []byte) int {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n \xef\xbb\xbf"), []byte{'\n'})
	i := bytes.IndexByte(line, '{')
	switch {
	case i < 0:
		return 0
	case i > 0 && bytes.HasPrefix(line, []byte("vectra_")):
		return 95
	case i == 0:
		return rate(line)
	}
	return 0
}

func mean(r *jsonlog.Reader) {
	e := r.Event
	r.UTC(stamp, isoStamp)
	e.Computer, e.Object, e.MAC = r.First(device, brain), r.First(typeName, typeID), r.Get(mac)
	e.User = footfall.Account{Name: r.First(accountUID, account)}
	switch {
	case r.Get(signature) != "":
		e.Kind, e.Object = footfall.KindAlert, r.Get(signature)
		e.From = footfall.Endpoint{Addr: r.Addr(srcIP), Port: r.PortOf(srcPort)}
		e.To = footfall.Endpoint{Addr: r.Addr(destIP), Port: r.PortOf(destPort)}
		e.Service = footfall.ServiceOfPort(e.To.Port)
	case e.Object != "":
		detection(r)
	case r.Get(action) != "" && r.Get(success) != "":
		e.Kind, e.User.Name, e.To.Host = footfall.KindConfig, r.Get(user), r.Get(host)
		e.Outcome, e.Object = jsonlog.Outcome(r.Get(success)), r.Get(action)
		e.Target.Name = r.First(accountUID, account)
	case r.Get(result) != "" && r.Get(text) != "":
		audit(r)
	case r.Get(quadrant) != "" || r.Get(lastType) != "":
		e.Kind, e.Object, e.From.Host, e.From.Addr = footfall.KindAlert, r.First(lastType, category), r.Get(host), r.Addr(hostIP)
	default:
		e.Object = r.Get(category)
	}
}

// detection is one of Vectra's own: From is the host that misbehaves.
func detection(r *jsonlog.Reader) {
	e := r.Event
	e.Kind, e.From.Host, e.From.Addr = footfall.KindAlert, r.Get(host), r.Addr(hostIP)
	e.To = footfall.Endpoint{Addr: r.Addr(dstIP), Port: r.PortOf(dstPort), Host: r.First(dstDNS, service)}
	e.Service = footfall.ServiceOfPort(e.To.Port)
	e.Bytes, e.Returned = r.Num(sent)+r.Num(received), r.Num(received)
}

// audit is an action in the console of the brain.
func audit(r *jsonlog.Reader) {
	e := r.Event
	t := r.Get(text)
	e.Service, e.User.Name, e.From.Addr = footfall.ServiceWeb, r.Get(user), r.Addr(sourceIP)
	e.Outcome, e.Object = jsonlog.Outcome(r.Get(result)), t
	switch {
	case jsonlog.Is(t, "log in"), jsonlog.Is(t, "login"), jsonlog.Has(t, "invalid authentication token", "failed login", "logged in", "login failed"):
		e.Kind, e.To.Host = footfall.KindLogon, e.Computer
		if jsonlog.Has(t, "token") {
			e.Auth = footfall.AuthToken
		}
		if e.Outcome == footfall.Failure {
			e.Reason = footfall.ReasonBadPassword
		}
	case jsonlog.Is(t, "log out"), jsonlog.Has(t, "session timeout", "logged out"):
		e.Kind = footfall.KindLogoff
	case jsonlog.Has(t, "password"):
		e.Kind = footfall.KindPassword
	case jsonlog.Has(t, "user", "role"):
		e.Kind = footfall.KindAccount
	default:
		e.Kind = footfall.KindConfig
	}
}
