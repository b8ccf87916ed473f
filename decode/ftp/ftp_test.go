package ftp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/trial"
	"github.com/footfall/footfall/internal/txtar"
)

func messages(t testing.TB) (out []string) {
	t.Helper()
	data, err := os.ReadFile("testdata/ftp.txtar")
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
		e.Program, e.Message = "vsftpd", in[i]
		if err := decode(&b, []byte(in[i])); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join([]string{e.Kind.String(), e.Outcome.String(), e.User.Name, e.From.Addr.String()}, "|"); got != want {
			t.Errorf("%s\n got %s\nwant %s", in[i], got, want)
		}
	}
	f(0, "logon|failure|ana|198.51.100.7")
	f(1, "logon|success|ana|198.51.100.7")
	f(2, "attempt|||198.51.100.7")
	f(3, "logon|failure|x] FAIL LOGIN: Client \"203.0.113.9\"|198.51.100.7")
	f(4, "credential|failure|test|198.51.100.7")
	f(5, "logon|failure|root|198.51.100.7")
	f(6, "logon|success|ana|198.51.100.7")
	f(7, "logon|failure|root|198.51.100.7")
	f(8, "credential|failure||198.51.100.7")
	f(9, "attempt|||198.51.100.7")
}

// fail2ban's vsftpd lines that come through syslog all blame their host.
func TestShared(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(shared.Dir(t), "data/dev/linux-auth/fail2ban.vsftpd.log"))
	if err != nil {
		t.Fatal(err)
	}
	decode, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	hosts := map[int]string{0: "209.67.1.67", 1: "64.168.103.1", 3: "58.254.172.161", 5: "192.0.2.222", 6: "192.0.2.223", 7: "192.0.2.224"}
	for i, l := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		want, ok := hosts[i]
		if !ok {
			continue // vsftpd's own log, without syslog
		}
		_, m, _ := strings.Cut(l, ": ")
		e := b.New()
		e.Program = "vsftpd"
		if err := decode(&b, []byte(m)); err != nil {
			t.Fatal(err)
		}
		if e.Outcome != footfall.Failure || e.From.Addr.String() != want {
			t.Errorf("%s\n%v %v", l, e.Outcome, e.From)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &File, nil, trial.Frames(t, "file.txtar", ""))
	trial.NoAllocs(t, &Transfers, nil, trial.Frames(t, "xferlog.txtar", ""))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("file", func(b *testing.B) { trial.Bench(b, &File, nil, trial.Frames(b, "file.txtar", "")) })
	b.Run("xferlog", func(b *testing.B) { trial.Bench(b, &Transfers, nil, trial.Frames(b, "xferlog.txtar", "")) })
}

func FuzzFiles(f *testing.F) {
	trial.Fuzz(f, append(trial.Frames(f, "file.txtar", ""), trial.Frames(f, "xferlog.txtar", "")...), &File, &Transfers)
}

func FuzzDecode(f *testing.F) {
	for _, m := range messages(f) {
		f.Add([]byte(m))
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
