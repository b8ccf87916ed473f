#!/usr/bin/env bash
# A Samba AD domain controller (dc1, EXAMPLE.TEST) and a Samba file server
# that stands alone (files), with log level auth_audit, auth_json_audit,
# dsdb_json_audit and the module full_audit.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/../lib.sh"

images() {
	image sambadc trixie samba samba-ad-dc samba-vfs-modules samba-ad-provision winbind smbclient ldb-tools rsyslog python3-cryptography
	image sambaclient trixie smbclient krb5-user ldap-utils samba-ad-dc libsasl2-modules-gssapi-mit
}

dc1=10.77.0.10
files=10.77.0.11
ws1=10.77.0.21
evil=10.77.0.66
realm=EXAMPLE.TEST

provision() {
	on dc1 rm -f /etc/samba/smb.conf
	on dc1 samba-tool domain provision --realm=$realm --domain=EXAMPLE --server-role=dc \
		--dns-backend=SAMBA_INTERNAL --adminpass='Hill-top-600' --host-ip=$dc1 >>"$RUN/dc1.out" 2>&1
	on dc1 sed -i '/^\[sysvol\]/,$ d; /^\[netlogon\]/,$ d' /etc/samba/smb.conf
	cat >>"$RUN/dc1/root/etc/samba/smb.conf" <<-'EOF'
		[sysvol]
			path = /var/lib/samba/sysvol
			read only = no
		[netlogon]
			path = /var/lib/samba/sysvol/example.test/scripts
			read only = no
	EOF
	# shellcheck disable=SC1004
	on dc1 sed -i '/^\[global\]/a \
		ldap server require strong auth = no\
		log level = 1 auth_audit:4 auth_json_audit:4 dsdb_json_audit:5 dsdb_password_json_audit:5 dsdb_group_json_audit:5\
		max log size = 0' /etc/samba/smb.conf
	for user in alice bob carol; do
		on dc1 samba-tool user create $user "$(password $user)" >>"$RUN/dc1.out" 2>&1
	done
	on dc1 samba-tool user disable carol >>"$RUN/dc1.out"
	on dc1 samba-tool group addmembers 'Domain Admins' alice >>"$RUN/dc1.out"
}

standalone() {
	cat >"$RUN/files/root/etc/samba/smb.conf" <<-'EOF'
		[global]
			workgroup = WORKGROUP
			server role = standalone server
			map to guest = Never
			log level = 1 auth_audit:4 auth_json_audit:4
			log file = /var/log/samba/log.%m
			max log size = 0
			full_audit:prefix = %u|%I|%m|%S
			full_audit:success = connect disconnect openat mkdirat renameat unlinkat
			full_audit:failure = connect openat
			full_audit:facility = local5
			full_audit:priority = notice
		[projects]
			path = /srv/projects
			read only = no
			vfs objects = full_audit
		[admin]
			path = /srv/admin
			read only = no
			valid users = root
			vfs objects = full_audit
	EOF
	on files mkdir -p -m 777 /srv/projects /srv/admin
	on files sh -c 'echo plan > /srv/projects/plan.txt'
	for user in alice bob root; do
		printf '%s\n%s\n' "$(password $user)" "$(password $user)" | on files smbpasswd -s -a $user >>"$RUN/files.out"
	done
}

record() {
	host dc1 sambadc $dc1/24
	host files sambadc $files/24
	host ws1 sambaclient $ws1/24
	host evil sambaclient $evil/24
	names $dc1 dc1.example.test dc1 example.test
	names $files files
	for client in ws1 evil; do
		printf '[libdefaults]\n default_realm = %s\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n[realms]\n %s = {\n kdc = %s\n kpasswd_server = %s\n }\n[domain_realm]\n .example.test = %s\n' \
			$realm $realm $dc1 $dc1 $realm >"$RUN/$client/root/etc/krb5.conf"
		printf '[global]\n workgroup = EXAMPLE\n realm = %s\n' $realm >"$RUN/$client/root/etc/samba/smb.conf"
		printf 'nameserver %s\nsearch example.test\n' $dc1 >"$RUN/$client/root/etc/resolv.conf"
	done
	printf 'nameserver %s\nsearch example.test\n' $dc1 >"$RUN/dc1/root/etc/resolv.conf"
	provision
	standalone
	logging files
	start dc1 samba -F --no-process-group
	start files smbd -F --no-process-group
	listening dc1 389
	listening dc1 88
	listening dc1 445
	listening files 445
	sleep 5
	smb
	kerberos
	ldap
	fileserver
}

smb() {
	try success 'SMB, NTLM' alice $ws1 $dc1 ws1 smbclient -U "EXAMPLE/alice%$(password alice)" //dc1/sysvol -c ls
	try failure 'SMB, wrong password' bob $evil $dc1 evil smbclient -U 'EXAMPLE/bob%guess-1' //dc1/sysvol -c ls
	try failure 'SMB, wrong password' bob $evil $dc1 evil smbclient -U 'EXAMPLE/bob%guess-2' //dc1/sysvol -c ls
	try failure 'SMB, unknown user' nosuch $evil $dc1 evil smbclient -U 'EXAMPLE/nosuch%guess' //dc1/sysvol -c ls
	try failure 'SMB, disabled account' carol $evil $dc1 evil smbclient -U "EXAMPLE/carol%$(password carol)" //dc1/sysvol -c ls
	try failure 'SMB, hostile name' 'alice" from 192.0.2.9' $evil $dc1 evil smbclient -U 'EXAMPLE/alice" from 192.0.2.9%guess' //dc1/sysvol -c ls
	try success 'SMB, guessed' bob $evil $dc1 evil smbclient -U "EXAMPLE/bob%$(password bob)" //dc1/sysvol -c ls
	try success 'SMB, NTLMv1 not allowed: by hash' bob $evil $dc1 evil smbclient --pw-nt-hash -U "EXAMPLE/bob%$(hash "$(password bob)")" //dc1/sysvol -c ls
	try success 'RPC, NTLM: list of users' bob $evil $dc1 evil rpcclient -U "EXAMPLE/bob%$(password bob)" dc1 -c enumdomusers
	try none 'SMB, anonymous' - $evil $dc1 evil smbclient -N -L //dc1
}

hash() { on dc1 python3 -c 'import sys; from samba.credentials import Credentials; c = Credentials(); c.set_password(sys.argv[1]); print(c.get_nt_hash().hex())' "$1"; }

kerberos() {
	try success 'Kerberos, ticket' alice $ws1 $dc1 ws1 sh -c "echo '$(password alice)' | kinit alice"
	try success 'SMB, Kerberos' alice $ws1 $dc1 ws1 smbclient --use-kerberos=required --use-krb5-ccache=/tmp/krb5cc_0 //dc1.example.test/sysvol -c ls
	try failure 'Kerberos, wrong password' bob $evil $dc1 evil sh -c 'echo guess | kinit bob'
	try failure 'Kerberos, unknown user' nosuch $evil $dc1 evil sh -c 'echo guess | kinit nosuch'
	try failure 'Kerberos, disabled account' carol $evil $dc1 evil sh -c "echo '$(password carol)' | kinit carol"
	try success 'Kerberos, ticket' bob $evil $dc1 evil sh -c "echo '$(password bob)' | kinit bob"
	try success 'LDAP, Kerberos' bob $evil $dc1 evil ldapsearch -Y GSSAPI -H ldap://dc1.example.test -b DC=example,DC=test -LLL '(servicePrincipalName=*)' servicePrincipalName
	try success 'Kerberos, service ticket' bob $evil $dc1 evil kvno cifs/dc1.example.test
}

ldap() {
	try success 'LDAP, simple bind' alice $ws1 $dc1 ws1 ldapsearch -x -H ldap://dc1 -D alice@example.test -w "$(password alice)" -b DC=example,DC=test -LLL '(cn=bob)' cn
	try failure 'LDAP, simple bind, wrong password' alice $evil $dc1 evil ldapsearch -x -H ldap://dc1 -D alice@example.test -w guess -b DC=example,DC=test '(cn=bob)' cn
	try failure 'LDAP, simple bind, unknown user' nosuch $evil $dc1 evil ldapsearch -x -H ldap://dc1 -D nosuch@example.test -w guess -b DC=example,DC=test '(cn=bob)' cn
	try success 'LDAP, password of bob set by alice' alice $ws1 $dc1 ws1 samba-tool user setpassword bob --newpassword='New-pass-55' -H ldap://dc1.example.test -U "alice%$(password alice)"
	try success 'LDAP, account backdoor made by alice' alice $ws1 $dc1 ws1 samba-tool user create backdoor 'Door-open-1' -H ldap://dc1.example.test -U "alice%$(password alice)"
	try success 'LDAP, backdoor into Domain Admins' alice $ws1 $dc1 ws1 samba-tool group addmembers 'Domain Admins' backdoor -H ldap://dc1.example.test -U "alice%$(password alice)"
	try success 'SMB, NTLM' backdoor $evil $dc1 evil smbclient -U 'EXAMPLE/backdoor%Door-open-1' '//dc1/sysvol' -c ls
}

fileserver() {
	try success 'share projects: get, put, mkdir, rename, del' alice $ws1 $files ws1 sh -c "cd /tmp; echo x > new.txt; smbclient -W FILES -U 'alice%$(password alice)' //files/projects -c 'get plan.txt; put new.txt; mkdir old; rename new.txt old/new.txt; del plan.txt'"
	try failure 'share projects, wrong password' alice $evil $files evil smbclient -W FILES -U alice%guess //files/projects -c ls
	try failure 'share admin, not allowed' bob $evil $files evil smbclient -W FILES -U "bob%$(password bob)" //files/admin -c ls
	try success 'share admin: put tool.exe' root $evil $files evil sh -c "echo MZ > /tmp/tool.exe; smbclient -W FILES -U 'root%$(password root)' //files/admin -c 'put /tmp/tool.exe tool.exe'"
	try failure 'share projects, unknown user' 'x|10.9.9.9|pc|projects' $evil $files evil smbclient -W FILES -U 'x|10.9.9.9|pc|projects%guess' //files/projects -c ls
	try success 'share projects: file with a hostile name' bob $evil $files evil sh -c "echo x > /tmp/x; smbclient -W FILES -U 'bob%$(password bob)' //files/projects -c 'put /tmp/x \"ok, root from 192.0.2.9\"; ls'"
}

collect() {
	take dc1 /var/log/samba/log.samba dc1-log.samba
	take dc1 /var/log/samba/log.smbd dc1-log.smbd
	take files /var/log/samba/log.$ws1 files-log.$ws1
	take files /var/log/samba/log.$evil files-log.$evil
	take files /var/log/samba/log.evil files-log.evil
	take files /var/log/syslog files-syslog
}

main "$@"
