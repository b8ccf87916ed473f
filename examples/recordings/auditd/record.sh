#!/usr/bin/env bash
# auditd: the messages of sshd, login, su, sudo and useradd (audit1).
#
# The kernel has one audit system for the whole machine: it is switched on for
# the recording and off again, and only if no other auditd has it. auditd must
# not be in a PID namespace, so this recording has none and ends its processes
# by their ids.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image audit bookworm auditd openssh-server openssh-client sudo rsyslog
	image sshclient bookworm openssh-client sshpass python3-paramiko netcat-openbsd
}

setup_audit() { echo 'alice ALL=(ALL:ALL) NOPASSWD: ALL' >"$1/etc/sudoers.d/site"; }

audit1=10.77.0.100
ws1=10.77.0.21
evil=10.77.0.66

with() { # with OUTCOME ACTION USER CLIENT SOURCE PASSWORD COMMAND...
	try "$1" "$2" "$3" "$5" $audit1:22 "$4" sshpass -p "$6" ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o NumberOfPasswordPrompts=1 -o PreferredAuthentications=password -l "$3" $audit1 "${@:7}"
}

off() {
	on audit1 auditctl -d never,task >>"$RUN/audit1.out" 2>&1 || true
	on audit1 auditctl -e 0 >>"$RUN/audit1.out" 2>&1
}

record() {
	host audit1 audit $audit1/24
	host ws1 sshclient $ws1/24
	host evil sshclient $evil/24
	on audit1 auditctl -s | grep -q '^enabled 0$' && on audit1 auditctl -s | grep -q '^pid 0$' || die "the audit system is in use"
	trap 'off || true; finish' EXIT
	on audit1 mkdir -p /run/sshd /var/log/audit
	sed -i 's/^flush.*/flush = SYNC/; s/^freq.*/freq = 0/; s/^log_group.*/log_group = root/; s/^log_format.*/log_format = ENRICHED/' "$RUN/audit1/root/etc/audit/auditd.conf"
	logging audit1
	start audit1 auditd -n -s nochange
	wait_for audit1 test -s /var/log/audit/audit.log
	# No system calls of anybody; messages of programs only.
	on audit1 auditctl -a never,task >>"$RUN/audit1.out" 2>&1
	on audit1 auditctl -e 1 >>"$RUN/audit1.out" 2>&1
	start audit1 /usr/sbin/sshd -D
	listening audit1 22
	with success password alice ws1 $ws1 "$(password alice)" 'sudo id; sudo useradd -m dave; sudo usermod -aG sudo dave; echo dave:Door-open-1 | sudo chpasswd; sudo userdel -r dave'
	truth 'sudo id, useradd, usermod, chpasswd, userdel' 'alice to root' - audit1 success
	with failure 'wrong password' bob evil $evil guess true
	with failure 'unknown user' admin evil $evil admin true
	try failure 'hostile name' 'bob" addr=192.0.2.9 res=success' $evil $audit1:22 evil python3 -c "
import paramiko, logging
logging.disable(logging.CRITICAL)
t = paramiko.Transport(('$audit1', 22))
t.start_client(timeout=10)
t.auth_password('bob\" addr=192.0.2.9 res=success', 'guess')"
	with success 'password guessed' bob evil $evil "$(password bob)" "echo guess | su - root -c id; true"
	truth 'su -, wrong password' 'bob to root' - audit1 failure
	off
	sleep 1
}

collect() {
	take audit1 /var/log/audit/audit.log
	take audit1 /var/log/auth.log
}

PIDNS= # no PID namespace
main "$@"
