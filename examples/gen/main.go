// Command gen writes the example evidence: two days of logs of a small
// invented company, and an intrusion among its ordinary work. The same program
// writes the same bytes. It knows nothing of the detectors and imports none.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	dir := "examples/company/evidence"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := write(dir); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// write makes the company's two days and writes each host's log in the dress
// that its collector would have given it.
func write(dir string) error {
	c := newCompany()
	for day := range 2 {
		c.work(c.monday.AddDate(0, 0, day))
	}
	c.intrude(c.monday.AddDate(0, 0, 1))
	files := map[string][]byte{
		"bastion1/auth.log":         syslog(c.unix["bastion1"]),
		"web1/journal.export.gz":    zipped(journal(c.unix["web1"], "web1")),
		"db1/auth.log":              syslog(c.unix["db1"]),
		"fs01/winlogbeat.ndjson.gz": zipped(winlogbeat(c.windows["FS01"])),
		"dc01/security.xml.gz":      zipped(eventXML(c.windows["DC01"])),
	}
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func zipped(p []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	if _, err := w.Write(p); err != nil {
		panic("BUG: " + err.Error())
	}
	if err := w.Close(); err != nil {
		panic("BUG: " + err.Error())
	}
	return b.Bytes()
}

// A message is one line of a Unix host's log.
type message struct {
	at   time.Time
	host string
	prog string
	pid  int
	text string
}

// An event is one record of a Windows log; data keeps the order of the fields.
type event struct {
	at       time.Time
	computer string
	id       int
	record   int
	failure  bool
	data     [][2]string
}

// A person works here.
type person struct {
	name, sid string
	station   string // workstation
	addr      string
	logonFrom int // minute of the day that they begin at
}

type company struct {
	rnd     *rand.Rand
	monday  time.Time
	people  []person
	unix    map[string][]message
	windows map[string][]event
	pid     int
	logon   int
}

// address is where the servers are.
var address = map[string]string{"bastion1": "10.20.1.10", "web1": "10.20.1.20", "db1": "10.20.1.21", "FS01": "10.20.2.10", "BK01": "10.20.2.30"}

const (
	realm     = "harbour.example"
	netbios   = "HARBOUR"
	domainSID = "S-1-5-21-3047215983-1198520911-2771083412"
	intruder  = "203.0.113.77"
)

func newCompany() *company {
	c := &company{
		rnd: rand.New(rand.NewPCG(20260302, 7)), monday: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		unix: map[string][]message{}, windows: map[string][]event{}, pid: 1200, logon: 0x41a00,
	}
	for i, n := range strings.Fields("alma bert cleo dina emil fara gero hana ivo jule karl lena") {
		c.people = append(c.people, person{
			name: n, sid: fmt.Sprintf("%s-%d", domainSID, 1110+i), station: fmt.Sprintf("WS%02d", i+1),
			addr: fmt.Sprintf("10.20.3.%d", 21+i), logonFrom: 7*60 + 20 + c.rnd.IntN(100),
		})
	}
	return c
}

func (c *company) say(at time.Time, host, prog string, pid int, format string, args ...any) {
	c.unix[host] = append(c.unix[host], message{at, host, prog, pid, fmt.Sprintf(format, args...)})
}

func (c *company) newPID() int {
	c.pid += 3 + c.rnd.IntN(40)
	return c.pid
}

func (c *company) newLogon() string {
	c.logon += 0x100 + c.rnd.IntN(0x3000)
	return fmt.Sprintf("0x%x", c.logon)
}

func (c *company) note(at time.Time, computer string, id int, pairs ...string) *event {
	e := event{at: at, computer: computer, id: id}
	for i := 0; i < len(pairs); i += 2 {
		e.data = append(e.data, [2]string{pairs[i], pairs[i+1]})
	}
	c.windows[computer] = append(c.windows[computer], e)
	return &c.windows[computer][len(c.windows[computer])-1]
}

// jitter is a moment within n seconds after t, with a fraction.
func (c *company) jitter(t time.Time, n int) time.Time {
	return t.Add(time.Duration(c.rnd.Int64N(int64(n)*1e6)) * time.Microsecond)
}

// work is an ordinary day.
func (c *company) work(day time.Time) {
	c.background(day)
	for _, p := range c.people {
		c.officeDay(day, p)
	}
	c.administration(day)
	c.backup(day)
	c.machines(day)
	c.deploy(day)
	for _, h := range []string{"bastion1", "web1", "db1"} {
		for hour := range 24 {
			pid := c.newPID()
			at := day.Add(time.Duration(hour)*time.Hour + 17*time.Minute + time.Second)
			c.say(at, h, "CRON", pid, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
			c.say(at.Add(412*time.Millisecond), h, "CRON", pid, "pam_unix(cron:session): session closed for user root")
		}
	}
}

// background is what any host on the Internet hears: a few guesses an hour
// from everywhere, none of which comes to anything.
func (c *company) background(day time.Time) {
	names := strings.Fields("admin oracle test ubuntu pi git postgres guest ftpuser deployer minecraft")
	for range 60 {
		at := c.jitter(day, 86400)
		addr := fmt.Sprintf("198.51.100.%d", 1+c.rnd.IntN(250))
		for range 1 + c.rnd.IntN(3) {
			c.failSSH(at, "bastion1", names[c.rnd.IntN(len(names))], addr, false)
			at = at.Add(time.Duration(40+c.rnd.IntN(600)) * time.Second)
		}
	}
}

func (c *company) failSSH(at time.Time, host, user, addr string, exists bool) {
	pid, port := c.newPID(), 32000+c.rnd.IntN(28000)
	who := user
	if !exists {
		who = "invalid user " + user
		c.say(at, host, "sshd", pid, "Invalid user %s from %s port %d", user, addr, port)
		c.say(at.Add(2*time.Millisecond), host, "sshd", pid, "pam_unix(sshd:auth): check pass; user unknown")
		c.say(at.Add(3*time.Millisecond), host, "sshd", pid, "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s ", addr)
	} else {
		c.say(at, host, "sshd", pid, "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s  user=%s", addr, user)
	}
	c.say(at.Add(1900*time.Millisecond), host, "sshd", pid, "Failed password for %s from %s port %d ssh2", who, addr, port)
	if exists {
		who = "authenticating user " + user
	}
	c.say(at.Add(2300*time.Millisecond), host, "sshd", pid, "Connection closed by %s %s port %d [preauth]", who, addr, port)
}

// ssh is a session that was let in; inside says what is done in it.
func (c *company) ssh(at time.Time, host, user, addr, how string, stay time.Duration, inside func(at time.Time)) {
	pid, port := c.newPID(), 32000+c.rnd.IntN(28000)
	c.say(at.Add(-300*time.Millisecond), host, "sshd", pid, "Connection from %s port %d on %s port 22 rdomain \"\"", addr, port, address[host])
	c.say(at, host, "sshd", pid, "Accepted %s for %s from %s port %d ssh2%s", strings.Fields(how)[0], user, addr, port, strings.TrimPrefix(how, strings.Fields(how)[0]))
	c.say(at.Add(4*time.Millisecond), host, "sshd", pid, "pam_unix(sshd:session): session opened for user %s(uid=%d) by (uid=0)", user, 1000+len(user))
	if inside != nil {
		inside(at)
	}
	end := at.Add(stay)
	c.say(end, host, "sshd", pid+1, "Received disconnect from %s port %d:11: disconnected by user", addr, port)
	c.say(end.Add(time.Millisecond), host, "sshd", pid+1, "Disconnected from user %s %s port %d", user, addr, port)
	c.say(end.Add(2*time.Millisecond), host, "sshd", pid, "pam_unix(sshd:session): session closed for user %s", user)
}

func (c *company) sudo(at time.Time, host, user, command string) {
	c.say(at, host, "sudo", c.newPID(), "%8s : TTY=pts/0 ; PWD=/home/%s ; USER=root ; COMMAND=%s", user, user, command)
}

// officeDay is a person at a desk: a ticket in the morning, then files.
func (c *company) officeDay(day time.Time, p person) {
	at := c.jitter(day.Add(time.Duration(p.logonFrom)*time.Minute), 900)
	c.ticket(at, p.name, p.sid, p.addr)
	for range 3 + c.rnd.IntN(5) {
		at = c.jitter(at.Add(20*time.Minute), 4000)
		if at.Hour() >= 18 {
			return
		}
		c.serviceTicket(at, p.name, p.addr, "FS01$")
		id := c.networkLogon(at.Add(30*time.Millisecond), "FS01", p.name, p.sid, p.station, p.addr, "Kerberos")
		share := []string{`\\*\Projects`, `\\*\Finance`, `\\*\Home`}[c.rnd.IntN(3)]
		for i := range 1 + c.rnd.IntN(4) {
			c.share(at.Add(time.Duration(50+i*900)*time.Millisecond), "FS01", p.name, p.sid, id, p.addr, share)
		}
		c.logoff(at.Add(time.Duration(10+c.rnd.IntN(14))*time.Minute), "FS01", p.name, p.sid, id)
	}
	if c.rnd.IntN(4) == 0 { // a wrong password after lunch
		at = c.jitter(day.Add(13*time.Hour), 1800)
		c.note(at, "DC01", 4771, "TargetUserName", p.name, "TargetSid", p.sid, "ServiceName", "krbtgt/"+netbios, "TicketOptions", "0x40810010",
			"Status", "0x18", "PreAuthType", "2", "IpAddress", "::ffff:"+p.addr, "IpPort", "50112").failure = true
		c.ticket(at.Add(9*time.Second), p.name, p.sid, p.addr)
	}
}

func (c *company) ticket(at time.Time, user, sid, addr string) {
	c.note(at, "DC01", 4768, "TargetUserName", user, "TargetDomainName", netbios, "TargetSid", sid, "ServiceName", "krbtgt",
		"ServiceSid", domainSID+"-502", "TicketOptions", "0x40810010", "Status", "0x0", "TicketEncryptionType", "0x12",
		"PreAuthType", "2", "IpAddress", "::ffff:"+addr, "IpPort", fmt.Sprint(49200+c.rnd.IntN(9000)))
}

func (c *company) serviceTicket(at time.Time, user, addr, service string) {
	c.note(at, "DC01", 4769, "TargetUserName", user+"@"+strings.ToUpper(realm), "TargetDomainName", strings.ToUpper(realm),
		"ServiceName", service, "ServiceSid", domainSID+"-1104", "TicketOptions", "0x40810000", "TicketEncryptionType", "0x12",
		"IpAddress", "::ffff:"+addr, "IpPort", fmt.Sprint(49200+c.rnd.IntN(9000)), "Status", "0x0")
}

func (c *company) networkLogon(at time.Time, host, user, sid, station, addr, pkg string) string {
	id := c.newLogon()
	proc := pkg
	if pkg == "NTLM" {
		proc = "NtLmSsp "
	} else {
		station = "-"
	}
	c.note(at, host, 4624, "SubjectUserSid", "S-1-0-0", "SubjectUserName", "-", "SubjectDomainName", "-", "SubjectLogonId", "0x0",
		"TargetUserSid", sid, "TargetUserName", user, "TargetDomainName", netbios, "TargetLogonId", id, "LogonType", "3",
		"LogonProcessName", proc, "AuthenticationPackageName", pkg, "WorkstationName", station,
		"LogonGuid", "{00000000-0000-0000-0000-000000000000}", "KeyLength", "0", "ProcessId", "0x0", "ProcessName", "-",
		"IpAddress", addr, "IpPort", fmt.Sprint(49200+c.rnd.IntN(9000)), "ImpersonationLevel", "%%1833", "ElevatedToken", "%%1843")
	return id
}

func (c *company) share(at time.Time, host, user, sid, id, addr, share string) {
	c.note(at, host, 5140, "SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id,
		"ObjectType", "File", "IpAddress", addr, "IpPort", fmt.Sprint(49200+c.rnd.IntN(9000)), "ShareName", share,
		"ShareLocalPath", `\??\D:\`+strings.TrimPrefix(share, `\\*\`), "AccessMask", "0x1", "AccessList", "%%4416")
}

func (c *company) logoff(at time.Time, host, user, sid, id string) {
	c.note(at, host, 4634, "TargetUserSid", sid, "TargetUserName", user, "TargetDomainName", netbios, "TargetLogonId", id, "LogonType", "3")
}

// administration is Mara's day: keys over the bastion, and a desktop on the
// file server with her administrator's account.
func (c *company) administration(day time.Time) {
	key := "publickey: ED25519 SHA256:Jk1v0T7cQe5qUu8m3w9aZsXyRbNfLdGhPiOtKvCxA4s"
	at := c.jitter(day.Add(8*time.Hour+40*time.Minute), 1200)
	c.ssh(at, "bastion1", "mara", "10.20.3.41", key, 3*time.Hour, nil)
	for _, h := range []string{"web1", "db1"} {
		in := c.jitter(at.Add(6*time.Minute), 900)
		c.ssh(in, h, "mara", "10.20.1.10", key, 50*time.Minute, func(at time.Time) {
			c.sudo(at.Add(70*time.Second), h, "mara", "/usr/bin/apt-get update")
			c.sudo(at.Add(190*time.Second), h, "mara", "/usr/bin/systemctl restart nginx")
		})
	}
	at = c.jitter(day.Add(14*time.Hour+10*time.Minute), 1500)
	c.ticket(at, "adm-mara", domainSID+"-1131", "10.20.3.41")
	c.desktop(at.Add(2*time.Second), "FS01", "adm-mara", domainSID+"-1131", "10.20.3.41", 25*time.Minute)
	at = c.jitter(day.Add(15*time.Hour), 900)
	c.desktop(at, "DC01", "adm-mara", domainSID+"-1131", "10.20.3.41", 15*time.Minute)
}

func (c *company) desktop(at time.Time, host, user, sid, addr string, stay time.Duration) {
	id := c.newLogon()
	c.note(at, host, 4624, "SubjectUserSid", "S-1-5-18", "SubjectUserName", host+"$", "SubjectDomainName", netbios, "SubjectLogonId", "0x3e7",
		"TargetUserSid", sid, "TargetUserName", user, "TargetDomainName", netbios, "TargetLogonId", id, "LogonType", "10",
		"LogonProcessName", "User32 ", "AuthenticationPackageName", "Negotiate", "WorkstationName", host,
		"LogonGuid", "{00000000-0000-0000-0000-000000000000}", "KeyLength", "0", "ProcessId", "0x48c", "ProcessName", `C:\Windows\System32\svchost.exe`,
		"IpAddress", addr, "IpPort", "0", "ImpersonationLevel", "%%1833", "ElevatedToken", "%%1842")
	c.special(at.Add(time.Millisecond), host, user, sid, id)
	c.process(at.Add(4*time.Second), host, user, sid, id, `C:\Windows\explorer.exe`, `C:\Windows\System32\userinit.exe`, `C:\Windows\Explorer.EXE`)
	c.process(at.Add(40*time.Second), host, user, sid, id, `C:\Windows\System32\mmc.exe`, `C:\Windows\explorer.exe`, `"C:\Windows\system32\mmc.exe" "C:\Windows\system32\compmgmt.msc" /s`)
	c.logoff(at.Add(stay), host, user, sid, id)
}

func (c *company) special(at time.Time, host, user, sid, id string) {
	c.note(at, host, 4672, "SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id,
		"PrivilegeList", "SeSecurityPrivilege SeBackupPrivilege SeRestorePrivilege SeTakeOwnershipPrivilege SeDebugPrivilege")
}

func (c *company) process(at time.Time, host, user, sid, id, image, parent, command string) {
	c.note(at, host, 4688, "SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id,
		"NewProcessId", fmt.Sprintf("0x%x", c.newPID()), "NewProcessName", image, "TokenElevationType", "%%1936", "ProcessId", fmt.Sprintf("0x%x", c.pid-2),
		"CommandLine", command, "TargetUserSid", "S-1-0-0", "TargetUserName", "-", "TargetDomainName", "-", "TargetLogonId", "0x0",
		"ParentProcessName", parent, "MandatoryLabel", "S-1-16-12288")
}

// machines are the domain's members talking to their controller.
func (c *company) machines(day time.Time) {
	for hour := 0; hour < 24; hour += 2 {
		for i, m := range []string{"FS01", "BK01"} {
			at := c.jitter(day.Add(time.Duration(hour)*time.Hour+time.Duration(5+i)*time.Minute), 60)
			sid := fmt.Sprintf("%s-%d", domainSID, 1104+i)
			id := c.networkLogon(at, "DC01", m+"$", sid, "-", address[m], "Kerberos")
			c.logoff(at.Add(11*time.Second), "DC01", m+"$", sid, id)
		}
	}
}

// backup is the service account at night, always from the same host.
func (c *company) backup(day time.Time) {
	at := c.jitter(day.Add(23*time.Hour), 30)
	sid := domainSID + "-1140"
	c.serviceTicket(at, "svc-backup", "10.20.2.30", "FS01$")
	id := c.networkLogon(at.Add(20*time.Millisecond), "FS01", "svc-backup", sid, "BK01", "10.20.2.30", "Kerberos")
	for i := range 5 {
		c.share(at.Add(time.Duration(i+1)*7*time.Second), "FS01", "svc-backup", sid, id, "10.20.2.30", `\\*\Projects`)
	}
	c.logoff(at.Add(38*time.Minute), "FS01", "svc-backup", sid, id)
}

// deploy is the configuration tool in the evening, from the bastion.
func (c *company) deploy(day time.Time) {
	key := "publickey: ED25519 SHA256:0pWqLmNs3RkYt6uVbXcZ9aEdGfHjKl1oIiUyTrEwQsA"
	at := c.jitter(day.Add(20*time.Hour), 20)
	for _, h := range []string{"web1", "db1"} {
		c.ssh(at, h, "deploy", "10.20.1.10", key, 40*time.Second, func(at time.Time) {
			c.sudo(at.Add(2*time.Second), h, "deploy", "/bin/sh -c echo BECOME-SUCCESS ; /usr/bin/python3")
		})
		at = at.Add(45 * time.Second)
	}
}

func sorted[T any](list []T, at func(T) time.Time) []T {
	slices.SortStableFunc(list, func(a, b T) int { return at(a).Compare(at(b)) })
	return list
}
