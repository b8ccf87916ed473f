package decode

// gateways are the log sources of VPN servers, gateways and remote desktop
// servers. Those of text have their message alone; records of named values
// have more fields than their makers list in one place.
var gateways = []listing{
	{product: "linux", service: "softether", category: "firewall", read: true, source: "SoftEther VPN: src/Cedar/Logging.c", fields: "message src_ip dst_ip dst_port"},
	{product: "linux", service: "openvpn,strongswan,ocserv,wireguard,xrdp,vnc,freeradius,guacamole,meshcentral,softether,stunnel,3proxy,danted,syslog", read: true, source: "the makers' sources, see sources.md", fields: lineFields},
	{product: "linux", service: "haproxy,syslog", category: "proxy", read: true, source: "https://docs.haproxy.org/3.0/configuration.html#8.2", fields: lineFields + " c-ip cs-method c-uri sc-status frontend backend server termination_state"},
	{product: "linux", service: "haproxy,syslog", category: "webserver", read: true, source: "https://docs.haproxy.org/3.0/configuration.html#8.2", fields: lineFields + " c-ip cs-method c-uri sc-status frontend backend server termination_state"},
	{product: "linux", service: "squid,syslog", category: "proxy", read: true, source: "https://www.squid-cache.org/Doc/config/logformat/", fields: lineFields + " c-ip cs-method c-uri cs-host sc-status cs-username sc-bytes s-action"},
	{product: "linux", service: "freeradius,syslog", read: true, open: true, source: "RFC 2865, RFC 2866", fields: lineFields + " " + radiusFields},
	{product: "cisco", service: "ise", read: true, open: true, source: "https://www.cisco.com/c/en/us/td/docs/security/ise/syslog/Cisco_ISE_Syslogs.html", fields: radiusFields},
	{product: "windows", service: "nps", read: true, open: true, source: "https://learn.microsoft.com (Interpret NPS Database Format Log Files)", fields: radiusFields},
	{product: "windows", service: "teamviewer,anydesk", read: true, source: "TeamViewer's and AnyDesk's support pages", fields: lineFields},
	{product: "pulse", service: "connect-secure", read: true, source: "Ivanti Connect Secure administration guide", fields: lineFields},
	{product: "citrix", service: "netscaler,appfw,adc", read: true, open: true, source: "https://developer-docs.netscaler.com/en-us/netscaler-syslog-message-reference", fields: lineFields + " Client_ip User Nat_ip Vserver Source Destination SessionId Context Browser_type SSLVPN_client_type Failure_reason Command Status Remote_ip"},
	{product: "teleport", service: "audit", read: true, open: true, source: "https://goteleport.com/docs/reference/audit-events", fields: "event code user login time success method cluster_name server_hostname server_addr addr.remote sid uid program path argv"},
	{product: "cyberark", service: "pas", read: true, open: true, source: "https://docs.cyberark.com/pam-self-hosted (Vault audit action codes, syslog)", fields: "MessageID Desc Issuer Action Station GatewayStation Safe File Reason Severity SourceUser TargetUser"},
	{product: "tailscale", service: "audit,network", read: true, open: true, source: "https://tailscale.com/kb/1203/audit-logging, https://tailscale.com/kb/1219/network-flow-logs", fields: "action actor.loginName origin target.name target.type"},
	{product: "zscaler", service: "zia,zpa", read: true, open: true, source: "https://help.zscaler.com/zpa/about-log-streaming-service, https://help.zscaler.com/zia/documentation-knowledgebase/analytics/nss", fields: "action adminid category clientip resource result subcategory Username ClientPublicIP Host Application ServerIP"},
}

const radiusFields = "User-Name Calling-Station-Id Calling-Station-ID Called-Station-ID NAS-IP-Address NAS-Identifier Framed-IP-Address Acct-Status-Type Acct-Session-Id Packet-Type Reason-Code"

const lineFields = "message program hostname priority msgid"
