#!/usr/bin/env bash
# OpenSSH 9.2 (bastion) and 10.0 (db1): every way in that a site has, a
# password that is guessed, and names that try to look like log text.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image sshd12 bookworm openssh-server openssh-client rsyslog netcat-openbsd
	image sshd13 trixie openssh-server openssh-client rsyslog netcat-openbsd
	image sshclient bookworm openssh-client sshpass python3-paramiko netcat-openbsd
}

laptop=198.51.100.20 # alice, at home
evil=198.51.100.66   # nobody's
ws1=10.77.0.21       # bob, at his desk
bastion=10.77.0.2
gate=198.51.100.2 # the bastion, from outside
db1=10.77.0.3

configure() {
	local root=$1
	mkdir -p "$root/run/sshd"
	cat >"$root/etc/ssh/sshd_config.d/site.conf" <<-'EOF'
		UseDNS no
		TrustedUserCAKeys /etc/ssh/user_ca.pub
		PermitRootLogin prohibit-password
		DenyUsers mallory
		MaxAuthTries 4
		LoginGraceTime 8
	EOF
	cp "$RUN/ca.pub" "$root/etc/ssh/user_ca.pub"
	chroot "$root" useradd -m mallory
	printf 'mallory:%s\n' "$(password mallory)" | chroot "$root" chpasswd
	for user in alice bob root; do
		home=/home/$user
		[ $user = root ] && home=/root
		mkdir -p "$root$home/.ssh"
		cat "$RUN/laptop/root/root/.ssh/id_ed25519.pub" "$RUN/ws1/root/root/.ssh/id_rsa.pub" >"$root$home/.ssh/authorized_keys"
		chroot "$root" chown -R $user: $home/.ssh
	done
}

keys() {
	ssh-keygen -q -t ed25519 -N '' -C 'user ca' -f "$RUN/ca"
	for client in laptop ws1 evil bastion db1; do
		mkdir -p "$RUN/$client/root/root/.ssh"
		printf 'Host *\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n NumberOfPasswordPrompts 1\n LogLevel ERROR\n' >"$RUN/$client/root/root/.ssh/config"
	done
	ssh-keygen -q -t ed25519 -N '' -C alice@laptop -f "$RUN/laptop/root/root/.ssh/id_ed25519"
	ssh-keygen -q -t rsa -b 3072 -N '' -C bob@ws1 -f "$RUN/ws1/root/root/.ssh/id_rsa"
	ssh-keygen -q -t ed25519 -N '' -C evil -f "$RUN/evil/root/root/.ssh/id_ed25519"
	for cert in good:+1h old:20240101000000:20240102000000; do
		ssh-keygen -q -t ed25519 -N '' -f "$RUN/laptop/root/root/.ssh/${cert%%:*}"
		ssh-keygen -q -s "$RUN/ca" -I "alice@${cert%%:*}" -z 7 -n alice -V "${cert#*:}" "$RUN/laptop/root/root/.ssh/${cert%%:*}.pub"
	done
}

# name USER: one password guess with any bytes as the name.
name() {
	try failure 'password, hostile name' "${1//$'\n'/\\n}" $evil $gate evil python3 -c '
import paramiko, sys, logging
logging.disable(logging.CRITICAL)
t = paramiko.Transport(("198.51.100.2", 22))
t.start_client(timeout=10)
try:
    t.auth_password(sys.argv[1], "guess")
finally:
    t.close()' "$1"
}

with() { # with PASSWORD ssh ARGUMENTS...
	local password=$1
	shift
	echo sshpass -p "$password" "$1" -o PreferredAuthentications=password -o PubkeyAuthentication=no "${@:2}"
}

record() {
	host bastion sshd12 $bastion/24 $gate/24
	host db1 sshd13 $db1/24
	host laptop sshclient $laptop/24
	host evil sshclient $evil/24
	host ws1 sshclient $ws1/24
	names $bastion bastion
	names $db1 db1
	keys
	for server in bastion db1; do configure "$RUN/$server/root"; done
	printf 'Subsystem sftp internal-sftp -f AUTH -l VERBOSE\n' >"$RUN/bastion/root/etc/ssh/sshd_config.d/sftp.conf"
	sed -i '/^Subsystem/d' "$RUN/bastion/root/etc/ssh/sshd_config"
	printf 'LogLevel VERBOSE\nMatch User carol\n AllowTcpForwarding no\nMatch User bob Address 10.77.0.21\n LogLevel DEBUG1\n' >>"$RUN/bastion/root/etc/ssh/sshd_config"
	logging bastion traditional
	logging db1
	start bastion /usr/sbin/sshd -D
	start db1 /usr/sbin/sshd -D
	start db1 /usr/sbin/sshd -D -E /var/log/sshd.stderr.log -o Port=2222 -o PidFile=none
	listening bastion 22
	listening db1 22
	listening db1 2222
	ordinary
	forwarding
	strangers
	guessing
	inside
}

ordinary() {
	try success publickey alice $laptop $gate laptop ssh alice@$gate uptime
	try success publickey alice $ws1 $bastion ws1 ssh alice@$bastion id
	try success certificate alice $laptop $gate laptop ssh -o IdentitiesOnly=yes -i /root/.ssh/good alice@$gate true
	try failure 'certificate, expired' alice $laptop $gate laptop ssh -o BatchMode=yes -o IdentitiesOnly=yes -i /root/.ssh/old alice@$gate true
	try failure 'certificate, other principal' carol $laptop $gate laptop ssh -o BatchMode=yes -o IdentitiesOnly=yes -i /root/.ssh/good carol@$gate true
	# shellcheck disable=SC2046
	try success password carol $ws1 $bastion ws1 $(with "$(password carol)" ssh carol@$bastion true)
	try success 'publickey, terminal' alice $laptop $gate laptop ssh -tt alice@$gate 'tty; exit'
	try success 'sftp get and put' alice $laptop $gate laptop sh -c "echo secret > /tmp/report.txt; printf 'put /tmp/report.txt\nget /etc/passwd /tmp/p\nrename report.txt old.txt\nrm old.txt\n' | sftp -b - alice@$gate"
	try success 'scp to the server' alice $ws1 $bastion ws1 scp /etc/hostname alice@$bastion:/tmp/from-ws1
}

forwarding() {
	try success 'ProxyJump over bastion' alice $laptop $gate laptop ssh -J alice@$gate alice@$db1 hostname
	truth 'ProxyJump, second leg' alice $bastion $db1 success
	try success 'local forward to db1:22' bob $ws1 $bastion ws1 sh -c "ssh -f -o ExitOnForwardFailure=yes -L 2022:$db1:22 bob@$bastion sleep 4; nc -w 2 127.0.0.1 2022 </dev/null | grep -q SSH"
	try success 'remote forward of 8022' bob $ws1 $bastion ws1 ssh -o ExitOnForwardFailure=yes -R 8022:127.0.0.1:22 bob@$bastion true
	try success 'dynamic forward' bob $ws1 $bastion ws1 sh -c "ssh -f -D 1080 bob@$bastion sleep 4; nc -X 5 -x 127.0.0.1:1080 -w 2 $db1 22 </dev/null | grep -q SSH"
	# shellcheck disable=SC2046
	try success 'local forward, refused by AllowTcpForwarding' carol $ws1 $bastion ws1 sh -c "$(with "$(password carol)" ssh -f -L 2023:$db1:22 carol@$bastion sleep 3); nc -w 2 127.0.0.1 2023 </dev/null || true"
	sleep 4
}

strangers() {
	local user
	# shellcheck disable=SC2046
	for user in admin oracle test; do
		try failure 'password, unknown user' $user $evil $gate evil $(with guess ssh $user@$gate true)
	done
	try failure 'publickey, unknown key' root $evil $gate evil ssh -o BatchMode=yes root@$gate true
	# shellcheck disable=SC2046
	try failure 'password, PermitRootLogin prohibit-password' root $evil $gate evil $(with "$(password root)" ssh root@$gate true)
	# shellcheck disable=SC2046
	try failure 'password, DenyUsers' mallory $evil $gate evil $(with "$(password mallory)" ssh mallory@$gate true)
	try none 'no SSH: a web request' - $evil $gate evil sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 $gate 22"
	try none 'connected and left' - $evil $gate evil sh -c "nc -z $gate 22"
	try failure 'no common cipher' admin $evil $gate evil ssh -c aes128-cbc admin@$gate true
	name 'root from 203.0.113.9 port 22 ssh2'
	name 'bob from 192.0.2.1 port 4242 ssh2: RSA SHA256:x'
	name 'x]: Accepted password for root from 203.0.113.9 port 22 ssh2'
	name $'root\nNov 22 01:02:03 bastion sshd[1]: Accepted password for root from 203.0.113.9 port 22 ssh2'
	name ''
	name ' alice'
	name 'invalid user root'
	name "$(printf 'a%.0s' {1..300})"
	name $'\xd0\xb0lice'
	name 'user=root rhost=203.0.113.9'
	try none 'connected and waited for LoginGraceTime' - $evil $gate evil sh -c "(sleep 10) | nc -w 12 $gate 22 || true"
}

guessing() {
	local guess
	# shellcheck disable=SC2046
	for guess in bob 123456 password letmein Green-tea Green-tea-1; do
		try failure 'password guess' bob $evil $gate evil $(with $guess ssh bob@$gate true)
	done
	# shellcheck disable=SC2046
	try success 'password guessed' bob $evil $gate evil $(with "$(password bob)" ssh bob@$gate 'id; w')
}

# inside: on from the bastion, with what was found.
inside() {
	local guess
	on bastion sh -c 'ssh-keyscan -p 22 10.77.0.3' >>"$RUN/clients.out" 2>&1 || true
	truth 'ssh-keyscan' - $bastion $db1 none
	cp "$RUN/laptop/root/root/.ssh/id_ed25519" "$RUN/bastion/root/root/.ssh/"
	try failure 'publickey, unknown user' backup $bastion $db1 bastion ssh -o BatchMode=yes backup@$db1 true
	try success 'publickey, stolen key' alice $bastion $db1 bastion ssh -o BatchMode=yes alice@$db1 'uname -a'
	try success 'publickey, stolen key' root $bastion $db1 bastion ssh -o BatchMode=yes root@$db1 id
	# shellcheck disable=SC2046
	for guess in 123456 password; do
		try failure 'password guess' carol $ws1 $db1 ws1 $(with $guess ssh carol@$db1 true)
	done
	# shellcheck disable=SC2046
	try success password carol $ws1 $db1 ws1 $(with "$(password carol)" ssh carol@$db1 true)
	# shellcheck disable=SC2046
	try failure 'password, unknown user' oracle $ws1 $db1:2222 ws1 $(with guess ssh -p 2222 oracle@$db1 true)
	# shellcheck disable=SC2046
	try failure password bob $ws1 $db1:2222 ws1 $(with guess ssh -p 2222 bob@$db1 true)
	try success publickey bob $ws1 $db1:2222 ws1 ssh -p 2222 bob@$db1 true
	try success 'sftp get' bob $ws1 $db1 ws1 sh -c "printf 'get /etc/hostname /tmp/h\n' | sftp -b - bob@$db1"
}

collect() {
	take bastion /var/log/auth.log bastion-auth.log
	take bastion /var/log/wtmp bastion-wtmp
	take bastion /var/log/btmp bastion-btmp
	take db1 /var/log/auth.log db1-auth.log
	take db1 /var/log/sshd.stderr.log db1-sshd.stderr.log
}

main "$@"
