package engine

import (
	"strings"

	"github.com/footfall/footfall"
)

var (
	credentials = []footfall.Kind{footfall.KindLogon, footfall.KindCredential}
	ended       = []footfall.Kind{footfall.KindLogon, footfall.KindAttempt} // an attempt that failed is a connection that ended before a logon
	taken       = []footfall.Kind{footfall.KindLogon, footfall.KindReconnect}

	// Dropbear names no user that there is not.
	dropbearUsers = map[string]string{"admin": "", "bob' from 192.0.2.9:22": ""}

	// login names no user that there is not, as it may be a password.
	loginUsers = map[string]string{"admin": "", "root on pts/0 from 192.0.2.9": ""}

	long = strings.Repeat("a", 300)
)

const (
	quiet     = "log-level 2 says nothing of a wrong password"
	passwords = "sshd writes btmp for passwords only"
	checks    = "the check of the certificate, that of the password and the logon"
	unreached = "full_audit tells of shares that somebody reached"
	parted    = "address, name and result of a connection stand in lines of their own, tied by conn="
	ldap      = "a bind of LDAP, by the name that the client sent"
	right     = "x11vnc says nothing of a right password"
	terminal  = "of a success PAM tells the terminal's session alone; wtmp has the address"
	charon    = "charon's line of a failure has neither address nor user: the IKE_SA's number ties it to theirs"
	untold    = "Suricata does not read this security type"
	blocked   = "the server refused the address before it asked for a password"
	evil      = "the packets are those of 10.77.0.66"
	inside    = "done within the session, noted when it had ended; auth.log has the same time"
	doneLater = "the logon succeeded, what was done then did not"
)

// recordedLogs are the logs of the recordings, and what they show.
var recordedLogs = map[string]*recordedLog{
	"auditd/audit.log": {
		format: "auditd", records: 75, service: footfall.ServiceSSH, at: []string{"10.77.0.100:22"}, kinds: credentials,
		again: "PAM's record of the check and sshd's of the logon", extra: map[string]string{" 10.77.0.66 failure": "sshd's three records of an unknown name do not say which name"},
	},
	"auditd/auth.log":          {format: "syslog", records: 79, service: footfall.ServiceSSH, at: []string{"10.77.0.100:22"}},
	"dhcp/ns1-dnsmasq-syslog":  {format: "syslog", records: 153, more: []string{"10.77.0.3"}},
	"dhcp/ns1-dnsmasq.leases":  {format: "dhcp-dnsmasqleases", records: 2},
	"dhcp/ns2-kea-dhcp4.log":   {format: "dhcp-kea", records: 40},
	"dhcp/ns2-kea-leases4.csv": {format: "dhcp-keacsv"},
	"dhcp/ns2-kea-syslog":      {format: "syslog", records: 7},
	"dhcp/ns3-dhcpd-syslog":    {format: "syslog", records: 22},
	"dhcp/ns3-dhcpd.leases":    {format: "dhcp-leases"},
	"dropbear/box1-dropbear.stderr.log": {
		format: "dropbear-lines", records: 32, service: footfall.ServiceSSH, at: []string{"10.77.0.95:22"}, kinds: ended, users: dropbearUsers,
		extra: map[string]string{"root invalid IP failure": "the line of a refused root has no address, its connection's end has"},
	},
	"dropbear/box2-auth.log": {
		format: "syslog", records: 32, service: footfall.ServiceSSH, at: []string{"10.77.0.96:22"}, kinds: ended, users: dropbearUsers,
		extra: map[string]string{"root invalid IP failure": "the line of a refused root has no address, its connection's end has"},
	},
	"firewall/fw1-kernel.log":          {format: "syslog", records: 27, more: []string{"2001:db8:a::5"}},
	"firewall/fw1-ulogd-syslogemu.log": {format: "netfilter-line", records: 25, more: []string{"2001:db8:a::5"}},
	"firewall/fw1-ulogd.json":          {format: "netfilter-ulogd", records: 25, more: []string{"2001:db8:a::5"}},
	"firewall/fw2-kernel.log":          {format: "syslog", records: 18},
	"freeradius/auth-detail":           {format: "radius-detail", records: 7},
	"freeradius/detail":                {format: "radius-detail", records: 5},
	"freeradius/radius.log":            {format: "radius", records: 30, service: footfall.ServiceRADIUS, at: []string{"=PAP", "=CHAP"}},
	"freeradius/reply-detail": {
		format: "radius-detail", records: 3,
		extra: map[string]string{" invalid IP success": "an answer says neither who asked nor from where: its question does, in auth-detail"},
	},
	"netflow/conversations.txt":   {format: ""},
	"netflow/ipfix.nfdump.csv":    {format: ""},
	"netflow/ipfix.pcap":          {format: "netflow", records: 54},
	"netflow/netflow5.nfdump.csv": {format: ""},
	"netflow/netflow5.pcap":       {format: "netflow", records: 30},
	"netflow/netflow9.nfdump.csv": {format: ""},
	"netflow/netflow9.pcap":       {format: "netflow", records: 54},
	"ocserv/gate1-syslog": {
		format: "syslog", records: 51, service: footfall.ServiceVPN, at: []string{"198.51.100.8:443"},
		without: map[string]string{
			"wrong password": quiet, "unknown user": quiet, "hostile name": quiet, "wrong password, until the address is banned": quiet,
		},
	},
	"ocserv/gate2-syslog": {
		format: "syslog", records: 177, service: footfall.ServiceVPN, at: []string{"198.51.100.18:443"},
		users: map[string]string{"*failure": ""}, // the ban list has addresses only
	},
	"openssh/bastion-auth.log": {
		format: "syslog", records: 520, service: footfall.ServiceSSH, at: []string{"198.51.100.2", "10.77.0.2"},
		users: map[string]string{ // sshd takes what follows a colon for a style of authentication, and escapes
			"bob from 192.0.2.1 port 4242 ssh2: RSA SHA256:x":                                                 "bob from 192.0.2.1 port 4242 ssh2",
			"x]: Accepted password for root from 203.0.113.9 port 22 ssh2":                                    "x]",
			"root\nNov 22 01:02:03 bastion sshd[1]: Accepted password for root from 203.0.113.9 port 22 ssh2": `root\nNov 22 01`,
			long: long[:100], "\u0430lice": `\320\260lice`,
		},
		without: map[string]string{"no common cipher": "the client left before it said who it is"},
		again:   "each key that a client offers is refused by a line of its own",
	},
	"openssh/bastion-btmp": {
		format: "utmp-btmp", records: 34, service: footfall.ServiceSSH, at: []string{"198.51.100.2"}, outcome: "failure",
		users: map[string]string{ // 32 bytes, and no colon
			"root from 203.0.113.9 port 22 ssh2":                                                              "root from 203.0.113.9 port 22 ss",
			"bob from 192.0.2.1 port 4242 ssh2: RSA SHA256:x":                                                 "bob from 192.0.2.1 port 4242 ssh",
			"x]: Accepted password for root from 203.0.113.9 port 22 ssh2":                                    "x]",
			"root\nNov 22 01:02:03 bastion sshd[1]: Accepted password for root from 203.0.113.9 port 22 ssh2": "root\nNov 22 01",
			long: long[:32],
		},
		without: map[string]string{
			"no common cipher": "the client left before it said who it is", "publickey, unknown key": passwords,
			"certificate, expired": passwords, "certificate, other principal": passwords,
		},
		again: "sshd writes one record for a name that there is not and another for its password",
	},
	"openssh/bastion-wtmp": {format: "utmp", records: 2, service: footfall.ServiceNetwork, at: []string{"=publickey, terminal"}},
	"openssh/db1-auth.log": {
		format: "syslog", records: 49, service: footfall.ServiceSSH, at: []string{"10.77.0.3"},
		without: map[string]string{"publickey, unknown user": "at LogLevel INFO a refused key is told by its connection's end alone"},
	},
	"openssh/db1-sshd.stderr.log":     {format: "sshd-lines", records: 10, service: footfall.ServiceSSH, at: []string{"10.77.0.3:2222"}},
	"openvpn/vpn1-openvpn-status.log": {format: "openvpn-status", records: 13, service: footfall.ServiceVPN},
	"openvpn/vpn1-openvpn.log": {
		format: "openvpn", records: 293, service: footfall.ServiceVPN, at: []string{"198.51.100.9:1194"}, kinds: credentials,
		users: map[string]string{"admin": "bob", "alice 192.0.2.1:1 peer": "bob"}, // the log names the holder of the certificate, who is bob
		again: checks, extra: map[string]string{" 192.0.2.66 failure": "the line of a wrong password does not say whose"},
	},
	"openvpn/vpn1-syslog": {
		format: "syslog", records: 82, service: footfall.ServiceVPN, at: []string{"198.51.100.9:1195"}, kinds: credentials,
		again: checks, extra: map[string]string{" 192.0.2.66 failure": "the line of a wrong password does not say whose"},
	},
	"samba-ad/dc1-log.samba": {
		format: "samba-file", service: footfall.ServiceKerberos, at: []string{"=Kerberos"}, kinds: credentials,
		without: map[string]string{"Kerberos, service ticket": "a service ticket is told by KDC Authorization, in JSON, which is read for Sigma alone"},
		extra:   map[string]string{"alice@example.test 10.77.0.21 success": ldap, "alice@example.test 10.77.0.66 failure": ldap, "nosuch@example.test 10.77.0.66 failure": ldap},
	},
	"samba-ad/dc1-log.smbd": {
		format: "samba-file", service: footfall.ServiceSMB, at: []string{"=SMB", "=RPC"},
		without: map[string]string{"SMB, Kerberos": "the KDC checked the password; the file server tells the authorization alone"},
		extra:   map[string]string{"root 10.77.0.66 failure": "the anonymous client sent the name of its own user first"},
	},
	"samba-ad/files-log.10.77.0.21": {format: "samba-file", service: footfall.ServiceSMB, at: []string{"=share projects: get"}},
	"samba-ad/files-log.10.77.0.66": {
		format: "samba-file", service: footfall.ServiceSMB, at: []string{"10.77.0.11"},
		without: map[string]string{"share projects: get, put, mkdir, rename, del": "log.%m of another client", "share admin, not allowed": doneLater},
		extra:   map[string]string{"bob 10.77.0.66 success": doneLater},
	},
	"samba-ad/files-log.evil": {format: "samba-file"},
	"samba-ad/files-log.ws1":  {format: ""},
	"samba-ad/files-syslog": {
		format: "syslog", records: 64, service: footfall.ServiceSMB, at: []string{"=share"}, kinds: []footfall.Kind{footfall.KindShare},
		without: map[string]string{"share projects, wrong password": unreached, "share projects, unknown user": unreached},
	},
	"slapd/ldap1-syslog": {
		format: "syslog", records: 96,
		extra: map[string]string{" invalid IP success": parted, " invalid IP failure": parted},
	},
	"strongswan/gw1-charon.log": {
		format: "strongswan", records: 335, service: footfall.ServiceVPN, at: []string{"198.51.100.7"},
		without: map[string]string{
			"IKEv2, EAP-MSCHAPv2, wrong password": charon, "IKEv2, PSK, wrong key": charon, "IKEv2, EAP-MSCHAPv2, unknown user": charon, "IKEv2, EAP-MSCHAPv2, hostile name": charon,
		},
		extra: map[string]string{" invalid IP failure": charon},
	},
	"strongswan/gw1-syslog": {
		format: "syslog", records: 336, service: footfall.ServiceVPN, at: []string{"198.51.100.7"},
		without: map[string]string{
			"IKEv2, EAP-MSCHAPv2, wrong password": charon, "IKEv2, PSK, wrong key": charon, "IKEv2, EAP-MSCHAPv2, unknown user": charon, "IKEv2, EAP-MSCHAPv2, hostile name": charon,
		},
		extra: map[string]string{" invalid IP failure": charon},
	},
	"suricata/eve-openssh.json": {format: "suricata", records: 50, of: "openssh"},
	"suricata/eve-samba-ad.json": {
		format: "suricata", records: 105, of: "samba-ad", service: footfall.ServiceSMB, at: []string{"10.77.0.11"},
		without: map[string]string{"share admin, not allowed": doneLater}, extra: map[string]string{"bob 10.77.0.66 success": doneLater},
	},
	"suricata/eve-slapd.json":  {format: "suricata", records: 12, of: "slapd"},
	"suricata/eve-telnet.json": {format: "suricata", records: 12, of: "telnet"},
	"suricata/eve-vnc.json": {
		format: "suricata", records: 49, of: "vnc", service: footfall.ServiceVNC, at: []string{"10.77.0.41:5901", "10.77.0.42:5900"},
		without: map[string]string{
			"Plain": untold, "Plain, wrong password": untold, "Plain, user not listed": untold, "Plain, hostile name": untold,
			"02:37:48.215": blocked, "02:37:48.272": blocked, "02:37:48.350": blocked,
		},
	},
	"suricata/eve-vsftpd.json": {
		format: "suricata", records: 71, of: "vsftpd", service: footfall.ServiceFTP, at: []string{"10.77.0.90:21", "10.77.0.91:21"},
		users:   map[string]string{"*success": "", "*failure": ""}, // the record of PASS does not repeat the name of USER
		without: map[string]string{"download alice": evil, "upload alice": evil, "rename, mkdir, delete": evil, "anonymous, upload not allowed": doneLater, "no such file": doneLater},
		extra:   map[string]string{" 10.77.0.66 success": doneLater},
	},
	"suricata/eve-xrdp.json": {format: "suricata", records: 63, of: "xrdp"},
	"suricata/fast-xrdp.log": {format: "suricata-fast", records: 24, of: "xrdp"},
	"telnet/old1-auth.log": {
		format: "syslog", records: 47, service: footfall.ServiceTelnet, at: []string{"10.77.0.60:23"}, users: loginUsers,
		without: map[string]string{"telnet, password": terminal, "telnet, password guessed": terminal},
	},
	"telnet/old1-btmp": {
		format: "utmp-btmp", records: 6, service: footfall.ServiceTelnet, at: []string{"10.77.0.60:23"}, outcome: "failure", users: loginUsers,
		extra: map[string]string{"root invalid IP failure": "su's failure, at the same time in auth.log"},
	},
	"telnet/old1-sudo.log": {
		format: "sudo-file", records: 7, service: footfall.ServiceLocal, at: []string{"=sudo"}, kinds: []footfall.Kind{footfall.KindPrivilege},
		without: map[string]string{"02:51:29.889": inside, "02:51:29.892": inside},
	},
	"telnet/old1-syslog": {format: "syslog", records: 21},
	"telnet/old1-utmp":   {format: "utmp", records: 2},
	"telnet/old1-wtmp":   {format: "utmp", records: 26, service: footfall.ServiceNetwork, at: []string{"10.77.0.60:23"}, outcome: "success"},
	"vnc/desk1-auth.log": {format: "syslog", records: 2},
	"vnc/desk1-tigervnc.log": {
		format: "vnc", service: footfall.ServiceVNC, at: []string{"10.77.0.41:5901"},
		users:   map[string]string{"*success": "", "*failure": ""}, // it never names the user of Plain
		without: map[string]string{"02:37:48.215": blocked, "02:37:48.272": blocked, "02:37:48.350": blocked},
	},
	"vnc/desk2-x11vnc.log": {
		format: "vnc-lines", service: footfall.ServiceVNC, at: []string{"10.77.0.42:5900"},
		without: map[string]string{"VNC password": right, "VNC password, guessed": right},
	},
	"vsftpd/ftp1-auth.log": {format: "syslog", records: 8},
	"vsftpd/ftp1-vsftpd.log": {
		format: "ftp-vsftpd", service: footfall.ServiceFTP, at: []string{"10.77.0.90:21"}, users: map[string]string{"anonymous": "ftp"},
		without: map[string]string{"anonymous, upload not allowed": doneLater, "no such file": doneLater}, extra: map[string]string{"ftp 10.77.0.66 success": doneLater, "bob 10.77.0.66 success": doneLater},
	},
	"vsftpd/ftp1-xferlog":  {format: "ftp-xferlog", records: 4},
	"vsftpd/ftp2-auth.log": {format: "syslog", records: 2},
	"vsftpd/ftp2-syslog":   {format: "syslog", records: 18, service: footfall.ServiceFTP, at: []string{"10.77.0.91:21"}},
	"xrdp/ts1-auth.log":    {format: "syslog", records: 13},
	"xrdp/ts1-sesman-syslog.log": {
		format: "syslog", records: 96, service: footfall.ServiceRDP, at: []string{"10.77.0.50:3389", "198.51.100.50:3389"}, kinds: taken,
		from: "0.10 tells the address when it asks for the password, not when it makes the session",
	},
	"xrdp/ts1-xrdp-sesman.log": {
		format: "xrdp", records: 86, service: footfall.ServiceRDP, at: []string{"10.77.0.50:3389", "198.51.100.50:3389"}, kinds: taken,
		from: "0.10 tells the address when it asks for the password, not when it makes the session",
	},
	"xrdp/ts1-xrdp.log":          {format: "xrdp", records: 456},
	"xrdp/ts2-auth.log":          {format: "syslog", records: 5},
	"xrdp/ts2-sesman-syslog.log": {format: "syslog", records: 47, service: footfall.ServiceRDP, at: []string{"10.77.0.51:3389"}, kinds: taken},
	"xrdp/ts2-xrdp-sesman.log":   {format: "xrdp", records: 42, service: footfall.ServiceRDP, at: []string{"10.77.0.51:3389"}, kinds: taken},
	"xrdp/ts2-xrdp.log":          {format: "xrdp", records: 112},
}
