#!/usr/bin/env bash
# OpenLDAP's slapd (ldap1) with loglevel stats: binds, searches, changes.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image slapd trixie slapd ldap-utils rsyslog
	image ldapclient trixie ldap-utils netcat-openbsd
}

setup_slapd() { rm -rf "$1"/etc/ldap/slapd.d "$1"/var/lib/ldap/*; }

ldap1=10.77.0.70
ws1=10.77.0.21
evil=10.77.0.66
suffix=dc=example,dc=test

record() {
	host ldap1 slapd $ldap1/24
	host ws1 ldapclient $ws1/24
	host evil ldapclient $evil/24
	cat >"$RUN/ldap1/root/etc/ldap/slapd.conf" <<-EOF
		include /etc/ldap/schema/core.schema
		include /etc/ldap/schema/cosine.schema
		include /etc/ldap/schema/inetorgperson.schema
		pidfile /run/slapd.pid
		loglevel stats
		modulepath /usr/lib/ldap
		moduleload back_mdb
		database mdb
		suffix $suffix
		rootdn cn=admin,$suffix
		rootpw $(password root)
		directory /var/lib/ldap
		access to attrs=userPassword by self write by anonymous auth by * none
		access to * by users read by * none
	EOF
	{
		printf 'dn: %s\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n' $suffix
		printf 'dn: ou=people,%s\nobjectClass: organizationalUnit\nou: people\n\n' $suffix
		for user in alice bob carol; do
			printf 'dn: uid=%s,ou=people,%s\nobjectClass: inetOrgPerson\nuid: %s\ncn: %s\nsn: %s\nuserPassword: %s\n\n' $user $suffix $user $user $user "$(password $user)"
		done
	} >"$RUN/ldap1/root/tmp/data.ldif"
	on ldap1 slapadd -f /etc/ldap/slapd.conf -l /tmp/data.ldif >>"$RUN/ldap1.out" 2>&1
	on ldap1 mkdir -p /run/slapd
	logging ldap1
	start ldap1 slapd -d 0 -f /etc/ldap/slapd.conf -h 'ldap:/// ldapi:///'
	listening ldap1 389
	local url=ldap://$ldap1 people=ou=people,$suffix
	try success 'simple bind, search' alice $ws1 $ldap1:389 ws1 ldapsearch -x -H $url -D "uid=alice,$people" -w "$(password alice)" -b $suffix '(uid=bob)' cn mail
	try success 'simple bind, own password changed' bob $ws1 $ldap1:389 ws1 ldappasswd -x -H $url -D "uid=bob,$people" -w "$(password bob)" -s New-tea-8
	try success 'anonymous bind, search' - $evil $ldap1:389 evil sh -c "ldapsearch -x -H $url -b '' -s base namingContexts"
	for guess in 123456 password; do
		try failure 'simple bind, wrong password' bob $evil $ldap1:389 evil ldapwhoami -x -H $url -D "uid=bob,$people" -w $guess
	done
	try failure 'simple bind, no such entry' nosuch $evil $ldap1:389 evil ldapwhoami -x -H $url -D "uid=nosuch,$people" -w guess
	try failure 'simple bind, hostile name' 'alice" mech=SIMPLE ssf=0' $evil $ldap1:389 evil ldapwhoami -x -H $url -D "uid=alice\\22 mech=SIMPLE ssf=0,$people" -w guess
	try failure 'simple bind, not a DN' 'x err=0 text=' $evil $ldap1:389 evil ldapwhoami -x -H $url -D 'x err=0 text=' -w guess
	try success 'simple bind, guessed' bob $evil $ldap1:389 evil ldapsearch -x -H $url -D "uid=bob,$people" -w New-tea-8 -b $suffix '(objectClass=*)' dn
	try failure 'simple bind; add, not allowed' bob $evil $ldap1:389 evil sh -c "printf 'dn: uid=x,$people\nobjectClass: inetOrgPerson\nuid: x\ncn: x\nsn: x\n' | ldapadd -x -H $url -D 'uid=bob,$people' -w New-tea-8"
	try success 'root bind; add, modify, delete' admin $evil $ldap1:389 evil sh -c "printf 'dn: uid=x,$people\nobjectClass: inetOrgPerson\nuid: x\ncn: x\nsn: x\n\ndn: uid=x,$people\nchangetype: modify\nreplace: sn\nsn: y\n\ndn: uid=x,$people\nchangetype: delete\n' | ldapmodify -a -x -H $url -D 'cn=admin,$suffix' -w '$(password root)'"
	try success 'SASL EXTERNAL on the socket' root - ldap1 ldap1 ldapwhoami -Y EXTERNAL -H ldapi:///
	try none 'connected and left' - $evil $ldap1:389 evil nc -z $ldap1 389
	sleep 1
}

collect() {
	take ldap1 /var/log/syslog ldap1-syslog
}

main "$@"
