#!/usr/bin/env bash
# Packet filters of Linux: nftables (fw1, also by ulogd2) and iptables (fw2).
# The kernel's log as rsyslog writes it, ulogd2's LOGEMU and JSON files.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image firewall bookworm nftables iptables ulogd2 ulogd2-json rsyslog conntrack
	image host bookworm netcat-openbsd python3
}

fw1=198.51.100.1
fw2=198.51.100.2
srv=10.77.0.5
srv6=2001:db8:a::5
home1=198.51.100.20
evil=198.51.100.66

# The kernel writes the logs of other network namespaces only if it is told to.
before() {
	was=$(sysctl -n net.netfilter.nf_log_all_netns)
	sysctl -qw net.netfilter.nf_log_all_netns=1
}
after() { sysctl -qw "net.netfilter.nf_log_all_netns=$was"; }

ruleset() {
	cat <<-EOF
		table inet site {
			chain input {
				type filter hook input priority 0; policy drop;
				ct state established,related accept
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert } accept
				iifname "eth0" tcp dport 22 log prefix "FW1-ADMIN " accept
				log prefix "FW1-INPUT-DROP " group 1
				log prefix "FW1-INPUT-DROP "
			}
			chain forward {
				type filter hook forward priority 0; policy drop;
				ct state established,related accept
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
				tcp dport { 22, 3389 } ct state new log prefix "FW1-ACCEPT " group 1
				tcp dport { 22, 3389 } ct state new log prefix "FW1-ACCEPT " flags tcp sequence,options accept
				iifname "eth0" ct state new log prefix "FW1-OUT " level info flags skuid accept
				log prefix "FW1-DROP " group 1
				log prefix "FW1-DROP " flags all
			}
		}
		table ip nat {
			chain prerouting {
				type nat hook prerouting priority -100;
				iifname "eth1" tcp dport 13389 log prefix "FW1-DNAT " dnat to $srv:3389
			}
		}
	EOF
}

kernellog() { # kernellog HOST: what the packet filter says, and nothing else of the kernel
	cat >"$RUN/$1/root/etc/rsyslog.d/firewall.conf" <<-'EOF'
		module(load="imklog" permitnonkernelfacility="on")
		if $programname == "kernel" and $msg contains " IN=" then /var/log/firewall.log
	EOF
	logging "$1" "$2"
}

ulog() {
	cat >"$RUN/fw1/root/etc/ulogd.conf" <<-'EOF'
		[global]
		logfile="/var/log/ulog/ulogd.log"
		plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_inppkt_NFLOG.so"
		plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IFINDEX.so"
		plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IP2STR.so"
		plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_PRINTPKT.so"
		plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_HWHDR.so"
		plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_LOGEMU.so"
		plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_JSON.so"
		plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_raw2packet_BASE.so"
		stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,print1:PRINTPKT,emu1:LOGEMU
		stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,mac2str1:HWHDR,json1:JSON
		[log1]
		group=1
		[emu1]
		file="/var/log/ulog/syslogemu.log"
		sync=1
		[json1]
		file="/var/log/ulog/ulogd.json"
		sync=1
	EOF
	on fw1 mkdir -p /var/log/ulog
	start fw1 ulogd
}

services() {
	for port in 22 445 3389; do
		start srv sh -c "while :; do nc -l -p $port -q 0 </dev/null; done"
		start srv sh -c "while :; do nc -6 -l -p $port -q 0 </dev/null; done"
	done
	listening srv 22
}

# probe OUTCOME USER CLIENT SOURCE ADDRESS PORT
probe() { try "$1" 'TCP' - "$3" "$4:$5" "$2" nc -z -w 2 "$4" "$5"; }

traffic() { # traffic GATEWAY
	for client in home1 evil; do
		ip -n $client route replace default via "$1"
	done
	probe success home1 $home1 $srv 22
	probe success home1 $home1 $srv 3389
	probe failure evil $evil $srv 445
	for port in 21 23 25 80 5900; do probe failure evil $evil $srv $port; done
	probe failure evil $evil "$1" 22
	try none 'UDP' - $evil $srv:161 evil sh -c "echo x | nc -u -w 1 $srv 161"
	try none 'ping' - $evil $srv evil python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
s.sendto(bytes.fromhex('0800f7ff00000000'), ('$srv', 0))"
}

record() {
	bridge wan
	host fw1 firewall 10.77.0.1/24 2001:db8:a::1/64
	host fw2 firewall 10.77.0.2/24
	wire fw1 eth1 wan $fw1/24 2001:db8:b::1/64
	wire fw2 eth1 wan $fw2/24
	host srv host $srv/24 $srv6/64
	BRIDGE=wan host home1 host $home1/24 2001:db8:b::20/64
	BRIDGE=wan host evil host $evil/24 2001:db8:b::66/64
	ip -n srv route add default via 10.77.0.1
	ip -n srv -6 route add default via 2001:db8:a::1
	for client in home1 evil; do ip -n $client -6 route add default via 2001:db8:b::1; done
	for gateway in fw1 fw2; do
		on $gateway sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
	done
	sleep 2

	services
	kernellog fw1 traditional
	ulog
	ruleset | on fw1 nft -f -
	sleep 1
	traffic $fw1
	probe failure evil 2001:db8:b::66 $srv6 445
	probe success home1 2001:db8:b::20 $srv6 22
	probe success evil $evil $fw1 13389
	try none 'TCP, outward' - $srv $evil:4444 srv nc -z -w 1 $evil 4444
	sleep 1
	stop

	services
	kernellog fw2 iso
	on fw2 iptables -P FORWARD DROP
	on fw2 iptables -A FORWARD -m state --state ESTABLISHED,RELATED -j ACCEPT
	on fw2 iptables -A FORWARD -p tcp -m multiport --dports 22,3389 -j LOG --log-prefix 'FW2 ACCEPT: '
	on fw2 iptables -A FORWARD -p tcp -m multiport --dports 22,3389 -j ACCEPT
	on fw2 iptables -A FORWARD -j LOG --log-prefix '[FW2 BLOCK] ' --log-level warning --log-tcp-options --log-ip-options
	on fw2 iptables -A INPUT -j LOG --log-prefix '[FW2 INPUT] '
	on fw2 iptables -A INPUT -j DROP
	ip -n srv route replace default via 10.77.0.2
	sleep 1
	traffic $fw2
	sleep 1
}

collect() {
	take fw1 /var/log/firewall.log fw1-kernel.log
	take fw1 /var/log/ulog/syslogemu.log fw1-ulogd-syslogemu.log
	take fw1 /var/log/ulog/ulogd.json fw1-ulogd.json
	take fw2 /var/log/firewall.log fw2-kernel.log
}

main "$@"
