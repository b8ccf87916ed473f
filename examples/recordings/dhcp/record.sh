#!/usr/bin/env bash
# Who had which address: dnsmasq (ns1, with its DNS queries), Kea (ns2) and
# ISC dhcpd (ns3), each on a wire of its own.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image dnsmasq trixie dnsmasq rsyslog
	image kea trixie kea-dhcp4-server rsyslog
	image dhcpd trixie isc-dhcp-server rsyslog
	image dhcpclient trixie udhcpc bind9-host
}

ns1=10.77.1.1
ns2=10.77.2.1
ns3=10.77.3.1

# lease HOST MAC SERVER: asks for an address and notes which it got: outcome and
# $address.
lease() {
	ip -n "$1" link set eth0 down address "$2" up
	on "$1" sh -c "udhcpc -i eth0 -n -q -x hostname:$1 -V 'udhcp' -s /bin/lease" >>"$RUN/clients.out" 2>&1
	address=$(ip -n "$1" -4 -o addr show dev eth0 | grep -o 'inet [0-9.]*' | cut -d' ' -f2)
	truth 'DHCP lease' "$1" "$2" "$3" "$address"
}

client() {
	BRIDGE=$2 host "$1" dhcpclient
	printf '#!/bin/sh\n[ "$1" = bound ] || exit 0\nip addr flush dev $interface scope global\nip addr add $ip/24 dev $interface\necho "nameserver $dns" >/etc/resolv.conf\n' >"$RUN/$1/root/bin/lease"
	chmod +x "$RUN/$1/root/bin/lease"
}

record() {
	bridge lan2
	bridge lan3
	host ns1 dnsmasq $ns1/24
	BRIDGE=lan2 host ns2 kea $ns2/24
	BRIDGE=lan3 host ns3 dhcpd $ns3/24
	client ws1 lan
	client ws2 lan
	client ws3 lan2
	client ws4 lan2
	client ws5 lan3
	client ws6 lan3
	sleep 2

	logging ns1 traditional
	cat >"$RUN/ns1/root/etc/dnsmasq.conf" <<-EOF
		no-resolv
		no-hosts
		domain=example.test
		local=/example.test/
		host-record=db1.example.test,10.77.0.3
		dhcp-range=10.77.1.100,10.77.1.120,1h
		dhcp-host=02:77:00:00:00:02,ws2,10.77.1.50
		dhcp-leasefile=/var/lib/misc/dnsmasq.leases
		log-queries=extra
		log-dhcp
	EOF
	start ns1 dnsmasq -k -C /etc/dnsmasq.conf
	listening ns1 67
	lease ws2 02:77:00:00:00:02 $ns1
	lease ws1 02:77:00:00:00:01 $ns1
	try success 'DNS query A db1.example.test' - "$address" $ns1 ws1 host -t A db1.example.test $ns1
	try success 'DNS query A ws1.example.test' - 10.77.1.50 $ns1 ws2 host -t A ws1.example.test $ns1
	try failure 'DNS query A dc1.example.test' - 10.77.1.50 $ns1 ws2 host -t A dc1.example.test $ns1
	try failure 'DNS query TXT of a name that looks like log text' - 10.77.1.50 $ns1 ws2 host -t TXT 'x from 192.0.2.9.example.test' $ns1
	lease ws1 02:77:00:00:00:01 $ns1

	logging ns2
	on ns2 mkdir -p /run/kea /run/lock/kea /var/log/kea /var/lib/kea
	cat >"$RUN/ns2/root/etc/kea/kea-dhcp4.conf" <<-EOF
		{ "Dhcp4": {
			"interfaces-config": { "interfaces": [ "eth0" ] },
			"lease-database": { "type": "memfile", "persist": true, "name": "/var/lib/kea/kea-leases4.csv", "lfc-interval": 0 },
			"valid-lifetime": 3600,
			"option-data": [ { "name": "domain-name-servers", "data": "$ns2" } ],
			"subnet4": [ { "id": 2, "subnet": "10.77.2.0/24", "pools": [ { "pool": "10.77.2.100 - 10.77.2.120" } ] } ],
			"loggers": [ { "name": "kea-dhcp4", "severity": "INFO", "output-options": [ { "output": "/var/log/kea/kea-dhcp4.log" } ] },
				{ "name": "kea-dhcp4.leases", "severity": "INFO", "output-options": [ { "output": "/var/log/kea/kea-dhcp4.log" }, { "output": "syslog" } ] } ]
		} }
	EOF
	start ns2 kea-dhcp4 -c /etc/kea/kea-dhcp4.conf
	listening ns2 67
	lease ws3 02:77:00:00:00:03 $ns2
	lease ws4 02:77:00:00:00:04 $ns2
	lease ws3 02:77:00:00:00:03 $ns2

	logging ns3 traditional
	cat >"$RUN/ns3/root/etc/dhcp/dhcpd.conf" <<-EOF
		default-lease-time 3600;
		authoritative;
		option domain-name-servers $ns3;
		subnet 10.77.3.0 netmask 255.255.255.0 {
			range 10.77.3.100 10.77.3.120;
		}
	EOF
	on ns3 sh -c 'mkdir -p /var/lib/dhcp; touch /var/lib/dhcp/dhcpd.leases'
	start ns3 dhcpd -f -4 -user root -group root -cf /etc/dhcp/dhcpd.conf -lf /var/lib/dhcp/dhcpd.leases eth0
	sleep 3
	lease ws5 02:77:00:00:00:05 $ns3
	lease ws6 02:77:00:00:00:06 $ns3
	sleep 1
}

collect() {
	take ns1 /var/log/syslog ns1-dnsmasq-syslog
	take ns1 /var/lib/misc/dnsmasq.leases ns1-dnsmasq.leases
	take ns2 /var/log/kea/kea-dhcp4.log ns2-kea-dhcp4.log
	take ns2 /var/lib/kea/kea-leases4.csv ns2-kea-leases4.csv
	take ns2 /var/log/syslog ns2-kea-syslog
	take ns3 /var/log/syslog ns3-dhcpd-syslog
	take ns3 /var/lib/dhcp/dhcpd.leases ns3-dhcpd.leases
}

main "$@"
