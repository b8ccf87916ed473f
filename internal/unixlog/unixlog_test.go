package unixlog

import "testing"

func TestProgram(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := Program(in); got != want {
			t.Errorf("Program(%q) = %q, want %q", in, got, want)
		}
	}
	f("sshd", "sshd")
	f("/usr/sbin/sshd", "sshd")
	f("sshd(pam_unix)", "sshd")
	f("(systemd)", "systemd")
	f("run-parts(/etc/cron.hourly)", "run-parts")
	f("postfix/smtpd", "postfix/smtpd")
	f("()", "()")
	f("/", "")
	f("", "")
}
