#!/usr/bin/env bash
# Dropbear (box1): its messages on stderr (-E), and through syslog (box2).
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image dropbear trixie dropbear-bin openssh-sftp-server rsyslog
	image sshclient bookworm openssh-client sshpass python3-paramiko netcat-openbsd
}

box1=10.77.0.95
box2=10.77.0.96
ws1=10.77.0.21
evil=10.77.0.66

# with OUTCOME ACTION USER CLIENT SOURCE SERVER PASSWORD
with() {
	try "$1" "$2" "$3" "$5" "$6:22" "$4" sshpass -p "$7" ssh -o PreferredAuthentications=password -l "$3" "$6" true
}

record() {
	host box1 dropbear $box1/24
	host box2 dropbear $box2/24
	host ws1 sshclient $ws1/24
	host evil sshclient $evil/24
	for client in ws1 evil; do
		mkdir -p "$RUN/$client/root/root/.ssh"
		printf 'Host *\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n NumberOfPasswordPrompts 1\n LogLevel ERROR\n' >"$RUN/$client/root/root/.ssh/config"
		ssh-keygen -q -t ed25519 -N '' -C x -f "$RUN/$client/root/root/.ssh/id_ed25519"
	done
	logging box2 traditional
	for box in box1 box2; do
		on $box mkdir -p /etc/dropbear /home/alice/.ssh
		cp "$RUN/ws1/root/root/.ssh/id_ed25519.pub" "$RUN/$box/root/home/alice/.ssh/authorized_keys"
		on $box chown -R alice: /home/alice/.ssh
		on $box chmod 700 /home/alice/.ssh
	done
	start box1 sh -c 'exec dropbear -F -E -R -w 2>/var/log/dropbear.log'
	start box2 dropbear -F -R -w
	listening box1 22
	listening box2 22
	for box in $box1 $box2; do
		try success publickey alice $ws1 $box:22 ws1 ssh alice@$box uptime
		with success password bob ws1 $ws1 $box "$(password bob)"
		with failure 'wrong password' bob evil $evil $box 123456
		with failure 'unknown user' admin evil $evil $box admin
		with failure 'root, not allowed (-w)' root evil $evil $box "$(password root)"
		try failure 'publickey, unknown key' alice $evil $box:22 evil ssh -o BatchMode=yes alice@$box true
		with failure 'hostile name' "bob' from 192.0.2.9:22" evil $evil $box guess
		try none 'connected and left' - $evil $box:22 evil nc -z $box 22
		try none 'no SSH: a web request' - $evil $box:22 evil sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 $box 22"
		with success 'password guessed' bob evil $evil $box "$(password bob)"
		try success 'local forward' alice $ws1 $box:22 ws1 sh -c "ssh -f -L 2022:127.0.0.1:22 alice@$box sleep 2; nc -w 1 127.0.0.1 2022 </dev/null | grep -q SSH"
		sleep 2
	done
}

collect() {
	take box1 /var/log/dropbear.log box1-dropbear.stderr.log
	take box2 /var/log/auth.log box2-auth.log
}

main "$@"
