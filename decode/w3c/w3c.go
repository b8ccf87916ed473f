// Package w3c reads extended log files: lines under a #Fields header, parted
// by blanks, tabs or commas. IIS, the Windows firewall, HTTP.sys, proxies and
// Exchange's protocol logs write them. In goes a line, out comes one event: a
// request, a connection, a sign-in. Header lines are no records. What the
// columns are named decides what a line is, never its values.
package w3c

import (
	"bytes"
	"errors"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/csvscan"
	"github.com/footfall/footfall/internal/record"
)

// Decoder reads extended log files.
var Decoder = footfall.Decoder{
	Name:   "w3c",
	Doc:    "W3C extended logs under #Fields: IIS, the Windows firewall (pfirewall.log), HTTP.sys, proxies, Exchange's protocol logs (SMTP, IMAP, POP3, HttpProxy).",
	Source: "https://www.w3.org/TR/WD-logfile.html; https://learn.microsoft.com/windows/win32/http/w3c-logging; https://learn.microsoft.com/exchange/mail-flow/connectors/protocol-logging",
	Frame:  footfall.FrameTable,
	By:     "a line #Fields: under others that begin with #",
	Sniff:  sniff,
	New:    newDecoder,
}

var (
	errShort  = errors.New("w3c: a line with fewer values than #Fields names")
	errHeader = errors.New("w3c: a line without #Fields before it")
)

// The values of a record that are read, by slot.
const (
	kDate = iota
	kTime
	kStamp
	kClient
	kClientPort
	kServer
	kServerPort
	kComputer
	kHost
	kUser
	kMethod
	kStem
	kQuery
	kURI
	kStatus
	kSubstatus
	kAgent
	kReferer
	kSent
	kReceived
	kTaken
	kSrc
	kDst
	kSrcPort
	kDstPort
	kAction
	kSize
	kConnector
	kSession
	kLocal
	kRemote
	kEvent
	kData
	kContext
	kCommand
	kAuthType
	kResult
	kPID
	slots
)

var paths = [slots]string{
	kDate: "date", kTime: "time", kStamp: "date-time|DateTime|dateTime|x-timestamp", kClient: "c-ip|ClientIpAddress|client-ip|cIp", kClientPort: "c-port",
	kServer: "s-ip|r-ip|server-ip|sIp", kServerPort: "s-port|cs-uri-port|r-port", kComputer: "s-computername|ServerHostName|server-hostname",
	kHost: "cs-host|cs(Host)|r-host|UrlHost|client-hostname", kUser: "cs-username|AuthenticatedUser|user|c-username", kMethod: "cs-method|Method|s-operation", kStem: "cs-uri-stem|cs-uri-path|UrlStem",
	kQuery: "cs-uri-query|UrlQuery", kURI: "cs-uri|c-uri", kStatus: "sc-status|HttpStatus", kSubstatus: "sc-substatus", kAgent: "cs(User-Agent)|UserAgent|c-agent",
	kReferer: "cs(Referer)|cs-referred", kSent: "cs-bytes|RequestBytes", kReceived: "sc-bytes|ResponseBytes", kTaken: "time-taken|TotalRequestTime",
	kSrc: "src-ip", kDst: "dst-ip", kSrcPort: "src-port", kDstPort: "dst-port", kAction: "action|s-action", kSize: "size",
	kConnector: "connector-id", kSession: "session-id|sessionId|x-session", kLocal: "local-endpoint", kRemote: "remote-endpoint", kEvent: "event|event-id",
	kData: "data|parameters", kContext: "context", kCommand: "command", kAuthType: "AuthenticationType", kResult: "sc-filter-result", kPID: "pid",
}

var also = map[string][]string{
	"src-ip": {"src_ip"}, "dst-ip": {"dst_ip"}, "src-port": {"src_port"}, "dst-port": {"dst_port"}, "cs(Host)": {"cs-host"}, "cs(Referer)": {"cs-referer", "cs-referrer"},
	"cs(Cookie)": {"cs-cookie"}, "c-ip": {"src_ip"}, "s-ip": {"dst_ip"}, "cs-username": {"username"}, "ClientIpAddress": {"c-ip", "src_ip"},
	"AuthenticatedUser": {"cs-username"}, "HttpStatus": {"sc-status"}, "Method": {"cs-method"}, "UrlStem": {"cs-uri-stem"}, "UrlHost": {"cs-host"},
	"cs-uri-path": {"cs-uri-stem"}, "cs-uri-extension": {"c-uri-extension"}, "rs(Content-Type)": {"cs-content-type"},
}

// A dress is what the names of columns make of a file.
type dress uint8

const (
	plain    dress = iota
	web            // IIS and HTTP.sys
	proxy          // ISA, TMG, Blue Coat
	firewall       // pfirewall.log
	smtp           // Exchange's SMTP protocol logs
	mailbox        // Exchange's IMAP and POP3 protocol logs
	exchange       // Exchange's HttpProxy and its like
	tracking       // Exchange's message tracking
)

type decoder struct {
	v        *record.Values
	schema   *footfall.Schema
	header   string // the #Fields line in force
	columns  []record.Column
	dress    dress
	sep      byte
	zoneless bool
	date     string // of #Date, for logs whose lines have none
	fields   [][]byte
	logs     map[dress]footfall.LogID
	uriIDs   [3]footfall.FieldID
	agents   [2]footfall.FieldID
	blocked  footfall.FieldID
}

func newDecoder(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
	log := func(service, category string) footfall.LogID {
		return s.AddLog(footfall.Log{Product: "windows", Services: []string{service}, Categories: []string{category}})
	}
	d := &decoder{
		v: record.New(s, paths[:], also), schema: s,
		logs: map[dress]footfall.LogID{
			web: log("iis", "webserver"), firewall: log("pfirewall", "firewall"), exchange: log("iis", "webserver"),
			smtp:  s.AddLog(footfall.Log{Product: "windows", Services: []string{"exchange-protocol"}}),
			proxy: s.AddLog(footfall.Log{Categories: []string{"proxy"}}),
		},
		uriIDs:  [3]footfall.FieldID{s.Asked("c-uri"), s.Asked("cs-uri"), s.Asked("cs-uri-query")},
		agents:  [2]footfall.FieldID{s.Asked("c-useragent"), s.Asked("cs-user-agent")},
		blocked: s.Asked("blocked"),
	}
	d.logs[mailbox], d.logs[tracking] = d.logs[smtp], d.logs[smtp]
	return d.decode, nil
}

func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if len(frame) == 0 { // a chunk begins
		d.header, d.date, d.zoneless = "", "", false
		return nil
	}
	frame = bytes.TrimRight(frame, "\r\n\x00")
	if len(frame) == 0 {
		return nil
	}
	if frame[0] == '#' {
		d.head(footfall.Str(frame))
		return nil
	}
	if names(footfall.Str(frame)) { // Exchange writes the names once more without #Fields
		d.fieldsLine(footfall.Str(frame))
		return nil
	}
	if d.header == "" {
		if !receives(footfall.Str(frame)) {
			return errHeader
		}
		d.fieldsLine(smtpFields)
	}
	return d.line(b, frame)
}

// smtpFields are the columns of Exchange's SMTP protocol logs, which have no
// header when a collector takes the lines alone.
const smtpFields = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"

// names reports whether a line is the names of Exchange's columns.
func names(s string) bool {
	return strings.HasPrefix(s, "DateTime,RequestId,") || strings.HasPrefix(s, "date-time,") || strings.HasPrefix(s, "dateTime,sessionId,") || strings.HasPrefix(s, "DateTime,")
}

// receives reports whether a line is one of an SMTP protocol log: a time, the
// two ends in their places, and who spoke.
func receives(s string) bool {
	ns, n := clock.ISO(s)
	if ns == 0 || n >= len(s) || s[n] != ',' {
		return false
	}
	var at [9]string
	rest, more := s, true
	for i := 0; i < len(at); i++ {
		if !more {
			return false
		}
		at[i], rest, more = strings.Cut(rest, ",")
	}
	return len(at[6]) == 1 && strings.Contains("<>+-*", at[6]) && strings.IndexByte(at[4], ':') > 0 && record.Addr(at[5]).IsValid()
}

// head reads a header line.
func (d *decoder) head(s string) {
	if v, ok := cutName(s, "#Fields:"); ok {
		d.fieldsLine(v)
		return
	}
	if v, ok := cutName(s, "#Date:"); ok {
		if len(v) >= 10 && v[:10] != d.date {
			d.date = strings.Clone(v[:10])
		}
		return
	}
	if _, ok := cutName(s, "#Version:"); ok { // a new file begins
		d.zoneless = false
	}
	if v, ok := cutName(s, "#Time Format:"); ok {
		d.zoneless = strings.EqualFold(v, "local")
	}
}

func cutName(s, name string) (v string, ok bool) {
	if len(s) < len(name) || !strings.EqualFold(s[:len(name)], name) {
		return "", false
	}
	return strings.TrimSpace(s[len(name):]), true
}

// maxFields bounds how many columns a header may name.
const maxFields = 400

// fieldsLine looks up the columns of a header, unless they are in force.
func (d *decoder) fieldsLine(s string) {
	if s == d.header || s == "" {
		return
	}
	d.header = strings.Clone(s)
	d.sep = ' '
	switch {
	case strings.IndexByte(s, '\t') >= 0:
		d.sep = '\t'
	case strings.IndexByte(s, ',') >= 0:
		d.sep = ','
	}
	d.columns = d.columns[:0]
	has := map[string]bool{}
	for name := range strings.SplitSeq(d.header, string(d.sep)) {
		name = strings.TrimSpace(name)
		if name == "" && d.sep == ' ' {
			continue
		}
		if len(d.columns) == maxFields {
			break
		}
		has[name] = true
		d.columns = append(d.columns, d.v.Column(name))
	}
	d.dress = dressOf(has)
}

func dressOf(has map[string]bool) dress {
	switch {
	case has["src-ip"] && has["dst-ip"] && has["action"]:
		return firewall
	case has["remote-endpoint"] && has["connector-id"]:
		return smtp
	case has["cIp"] && has["command"]:
		return mailbox
	case has["ClientIpAddress"] && (has["UrlStem"] || has["HttpStatus"]):
		return exchange
	case has["event-id"] && has["message-id"]:
		return tracking
	case has["s-action"], has["r-host"], has["sc-filter-result"]:
		return proxy
	case has["cs-method"], has["cs-uri-stem"], has["cs-uri"], has["sc-status"]:
		return web
	}
	return plain
}

func (d *decoder) line(b *footfall.Batch, frame []byte) error {
	text := b.Keep(frame)
	f, decoded := csvscan.Fields(d.fields[:0], b.Grow(len(text)), footfall.Bytes(text), d.sep)
	_ = b.Kept(decoded)
	d.fields = f
	if len(f) < 2 || len(f) < len(d.columns)/2 {
		return errShort
	}
	e := b.New()
	e.Len = uint32(len(frame))
	d.v.Begin(b)
	for i := range min(len(f), len(d.columns)) {
		if d.columns[i].Wanted() && len(f[i]) > 0 && (len(f[i]) != 1 || f[i][0] != '-' || d.dress == smtp) {
			d.v.PutColumn(d.columns[i], footfall.Str(f[i]))
		}
	}
	d.when(e)
	d.mean(b, e)
	return nil
}

// sniff looks for a #Fields line, or for the lines of an SMTP protocol log.
func sniff(head []byte) int {
	s := strings.TrimPrefix(footfall.Str(head), "\ufeff")
	if s == "" {
		return 0
	}
	if s[0] != '#' {
		first, rest, _ := strings.Cut(s, "\n")
		if names(first) && strings.Contains(rest[:min(len(rest), 4096)], "#Fields:") {
			return 90
		}
		if receives(first) {
			return 85
		}
		return 0
	}
	for range 16 {
		line, rest, more := strings.Cut(s, "\n")
		v, ok := cutName(strings.TrimRight(line, "\r"), "#Fields:")
		if ok && strings.ContainsAny(v, " ,\t") && line[:8] != "#fields\t" {
			return 95
		}
		if !more || line == "" || line[0] != '#' {
			return 0
		}
		s = rest
	}
	return 0
}
