package decode

// walls are the log sources of packet filters, flow logs and network devices.
var walls = []listing{
	{product: "cisco", service: "aaa,syslog", read: true, source: ciscoManual, fields: ciscoFields + firewallFields},
	{product: "cisco", service: "bgp,ldp,syslog", read: true, source: ciscoManual, fields: ciscoFields},
	{product: "cisco", service: "syslog", read: true, source: ciscoManual, fields: ciscoFields + firewallFields},
	{product: "cisco", service: "syslog", category: "firewall", read: true, open: true, source: ciscoManual, fields: ciscoFields + firewallFields},
	{product: "linux", service: "iptables,syslog", category: "firewall", read: true, open: true, source: "Linux: net/netfilter/nf_log_syslog.c", fields: firewallFields + "IN OUT MAC SRC DST SPT DPT PROTO LEN TTL message program hostname priority"},
	{product: "pfsense", service: "filterlog,syslog", category: "firewall", read: true, source: pfManual, fields: firewallFields + "rulenr subrulenr anchorname rid interface reason dir ipversion protoname length src dst srcport dstport datalen tcpflags icmp_type message program hostname priority"},
	{product: "pfsense", service: "auth,syslog", read: true, source: pfManual, fields: firewallFields + "message program hostname priority"},
	{product: "cef", read: true, open: true, source: cefManual, fields: firewallFields + cefFields},
	{product: "cef", category: "firewall", read: true, open: true, source: cefManual, fields: firewallFields + cefFields},
	{product: "leef", read: true, open: true, source: leefManual, fields: firewallFields + leefFields},
	{product: "leef", category: "firewall", read: true, open: true, source: leefManual, fields: firewallFields + leefFields},
	{product: "juniper", service: "srx,syslog", category: "firewall", read: true, open: true, source: junosManual, fields: firewallFields + "source-address source-port destination-address destination-port service-name application protocol-id policy-name source-zone-name destination-zone-name session-id-32 reason message program hostname priority msgid"},
	{product: "juniper", service: "junos,syslog", read: true, open: true, source: junosManual, fields: firewallFields + "message program hostname priority msgid"},
	{product: "mikrotik", service: "firewall,syslog", category: "firewall", read: true, source: routerManual, fields: firewallFields + "message program hostname priority"},
	{product: "mikrotik", service: "system,syslog", read: true, source: routerManual, fields: firewallFields + "message program hostname priority"},
	{product: "aws", service: "vpcflow", category: "firewall", read: true, open: true, source: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html", fields: firewallFields + "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end log-status vpc-id subnet-id instance-id flow-direction"},
	{product: "netscreen", service: "traffic,syslog", category: "firewall", read: true, open: true, source: "ScreenOS Message Log Reference Guide, release 6.3.0", fields: firewallFields + "start_time duration policy_id service proto action sent rcvd src dst src_port dst_port session_id reason message program hostname priority"},
	{product: "netscreen", service: "system,syslog", read: true, source: "ScreenOS Message Log Reference Guide, release 6.3.0", fields: firewallFields + "message program hostname priority"},
}

const (
	ciscoManual  = "Cisco Secure Firewall ASA and Threat Defense Syslog Messages; Cisco IOS System Messages"
	pfManual     = "https://docs.netgate.com/pfsense/en/latest/monitoring/logs/raw-filter-format.html"
	cefManual    = "ArcSight Common Event Format (CEF) Implementation Standard, version 26"
	cefFields    = "CEFVersion DeviceVendor DeviceProduct DeviceVersion DeviceEventClassID Name Severity rt start end src spt shost suser dst dpt dhost duser act outcome app proto in out dvc dvchost request requestMethod msg reason cat message"
	leefManual   = "IBM QRadar Log Event Extended Format (LEEF) version 2"
	leefFields   = "LEEFVersion Vendor Product Version EventID devTime src srcPort dst dstPort proto usrName srcBytes dstBytes policy cat sev url resource isLoginEvent isLogoutEvent message"
	junosManual  = "Junos OS System Log Messages Reference"
	routerManual = "https://help.mikrotik.com/docs/spaces/ROS/pages/328094/Log"
	ciscoFields  = "message program hostname priority facility severity mnemonic "
)
