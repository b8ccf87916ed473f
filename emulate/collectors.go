package emulate

const daily = "{2006-01-02}"

// siteSources makes the collectors of a site, each with its own dress: what a
// company has when it grew over years.
func (s *sim) siteSources(g *site) {
	code := g.code
	switch g.number % 3 {
	case 0:
		g.stations = s.source("windows/"+code+"-wec1/"+daily+".ndjson.gz", nxlogLine)
		g.machines = s.source("windows/"+code+"-wec2/"+daily+".ndjson.gz", beatsLine)
		g.unix = s.source("unix/"+code+"-log1/"+daily+".log.gz", isoLine)
	case 1:
		g.stations = s.source("windows/"+code+"-wec1/"+daily+".ndjson.gz", beatsLine)
		g.machines = s.source("windows/"+code+"-wec2/"+daily+".ndjson.gz", nxlogLine)
		g.unix = s.source("unix/"+code+"-log1/"+daily+".log.gz", rfcLine)
	default:
		g.stations = s.source("windows/"+code+"-wec1/"+daily+".ndjson.gz", nxlogLine)
		g.machines = g.stations
		g.unix = s.source("unix/"+code+"-log1/"+daily+".log.gz", bsdLine)
	}
	g.unix.zone = g.zone
	g.domain = g.machines
	if g.main {
		g.domain = s.source("windows/"+code+"-wec3/"+daily+".xml.gz", xmlLine)
	}
	if g.sensor {
		g.sensed = s.source("zeek/"+code+"-tap01/conn."+daily+".log.gz", plain)
		g.sensed.head = zeekHead
	}
}

// collector says where a host's records go.
func (s *sim) collector(h *host) {
	g := h.site
	switch {
	case h.role == foreign:
	case !h.windows:
		h.to = g.unix
	case h.role == controller:
		h.to = g.domain
	case h.role == workstation || h.role == kiosk:
		h.to = g.stations
	default:
		h.to = g.machines
	}
}

const auditHead = "\t\tMicrosoft DHCP Service Activity Log\r\n\r\nEvent ID  Meaning\r\n00\tThe log was started.\r\n10\tA new IP address was leased to a client.\r\n11\tA lease was renewed by a client.\r\n\r\n" +
	"ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult,Probationtime, CorrelationID,Dhcid,VendorClass(Hex),VendorClass(ASCII),UserClass(Hex),UserClass(ASCII),RelayAgentInformation,DnsRegError.\r\n"

// audit is the log of a site's DHCP server on Windows.
func (g *site) audit(s *sim) *source {
	if g.leases == nil {
		g.leases = s.source("dhcp/"+g.dhcp.id+"/DhcpSrvLog-"+daily+".log", plain)
		g.leases.head = auditHead
	}
	return g.leases
}

func (s *sim) cloudSource(c *cloudAccount) {
	c.log = s.source("cloud/AWSLogs/"+c.number+"/CloudTrail/eu-central-1/{2006/01/02}/"+c.number+"_CloudTrail_eu-central-1_{20060102}T2355Z_kq4wGx7RjT2uPz0M.json.gz", plain)
	c.log.head, c.log.between, c.log.tail = `{"Records":[`, ",", "]}"
}
