// Package unixlog holds what the envelopes of Unix logs share: how a program's
// identifier is cut down to its name, under which services Sigma's linux rules
// ask for a program's messages, and the words for severities. It reads no
// lines and keeps nothing.
package unixlog

import "strings"

// Program cuts an identifier down to the name: "/usr/sbin/sshd",
// "sshd(pam_unix)" and "(sshd)" are all sshd. The result is part of s.
func Program(s string) string {
	if s == "" {
		return s
	}
	if s[0] == '/' {
		s = s[strings.LastIndexByte(s, '/')+1:]
	}
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' {
		return s[1 : len(s)-1]
	}
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	return s
}

// A Source is a program and the services of its log.
type Source struct {
	Program  string
	Services []string
}

// Sources lists the programs whose log Sigma's linux rules ask for by a
// service, or that write about logons.
var Sources = [...]Source{
	{"sshd", []string{"sshd", "auth", "syslog"}},
	{"sshd-session", []string{"sshd", "auth", "syslog"}},
	{"sshd-auth", []string{"sshd", "auth", "syslog"}},
	{"dropbear", []string{"sshd", "auth", "syslog"}},
	{"sudo", []string{"sudo", "auth", "syslog"}},
	{"su", []string{"auth", "syslog"}},
	{"login", []string{"auth", "syslog"}},
	{"pkexec", []string{"auth", "syslog"}},
	{"polkitd", []string{"auth", "syslog"}},
	{"systemd-logind", []string{"auth", "syslog"}},
	{"useradd", []string{"auth", "syslog"}},
	{"usermod", []string{"auth", "syslog"}},
	{"userdel", []string{"auth", "syslog"}},
	{"groupadd", []string{"auth", "syslog"}},
	{"gpasswd", []string{"auth", "syslog"}},
	{"passwd", []string{"auth", "syslog"}},
	{"chpasswd", []string{"auth", "syslog"}},
	{"CRON", []string{"cron", "auth", "syslog"}},
	{"cron", []string{"cron", "syslog"}},
	{"crond", []string{"cron", "syslog"}},
	{"CROND", []string{"cron", "syslog"}},
	{"crontab", []string{"cron", "syslog"}},
	{"clamd", []string{"clamav", "syslog"}},
	{"clamav", []string{"clamav", "syslog"}},
	{"freshclam", []string{"clamav", "syslog"}},
	{"vsftpd", []string{"vsftpd", "auth", "syslog"}},
	{"guacd", []string{"guacamole", "syslog"}},
	{"auditd", []string{"auditd", "syslog"}},
	{"audispd", []string{"auditd", "syslog"}},
	{"audisp-syslog", []string{"auditd", "syslog"}},
}

// Other is the log of every other program.
var Other = []string{"syslog"}

// Severities are the keywords of RFC 5424 table 2, as syslog(3) spells them,
// by their numbers.
var Severities = [8]string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
