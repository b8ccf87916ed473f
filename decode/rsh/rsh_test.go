package rsh

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
		e := b.New()
		e.Program, e.Message = "rshd", in
		if err := decode(&b, []byte(in)); err != nil {
			t.Fatal(err)
		}
		got := strings.Join([]string{e.Kind.String(), e.Outcome.String(), e.Reason.String(), e.User.Name, e.Client, e.From.Host, e.From.Addr.String(), e.Command}, "|")
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("Connection from 198.51.100.7 on illegal port", "attempt|failure|protocol||||198.51.100.7|")
	f("ana@ws7.example.net as root: cmd='id; echo as : x'", "logon|success||root|ana|ws7.example.net|invalid IP|id; echo as : x")
	f("eve@198.51.100.7 as root: permission denied (no). cmd='id'", "logon|failure|restricted|root|eve||198.51.100.7|id")
	f("x@203.0.113.9 as root@198.51.100.7 as ana: cmd='id'", "||||||invalid IP|")
	f("pam_rhosts(rlogin:auth): denied to x@203.0.113.9@198.51.100.7 as root: access not allowed", "credential|failure|restricted|root|x@203.0.113.9||198.51.100.7|")
	f("Authentication failed from ws7 (198.51.100.7): Software caused connection abort", "logon|failure|||||198.51.100.7|")
	f("Kerberos authentication failed", "credential|failure|||||invalid IP|")
	f("ready", "||||||invalid IP|")
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"Connection from 198.51.100.7 on illegal port", "ana@ws7 as root: permission denied (x). cmd='id'",
		"pam_rhosts(rlogin:auth): denied to x@198.51.100.7 as root: no", "Authentication failed from a (b): c", "LOGIN REFUSED FROM a",
	} {
		f.Add([]byte(s))
	}
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
