#!/usr/bin/env bash
# xrdp and xrdp-sesman, 0.10 (ts1) and 0.9 (ts2), with FreeRDP as the client:
# sessions begun, left, taken up again, ended; wrong passwords, unknown users.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image xrdp trixie xrdp xorgxrdp xserver-xorg-core xserver-xorg-legacy dbus-x11 xauth rsyslog
	image xrdp09 bookworm xrdp xorgxrdp xserver-xorg-core xserver-xorg-legacy dbus-x11 xauth rsyslog
	image rdpclient trixie freerdp3-x11 xvfb xauth netcat-openbsd
}

ts1=10.77.0.50
ts2=10.77.0.51
ws1=10.77.0.21
evil=198.51.100.66
outside=198.51.100.50

# rdp OUTCOME ACTION USER CLIENT SOURCE SERVER PASSWORD SECONDS
rdp() {
	try "~$1" "$2" "$3" "$5" "$6:3389" "$4" timeout "$8" xvfb-run -a xfreerdp3 "/v:$6" "/u:$3" "/p:$7" /cert:ignore /sec:tls /size:800x600
	sleep 1
}

serve() {
	local root="$RUN/$1/root" user
	# shellcheck disable=SC2016
	printf 'if $programname startswith "xrdp-ses" then /var/log/sesman-syslog.log\n' >"$root/etc/rsyslog.d/sesman.conf"
	logging "$1"
	for user in alice bob carol; do
		echo 'exec sleep 600' >"$root/home/$user/.xsession"
	done
	printf 'allowed_users=anybody\n' >"$root/etc/X11/Xwrapper.config"
	on "$1" mkdir -p -m 1777 /tmp/.X11-unix
	on "$1" install -d -m 1777 /run/xrdp/sockdir
	on "$1" install -d /run/dbus
	start "$1" xrdp-sesman --nodaemon
	start "$1" xrdp --nodaemon
	listening "$1" 3389
	sleep 1
}

record() {
	host ts1 xrdp $ts1/24 $outside/24
	host ws1 rdpclient $ws1/24
	host evil rdpclient $evil/24
	host ts2 xrdp09 $ts2/24
	serve ts1
	serve ts2
	rdp success 'new session' alice ws1 $ws1 $ts1 "$(password alice)" 12
	rdp success 'session taken up again' alice ws1 $ws1 $ts1 "$(password alice)" 6
	rdp failure 'wrong password' bob ws1 $ws1 $ts1 guess 5
	rdp failure 'unknown user' administrator evil $evil $outside guess 5
	rdp failure 'wrong password' bob evil $evil $outside 123456 5
	rdp failure 'wrong password' bob evil $evil $outside password 5
	rdp failure 'hostile name' 'bob ip: 192.0.2.9 port: 1' evil $evil $outside password 5
	rdp success 'password guessed' bob evil $evil $outside "$(password bob)" 10
	try none 'connected and left' - $evil $outside:3389 evil nc -z $outside 3389
	try none 'no RDP: a web request' - $evil $outside:3389 evil sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 $outside 3389"
	on ts1 pkill -u alice sleep || true
	truth 'session ended on the server' alice - ts1 none
	rdp success 'new session' alice ws1 $ws1 $ts2 "$(password alice)" 10
	rdp success 'session taken up again' alice ws1 $ws1 $ts2 "$(password alice)" 6
	rdp failure 'wrong password' bob ws1 $ws1 $ts2 guess 5
	rdp failure 'unknown user' administrator ws1 $ws1 $ts2 guess 5
	on ts2 pkill -u alice sleep || true
	truth 'session ended on the server' alice - ts2 none
	sleep 3
}

collect() {
	for server in ts1 ts2; do
		take $server /var/log/xrdp.log $server-xrdp.log
		take $server /var/log/xrdp-sesman.log $server-xrdp-sesman.log
		take $server /var/log/sesman-syslog.log $server-sesman-syslog.log
		take $server /var/log/auth.log $server-auth.log
	done
}

main "$@"
