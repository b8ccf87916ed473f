package samba

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/txtar"
)

// messages are the sample's, behind their headers.
func messages(t testing.TB) (out []string) {
	t.Helper()
	data, err := os.ReadFile("testdata/samba.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.SplitSeq(strings.TrimSpace(string(txtar.Parse(data).Get("in"))), "\n") {
		_, m, _ := strings.Cut(l, ": ")
		out = append(out, m)
	}
	return out
}

func TestMessages(t *testing.T) {
	decode, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	in := messages(t)
	f := func(i int, want string) {
		t.Helper()
		b.Reset()
		e := b.New()
		e.Program, e.Message = "smbd_audit", in[i]
		if err := decode(&b, []byte(in[i])); err != nil {
			t.Fatal(err)
		}
		got := strings.Join([]string{e.Kind.String(), e.Service.String(), e.Outcome.String(), e.Reason.String(), e.User.Domain, e.User.Name, e.User.SID, e.From.Addr.String(), e.To.Addr.String(), e.Client, e.Object}, "|")
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in[i], got, want)
		}
	}
	f(0, "logon|smb|success||CORP|ana|S-1-5-21-7-7-7-1104|198.51.100.7|10.1.1.1|WS7|")
	f(1, "logon|smb|failure|no-user||root||198.51.100.7|10.1.1.1||")
	f(2, "logon|smb||||x||invalid IP|invalid IP||")
	f(3, "logon|smb|failure|bad-password|CORP|ana||2001:db8::5|10.1.1.1|WS7|")
	f(4, "credential|smb|failure|bad-password||ana||invalid IP|invalid IP||")
	f(5, "attempt|smb|failure|restricted||||198.51.100.7|invalid IP||")
	f(6, "share|smb|success||CORP|ana||198.51.100.7|invalid IP||finance")
	f(7, "share|smb|success|||ana||198.51.100.7|invalid IP||plan.xlsx")
	f(8, "file|smb|failure|||ana||198.51.100.7|invalid IP||plan.xlsx")
}

// Every line of CrowdSec's guessing sample is a failed logon of the source to blame.
func TestShared(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(shared.Dir(t), "data/dev/linux-auth/crowdsec.smb-bf.smb-bf.log"))
	if err != nil {
		t.Fatal(err)
	}
	decode, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	for l := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
		_, m, _ := strings.Cut(l, "]: ")
		e := b.New()
		if err := decode(&b, []byte(m)); err != nil {
			t.Fatal(err)
		}
		if e.Kind != footfall.KindLogon || e.Outcome != footfall.Failure || e.From.Addr.String() != "1.2.3.4" || e.User.Name != "toto" {
			t.Errorf("%s\n%v", l, e)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, m := range messages(f) {
		f.Add("smbd_audit", []byte(m))
	}
	decode, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		f.Fatal(err)
	}
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, program string, in []byte) {
		b.Reset()
		b.New().Program = program
		if err := decode(&b, in); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzFile(f *testing.F) {
	data, err := os.ReadFile("testdata/file.txtar")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(txtar.Parse(data).Get("in"))
	decode, err := File.New(footfall.NewSchema(true), nil)
	if err != nil {
		f.Fatal(err)
	}
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		b.Reset()
		File.Sniff(in)
		if err := decode(&b, in); err != nil {
			t.Fatal(err)
		}
	})
}
