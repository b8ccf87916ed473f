package zeek

import (
	"strings"

	"github.com/footfall/footfall/internal/jsonscan"
)

// A sign tells a log by the values that a record has: all of all, and one of
// any when that is not empty.
type sign struct {
	log      string
	all, any []int
}

// signs are tried in order: what only one log has comes before what several
// have in common.
var signs = []sign{
	{"suricata_corelight", []int{vSignature}, nil},
	{"vpn", []int{vVPNType}, nil},
	{"conn", nil, []int{vState}},
	{"smb_cmd", []int{vCommand}, []int{vTree, vArgument}},
	{"ftp", []int{vCommand}, nil},
	{"ftp", []int{vReplyCode}, []int{vFTPUser, vArg}},
	{"ssh", nil, []int{vAuthSuccess, vAuthAttempts, vKex}},
	{"rdp", nil, []int{vSecurity, vChannels, vCerts, vCookie}},
	{"rfb", nil, []int{vAuthMethod, vClientMajor, vDesktop}},
	{"smb_mapping", nil, []int{vShareType, vNativeFS}},
	{"smb_files", []int{vAction}, []int{vPath, vName}},
	{"smb_files", nil, []int{vTimes}},
	{"dce_rpc", nil, []int{vEndpoint, vOperation, vPipe}},
	{"ntlm", nil, []int{vDomain, vNBName, vDNSName}},
	{"ntlm", []int{vHostname, vUID}, nil},
	{"kerberos", nil, []int{vRequestType, vTill, vForwardable}},
	{"kerberos", []int{vService, vSuccess}, []int{vClient, vError, vCipher}},
	{"dhcp", nil, []int{vAssigned, vMsgTypes, vLease, vClientAddr}},
	{"dhcp", []int{vMAC}, []int{vServerAddr, vHostName, vFQDN}},
	{"dns", nil, []int{vQuery, vQType, vRCode}},
	{"signatures", nil, []int{vSigID}},
	{"notice", []int{vNote}, nil},
	{"ldap", []int{vMessageID, vOpcode}, nil},
	{"ldap_search", []int{vMessageID}, []int{vScope, vBase}},
	{"radius", []int{vResult}, []int{vUser, vMAC, vFramed, vTunnelClient, vConnectInfo, vReply, vTTL}},
	{"sip", []int{vCallID}, nil},
	{"smtp", nil, []int{vHelo, vMailFrom, vLastReply}},
	{"http", nil, []int{vURI, vStatusCode}},
	{"http", []int{vDepth}, nil},
	{"x509", nil, []int{vSerial}},
	{"ssl", nil, []int{vEstablished, vSNI, vResumed}},
	{"ssl", []int{vCipher, vVersion}, nil},
	{"intel", nil, []int{vSeenIndicator}},
	{"files", []int{vFUID}, []int{vSource, vSeen, vTx}},
	{"known_services", []int{vHost, vPortNum}, []int{vPortProto, vService}},
	{"known_certs", []int{vHost, vPortNum}, nil},
	{"software", []int{vSoftware}, nil},
	{"socks", nil, []int{vReqHost, vReqName, vReqP, vBoundP}},
	{"tunnel", []int{vTunnel}, nil},
	{"analyzer_debug", []int{vAnalyzerKind}, nil},
	{"dpd", []int{vAnalyzer}, nil},
	{"snmp", nil, []int{vCommunity}},
	{"syslog", []int{vFacility, vSeverity}, nil},
	{"weird", []int{vName}, []int{vPeer, vAddl, vNotice}},
	{"pe", nil, []int{vIsExe}},
	{"pe", []int{vMachine}, nil},
	{"mysql", []int{vCmd, vArg}, nil},
	{"conn", []int{vProto, vHistory}, nil},
	{"ntlm", []int{vSuccess, vUser}, nil},
}

// told tells the log of a record that does not name it; "" when its values
// fit none.
func (r *reader) told() string {
	for i := range signs {
		if s := &signs[i]; r.has(s) {
			return s.log
		}
	}
	if r.v.Kind(vHost) != jsonscan.None && r.v.Kind(vUID) == jsonscan.None {
		return "known_hosts"
	}
	return ""
}

func (r *reader) has(s *sign) bool {
	for _, slot := range s.all {
		if r.v.Kind(slot) == jsonscan.None {
			return false
		}
	}
	if len(s.any) == 0 {
		return true
	}
	for _, slot := range s.any {
		if r.v.Kind(slot) != jsonscan.None {
			return true
		}
	}
	return false
}

// logs are those that Zeek and the usual packages write. Rules are found by
// them; a record of another is an event of product zeek alone.
const logs = `analyzer analyzer_debug analyzer_failed barnyard2 broker bacnet capture_loss cluster config conn conn_long dce_rpc dga dhcp dnp3 dns dpd enip files ftp
	generic_dns_tunnels generic_icmp_tunnels http http2 icmp intel ipsec irc kerberos krb known_certs known_devices known_domains known_hosts known_modbus known_names known_remotes
	known_routers known_services known_users ldap ldap_search local_subnets login logschema mdns modbus mqtt_connect mqtt_publish mqtt_subscribe mysql netcontrol netcontrol_drop
	netcontrol_shunt notice notice_alarm ntlm ntp ocsp openflow opcua packet_filter pe postgresql print prof profinet quic radius rdp redis reporter rfb rsh s7comm sip signatures smb_cmd
	smb_files smb_mapping smtp smtp_links snmp socks software specific_dns_tunnels ssdp ssh ssl stats stun stun_nat suricata_corelight suricata suricata_stats syslog tds tds_rpc tds_sql_batch telemetry
	telnet tftp traceroute tunnel unknown_protocols vpn websocket weird weird_stats wireguard x509 x509_red`

// base is the log that a name stands for: krb is short for kerberos, and
// reduced logs are marked by an ending.
func base(name string) string {
	if name == "krb" {
		return "kerberos"
	}
	for _, end := range [...]string{"_red", "_long", "_agg"} {
		if b, ok := strings.CutSuffix(name, end); ok {
			return b
		}
	}
	return name
}
