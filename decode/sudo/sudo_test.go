package sudo

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
	e.Program, e.Message = program, text
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
		got := strings.Join([]string{e.Kind.String(), e.Outcome.String(), e.Reason.String(), e.User.Name, e.Target.Name, e.Image, e.Command}, "|")
		if e.Elevated {
			got += "|elevated"
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("sudo", "  ana : TTY=pts/0 ; PWD=/home/ana ; USER=root ; COMMAND=/bin/sh -c echo a ; echo b",
		"privilege|success||ana|root|/bin/sh|/bin/sh -c echo a ; echo b|elevated")
	f("sudo", "ana : TTY=pts/0 ; PWD=/home/ana ; USER=db ; GROUP=adm ; TSID=000001 ; ENV=A=b ; COMMAND=/bin/ls",
		"privilege|success||ana|db|/bin/ls|/bin/ls")
	f("sudo", "bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/ls",
		"privilege|failure|restricted|bob|root|/bin/ls|/bin/ls")
	f("sudo", "bob : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/ls",
		"privilege|failure|bad-password|bob|root|/bin/ls|/bin/ls")
	f("sudo", "bob : command not allowed ; TTY=pts/1 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/ls",
		"privilege|failure|restricted|bob|root|/bin/ls|/bin/ls")
	f("sudo", "bob : (command continued) USER=root ; COMMAND=/bin/ls", "||||||")
	f("sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by ana(uid=1000)", "|||ana|root||")
	f("sudo", "pam_unix(sudo:auth): authentication failure; logname=ana uid=1001 euid=0 tty=/dev/pts/1 ruser=bob rhost=  user=bob",
		"credential|failure|bad-password|bob|||")
	f("sudo", "unable to execute /usr/sbin/sendmail: No such file or directory", "||||||")
	f("doas", "bob ran command as db: ls -l", "privilege|success||bob|db|ls|ls -l")
	f("doas", "failed auth for bob", "privilege|failure|bad-password|bob|||")
	f("pkexec", "bob: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/home/bob] [COMMAND=/usr/bin/id -u]",
		"privilege|success||bob|root|/usr/bin/id|/usr/bin/id -u|elevated")
}

func TestFields(t *testing.T) {
	s := footfall.NewSchema(false)
	user, command := s.Field("USER"), s.Field("COMMAND")
	f, err := newDecoder(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	b.New()
	if err := f(&b, []byte("ana : TTY=pts/0 ; PWD=/ ; USER=#-1 ; COMMAND=/bin/id")); err != nil {
		t.Fatal(err)
	}
	u, _ := b.Events[0].Get(user)
	c, _ := b.Events[0].Get(command)
	if u != "#-1" || c != "/bin/id" {
		t.Errorf("USER %q, COMMAND %q", u, c)
	}
}

func TestAllocs(t *testing.T) {
	f, err := newDecoder(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	text := "ana : TTY=pts/0 ; PWD=/home/ana ; USER=root ; COMMAND=/bin/sh"
	if n := testing.AllocsPerRun(100, func() {
		b.Reset()
		b.New().Message = text
		if err := f(&b, footfall.Bytes(text)); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("ana : TTY=pts/0 ; PWD=/home/ana ; USER=root ; COMMAND=/bin/sh"))
	f.Add([]byte("bob ran command as db: ls -l"))
	f.Add([]byte("bob: Executing command [USER=root] [COMMAND=/usr/bin/id]"))
	decode, err := newDecoder(footfall.NewSchema(true), nil)
	if err != nil {
		f.Fatal(err)
	}
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		b.Reset()
		b.New()
		if err := decode(&b, in); err != nil || len(b.Events) != 1 {
			t.Fatalf("%q: %v, %d events", in, err, len(b.Events))
		}
	})
}
