package decode

// contexts are the log sources that say who and what there is: leases, names,
// entries of a directory. Those of text have their message alone.
var contexts = []listing{
	{product: "linux", service: "dhcpd,dnsmasq,kea,syslog", read: true, source: "ISC DHCP, dnsmasq, https://kea.readthedocs.io/en/latest/kea-messages.html", fields: lineFields + " lease starts ends cltt tstp tsfp atsfp uid hardware client-hostname address hwaddr client_id duid valid_lifetime expire subnet_id fqdn_fwd fqdn_rev hostname state user_context pool_id pref_lifetime lease_type iaid prefix_len hwtype hwaddr_source", open: true},
	{product: "windows", service: "dhcp-audit", read: true, source: "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/dd183591(v=ws.10)", fields: "ID Date Time Description TransactionID QResult Probationtime CorrelationID Dhcid RelayAgentInformation DnsRegError", open: true},
	{product: "windows", service: "directory", read: true, open: true, source: "https://learn.microsoft.com/windows/win32/adschema/active-directory-schema, SharpHound", fields: "dn sAMAccountName objectSid memberOf DistinguishedName SamAccountName SID ObjectClass ObjectIdentifier"},
	{product: "windows", service: "ual", read: true, open: true, source: "https://github.com/EricZimmerman/Sum, https://github.com/brimorlabs/KStrike", fields: "RoleGuid RoleDescription AuthenticatedUserName TotalAccesses InsertDate LastAccess IpAddress ClientName TenantId"},
	{product: "linux", service: "dnsmasq,named,unbound,coredns,syslog", category: "dns", read: true, source: "dnsmasq, https://bind9.readthedocs.io, unbound.conf(5), https://coredns.io/plugins/log/", fields: lineFields + " query record_type answer"},
	{product: "windows", service: "dns-server-debug", category: "dns", read: true, source: "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/cc776361(v=ws.10)", fields: "message query record_type answer protocol src_ip"},
}
