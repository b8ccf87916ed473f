package suricata

// The values that the typed face is made of, by EVE's names.
const (
	vTime = iota
	vType
	vFlow
	vSrc
	vSrcPort
	vDst
	vDstPort
	vProto
	vApp
	vVLAN
	vMAC
	vHost
	vSignature
	vAction
	vState
	vStart
	vEnd
	vAge
	vToServer
	vToClient
	vVerdict
	vFlagsTS
	vFlagsTC
	vTCPState
	vBytes
	vNetStart
	vNetEnd
	vClient
	vServer
	vRDPType
	vCookie
	vRDPClient
	vRDPError
	vCommand
	vStatus
	vShare
	vShareType
	vFile
	vPipe
	vDisposition
	vNTUser
	vNTDomain
	vNTHost
	vSNames
	vRealm
	vCallKind
	vOpnum
	vUUID
	vKrbType
	vKrbError
	vKrbAsked
	vKrbName
	vKrbRealm
	vKrbService
	vRFBType
	vRFBResult
	vRFBName
	vRFBReason
	vDNSType
	vName
	vRCode
	vRData
	vGrouped
	vURL
	vAgent
	vHTTPStatus
	vHTTPUser
	vSNI
	vDHCPType
	vDHCPMAC
	vAssigned
	vHostname
	vFileName
	vFileSize
	vFTPCommand
	vFTPData
	vFTPCode
	vFTPFile
	vFTPDataCommand
	vLDAPOp
	vLDAPName
	vLDAPResult
	vPGUser
	vAnomaly
	slots
)

var paths = [slots]string{
	vTime: "timestamp", vType: "event_type", vFlow: "flow_id", vSrc: "src_ip", vSrcPort: "src_port", vDst: "dest_ip", vDstPort: "dest_port",
	vProto: "proto", vApp: "app_proto", vVLAN: "vlan", vMAC: "ether.src_mac|ether.src_macs", vHost: "host",
	vSignature: "alert.signature", vAction: "alert.action",
	vState: "flow.state", vStart: "flow.start", vEnd: "flow.end", vAge: "flow.age", vToServer: "flow.bytes_toserver", vToClient: "flow.bytes_toclient", vVerdict: "flow.action|verdict.action",
	vFlagsTS: "tcp.tcp_flags_ts", vFlagsTC: "tcp.tcp_flags_tc", vTCPState: "tcp.state",
	vBytes: "netflow.bytes", vNetStart: "netflow.start", vNetEnd: "netflow.end",
	vClient: "ssh.client.software_version", vServer: "ssh.server.software_version",
	vRDPType: "rdp.event_type", vCookie: "rdp.cookie", vRDPClient: "rdp.client.client_name", vRDPError: "rdp.error_code|rdp.reason",
	vCommand: "smb.command", vStatus: "smb.status", vShare: "smb.share", vShareType: "smb.share_type", vFile: "smb.filename", vPipe: "smb.named_pipe", vDisposition: "smb.disposition",
	vNTUser: "smb.ntlmssp.user", vNTDomain: "smb.ntlmssp.domain", vNTHost: "smb.ntlmssp.host", vSNames: "smb.kerberos.snames", vRealm: "smb.kerberos.realm",
	vCallKind: "smb.dcerpc.request|dcerpc.request", vOpnum: "smb.dcerpc.opnum|dcerpc.req.opnum|smb.dcerpc.req.opnum|dcerpc.opnum",
	vUUID:    "smb.dcerpc.interface.uuid|dcerpc.interface.uuid|smb.dcerpc.interfaces.uuid|dcerpc.interfaces.uuid",
	vKrbType: "krb5.msg_type", vKrbError: "krb5.error_code", vKrbAsked: "krb5.failed_request", vKrbName: "krb5.cname", vKrbRealm: "krb5.realm", vKrbService: "krb5.sname",
	vRFBType: "rfb.authentication.security_type|rfb.authentication.security-type", vRFBResult: "rfb.authentication.security_result|rfb.authentication.security-result", vRFBName: "rfb.framebuffer.name",
	vRFBReason: "rfb.server_security_failure_reason",
	vDNSType:   "dns.type", vName: "dns.rrname|dns.queries.rrname|dns.query.rrname", vRCode: "dns.rcode", vRData: "dns.rdata", vGrouped: "dns.answers[]|dns.answer[]|dns.grouped[]",
	vURL: "http.url", vAgent: "http.http_user_agent", vHTTPStatus: "http.status", vHTTPUser: "http.username", vSNI: "tls.sni",
	vDHCPType: "dhcp.dhcp_type", vDHCPMAC: "dhcp.client_mac", vAssigned: "dhcp.assigned_ip", vHostname: "dhcp.hostname",
	vFileName: "fileinfo.filename", vFileSize: "fileinfo.size",
	vFTPCommand: "ftp.command", vFTPData: "ftp.command_data", vFTPCode: "ftp.completion_code", vFTPFile: "ftp_data.filename", vFTPDataCommand: "ftp_data.command",
	vLDAPOp: "ldap.request.operation", vLDAPName: "ldap.request.bind_request.name", vLDAPResult: "ldap.responses.bind_response.result_code",
	vPGUser: "pgsql.request.startup_parameters.user", vAnomaly: "anomaly.event",
}

// taxonomy are the names of Sigma's taxonomy (categories dns, firewall, proxy
// and webserver).
var taxonomy = map[string][]string{
	"src_ip": {"c-ip"}, "dest_ip": {"dst_ip", "s-ip"}, "dest_port": {"dst_port", "s-port"}, "proto": {"protocol"},
	"dns.rrname": {"query"}, "dns.queries.rrname": {"query"}, "dns.rrtype": {"record_type"}, "dns.queries.rrtype": {"record_type"},
	"dns.query.rrname": {"query"}, "dns.query.rrtype": {"record_type"}, "dns.rdata": {"answer"}, "dns.answers.rdata": {"answer"}, "dns.answer.rdata": {"answer"},
	"dns.grouped.A": {"answer"}, "dns.grouped.AAAA": {"answer"}, "dns.grouped.CNAME": {"answer"}, "dns.grouped.TXT": {"answer"},
	"dns.grouped.PTR": {"answer"}, "dns.grouped.MX": {"answer"}, "dns.grouped.NS": {"answer"}, "dns.grouped.SRV": {"answer"},
	"http.url": {"c-uri", "cs-uri"}, "http.http_user_agent": {"c-useragent", "cs-user-agent"}, "http.http_method": {"cs-method"}, "http.hostname": {"cs-host", "r-dns"},
	"http.http_refer": {"cs-referrer", "cs-referer"}, "http.protocol": {"cs-version"}, "http.status": {"sc-status"}, "http.length": {"sc-bytes"}, "http.http_content_type": {"cs-content-type"},
}
