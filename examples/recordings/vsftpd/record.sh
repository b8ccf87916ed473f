#!/usr/bin/env bash
# vsftpd (ftp1): its own log, the xferlog, and the same through syslog (ftp2).
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image vsftpd trixie vsftpd rsyslog
	image ftpclient trixie curl netcat-openbsd
}

ftp1=10.77.0.90
ftp2=10.77.0.91
ws1=10.77.0.21
evil=10.77.0.66

serve() { # serve HOST OPTION...
	printf '%s\n' listen=YES listen_ipv6=NO anonymous_enable=YES local_enable=YES write_enable=YES \
		chroot_local_user=NO pam_service_name=vsftpd secure_chroot_dir=/run/vsftpd/empty xferlog_enable=YES background=NO \
		"${@:2}" >"$RUN/$1/root/etc/vsftpd.conf"
	on "$1" mkdir -p /run/vsftpd/empty /srv/ftp
	on "$1" sh -c 'echo hello >/srv/ftp/readme.txt; echo secret >/home/alice/plan.txt'
	logging "$1"
	start "$1" vsftpd /etc/vsftpd.conf
	listening "$1" 21
}

# ftp OUTCOME ACTION USER CLIENT SOURCE SERVER PASSWORD PATH [CURL OPTION...]
ftp() { try "$1" "$2" "$3" "$5" "$6:21" "$4" curl -sS --max-time 15 -u "$3:$7" "ftp://$6/$8" "${@:9}"; }

record() {
	host ftp1 vsftpd $ftp1/24
	host ftp2 vsftpd $ftp2/24
	host ws1 ftpclient $ws1/24
	host evil ftpclient $evil/24
	serve ftp1 dual_log_enable=YES xferlog_std_format=YES vsftpd_log_file=/var/log/vsftpd.log xferlog_file=/var/log/xferlog log_ftp_protocol=NO
	serve ftp2 syslog_enable=YES log_ftp_protocol=YES
	on ws1 sh -c 'echo data >/tmp/up.txt'
	on evil sh -c 'echo tool >/tmp/tool.exe'
	ftp success 'download' alice ws1 $ws1 $ftp1 "$(password alice)" plan.txt
	ftp success 'upload' alice ws1 $ws1 $ftp1 "$(password alice)" up.txt -T /tmp/up.txt
	ftp success 'rename, mkdir, delete' alice ws1 $ws1 $ftp1 "$(password alice)" '' -Q 'RNFR up.txt' -Q 'RNTO moved.txt' -Q 'MKD box' -Q 'DELE moved.txt' -Q 'RMD box'
	ftp success 'anonymous, download' anonymous evil $evil $ftp1 me@example.test readme.txt
	ftp failure 'anonymous, upload not allowed' anonymous evil $evil $ftp1 me@example.test tool.exe -T /tmp/tool.exe
	for guess in 123456 password qwerty; do ftp failure 'password guess' bob evil $evil $ftp1 $guess ''; done
	ftp failure 'unknown user' admin evil $evil $ftp1 admin ''
	ftp failure 'hostile name' 'bob] OK LOGIN' evil $evil $ftp1 x ''
	ftp success 'password guessed, upload' bob evil $evil $ftp1 "$(password bob)" tool.exe -T /tmp/tool.exe
	ftp failure 'no such file' bob evil $evil $ftp1 "$(password bob)" nosuch.txt
	try none 'connected and left' - $evil $ftp1:21 evil nc -z $ftp1 21
	ftp success 'download' alice ws1 $ws1 $ftp2 "$(password alice)" plan.txt
	ftp failure 'wrong password' bob evil $evil $ftp2 guess ''
	sleep 1
}

collect() {
	take ftp1 /var/log/vsftpd.log ftp1-vsftpd.log
	take ftp1 /var/log/xferlog ftp1-xferlog
	take ftp1 /var/log/auth.log ftp1-auth.log
	take ftp2 /var/log/syslog ftp2-syslog
	take ftp2 /var/log/auth.log ftp2-auth.log
}

main "$@"
