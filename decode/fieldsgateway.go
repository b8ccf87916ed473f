package decode

// gateways are the log sources of VPN servers, gateways and remote desktop
// servers. Those of text have their message alone; records of named values
// have more fields than their makers list in one place.
var gateways = []listing{
	{product: "linux", service: "openvpn,syslog", read: true, source: "openvpn(8)", fields: lineFields},
}

const lineFields = "message program hostname priority msgid"
