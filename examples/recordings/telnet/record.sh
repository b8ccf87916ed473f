#!/usr/bin/env bash
# telnetd of GNU inetutils behind inetd (old1), with login of util-linux or
# shadow; and su and sudo, which are how it goes on from there.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image telnetd bookworm inetutils-telnetd inetutils-inetd tcpd sudo rsyslog login util-linux-extra
	image telnetclient bookworm python3 netcat-openbsd
}

setup_telnetd() {
	cat >"$1/etc/sudoers.d/site" <<-'EOF'
		Defaults logfile=/var/log/sudo.log
		alice ALL=(ALL:ALL) ALL
		bob ALL=(root) /usr/bin/id, NOPASSWD: /usr/bin/systemctl status *
	EOF
}

old1=10.77.0.60
ws1=10.77.0.21
evil=10.77.0.66

# A client that types; it fails if it is not let in.
client() {
	cat >"$RUN/$1/root/usr/local/bin/tn" <<-'EOF'
		#!/usr/bin/env python3
		# tn HOST USER PASSWORD [COMMAND PASSWORD]...: each command with the password that it may ask for
		import re, sys, telnetlib, warnings
		host, user, password, *rest = sys.argv[1:]
		t = telnetlib.Telnet(host, 23, 10)
		prompt, ask, wrong = rb"[$#] $", rb"assword[^\n]*: *$", rb"incorrect"
		def say(text):
		    t.write(text.encode() + b"\r\n")
		t.expect([rb"login: *$"], 10)
		say(user)
		t.expect([ask], 10)
		say(password)
		if t.expect([wrong, prompt], 15)[0] != 1:
		    sys.exit("not let in")
		for command, password in zip(rest[::2], rest[1::2]):
		    say(command)
		    which, _, text = t.expect([rb"try again", ask, prompt], 10)
		    if which == 1:
		        say(password)
		        which, _, more = t.expect([rb"try again", prompt], 10)
		        text += more
		    if which == 0:
		        t.write(b"\x03")
		        t.expect([prompt], 5)
		    print(text.decode(errors="replace"))
		say("exit")
		t.expect([rb"\0never"], 2)
		t.close()
	EOF
	chmod +x "$RUN/$1/root/usr/local/bin/tn"
}

# tn OUTCOME ACTION USER CLIENT SOURCE PASSWORD [COMMAND PASSWORD]...
tn() { try "$1" "$2" "$3" "$5" "$old1:23" "$4" tn $old1 "$3" "${@:6}"; }

record() {
	host old1 telnetd $old1/24
	host ws1 telnetclient $ws1/24
	host evil telnetclient $evil/24
	client ws1
	client evil
	names $old1 old1
	names $ws1 ws1
	logging old1 traditional
	echo 'telnet stream tcp nowait root /usr/sbin/tcpd /usr/sbin/telnetd' >"$RUN/old1/root/etc/inetd.conf"
	start old1 inetutils-inetd -d /etc/inetd.conf
	listening old1 23
	tn success 'telnet, password' alice ws1 $ws1 "$(password alice)" 'sudo id' "$(password alice)" 'sudo -u bob whoami' "$(password alice)" 'su - bob' "$(password bob)" 'su -' guess exit -
	truth 'sudo id' 'alice to root' - old1 success
	truth 'sudo -u bob whoami' 'alice to bob' - old1 success
	truth 'su - bob' 'alice to bob' - old1 success
	truth 'su -, wrong password' 'bob to root' - old1 failure
	tn success 'telnet, password' bob ws1 $ws1 "$(password bob)" 'sudo id' "$(password bob)" 'sudo cat /etc/shadow' "$(password bob)" 'sudo id; true' guess 'su -' "$(password root)" 'id' - exit -
	truth 'sudo id' 'bob to root' - old1 success
	truth 'sudo cat /etc/shadow, not allowed' 'bob to root' - old1 failure
	truth 'sudo id; true' 'bob to root' - old1 success
	truth 'su -' 'bob to root' - old1 success
	tn success 'telnet, password' carol ws1 $ws1 "$(password carol)" 'sudo -l' "$(password carol)" 'sudo bash' "$(password carol)"
	truth 'sudo, not in sudoers' 'carol to root' - old1 failure
	for guess in 123456 password root; do tn failure 'telnet, password guess' root evil $evil $guess; done
	tn failure 'telnet, unknown user' admin evil $evil admin
	tn failure 'telnet, hostile name' 'root on pts/0 from 192.0.2.9' evil $evil x
	tn success 'telnet, password guessed' alice evil $evil "$(password alice)" 'w' -
	try none 'connected and left' - $evil $old1:23 evil nc -z $old1 23
	sleep 2
}

collect() {
	take old1 /var/log/auth.log old1-auth.log
	take old1 /var/log/syslog old1-syslog
	take old1 /var/log/wtmp old1-wtmp
	take old1 /var/log/btmp old1-btmp
	take old1 /run/utmp old1-utmp
	take old1 /var/log/sudo.log old1-sudo.log
}

main "$@"
