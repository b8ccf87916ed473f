#!/usr/bin/env bash
# ocserv with openconnect as the client: AnyConnect's protocol. log-level is 2
# on gate1, where wrong passwords are not logged, and 3 on gate2.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image ocserv trixie ocserv gnutls-bin rsyslog
	image openconnect trixie openconnect vpnc-scripts netcat-openbsd
}

gate1=198.51.100.8
gate2=198.51.100.18
home1=198.51.100.20
evil=192.0.2.66 # not on the same wire: ocserv bans no neighbours

# vpn OUTCOME ACTION USER CLIENT SOURCE PASSWORD SECONDS
vpn() {
	try "$1" "$2" "$3" "$5" "$gate:443" "$4" bash -c "echo '$6' | timeout $7 openconnect --protocol=anyconnect --user=\"\$1\" --passwd-on-stdin --servercert '$pin' \
		--script /bin/true --no-dtls $gate >/tmp/oc.log 2>&1; cat /tmp/oc.log; grep -q 'Configured as' /tmp/oc.log" bash "$3"
}

# at HOST: the gateway that vpn goes to.
at() {
	gate=${!1}
	pin=$(on "$1" sh -c "certtool -i --infile /etc/ocserv/cert.pem | grep -o 'pin-sha256:.*'")
}

serve() {
	local etc="$RUN/$1/root/etc/ocserv" user
	on "$1" sh -c 'cd /etc/ocserv; certtool --generate-privkey --outfile key.pem; printf "cn = gate.example.test\ntls_www_server\nexpiration_days = 2\n" >t; certtool --generate-self-signed --load-privkey key.pem --template t --outfile cert.pem' >>"$RUN/$1.out" 2>&1
	for user in alice bob; do
		printf '%s\n%s\n' "$(password $user)" "$(password $user)" | on "$1" ocpasswd -c /etc/ocserv/passwd -g staff $user
	done
	cat >"$etc/ocserv.conf" <<-EOF
		auth = "plain[passwd=/etc/ocserv/passwd]"
		tcp-port = 443
		run-as-user = nobody
		run-as-group = daemon
		socket-file = /run/ocserv.socket
		server-cert = /etc/ocserv/cert.pem
		server-key = /etc/ocserv/key.pem
		isolate-workers = false
		max-clients = 16
		max-same-clients = 2
		keepalive = 300
		try-mtu-discovery = false
		cookie-timeout = 10
		auth-timeout = 20
		min-reauth-time = 5
		max-ban-score = 50
		ban-reset-time = 20
		rekey-time = 172800
		device = vpns
		predictable-ips = true
		default-domain = example.test
		ipv4-network = 10.77.7.0/24
		route = 10.77.0.0/24
		use-occtl = true
		log-level = $2
	EOF
	logging "$1"
	start "$1" ocserv -f -c /etc/ocserv/ocserv.conf
	listening "$1" 443
}

record() {
	host gate1 ocserv $gate1/24 10.77.0.8/24
	host gate2 ocserv $gate2/24 10.77.0.18/24
	host home1 openconnect $home1/24
	host evil openconnect $evil/24
	ip -n evil route add 198.51.100.0/24 dev eth0
	for gate in gate1 gate2; do ip -n $gate route add 192.0.2.0/24 dev eth0; done
	serve gate1 2
	serve gate2 3
	at gate1
	vpn success password alice home1 $home1 "$(password alice)" 6
	vpn failure 'wrong password' bob home1 $home1 guess 6
	vpn failure 'unknown user' admin evil $evil admin 6
	vpn failure 'hostile name' "bob' (192.0.2.9) logged in" evil $evil x 6
	vpn failure 'wrong password' bob evil $evil 123456 6
	vpn success 'password guessed' bob evil $evil "$(password bob)" 6
	for guess in a b c d e f; do vpn failure 'wrong password, until the address is banned' carol evil $evil $guess 4; done
	at gate2
	vpn success password alice home1 $home1 "$(password alice)" 4
	vpn failure 'wrong password' bob evil $evil guess 4
	vpn failure 'unknown user' admin evil $evil admin 4
	vpn failure 'hostile name' "bob' (192.0.2.9) logged in" evil $evil x 4
	at gate1
	try none 'no VPN client: a web request in clear text' - $evil $gate:443 evil sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 $gate 443"
	sleep 1
}

collect() {
	take gate1 /var/log/syslog gate1-syslog
	take gate2 /var/log/syslog gate2-syslog
}

main "$@"
