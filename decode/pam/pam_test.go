package pam

import (
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

func one(t testing.TB, b *footfall.Batch, program, text string) *footfall.Event {
	t.Helper()
	f, err := newDecoder(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.Reset()
	e := b.New()
	e.Program, e.PID, e.Message = program, 12, text
	if err := f(b, footfall.Bytes(text)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return &b.Events[0]
}

func TestMessages(t *testing.T) {
	var b footfall.Batch
	f := func(program, in, want string) {
		t.Helper()
		e := one(t, &b, program, in)
		from := e.From.Host
		if e.From.Addr.IsValid() {
			from = e.From.Addr.String()
		}
		got := strings.Join([]string{e.Kind.String(), e.Outcome.String(), e.Reason.String(), e.User.Name, e.Target.Name, from, e.Object + e.Command}, "|")
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("su", "(to root) ana on pts/0", "explicit|success||ana|root||")
	f("su", "FAILED SU (to root) ana on pts/0", "explicit|failure|bad-password|ana|root||")
	f("su", "Successful su for root by ana", "explicit|success||ana|root||")
	f("su", "FAILED su for root by ana", "explicit|failure|bad-password|ana|root||")
	f("su", "BAD SU ana to root on /dev/ttyp0", "explicit|failure|bad-password|ana|root||")
	f("su", "ana to root on /dev/ttyp1", "explicit|success||ana|root||")
	f("su", "+ /dev/pts/1 ana:root", "||||||")
	f("su", "pam_unix(su:session): session opened for user root(uid=0) by ana(uid=1000)", "|||ana|root||")
	f("su", "pam_unix(su:auth): authentication failure; logname=ana uid=1000 euid=0 tty=pts/0 ruser=ana rhost=  user=root",
		"credential|failure|bad-password|ana|root||")
	f("login", "LOGIN ON pts/3 BY ana FROM 198.51.100.7", "logon|success||ana||198.51.100.7|")
	f("login", "ROOT LOGIN ON tty1", "logon|success||root|||")
	f("login", "ROOT LOGIN  on '/dev/pts/3' from 'far.example.net'", "logon|success||root||far.example.net|")
	f("login", "FAILED LOGIN 2 FROM 198.51.100.7 FOR ana, Authentication failure", "logon|failure|bad-password|ana||198.51.100.7|")
	f("login", "FAILED LOGIN (1) on '/dev/pts/3' from '198.51.100.7' FOR 'x FROM 203.0.113.9', Authentication failure",
		"logon|failure|bad-password|x FROM 203.0.113.9||198.51.100.7|")
	f("login", "pam_unix(login:session): session opened for user ana by LOGIN(uid=0)", "credential|success||ana|||")
	f("login", "session closed for user root", "logoff|success||root|||")
	f("CRON", "pam_unix(cron:session): session opened for user root by (uid=0)", "|||root|||")
	f("CRON", "(root) CMD (   cd / && run-parts /etc/cron.hourly)", "process|success||root|||cd / && run-parts /etc/cron.hourly")
	f("crontab", "(ana) REPLACE (ana)", "task|success||ana|ana||crontab")
	f("useradd", "new user: name=eve, UID=0, GID=0, home=/home/eve, shell=/bin/bash, from=/dev/pts/0", "account|success|||eve||")
	f("useradd", "failed adding user 'eve', data deleted", "account|failure|||eve||")
	f("usermod", "add 'eve' to group 'sudo'", "group|success|||eve||sudo")
	f("usermod", "add 'eve' to shadow group 'sudo'", "||||||")
	f("gpasswd", "user eve added by root to group wheel", "group|success||root|eve||wheel")
	f("groupadd", "new group: name=eves, GID=1003", "group|success|||||eves")
	f("groupadd", "group added to /etc/group: name=eves, GID=1003", "|success|||||eves")
	f("passwd", "pam_unix(passwd:chauthtok): password changed for eve", "password|success|||eve||")
	f("passwd", "password for 'eve' changed by 'root'", "password|success||root|eve||")
	f("systemd-logind", "New session 5 of user ana.", "|||ana|||")
	f("gdm-password]", "gkr-pam: unlocked login keyring", "||||||")
}

func TestAllocs(t *testing.T) {
	f, err := newDecoder(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	texts := []string{"(to root) ana on pts/0", "pam_unix(cron:session): session opened for user root by (uid=0)", "(root) CMD (run-parts)"}
	if n := testing.AllocsPerRun(100, func() {
		b.Reset()
		for _, text := range texts {
			e := b.New()
			e.Program, e.Message = "su", text
			if err := f(&b, footfall.Bytes(text)); err != nil {
				t.Fatal(err)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"(to root) ana on pts/0", "FAILED LOGIN (1) on '/dev/pts/3' from '198.51.100.7' FOR 'x', Authentication failure",
		"add 'eve' to group 'sudo'", "user eve added by root to group wheel", "new user: name=eve, UID=0", "(root) CMD (x)",
		"pam_unix(su:auth): authentication failure; logname=ana uid=1000 euid=0 tty=pts/0 ruser=ana rhost=  user=root",
	} {
		f.Add("su", []byte(s))
	}
	decode, err := newDecoder(footfall.NewSchema(true), nil)
	if err != nil {
		f.Fatal(err)
	}
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, program string, in []byte) {
		b.Reset()
		b.New().Program = program
		if err := decode(&b, in); err != nil || len(b.Events) != 1 {
			t.Fatalf("%q: %v, %d events", in, err, len(b.Events))
		}
	})
}
