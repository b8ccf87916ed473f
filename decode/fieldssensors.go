package decode

// sensors are log sources of network sensors, with the names that their makers
// document; the logs that no rule asks for by name are open.
var sensors = []listing{
	{product: "zeek", service: "conn", category: "firewall", read: true, source: zeekManual, fields: zeekID + "proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents vlan inner_vlan ip_proto community_id orig_l2_addr resp_l2_addr orig_cc resp_cc orig_country_code resp_country_code src_ip src_port dst_ip dst_port protocol"},
	{product: "zeek", service: "dns", category: "dns", read: true, source: zeekManual, fields: zeekID + "proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected auth addl record_type answer src_ip src_port dst_ip dst_port protocol original_query opcode opcode_name"},
	{product: "zeek", service: "http", category: "proxy,webserver", read: true, source: zeekManual, fields: zeekID + "trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types client_header_names server_header_names cookie_vars uri_vars flash_version " + httpTaxonomy + ""},
	{product: "zeek", service: "ssh", read: true, source: zeekManual, fields: zeekID + "version auth_success auth_attempts direction client server cipher_alg mac_alg compression_alg kex_alg host_key_alg host_key remote_location host_key_fingerprint remote_location.country_code remote_location.region remote_location.city remote_location.latitude remote_location.longitude hassh hasshServer hasshVersion hasshAlgorithms hasshServerAlgorithms cshka sshka"},
	{product: "zeek", service: "rdp", read: true, source: zeekManual, fields: zeekID + "cookie result security_protocol client_channels keyboard_layout client_build client_name client_dig_product_id desktop_width desktop_height requested_color_depth cert_type cert_count cert_permanent encryption_level encryption_method ssl rdfp_hash"},
	{product: "zeek", service: "rfb", read: true, source: zeekManual, fields: zeekID + "client_major_version client_minor_version server_major_version server_minor_version authentication_method auth share_flag desktop_name width height"},
	{product: "zeek", service: "smb_files", read: true, source: zeekManual, fields: zeekID + "fuid action path name size prev_name times.modified times.accessed times.created times.changed size_increased"},
	{product: "zeek", service: "smb_mapping", read: true, source: zeekManual, fields: zeekID + "path service native_file_system share_type"},
	{product: "zeek", service: "dce_rpc", read: true, source: zeekManual, fields: zeekID + "rtt named_pipe endpoint operation"},
	{product: "zeek", service: "ntlm", read: true, source: zeekManual, fields: zeekID + "username hostname domainname server_nb_computer_name server_dns_computer_name server_tree_name success"},
	{product: "zeek", service: "kerberos,krb", read: true, source: zeekManual, fields: zeekID + "request_type client service success error_msg from till cipher forwardable renewable client_cert_subject client_cert_fuid server_cert_subject server_cert_fuid auth_ticket_sha256 new_ticket_sha256"},
	{product: "zeek", service: "dhcp", read: true, source: zeekManual, fields: "ts uids client_addr server_addr mac host_name client_fqdn domain requested_addr assigned_addr lease_time client_message server_message msg_types duration"},
	{product: "zeek", service: "x509", read: true, source: zeekManual, open: true},
	{product: "zeek", service: "ldap", read: true, source: zeekManual, fields: zeekID + "message_id version opcode result diagnostic_message object argument"},
	{product: "zeek", service: "ldap_search", read: true, source: zeekManual, fields: zeekID + "message_id scope deref_aliases base_object result_count result diagnostic_message filter attributes"},
	{product: "zeek", service: "radius", read: true, source: zeekManual, fields: zeekID + "username mac framed_addr tunnel_client connect_info reply_msg result ttl"},
	{product: "suricata", service: "alert", category: "ids", read: true, open: true, source: eveManual, fields: eveID + "alert.action alert.gid alert.signature_id alert.rev alert.signature alert.category alert.severity"},
	{product: "suricata", service: "flow,netflow,drop", category: "firewall", read: true, open: true, source: eveManual, fields: eveID + "flow.bytes_toserver flow.bytes_toclient flow.start flow.end flow.state dst_ip dst_port protocol"},
	{product: "suricata", service: "dns", category: "dns", read: true, open: true, source: eveManual, fields: eveID + "dns.type dns.rrname dns.rrtype dns.rcode dns.rdata query record_type answer"},
	{product: "suricata", service: "http", category: "proxy,webserver", read: true, open: true, source: eveManual, fields: eveID + "http.hostname http.url http.http_method http.http_user_agent http.status " + httpTaxonomy},
	{product: "suricata", service: eveOthers, read: true, open: true, source: eveManual, fields: eveID},
	{product: "netflow", service: "flow", category: "firewall,network_connection", read: true, source: "https://www.iana.org/assignments/ipfix", fields: "src_ip dst_ip src_port dst_port protocol action sourceIPv4Address sourceIPv6Address destinationIPv4Address destinationIPv6Address sourceTransportPort destinationTransportPort protocolIdentifier tcpControlBits octetDeltaCount packetDeltaCount ingressInterface egressInterface vlanId userName applicationName firewallEvent postNATSourceIPv4Address postNATDestinationIPv4Address samplingInterval version ts td pr flg sa da sp dp ibyt obyt in out ra firstSeen duration proto srcAddr dstAddr srcPort dstPort bytes"},
	{product: "zeek", service: zeekOthers, read: true, open: true, source: zeekManual},
}

const (
	eveManual  = "https://docs.suricata.io/en/latest/output/eve/eve-json-format.html"
	eveID      = "timestamp event_type flow_id in_iface src_ip src_port dest_ip dest_port proto app_proto "
	eveOthers  = "anomaly,arp,bittorrent_dht,dcerpc,dhcp,dnp3,doh2,enip,files,fileinfo,frame,ftp,ftp_data,ike,ikev2,krb5,ldap,mdns,metadata,modbus,mqtt,mysql,nfs,ntp,packetinfo,pgsql,pop3,quic,rdp,rfb,sip,smb,smtp,snmp,ssh,stats,telnet,tftp,tls,websocket"
	zeekManual = "https://docs.zeek.org/en/master/logs/index.html"
	zeekID     = "ts uid id.orig_h id.orig_p id.resp_h id.resp_p "
	zeekOthers = "analyzer,analyzer_debug,analyzer_failed,barnyard2,broker,bacnet,capture_loss,cluster,config,conn_long,dga,dnp3,dpd,enip,files,ftp,generic_dns_tunnels," +
		"generic_icmp_tunnels,http2,icmp,intel,ipsec,irc,known_certs,known_devices,known_domains,known_hosts,known_modbus,known_names,known_remotes," +
		"known_routers,known_services,known_users,local_subnets,login,logschema,mdns,modbus,mqtt_connect,mqtt_publish,mqtt_subscribe,mysql,netcontrol," +
		"netcontrol_drop,netcontrol_shunt,notice,notice_alarm,ntp,ocsp,openflow,opcua,packet_filter,pe,postgresql,print,prof,profinet,quic,redis,reporter,rsh," +
		"s7comm,sip,signatures,smb_cmd,smtp,smtp_links,snmp,socks,software,specific_dns_tunnels,ssdp,ssl,stats,stun,stun_nat,suricata_corelight,suricata," +
		"suricata_stats,syslog,tds,tds_rpc,tds_sql_batch,telemetry,telnet,tftp,traceroute,tunnel,unknown_protocols,vpn,websocket,weird,weird_stats,wireguard," +
		"x509_red"
	httpTaxonomy = "c-uri c-uri-query c-uri-stem c-uri-extension cs-uri c-useragent cs-user-agent cs-method cs-host r-dns cs-referrer cs-referer cs-version cs-bytes sc-bytes sc-status cs-username c-ip s-ip s-port src_ip src_port dst_ip dst_port"
)
