#!/usr/bin/env bash
# FreeRADIUS (radius1): logons that a VPN gateway and a switch ask for, and
# their accounting. radius.log, linelog and the detail files.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image freeradius trixie freeradius freeradius-utils
}

radius1=10.77.0.80
gate1=10.77.0.8
evil=10.77.0.66
home1=198.51.100.20
outside=192.0.2.66

configure() {
	local etc="$RUN/radius1/root/etc/freeradius/3.0"
	cat >"$etc/clients.conf" <<-EOF
		client gate1 {
			ipaddr = $gate1
			secret = Salt-lake-9
			require_message_authenticator = no
		}
	EOF
	{
		printf 'alice Cleartext-Password := "%s"\n\tFramed-IP-Address = 10.77.7.10\n' "$(password alice)"
		printf 'bob Cleartext-Password := "%s"\n\tFramed-IP-Address = 10.77.7.11\n' "$(password bob)"
		printf 'carol Auth-Type := Reject\n\tReply-Message = "Account is closed"\n'
	} >"$etc/mods-config/files/authorize"
	sed -i 's/^\(\s*\)auth = no/\1auth = yes/; s/^\(\s*\)auth_badpass = no/\1auth_badpass = no/' "$etc/radiusd.conf"
	# Also what was asked and answered, in full: auth_log and reply_log.
	sed -i 's/^\(\s*\)#\s*auth_log$/\1auth_log/; s/^\(\s*\)#\s*reply_log$/\1reply_log/' "$etc/sites-available/default"
	ln -sf ../mods-available/detail.log "$etc/mods-enabled/detail.log"
}

# radius OUTCOME ACTION USER CALLING PASSWORD: one Access-Request
radius() {
	try "$1" "$2" "$3" "$4" $gate1 gate1 sh -c "printf 'User-Name = \"%s\"\nUser-Password = \"%s\"\nNAS-IP-Address = $gate1\nNAS-Identifier = gate1\nNAS-Port = 7\nNAS-Port-Type = Virtual\nService-Type = Framed-User\nCalled-Station-Id = 198.51.100.8\nCalling-Station-Id = $4\nMessage-Authenticator = 0x00\n' \"\$1\" '$5' | radclient -x -t 3 -r 1 $radius1 auth Salt-lake-9" sh "$3"
}

# account TYPE USER CALLING FRAMED [ATTRIBUTE...]
account() {
	try success "accounting $1" "$2" "$3" $gate1 gate1 sh -c "printf 'Acct-Status-Type = $1\nUser-Name = \"$2\"\nAcct-Session-Id = \"s-$2-1\"\nNAS-IP-Address = $gate1\nNAS-Identifier = gate1\nNAS-Port = 7\nNAS-Port-Type = Virtual\nFramed-IP-Address = $4\nCalling-Station-Id = $3\n${*:5}\n' | radclient -t 3 -r 1 $radius1 acct Salt-lake-9"
}

record() {
	host radius1 freeradius $radius1/24
	host gate1 freeradius $gate1/24
	host evil freeradius $evil/24
	configure
	start radius1 freeradius -f -l /var/log/freeradius/radius.log
	listening radius1 1812
	sleep 1
	radius success PAP alice $home1 "$(password alice)"
	account Start alice $home1 10.77.7.10
	radius failure 'PAP, wrong password' bob $outside guess
	radius failure 'PAP, wrong password' bob $outside 123456
	radius failure 'PAP, unknown user' admin $outside admin
	radius failure 'PAP, rejected account' carol $outside "$(password carol)"
	radius failure 'PAP, hostile name' 'alice] (from client gate1 port 0 cli 203.0.113.9)' $outside guess
	radius success 'PAP, password guessed' bob $outside "$(password bob)"
	account Start bob $outside 10.77.7.11
	try success CHAP alice $home1 $gate1 gate1 sh -c "printf 'User-Name = alice\nCHAP-Password = \"$(password alice)\"\nNAS-IP-Address = $gate1\nNAS-Identifier = gate1\nCalling-Station-Id = $home1\nMessage-Authenticator = 0x00\n' | radclient -t 3 -r 1 $radius1 auth Salt-lake-9"
	account Interim-Update alice $home1 10.77.7.10 'Acct-Session-Time = 60\nAcct-Input-Octets = 1200\nAcct-Output-Octets = 5600'
	account Stop alice $home1 10.77.7.10 'Acct-Session-Time = 90\nAcct-Input-Octets = 2400\nAcct-Output-Octets = 9900\nAcct-Terminate-Cause = User-Request'
	account Stop bob $outside 10.77.7.11 'Acct-Session-Time = 30\nAcct-Input-Octets = 800000\nAcct-Output-Octets = 1200\nAcct-Terminate-Cause = Lost-Carrier'
	try failure 'unknown client' alice $evil $radius1 evil sh -c "printf 'User-Name = alice\nUser-Password = x\n' | radclient -t 1 -r 1 $radius1 auth Salt-lake-9"
	try failure 'wrong secret' alice $gate1 $radius1 gate1 sh -c "printf 'User-Name = alice\nUser-Password = \"$(password alice)\"\nMessage-Authenticator = 0x00\n' | radclient -t 1 -r 1 $radius1 auth other"
	sleep 1
}

collect() {
	take radius1 /var/log/freeradius/radius.log
	local day
	day=$(basename "$(ls -d "$RUN"/radius1/root/var/log/freeradius/radacct/$gate1/detail-*)")
	take radius1 "/var/log/freeradius/radacct/$gate1/$day" detail
	take radius1 "/var/log/freeradius/radacct/$gate1/auth-$day" auth-detail
	take radius1 "/var/log/freeradius/radacct/$gate1/reply-$day" reply-detail
}

main "$@"
