#!/usr/bin/env bash
# OpenVPN (vpn1): clients with a certificate and a password, addresses that
# are assigned, a wrong password, no certificate, one that is revoked.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image openvpn trixie openvpn openssl python3 rsyslog
}

vpn1=198.51.100.9
home1=198.51.100.20
home2=192.0.2.20
evil=192.0.2.66

# The keys live and die with the recording.
authority() {
	(
		cd "$RUN"
		mkdir pki
		cd pki
		openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj '/O=Example/CN=Example VPN CA'
		for name in vpn1 alice bob carol; do
			usage=clientAuth
			[ $name = vpn1 ] && usage=serverAuth
			openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj "/O=Example/CN=$name"
			openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out $name.crt \
				-extfile <(printf 'extendedKeyUsage=%s\nkeyUsage=digitalSignature,keyAgreement\n' $usage)
		done
		openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -days 2 -subj '/O=Elsewhere/CN=alice'
		touch index.txt
		echo 01 >crlnumber
		printf '[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=2\n' >ca.cnf
		openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -revoke carol.crt
		openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -gencrl -out crl.pem
	) >>"$RUN/pki.out" 2>&1
}

server() {
	local etc="$RUN/vpn1/root/etc/openvpn"
	cp "$RUN"/pki/{ca.crt,vpn1.crt,vpn1.key,crl.pem} "$etc/"
	cat >"$etc/check" <<-EOF
		#!/bin/sh
		[ "\$username:\$password" = 'alice:$(password alice)' ] || [ "\$username:\$password" = 'bob:$(password bob)' ]
	EOF
	chmod +x "$etc/check"
	cat >"$etc/server.conf" <<-'EOF'
		port 1194
		proto udp
		dev tun
		ca /etc/openvpn/ca.crt
		cert /etc/openvpn/vpn1.crt
		key /etc/openvpn/vpn1.key
		crl-verify /etc/openvpn/crl.pem
		dh none
		topology subnet
		server 10.77.8.0 255.255.255.0
		server-ipv6 2001:db8:77::/64
		push "route 10.77.0.0 255.255.255.0"
		script-security 3
		auth-user-pass-verify /etc/openvpn/check via-env
		username-as-common-name
		keepalive 2 8
		persist-key
		persist-tun
		duplicate-cn
		verb 3
		log /var/log/openvpn/openvpn.log
		status /var/log/openvpn/openvpn-status.log 2
		status-version 2
	EOF
	on vpn1 mkdir -p /var/log/openvpn
	start vpn1 openvpn --config /etc/openvpn/server.conf
	sed -e 's/1194/1195/; s/proto udp/proto tcp-server/; s/10\.77\.8\.0/10.77.9.0/; s/db8:77:/db8:78:/; s/^dev tun/dev tun9/' \
		-e 's/^log .*/syslog openvpn-tcp/; s/openvpn-status.log/openvpn-tcp-status.log/; s/status-version 2/status-version 3/; s/verb 3/verb 3/; /^keepalive/d' "$etc/server.conf" >"$etc/tcp.conf"
	start vpn1 openvpn --config /etc/openvpn/tcp.conf
}

# vpn OUTCOME ACTION USER CLIENT SOURCE CERTIFICATE PASSWORD [OPTION...]: a
# client that stays for six seconds once it is in.
vpn() {
	local root="$RUN/$4/root" client=$4
	cp "$RUN"/pki/{ca.crt,"$6.crt","$6.key"} "$root/etc/openvpn/"
	printf '%s\n%s\n' "$3" "$7" >"$root/etc/openvpn/password"
	printf '#!/bin/sh\ntouch /tmp/up\n' >"$root/etc/openvpn/up"
	chmod +x "$root/etc/openvpn/up"
	rm -f "$root/tmp/up"
	try "$1" "$2" "$3" "$5" "$vpn1:${PORT-1194}" "$client" sh -c "timeout ${STAY-6} openvpn --client --remote $vpn1 ${PORT-1194} --nobind --dev tun --ca /etc/openvpn/ca.crt \
		--cert /etc/openvpn/$6.crt --key /etc/openvpn/$6.key --auth-user-pass /etc/openvpn/password --remote-cert-tls server --auth-retry none \
		--connect-retry-max 1 --script-security 2 --route-nopull --up /etc/openvpn/up ${EXIT---proto udp --explicit-exit-notify 1} ${*:8}; test -e /tmp/up"
}

record() {
	host vpn1 openvpn $vpn1/24 10.77.0.9/24
	host home1 openvpn $home1/24
	host home2 openvpn $home2/24
	host evil openvpn $evil/24
	ip -n home2 route add 198.51.100.0/24 dev eth0
	ip -n evil route add 198.51.100.0/24 dev eth0
	ip -n vpn1 route add 192.0.2.0/24 dev eth0
	logging vpn1 traditional
	authority
	server
	listening vpn1 1194
	vpn success 'certificate and password' alice home1 $home1 alice "$(password alice)"
	vpn success 'certificate and password' bob home2 $home2 bob "$(password bob)" --setenv UV_HOST home2 --push-peer-info
	STAY=5 vpn failure 'wrong password' bob evil $evil bob guess
	STAY=5 vpn failure 'wrong password' bob evil $evil bob 123456
	STAY=5 vpn failure 'unknown user' admin evil $evil bob admin
	STAY=5 vpn failure 'hostile name' 'alice 192.0.2.1:1 peer' evil $evil bob guess
	STAY=5 vpn failure 'revoked certificate' carol evil $evil carol "$(password carol)"
	STAY=5 vpn failure 'certificate of another CA' alice evil $evil other "$(password alice)"
	vpn success 'password guessed' bob evil $evil bob "$(password bob)"
	PORT=1195 EXIT='--proto tcp-client' vpn success 'certificate and password, TCP' alice home1 $home1 alice "$(password alice)"
	PORT=1195 EXIT='--proto tcp-client' vpn failure 'wrong password, TCP' bob evil $evil bob guess
	# Two at a time, for a status file that is not empty.
	(STAY=9 vpn success 'certificate and password' alice home1 $home1 alice "$(password alice)") &
	sleep 1
	(STAY=8 vpn success 'certificate and password' bob home2 $home2 bob "$(password bob)") &
	sleep 5
	on vpn1 pkill -USR2 -o openvpn
	sleep 1
	on vpn1 cp /var/log/openvpn/openvpn-status.log /var/log/openvpn/status2.log
	sleep 6
	try none 'no OpenVPN: a datagram' - $evil $vpn1:1194 evil python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'A' * 60, ('$vpn1', 1194))"
	sleep 2
}

collect() {
	take vpn1 /var/log/syslog vpn1-syslog
	take vpn1 /var/log/openvpn/openvpn.log vpn1-openvpn.log
	take vpn1 /var/log/openvpn/status2.log vpn1-openvpn-status.log
}

main "$@"
