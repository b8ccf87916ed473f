package dropbear

import (
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

func TestMessages(t *testing.T) {
	decode, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	f := func(in, want string) {
		t.Helper()
		b.Reset()
		b.New().Message = in
		if err := decode(&b, []byte(in)); err != nil {
			t.Fatal(err)
		}
		e := &b.Events[0]
		got := strings.Join([]string{e.Kind.String(), e.Outcome.String(), e.Reason.String(), e.Auth.String(), e.User.Name, e.From.Addr.String(), e.Object}, "|")
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("Bad PAM password attempt for 'x' from 203.0.113.9:22' from 198.51.100.7:48629", "logon|failure|bad-password|password|x' from 203.0.113.9:22|198.51.100.7|")
	f("Login attempt for nonexistent user from 198.51.100.7:49906", "logon|failure|no-user|||198.51.100.7|")
	f("Login attempt for nonexistent user 'bob' from 198.51.100.7:49906", "logon|failure|no-user||bob|198.51.100.7|")
	f("Pubkey auth succeeded for 'ana' with ssh-ed25519 key SHA256:pT0q from 2001:db8::5:48629", "logon|success||key|ana|2001:db8::5|SHA256:pT0q")
	f("Child connection from 198.51.100.7:48629", "attempt||||"+"|198.51.100.7|")
	f("Exit before auth from <198.51.100.7:35928>: Bad buf_getptr", "attempt|failure||||198.51.100.7|")
	f("Exit before auth (user 'root', 1 fails): Exited normally", "attempt|failure|||root|invalid IP|")
	f("Exit (root): Disconnect received", "logoff|success|||root|invalid IP|")
	f("Running in background", "|||||invalid IP|")
}

func FuzzDecode(f *testing.F) {
	for i := range forms {
		f.Add([]byte(forms[i].prefix + "'a' from 198.51.100.7:5"))
	}
	f.Add([]byte("Exit before auth from <198.51.100.7:5>: (user 'root', 3 fails): x"))
	decode, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		f.Fatal(err)
	}
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		b.Reset()
		b.New().PID = 3
		if err := decode(&b, in); err != nil {
			t.Fatal(err)
		}
	})
}
