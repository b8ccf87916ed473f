package cowrie

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

func show(e *footfall.Event) string {
	return strings.Join([]string{e.Kind.String(), e.Service.String(), e.Outcome.String(), e.User.Name, e.From.Addr.String(), e.Session, e.Command}, "|")
}

func TestMessage(t *testing.T) {
	r := newReader(footfall.NewSchema(false))
	f := func(in, want string) {
		t.Helper()
		var b footfall.Batch
		b.New().Message = in
		if err := r.message(&b, []byte(in)); err != nil {
			t.Fatal(err)
		}
		if got := show(&b.Events[0]); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("2020-12-08T06:28:43+0000 [cowrie.telnet.factory.HoneyPotTelnetFactory] New connection: 198.51.100.7:47630 (10.0.0.2:2223) [session: TT0]",
		"attempt|telnet|||198.51.100.7|TT0|")
	f("[HoneyPotSSHTransport,7,198.51.100.7] login attempt [b'root'/b'x] succeeded'] failed", "logon|ssh|failure|root|198.51.100.7||")
	f("Ready to accept SSH connections", "||||invalid IP||")
}

func TestShared(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(shared.Dir(t), "data/dev/linux-auth/fail2ban.cowrie.log"))
	if err != nil {
		t.Fatal(err)
	}
	if n := sniff(data); n < 90 {
		t.Errorf("sniff %d", n)
	}
	r := newReader(footfall.NewSchema(true))
	var b footfall.Batch
	bad := 0
	for l := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
		if r.json(&b, []byte(l)) != nil {
			bad++
		}
	}
	if bad != 1 || len(b.Events) < 6 {
		t.Fatalf("%d events, %d lines unread", len(b.Events), bad)
	}
	if got := show(&b.Events[3]); got != "logon|ssh|success|brun|137.184.154.9|2a5e755afa79|" {
		t.Error(got)
	}
	for i := range b.Events {
		if b.Events[i].Time == 0 || !b.Events[i].From.Addr.IsValid() {
			t.Errorf("event %d: %v", i, b.Events[i])
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"eventid":"cowrie.login.failed","username":"root","src_ip":"198.51.100.7","src_port":5}`))
	f.Add([]byte("2020-12-08T06:28:43+0000 [x] New connection: 198.51.100.7:47630 (10.0.0.2:2222) [session: 3]"))
	f.Add([]byte("[a,7,198.51.100.7] login attempt [b'root'/b'x'] failed"))
	r := newReader(footfall.NewSchema(true))
	f.Fuzz(func(t *testing.T, in []byte) {
		var b footfall.Batch
		if r.json(&b, in) != nil {
			b.Reset()
		}
		b.New()
		if err := r.message(&b, in); err != nil {
			t.Fatal(err)
		}
		sniff(in)
	})
}
