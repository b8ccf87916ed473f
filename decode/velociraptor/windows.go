package velociraptor

import (
	"strconv"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/winevent"
)

// Roles of columns beside those of a Windows event.
const (
	nested    = winevent.RoleEnd + iota // System, EventData, UserData: objects
	fqdn                                // the client's name
	client                              // its id, for rows without a name
	domain                              // DomainName of RDPAuth
	user                                // UserName of RDPAuth
	logonType                           // LogonType of RDPAuth
	source                              // SourceIP of RDPAuth
)

// role says what a column holds. A column of no known name is a value of the
// event, as the artifacts that take single values out name them.
func role(name []byte) winevent.Role {
	switch string(name) {
	case "System", "EventData", "UserData":
		return nested
	case "Channel":
		return winevent.Channel
	case "EventID":
		return winevent.EventID
	case "EventRecordID":
		return winevent.RecordID
	case "Computer":
		return winevent.Computer
	case "Provider":
		return winevent.ProviderName
	case "EventTime", "TimeCreated", "LogonTime", "Timestamp":
		return winevent.SystemTime
	case "UserSID":
		return winevent.UserID
	case "Message":
		return winevent.Message
	case "Fqdn", "Hostname", "hostname":
		return fqdn
	case "ClientId":
		return client
	case "DomainName":
		return domain
	case "UserName":
		return user
	case "LogonType":
		return logonType
	case "SourceIP":
		return source
	case "OSPath", "FullPath", "_Source", "FlowId", "Username", "Description", "_ts", "_OrgId":
		return winevent.Skip
	}
	return winevent.Data
}

// cells are values of a row that are put in their place when all of it is known.
type cells struct {
	fqdn, client, message           []byte
	domain, user, logonType, source []byte
}

func (d *decoder) begin(b *footfall.Batch, e *footfall.Event) {
	d.batch, d.event, d.own, d.buf, d.cells = b, e, 0, d.buf[:0], cells{}
	d.w.Begin(b)
	d.names.Rewind()
}

func (d *decoder) take(r winevent.Role, name, v []byte) {
	c := &d.cells
	if string(v) == "null" { // what RDPAuth writes for a value that there is not
		return
	}
	switch r {
	case fqdn:
		c.fqdn = v
	case client:
		c.client = v
	case domain:
		c.domain = v
	case user:
		c.user = v
	case logonType:
		c.logonType = v
	case source:
		c.source = v
	case winevent.Message:
		c.message = v
	case winevent.Data:
		d.data(name, v)
	default:
		d.w.System(r, v)
	}
}

// end completes an event from all that its row says.
func (d *decoder) end() error {
	c, h := &d.cells, &d.w.Head
	if !d.w.Has(winevent.Channel) && !d.w.Has(winevent.ProviderName) && h.EventID >= 4608 && h.EventID <= 6423 {
		d.w.System(winevent.Channel, footfall.Bytes("Security")) // ExplicitLogon and its kin leave it out
	}
	switch {
	case len(c.fqdn) > 0:
		d.w.System(winevent.Computer, c.fqdn)
	case len(c.client) > 0:
		d.w.System(winevent.Computer, c.client)
	}
	d.w.System(winevent.Message, c.message)
	d.few()
	if d.own == 0 && len(c.message) > 0 {
		d.parser.Parse(h.Channel, h.Provider, h.EventID, c.message)
	}
	if !d.w.End() {
		return errNotEvent
	}
	e := d.event
	e.Channel, e.Provider, e.Computer = h.Channel, h.Provider, h.Computer
	e.EventID, e.Record, e.Native, e.Time = h.EventID, h.Record, h.Native, h.Time
	return nil
}

// few gives the four columns of RDPAuth the names that the event has for them.
func (d *decoder) few() {
	c := &d.cells
	switch d.w.Head.Channel {
	case "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational":
		if len(c.user) > 0 {
			from := len(d.buf)
			if len(c.domain) > 0 {
				d.buf = append(append(d.buf, c.domain...), '\\')
			}
			d.buf = append(d.buf, c.user...)
			d.one("User", d.buf[from:len(d.buf):len(d.buf)])
		}
		d.one("Address", c.source)
	case "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational":
		d.one("Param1", c.user)
		d.one("Param2", c.domain)
		d.one("Param3", c.source)
	case "Security":
		switch d.w.Head.EventID {
		case 4778, 4779:
			d.one("AccountName", c.user)
			d.one("AccountDomain", c.domain)
			d.one("ClientAddress", c.source)
		default:
			d.one("TargetUserName", c.user)
			d.one("TargetDomainName", c.domain)
			d.one("LogonType", c.logonType)
			d.one("IpAddress", c.source)
		}
	default:
		d.one("DomainName", c.domain)
		d.one("UserName", c.user)
		d.one("LogonType", c.logonType)
		d.one("SourceIP", c.source)
	}
}

func (d *decoder) one(name string, v []byte) {
	if len(v) > 0 {
		d.told(name, v)
	}
}

// told takes what a column or the text says; the first of a name counts, but for
// values without one.
func (d *decoder) told(name string, v []byte) {
	n := d.names.FindString(name)
	if n.ID == 0 {
		return
	}
	if _, ok := d.event.Get(n.ID); ok && n.ID != d.list {
		return
	}
	d.batch.Add(n.ID, d.batch.Keep(v))
}

func (d *decoder) data(name, v []byte) {
	if n := d.names.Find(name); n.ID != 0 {
		d.batch.Add(n.ID, d.batch.Keep(v))
	}
}

// System implements jsonscan.Sink.
func (d *decoder) System(element, attr, text []byte) {
	r := winevent.Element(element, attr)
	if r == winevent.Skip {
		return
	}
	if r == winevent.ProviderGuid && len(text) == 36 {
		from := len(d.buf)
		d.buf = append(append(append(d.buf, '{'), text...), '}')
		text = d.buf[from:len(d.buf):len(d.buf)]
	}
	if r == winevent.Level || r == winevent.Keywords { // read at the end, when the next cell was walked
		from := len(d.buf)
		d.buf = append(d.buf, text...)
		text = d.buf[from:len(d.buf):len(d.buf)]
	}
	d.w.System(r, text)
}

// Data implements jsonscan.Sink. The columns of an artifact may have named the
// value before.
func (d *decoder) Data(name, text []byte) {
	d.own++
	n := d.names.Find(name)
	if n.ID == 0 {
		return
	}
	if _, ok := d.event.Get(n.ID); ok && n.ID != d.list {
		return
	}
	if v, ok := winevent.Uint(text); ok && d.mask(name) {
		d.batch.Add(n.ID, d.batch.Kept(strconv.AppendUint(append(d.batch.Grow(18), "0x"...), v, 16)))
		return
	}
	d.batch.Add(n.ID, d.batch.Keep(text))
}

// mask tells the values that the event XML writes in hexadecimal, as rules know
// them, and that are plain numbers here.
func (d *decoder) mask(name []byte) bool {
	switch string(name) {
	case "SubjectLogonId", "TargetLogonId", "TargetLinkedLogonId", "LogonId", "LogonID", "Status", "SubStatus", "TicketOptions", "TicketEncryptionType", "AccessMask":
		return true
	case "ProcessId", "NewProcessId", "CallerProcessId", "HandleId":
		return d.w.Head.Channel == "Security" || d.w.Head.EventID >= 4608 && d.w.Head.EventID <= 5145
	}
	return false
}
