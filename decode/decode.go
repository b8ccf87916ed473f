// Package decode turns records into events: it lists every decoder, tells by
// content which one reads a stream, and runs it over chunks. Bytes of whole
// records go in, events in a batch come out. An envelope's message goes on to
// the decoder of its program, and Windows events of any dress to the one
// table of their meaning. It knows no rules, keeps no state over records but
// a decoder's caches, and never panics on input.
package decode

import (
	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode/auditd"
	"github.com/footfall/footfall/decode/auth0"
	"github.com/footfall/footfall/decode/cisco"
	"github.com/footfall/footfall/decode/cloudtrail"
	"github.com/footfall/footfall/decode/cowrie"
	"github.com/footfall/footfall/decode/dropbear"
	"github.com/footfall/footfall/decode/duo"
	"github.com/footfall/footfall/decode/evtx"
	"github.com/footfall/footfall/decode/evtxdump"
	"github.com/footfall/footfall/decode/evtxecmd"
	"github.com/footfall/footfall/decode/exportcsv"
	"github.com/footfall/footfall/decode/fortigate"
	"github.com/footfall/footfall/decode/ftp"
	"github.com/footfall/footfall/decode/gworkspace"
	"github.com/footfall/footfall/decode/guardduty"
	"github.com/footfall/footfall/decode/journald"
	"github.com/footfall/footfall/decode/jumpcloud"
	"github.com/footfall/footfall/decode/m365"
	"github.com/footfall/footfall/decode/netfilter"
	"github.com/footfall/footfall/decode/nxlog"
	"github.com/footfall/footfall/decode/ocserv"
	"github.com/footfall/footfall/decode/okta"
	"github.com/footfall/footfall/decode/onelogin"
	"github.com/footfall/footfall/decode/onepassword"
	"github.com/footfall/footfall/decode/openvpn"
	"github.com/footfall/footfall/decode/pam"
	"github.com/footfall/footfall/decode/panos"
	"github.com/footfall/footfall/decode/pf"
	"github.com/footfall/footfall/decode/pingone"
	"github.com/footfall/footfall/decode/rsh"
	"github.com/footfall/footfall/decode/samba"
	"github.com/footfall/footfall/decode/sonicwall"
	"github.com/footfall/footfall/decode/sophos"
	"github.com/footfall/footfall/decode/sshd"
	"github.com/footfall/footfall/decode/strongswan"
	"github.com/footfall/footfall/decode/sudo"
	"github.com/footfall/footfall/decode/syslog"
	"github.com/footfall/footfall/decode/telnetd"
	"github.com/footfall/footfall/decode/vnc"
	"github.com/footfall/footfall/decode/wazuh"
	"github.com/footfall/footfall/decode/winlogbeat"
	"github.com/footfall/footfall/decode/winxml"
	"github.com/footfall/footfall/decode/wireguard"
	"github.com/footfall/footfall/decode/wrapped"
	"github.com/footfall/footfall/decode/xrdp"
	"github.com/footfall/footfall/decode/zeek"
)

// All is every decoder there is. A new one is one line here.
var All = []footfall.Decoder{
	auditd.Decoder,
	auditd.Message,
	auth0.Decoder,
	cisco.Decoder,
	cisco.IOS,
	cisco.Lines,
	cloudtrail.Decoder,
	cowrie.Decoder,
	cowrie.Message,
	dropbear.Decoder,
	duo.Decoder,
	evtx.Decoder,
	evtxdump.Decoder,
	evtxecmd.Decoder,
	evtxecmd.CSV,
	exportcsv.Decoder,
	fortigate.Decoder,
	fortigate.Message,
	ftp.Decoder,
	gworkspace.Decoder,
	guardduty.Decoder,
	journald.Decoder,
	journald.JSON,
	jumpcloud.Decoder,
	m365.Decoder,
	m365.CSV,
	netfilter.Decoder,
	netfilter.Lines,
	nxlog.Decoder,
	ocserv.Decoder,
	ocserv.Message,
	okta.Decoder,
	onelogin.Decoder,
	onepassword.Decoder,
	openvpn.Decoder,
	openvpn.Message,
	openvpn.Status,
	pam.Decoder,
	panos.Decoder,
	panos.Message,
	pf.Decoder,
	pingone.Decoder,
	rsh.Decoder,
	samba.Decoder,
	sonicwall.Decoder,
	sonicwall.Message,
	sophos.Decoder,
	sophos.Message,
	sshd.Decoder,
	strongswan.Decoder,
	strongswan.Message,
	sudo.Decoder,
	syslog.Decoder,
	telnetd.Decoder,
	vnc.Decoder,
	vnc.Message,
	vnc.Lines,
	wazuh.Decoder,
	winlogbeat.Decoder,
	winxml.Decoder,
	wireguard.Decoder,
	wrapped.Decoder,
	wrapped.CSV,
	xrdp.Decoder,
	xrdp.Message,
	zeek.Decoder,
	zeek.JSON,
}
