package decode

// gateways are the log sources of VPN servers, gateways and remote desktop
// servers. Those of text have their message alone; records of named values
// have more fields than their makers list in one place.
var gateways = []listing{
	{product: "linux", service: "openvpn,strongswan,ocserv,wireguard,xrdp,vnc,freeradius,guacamole,meshcentral,softether,stunnel,3proxy,squid,danted,syslog", read: true, source: "the makers' sources, see sources.md", fields: lineFields},
}

const lineFields = "message program hostname priority msgid"
