package decode

// gateways are the log sources of VPN servers, gateways and remote desktop
// servers. Those of text have their message alone; records of named values
// have more fields than their makers list in one place.
var gateways = []listing{
	{product: "linux", service: "openvpn,strongswan,ocserv,wireguard,xrdp,vnc,freeradius,guacamole,meshcentral,softether,stunnel,3proxy,squid,danted,syslog", read: true, source: "the makers' sources, see sources.md", fields: lineFields},
	{product: "linux", service: "freeradius,syslog", read: true, open: true, source: "RFC 2865, RFC 2866", fields: lineFields + " " + radiusFields},
	{product: "cisco", service: "ise", read: true, open: true, source: "https://www.cisco.com/c/en/us/td/docs/security/ise/syslog/Cisco_ISE_Syslogs.html", fields: radiusFields},
	{product: "windows", service: "nps", read: true, open: true, source: "https://learn.microsoft.com (Interpret NPS Database Format Log Files)", fields: radiusFields},
}

const radiusFields = "User-Name Calling-Station-Id Calling-Station-ID Called-Station-ID NAS-IP-Address NAS-Identifier Framed-IP-Address Acct-Status-Type Acct-Session-Id Packet-Type Reason-Code"

const lineFields = "message program hostname priority msgid"
