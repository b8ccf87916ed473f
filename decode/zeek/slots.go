package zeek

// The values that the typed face is made of, by the names of Zeek's logs.
const (
	vTS = iota
	vWriteTS
	vLog
	vUID
	vOrigH
	vOrigP
	vRespH
	vRespP
	vProto
	vService
	vDuration
	vOrigBytes
	vRespBytes
	vState
	vHistory
	vVLAN
	vOrigMAC
	vVersion
	vAuthSuccess
	vAuthAttempts
	vDirection
	vClient
	vKex
	vCountry
	vCookie
	vResult
	vSecurity
	vChannels
	vCerts
	vClientName
	vMethod
	vClientMajor
	vAuthMethod
	vAuth
	vDesktop
	vAction
	vName
	vPath
	vShareType
	vNativeFS
	vTimes
	vPipe
	vEndpoint
	vOperation
	vCommand
	vArgument
	vTree
	vStatus
	vUser
	vHostname
	vDomain
	vNBName
	vDNSName
	vSuccess
	vRequestType
	vError
	vTill
	vForwardable
	vClientAddr
	vServerAddr
	vMAC
	vHostName
	vFQDN
	vAssigned
	vMsgTypes
	vLease
	vQuery
	vQType
	vRCode
	vAnswers
	vNote
	vSrc
	vDst
	vP
	vSrcAddr
	vSrcPort
	vDstAddr
	vDstPort
	vSigID
	vMessageID
	vOpcode
	vDiagnostic
	vObject
	vScope
	vBase
	vFramed
	vTunnelClient
	vConnectInfo
	vReply
	vTTL
	vURI
	vHost
	vStatusCode
	vAgent
	vDepth
	vHelo
	vMailFrom
	vLastReply
	vCallID
	vCipher
	vSNI
	vEstablished
	vResumed
	vSerial
	vFUID
	vSource
	vTx
	vRx
	vIsOrig
	vSeen
	vFile
	vPortNum
	vPortProto
	vSoftware
	vUnparsed
	vHostP
	vFTPUser
	vArg
	vReplyCode
	vReqHost
	vReqName
	vReqP
	vBoundP
	vTunnel
	vAddl
	vPeer
	vNotice
	vCommunity
	vFacility
	vSeverity
	vAnalyzer
	vAnalyzerKind
	vMachine
	vIsExe
	vCmd
	vSeenIndicator
	vSystem
	vDropped
	vSignature
	vAlertAction
	vVPNType
	vMessage
	slots
)

// paths names the slots: first as Zeek writes it, then as exports write it
// that put underscores for its dots.
var paths = [slots]string{
	vTS: "ts", vWriteTS: "_write_ts", vLog: "_path|@path|@stream", vUID: "uid",
	vOrigH: "id.orig_h|id_orig_h", vOrigP: "id.orig_p|id_orig_p", vRespH: "id.resp_h|id_resp_h", vRespP: "id.resp_p|id_resp_p",
	vProto: "proto", vService: "service", vDuration: "duration", vOrigBytes: "orig_bytes", vRespBytes: "resp_bytes",
	vState: "conn_state", vHistory: "history", vVLAN: "vlan", vOrigMAC: "orig_l2_addr", vVersion: "version",
	vAuthSuccess: "auth_success", vAuthAttempts: "auth_attempts", vDirection: "direction", vClient: "client", vKex: "kex_alg|host_key|host_key_alg|hassh",
	vCountry: "remote_location.country_code|remote_location_country_code",
	vCookie:  "cookie", vResult: "result", vSecurity: "security_protocol", vChannels: "client_channels|keyboard_layout|client_build", vCerts: "cert_count", vClientName: "client_name",
	vMethod: "method", vClientMajor: "client_major_version|server_major_version", vAuthMethod: "authentication_method", vAuth: "auth", vDesktop: "desktop_name",
	vAction: "action", vName: "name", vPath: "path", vShareType: "share_type", vNativeFS: "native_file_system", vTimes: "times.modified|times_modified",
	vPipe: "named_pipe", vEndpoint: "endpoint", vOperation: "operation", vCommand: "command", vArgument: "argument", vTree: "tree|tree_service", vStatus: "status",
	vUser: "username", vHostname: "hostname", vDomain: "domainname", vNBName: "server_nb_computer_name", vDNSName: "server_dns_computer_name", vSuccess: "success",
	vRequestType: "request_type", vError: "error_msg", vTill: "till", vForwardable: "forwardable",
	vClientAddr: "client_addr", vServerAddr: "server_addr", vMAC: "mac", vHostName: "host_name", vFQDN: "client_fqdn", vAssigned: "assigned_addr|assigned_ip", vMsgTypes: "msg_types", vLease: "lease_time",
	vQuery: "query", vQType: "qtype|qtype_name|qclass", vRCode: "rcode_name", vAnswers: "answers[]",
	vNote: "note", vSrc: "src", vDst: "dst", vP: "p",
	vSrcAddr: "src_addr", vSrcPort: "src_port", vDstAddr: "dst_addr", vDstPort: "dst_port", vSigID: "sig_id",
	vMessageID: "message_id", vOpcode: "opcode", vDiagnostic: "diagnostic_message", vObject: "object", vScope: "scope|deref_aliases", vBase: "base_object",
	vFramed: "framed_addr", vTunnelClient: "tunnel_client", vConnectInfo: "connect_info", vReply: "reply_msg", vTTL: "ttl",
	vURI: "uri", vHost: "host", vStatusCode: "status_code", vAgent: "user_agent", vDepth: "trans_depth",
	vHelo: "helo", vMailFrom: "mailfrom", vLastReply: "last_reply", vCallID: "call_id",
	vCipher: "cipher", vSNI: "server_name", vEstablished: "established", vResumed: "resumed", vSerial: "certificate.serial|certificate_serial|certificate.subject|certificate_subject",
	vFUID: "fuid", vSource: "source", vTx: "tx_hosts", vRx: "rx_hosts", vIsOrig: "is_orig", vSeen: "seen_bytes", vFile: "filename",
	vPortNum: "port_num", vPortProto: "port_proto", vSoftware: "software_type", vUnparsed: "unparsed_version", vHostP: "host_p",
	vFTPUser: "user", vArg: "arg", vReplyCode: "reply_code",
	vReqHost: "request.host|request_host", vReqName: "request.name|request_name", vReqP: "request_p", vBoundP: "bound_p|bound.host|bound_host",
	vTunnel: "tunnel_type", vAddl: "addl", vPeer: "peer", vNotice: "notice", vCommunity: "community|get_requests", vFacility: "facility", vSeverity: "severity",
	vAnalyzer: "analyzer", vAnalyzerKind: "analyzer_kind", vMachine: "machine", vIsExe: "is_exe", vCmd: "cmd",
	vSeenIndicator: "seen.indicator|seen_indicator", vSystem: "@system|_system_name", vDropped: "dropped",
	vSignature: "alert.signature|alert_signature", vAlertAction: "alert.action|alert_action", vVPNType: "vpn_type", vMessage: "message",
}

// dotted are the names with dots that rules may ask for: a record that has
// them with underscores is found under them too.
var dotted = []string{
	"id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "times.modified", "times.accessed", "times.created", "times.changed",
	"remote_location.country_code", "remote_location.region", "remote_location.city", "remote_location.latitude", "remote_location.longitude",
	"request.host", "request.name", "bound.host", "bound.name", "data_channel.passive", "data_channel.orig_h", "data_channel.resp_h", "data_channel.resp_p",
	"version.major", "version.minor", "version.minor2", "version.minor3", "version.addl",
	"certificate.version", "certificate.serial", "certificate.subject", "certificate.issuer", "certificate.not_valid_before", "certificate.not_valid_after",
	"certificate.key_alg", "certificate.sig_alg", "certificate.key_type", "certificate.key_length", "certificate.exponent", "certificate.curve",
	"san.dns", "san.uri", "san.email", "san.ip", "basic_constraints.ca", "basic_constraints.path_len",
	"seen.indicator", "seen.indicator_type", "seen.where", "seen.node",
}

// taxonomy are the names of Sigma's taxonomy for what Zeek calls otherwise
// (categories dns, firewall, proxy and webserver).
var taxonomy = map[string][]string{
	"id.orig_h": {"src_ip", "c-ip"}, "id.orig_p": {"src_port"}, "id.resp_h": {"dst_ip", "s-ip"}, "id.resp_p": {"dst_port", "s-port"}, "proto": {"protocol"},
	"qtype_name": {"record_type"}, "answers": {"answer"},
	"uri": {"c-uri", "cs-uri"}, "user_agent": {"c-useragent", "cs-user-agent"}, "method": {"cs-method"}, "host": {"cs-host", "r-dns"}, "referrer": {"cs-referrer", "cs-referer"},
	"status_code": {"sc-status"}, "request_body_len": {"cs-bytes"}, "response_body_len": {"sc-bytes"}, "username": {"cs-username"}, "version": {"cs-version"},
}

// also gives the further names of each value.
func also() map[string][]string {
	out := map[string][]string{}
	for name, names := range taxonomy {
		out[name] = append(out[name], names...)
	}
	for _, name := range dotted {
		flat := []byte(name)
		for i, c := range flat {
			if c == '.' {
				flat[i] = '_'
			}
		}
		out[string(flat)] = append([]string{name}, taxonomy[name]...)
	}
	return out
}
