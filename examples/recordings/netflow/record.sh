#!/usr/bin/env bash
# The same packets as NetFlow 5, NetFlow 9 and IPFIX from softflowd, the export
# datagrams caught on their way to the collector, and what nfdump reads in them.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image netflow trixie softflowd nfdump tcpdump wireshark-common tshark
	image flowhost bookworm openssh-server openssh-client sshpass netcat-openbsd python3 bind9-host dnsmasq
}

srv=10.77.0.5
db1=10.77.0.3
ws1=10.77.0.21
evil=198.51.100.66

# Some flows of each kind that matter: SSH, SMB and RDP ports, one UDP, ICMP,
# IPv6, one that is refused, one with many bytes.
sessions() {
	host srv flowhost $srv/24 2001:db8:a::5/64 198.51.100.5/24
	host db1 flowhost $db1/24
	host ws1 flowhost $ws1/24 2001:db8:a::21/64
	host evil flowhost $evil/24
	sleep 2
	for server in srv db1; do
		on $server mkdir -p /run/sshd
		start $server /usr/sbin/sshd -D
		listening $server 22
	done
	start srv sh -c 'while :; do nc -l -p 445 -q 0 </etc/services; done'
	start srv sh -c 'while :; do nc -l -p 3389 -q 0 </dev/null; done'
	start srv dnsmasq -k --no-resolv --no-hosts --host-record=db1.example.test,$db1
	start srv sh -c 'exec nc -l -p 9 >/dev/null </dev/null'
	listening srv 9
	listening srv 445
	listening srv 3389
	listening srv 53
	local ssh="sshpass -p $(password alice) ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
	try success 'ssh' alice $ws1 $srv:22 ws1 $ssh alice@$srv uptime
	try success 'ssh, 2 MB out' alice $ws1 $srv:22 ws1 sh -c "$ssh alice@$srv 'head -c 2000000 /dev/zero' | wc -c"
	try success 'ssh, IPv6' alice 2001:db8:a::21 '[2001:db8:a::5]:22' ws1 $ssh alice@2001:db8:a::5 uptime
	for _ in 1 2 3; do try failure 'ssh, wrong password' alice $evil 198.51.100.5:22 evil sshpass -p guess ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o NumberOfPasswordPrompts=1 alice@198.51.100.5 true; done
	try success 'ssh' alice $evil 198.51.100.5:22 evil $ssh alice@198.51.100.5 "true"
	try success 'ssh, from the inside' alice $srv $db1:22 srv $ssh alice@$db1 true
	try none 'port 445' - $ws1 $srv:445 ws1 nc -w 2 $srv 445
	try success 'port 3389' - $ws1 $srv:3389 ws1 nc -z -w 2 $srv 3389
	for port in 23 80 5985; do try failure 'port, closed' - $evil 198.51.100.5:$port evil nc -z -w 1 198.51.100.5 $port; done
	try success 'DNS query' - $ws1 $srv:53 ws1 host -t A db1.example.test $srv
	try success 'ping' - $ws1 $srv ws1 python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
s.settimeout(5)
s.sendto(bytes.fromhex('0800f7fd00010001'), ('$srv', 0))
s.recv(100)"
	# libpcap hands packets over when a buffer is full: this fills it. The
	# counts of this flow therefore differ between the three exports.
	try none 'port 9, 8 MB' - $ws1 $srv:9 ws1 sh -c "head -c 8000000 /dev/zero | nc -N -w 3 $srv 9"
	sleep 2
	for name in netflow5 netflow9 ipfix; do
		within "$RUN/flow/root" softflowctl -c "/tmp/$name.ctl" statistics >>"$RUN/flow.out" 2>&1
		within "$RUN/flow/root" softflowctl -c "/tmp/$name.ctl" expire-all >>"$RUN/flow.out" 2>&1
	done
	sleep 2
	stop
}

# exporter VERSION NAME PORT: softflowd looks at the bridge itself. It must see
# the packets as they pass: from a file (-r) it gets the times of versions 9
# and 10 wrong.
exporter() {
	local root="$RUN/flow/root"
	: >"$RUN/flow-$2.out"
	tcpdump -i lo -U -s 0 -w "$RUN/$2.pcap" udp dst port "$3" >/dev/null 2>"$RUN/flow-$2.out" &
	PIDS="${PIDS-} $!"
	while ! grep -q listening "$RUN/flow-$2.out"; do sleep 0.1; done
	mkdir -p "$root/tmp/$2"
	EXEC=exec within "$root" nfcapd -w "/tmp/$2" -p "$3" -t 3600 >>"$RUN/flow.out" 2>&1 &
	PIDS="${PIDS-} $!"
	EXEC=exec within "$root" softflowd -i lan -n "127.0.0.1:$3" -v "$1" -T full -d -c "/tmp/$2.ctl" -p "/tmp/$2.pid" >>"$RUN/flow.out" 2>&1 &
	PIDS="$! ${PIDS-}"
}

report() { # report NAME
	within "$RUN/flow/root" sh -c "nfdump -q -N -6 -R /tmp/$1 -o 'fmt:%ts,%te,%pr,%sa,%da,%sp,%dp,%flg,%ipkt,%ibyt' >/tmp/$1.nfdump.csv"
	sed -i -e 's/ *, */,/g' -e 's/^ *//' "$RUN/flow/root/tmp/$1.nfdump.csv"
	[ -s "$RUN/flow/root/tmp/$1.nfdump.csv" ] || die "no flows in $1"
}

record() {
	host flow netflow 10.77.0.200/24
	on flow mkdir -p /run/softflowd/chroot
	exporter 5 netflow5 2055
	exporter 9 netflow9 2056
	exporter 10 ipfix 2057
	sleep 1
	sessions
	for name in netflow5 netflow9 ipfix; do report $name; done
	cp "$WORK/pcap/$NAME.pcap" "$RUN/flow/root/tmp/sessions.pcap"
	# What was on the wire, counted without any flow exporter.
	on flow sh -c 'for layer in tcp udp; do for ip in ip ipv6; do tshark -r /tmp/sessions.pcap -q -z conv,$layer,"$ip && ! icmp" 2>/dev/null; done; done' >"$RUN/flow/root/tmp/conversations.txt"
}

collect() {
	for name in netflow5 netflow9 ipfix; do
		cp "$RUN/$name.pcap" "$OUT/"
		take flow /tmp/$name.nfdump.csv
	done
	take flow /tmp/conversations.txt
}

main "$@"
