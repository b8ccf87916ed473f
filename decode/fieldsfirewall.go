package decode

// firewalls are the log sources of firewalls, gateways and web servers, whose
// records have more fields than their makers list in one place.
var firewalls = []listing{
	{product: "fortigate", service: "event", read: true, open: true, source: fortinetManual, fields: "action cfgattr cfgobj cfgpath cfgtid date devid devname eventtime level logdesc logid msg srcip dstip remip tunnelip subtype time type ui user vd reason status"},
	{product: "fortigate", service: "traffic", category: "firewall", read: true, open: true, source: fortinetManual, fields: firewallFields + "action date devid devname dstip dstport eventtime level logid policyid proto rcvdbyte sentbyte service srcip srcport subtype time type user vd"},
	{product: "fortigate", service: "webfilter", category: "proxy", read: true, open: true, source: fortinetManual, fields: firewallFields + "c-uri cs-host c-useragent cs-user-agent action hostname url srcip dstip user"},
	{product: "fortigate", service: "dns", category: "dns", read: true, open: true, source: fortinetManual, fields: firewallFields + "qname qtype ipaddr action srcip dstip query record_type answer"},
	{product: "sonicwall", category: "firewall", read: true, open: true, source: sonicwallManual, fields: firewallFields + "id sn time fw pri c m msg n src dst usr proto sent rcvd fw_action note rule"},
	{product: "sonicwall", category: "proxy", read: true, open: true, source: sonicwallManual, fields: firewallFields + "c-uri cs-host id sn time fw m msg src dst usr dstname arg Category"},
	{product: "sophos", category: "firewall", read: true, open: true, source: sophosManual, fields: firewallFields + "log_type log_component log_subtype status device_name log_id user_name message reason id sys sub name caller"},
	{product: "sophos", category: "proxy", read: true, open: true, source: sophosManual, fields: firewallFields + "c-uri cs-host c-useragent cs-user-agent sc-status cs-method url domain log_type log_component log_subtype"},
	{product: "sophos", category: "webserver", read: true, open: true, source: sophosManual, fields: firewallFields + "c-uri cs-uri-query cs-host c-useragent cs-user-agent sc-status cs-method url querystring server log_type"},
	{product: "paloalto", service: "traffic", category: "firewall", read: true, open: true, source: panosManual, fields: firewallFields + panosFields + "bytes bytes_sent bytes_received session_end_reason"},
	{product: "paloalto", service: "threat", category: "firewall", read: true, open: true, source: panosManual, fields: firewallFields + panosFields + "misc threatid category direction"},
	{product: "paloalto", service: "url", category: "proxy", read: true, open: true, source: panosManual, fields: firewallFields + panosFields + "misc category c-uri c-useragent cs-user-agent cs-method cs-referer"},
	{product: "paloalto", service: "globalprotect", category: "appliance", read: true, open: true, source: panosManual, fields: panosFields + "eventid stage auth_method tunnel_type srcregion machinename public_ip private_ip hostid client_os reason error opaque status portal"},
	{product: "paloalto", service: "system,config,other", read: true, open: true, source: panosManual, fields: panosFields + "eventid object module opaque host cmd admin client result path"},
	{product: "windows", service: "iis", category: "webserver", read: true, open: true, source: w3cManual, fields: proxyFields + " s-computername s-sitename sc-substatus sc-win32-status time-taken username"},
	{product: "windows", service: "pfirewall", category: "firewall", read: true, open: true, source: w3cManual, fields: firewallFields + "date time src-ip dst-ip src-port dst-port size tcpflags path pid"},
	{product: "windows", service: "exchange-protocol", read: true, open: true, source: w3cManual, fields: "date-time connector-id session-id local-endpoint remote-endpoint event data context"},
	{category: "proxy", read: true, open: true, source: w3cManual, fields: proxyFields},
	{product: "azure", service: "firewall", category: "firewall,dns", read: true, open: true, source: "https://learn.microsoft.com/azure/firewall/monitor-firewall-reference", fields: firewallFields + "query record_type category operationName resourceId properties.msg properties.Action properties.SourceIp properties.DestinationIp properties.DestinationPort"},
	{product: "barracuda", category: "firewall", read: true, open: true, source: barracudaManual, fields: firewallFields + "operation description severity src_ip dst_ip port user type fw_rule"},
	{product: "barracuda", category: "proxy", read: true, open: true, source: barracudaManual, fields: firewallFields + "c-uri cs-host cs-method sc-status c-useragent cs-user-agent name domain"},
	{product: "checkpoint", category: "firewall", read: true, open: true, source: checkpointManual, fields: firewallFields + "origin product src dst s_port service proto user src_user_name rule_name ifname reason"},
	{product: "checkpoint", category: "proxy", read: true, open: true, source: checkpointManual, fields: firewallFields + "c-uri c-useragent cs-user-agent origin product src dst resource"},
	{product: "checkpoint", service: "audit", read: true, open: true, source: checkpointManual, fields: "action origin product administrator client_ip machine operation objectname subject src_ip username"},
	{product: "meraki", category: "firewall", read: true, open: true, source: merakiManual, fields: firewallFields + "event message src dst sport dport protocol pattern signature"},
	{product: "meraki", category: "proxy", read: true, open: true, source: merakiManual, fields: firewallFields + "c-uri cs-method c-useragent cs-user-agent event message src dst mac agent"},
	{product: "meraki", service: "events", read: true, open: true, source: merakiManual, fields: "alertType alertTypeId alertLevel occurredAt networkName deviceName type description"},
	{product: "f5", service: "bigip", read: true, open: true, source: f5Manual, fields: "code message program hostname"},
	{product: "f5", service: "asm", category: "webserver", read: true, open: true, source: f5Manual, fields: "c-uri cs-uri-stem cs-method sc-status src_ip dst_ip uri ip_client dest_ip attack_type violations request_status response_code"},
	{product: "linux", service: "access", category: "webserver", read: true, source: "https://httpd.apache.org/docs/2.4/logs.html#accesslog", fields: "c-ip src_ip cs-username cs-method sc-status sc-bytes cs-version c-uri cs-uri cs-uri-query c-uri-query cs-uri-stem cs-referer cs-referrer cs-user-agent c-useragent cs-host"},
}

const (
	f5Manual         = "https://my.f5.com/manage/s/article/K16197"
	merakiManual     = "https://documentation.meraki.com/General_Administration/Monitoring_and_Reporting/Syslog_Event_Types_and_Log_Samples"
	checkpointManual = "Check Point sk144192"
	barracudaManual  = "https://campus.barracuda.com/product/cloudgenfirewall/doc/96025953/how-to-enable-filebeat-stream-to-a-logstash-pipeline"
	w3cManual        = "https://www.w3.org/TR/WD-logfile.html"
	panosManual      = "https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions"
	panosFields      = "type subtype serial time_generated src dst sport dport srcuser user app rule action proto vsys severity device_name "
	sophosManual     = "https://docs.sophos.com/nsg/sophos-firewall/20.0/syslog/index.html"
	sonicwallManual  = "SonicOS Log Events Reference Guide"
	fortinetManual   = "https://docs.fortinet.com/document/fortigate/7.6.0/fortios-log-message-reference"
	firewallFields   = "src_ip src_port dst_ip dst_port username action protocol blocked "
)
