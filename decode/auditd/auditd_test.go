package auditd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/txtar"
)

func sample(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/audit.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(txtar.Parse(data).Get("in"))), "\n")
}

func TestRecords(t *testing.T) {
	s := footfall.NewSchema(false)
	cmd, a2 := s.Field("CommandLine"), s.Field("a2")
	r := newReader(s)
	var b footfall.Batch
	lines := sample(t)
	for _, l := range lines[:len(lines)-1] {
		if err := r.line(&b, []byte(l)); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
	}
	if err := r.line(&b, []byte(lines[len(lines)-1])); err == nil {
		t.Error("a broken record is read")
	}
	f := func(i int, want string) {
		t.Helper()
		e := &b.Events[i]
		got := strings.Join([]string{e.Kind.String(), e.Service.String(), e.Outcome.String(), e.User.Name, e.User.SID, e.Target.Name, e.From.Addr.String(), e.Session, e.Image, e.Command}, "|")
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", lines[i], got, want)
		}
	}
	f(0, "credential|ssh|failure|root|||198.51.100.7||/usr/sbin/sshd|")
	f(1, "logon|ssh|success|ana|1000||198.51.100.7|ses7|/usr/sbin/sshd|")
	f(2, "logon|ssh|failure|(admin from 203.0.113.9)|||198.51.100.7||/usr/sbin/sshd|")
	f(3, "privilege|local|success|ana|1000||invalid IP|ses7|/usr/bin/sudo|cat /etc/shadow")
	f(4, "account|local|success|ana|1000|eve|invalid IP|ses7|/usr/sbin/useradd|")
	f(5, "process||success|ana|1000||invalid IP|ses7|/usr/bin/bash|/bin/sh -c echo a b ")
	f(6, "||||||invalid IP|||")
	f(8, "process||||||invalid IP||nc|nc 198.51.100.7")
	f(9, "logoff|ssh|success|ana|1000||198.51.100.7|ses7|/usr/sbin/sshd|")
	if v, _ := b.Events[5].Get(cmd); v != "/bin/sh -c echo a b " {
		t.Errorf("CommandLine %q", v)
	}
	if v, _ := b.Events[6].Get(a2); v != "echo a b " {
		t.Errorf("a2 %q", v)
	}
	if e := &b.Events[5]; e.Computer != "web2" || e.PID != 2219 || s.LogOf(e.Log).Categories[0] != "process_creation" {
		t.Errorf("%v", e)
	}
}

func TestShared(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data/dev/linux-auth")
	for _, name := range []string{"plaso.audit_enriched.log", "wazuh.audit_scp.log", "wazuh.auditd.log", "crowdsec.auditd-logs.auditd-logs.log", "auditd.log.test-truncated-execve.log"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if n := sniff(data); n < 90 {
			t.Errorf("%s: %d", name, n)
		}
		r := newReader(footfall.NewSchema(true))
		var b footfall.Batch
		for l := range strings.SplitSeq(string(data), "\n") {
			if err := r.line(&b, []byte(l)); err != nil {
				t.Errorf("%s: %q: %v", name, l, err)
			}
		}
		for i := range b.Events {
			if b.Events[i].Time == 0 {
				t.Errorf("%s: event %d has no time", name, i)
			}
		}
	}
}

func TestAllocs(t *testing.T) {
	r := newReader(footfall.NewSchema(false))
	var b footfall.Batch
	lines := sample(t)
	var in [][]byte
	for _, l := range lines[:len(lines)-1] {
		in = append(in, []byte(l))
	}
	if n := testing.AllocsPerRun(100, func() {
		b.Reset()
		for _, l := range in {
			if err := r.line(&b, l); err != nil {
				t.Fatal(err)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	for _, l := range sample(f) {
		f.Add([]byte(l))
	}
	r := newReader(footfall.NewSchema(true))
	f.Fuzz(func(t *testing.T, in []byte) {
		var b footfall.Batch
		if err := r.line(&b, in); err != nil {
			b.Reset()
		}
		b.New()
		if err := r.message(&b, in); err != nil {
			t.Fatal(err)
		}
		sniff(in)
	})
}
