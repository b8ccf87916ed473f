package pamline

import (
	"fmt"
	"testing"
)

func TestParse(t *testing.T) {
	f := func(program, in, want string) {
		t.Helper()
		l, ok := Parse(in, program)
		got := fmt.Sprint(l.What, " ", l.Module, " ", l.Service, ":", l.Type, " user=", l.User, "/", l.UID, " by=", l.By, "/", l.ByUID, " r=", l.RUser, "@", l.RHost, " n=", l.Count)
		if !ok {
			got = "no"
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("sshd", "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root",
		fmt.Sprint(AuthFailure, " pam_unix sshd:auth user=root/ by=/ r=@192.0.2.1 n=0"))
	f("vsftpd", "(pam_unix) authentication failure; logname= uid=0 euid=0 tty=ftp ruser=x rhost=1.1.1.1 rhost=192.0.2.1",
		fmt.Sprint(AuthFailure, " pam_unix vsftpd: user=/ by=/ r=x rhost=1.1.1.1@192.0.2.1 n=0"))
	f("sshd", "pam_sss(sshd:auth): authentication success; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1 user=ana",
		fmt.Sprint(AuthSuccess, " pam_sss sshd:auth user=ana/ by=/ r=@192.0.2.1 n=0"))
	f("sshd", "PAM 4 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root",
		fmt.Sprint(MoreFailures, " pam_unix sshd: user=root/ by=/ r=@192.0.2.1 n=4"))
	f("su", "pam_unix(su:session): session opened for user root(uid=0) by ana(uid=1000)",
		fmt.Sprint(SessionOpened, " pam_unix su:session user=root/0 by=ana/1000 r=@ n=0"))
	f("login", "session opened for user test by (uid=509)", fmt.Sprint(SessionOpened, "  login: user=test/ by=/509 r=@ n=0"))
	f("login", "session closed for user test", fmt.Sprint(SessionClosed, "  login: user=test/ by=/ r=@ n=0"))
	f("sshd", "pam_access(sshd:account): access denied for user `eve' from `192.0.2.1'",
		fmt.Sprint(AccountDenied, " pam_access sshd:account user=eve/ by=/ r=@192.0.2.1 n=0"))
	f("sshd", "pam_succeed_if(sshd:auth): requirement \"uid >= 1000\" not met by user \"root\"", fmt.Sprint(Other, " pam_succeed_if sshd:auth user=root/ by=/ r=@ n=0"))
	f("sshd", "pam_succeed_if(sshd:auth): requirement \"uid >= 1000\" not met by user \"a\" not met by user \"b\"", fmt.Sprint(Other, " pam_succeed_if sshd:auth user=a\" not met by user \"b/ by=/ r=@ n=0"))
	f("su", "pam_unix(su:account): account eve has expired (account expired)", fmt.Sprint(AccountDenied, " pam_unix su:account user=eve/ by=/ r=@ n=0"))
	f("su", "pam_unix(su:account): account has expired (account expired)", fmt.Sprint(Other, " pam_unix su:account user=/ by=/ r=@ n=0"))
	f("sshd", "PAM service(sshd) ignoring max retries; 5 > 3", "no")
	f("sshd", "Accepted password for pam_unix(", "no")
	f("sshd", "pam_(", "no")
	f("sshd", "", "no")
}

func FuzzParse(f *testing.F) {
	f.Add("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root", "sshd")
	f.Add("PAM 4 more authentication failures; logname= ruser=a rhost=b", "su")
	f.Add("session opened for user root(uid=0) by ana(uid=1000)", "su")
	f.Fuzz(func(_ *testing.T, msg, program string) { Parse(msg, program) })
}
