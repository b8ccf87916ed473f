package syslog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

func decodeAll(t testing.TB, keep bool, lines ...string) (*footfall.Batch, *footfall.Schema) {
	t.Helper()
	s := footfall.NewSchema(keep)
	f, err := newDecoder(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := new(footfall.Batch)
	for _, l := range lines {
		if err := f(b, []byte(l)); err != nil {
			t.Errorf("%q: %v", l, err)
		}
	}
	return b, s
}

func TestDresses(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		b, _ := decodeAll(t, false, in)
		if len(b.Events) != 1 {
			t.Errorf("%s: %d events", in, len(b.Events))
			return
		}
		e := &b.Events[0]
		when := "none"
		if e.Time != 0 {
			when = time.Unix(0, e.Time).UTC().Format(time.RFC3339Nano)
		}
		if got := fmt.Sprintf("%s|%s|%s|%d|%s", when, e.Computer, e.Program, e.PID, e.Message); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("Mar  7 14:01:59 web1 sshd[77]: hello", "1972-03-07T14:01:59Z|web1|sshd|77|hello")
	f("<38>Mar  7 14:01:59 web1 sshd[77]: hello", "1972-03-07T14:01:59Z|web1|sshd|77|hello")
	f("Mar 7 14:01:59 web1 /usr/sbin/sshd[77]: hello", "1972-03-07T14:01:59Z|web1|sshd|77|hello")
	f("Mar  7 14:01:59 web1 sshd(pam_unix)[77]: hello", "1972-03-07T14:01:59Z|web1|sshd|77|hello")
	f("Mar  7 14:01:59 web1 (systemd)[77]: hello", "1972-03-07T14:01:59Z|web1|systemd|77|hello")
	f("Mar  7 14:01:59 web1 postfix/smtpd[77]: hello", "1972-03-07T14:01:59Z|web1|postfix/smtpd|77|hello")
	f("Mar  7 14:01:59 web1 sudo:   ana : TTY=x", "1972-03-07T14:01:59Z|web1|sudo|0|ana : TTY=x")
	f("Mar  7 14:01:59 web1 proftpd[77] web1.example: hello", "1972-03-07T14:01:59Z|web1|proftpd|77|web1.example: hello")
	f("Mar  7 14:01:59 web1 agent[77/0x70000]: hello", "1972-03-07T14:01:59Z|web1|agent|77|hello")
	f("Mar  7 14:01:59 web1 log_tag hello there", "1972-03-07T14:01:59Z|web1|log_tag|0|hello there")
	f("Mar  7 14:01:59 sshd[77]: hello", "1972-03-07T14:01:59Z||sshd|77|hello")
	f("Mar  7 14:01:59 [sshd]: hello", "1972-03-07T14:01:59Z||sshd|0|hello")
	f("Mar  7 14:01:59 [sshd] hello", "1972-03-07T14:01:59Z||sshd|0|hello")
	f("Mar  7 14:01:59 web1 sshd[77]: [ID 800047 auth.info] hello", "1972-03-07T14:01:59Z|web1|sshd|77|hello")
	f("Mar  7 14:01:59 <auth.info> web1 sshd[77]: hello", "1972-03-07T14:01:59Z|web1|sshd|77|hello")
	f("2024 Mar  7 14:01:59 web1 sshd[77]: hello", "2024-03-07T14:01:59Z|web1|sshd|77|hello")
	f("Mar  7 2024 14:01:59 web1 sshd[77]: hello", "2024-03-07T14:01:59Z|web1|sshd|77|hello")
	f("2024-03-07T14:01:59.25+01:00 web1 sshd-session[77]: hello", "2024-03-07T13:01:59.25Z|web1|sshd-session|77|hello")
	f("2024-03-07 14:01:59.391078-0700  web1 sshd[77]: hello", "2024-03-07T21:01:59.391078Z|web1|sshd|77|hello")
	f("2024-03-07 14:01:59.391078 -0700 web1 sshd[77]: hello", "2024-03-07T21:01:59.391078Z|web1|sshd|77|hello")
	f("1709820119.250000 web1 sshd[77]: hello", "2024-03-07T14:01:59.25Z|web1|sshd|77|hello")
	f("[  970.699396] web1 sshd[77]: hello", "none|web1|sshd|77|hello")
	f("web1 sshd[77]: hello", "none|web1|sshd|77|hello")
	f("<38>1 2024-03-07T14:01:59Z web1 sshd 77 - - hello", "2024-03-07T14:01:59Z|web1|sshd|77|hello")
	f("<38>1 2024-03-07T14:01:59Z web1 sshd 77 ID47 [a@1 x=\"y\\\"]z\"][b k=\"v\"] \ufeffhello", "2024-03-07T14:01:59Z|web1|sshd|77|hello")
	f("<38>1 - - - - - -", "none|||0|")
	f("96 <38>Mar  7 14:01:59 web1 sshd[77]: hello", "1972-03-07T14:01:59Z|web1|sshd|77|hello")
	f("Mar  7 14:02:03 relay1 Mar  7 14:01:59 web1 sshd[77]: hello", "1972-03-07T14:01:59Z|web1|sshd|77|hello")
	f("2024-03-07T14:02:03Z 10.0.0.1 <38>Mar  7 14:01:59 web1 sshd[77]: hello", "2024-03-07T14:02:03Z|web1|sshd|77|hello")
	f("Mar  7 14:01:59 web1 sshd[77]: Invalid user x[1]: from 10.0.0.1 port 2\r", "1972-03-07T14:01:59Z|web1|sshd|77|Invalid user x[1]: from 10.0.0.1 port 2")
	f("Mar  7 14:01:59 fw1 : %ASA-6-302013: Built", "1972-03-07T14:01:59Z|fw1||0|%ASA-6-302013: Built")
	f("<189>77: sw1: Mar  7 2024 14:01:59.5 UTC: %SYS-5-CONFIG_I: x", "2024-03-07T14:01:59.5Z|sw1||0|%SYS-5-CONFIG_I: x")
	f("Mar  7 14:01:59 fw1 CiscoASA[99]: %ASA-6-302013: Built", "1972-03-07T14:01:59Z|fw1|CiscoASA|99|%ASA-6-302013: Built")
	f("Mar  7 14:01:59 fw1 CEF:0|V|P Q|1|2|n|3|a=b", "1972-03-07T14:01:59Z|fw1||0|CEF:0|V|P Q|1|2|n|3|a=b")
	f("Mar  7 14:01:59 fw1 ASM:CEF:0|V|P Q|1|2|n|3|a=b", "1972-03-07T14:01:59Z|fw1|ASM|0|CEF:0|V|P Q|1|2|n|3|a=b")
	f("Mar  7 14:01:59 fw1 ASM: LEEF:1.0|V|P Q|1|2|a=b", "1972-03-07T14:01:59Z|fw1|ASM|0|LEEF:1.0|V|P Q|1|2|a=b")
	f("Mar  7 14:01:59", "1972-03-07T14:01:59Z|||0|")
}

func TestNone(t *testing.T) {
	s := footfall.NewSchema(false)
	f, err := newDecoder(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	for _, in := range []string{"", "  more of the line before", "\tat x", "# a comment", "-- Reboot --", "-- Journal begins at Mon 2024-03-04 --"} {
		if err := f(&b, []byte(in)); err != nil || len(b.Events) != 0 {
			t.Errorf("%q: %v, %d events", in, err, len(b.Events))
		}
	}
	for _, in := range []string{"just words", "{\"a\":1}", "CEF:0|x", "web1 sshd: no time and no process", "<999>x"} {
		if err := f(&b, []byte(in)); err == nil {
			t.Errorf("%q is taken for syslog", in)
		}
	}
}

func TestAgain(t *testing.T) {
	b, _ := decodeAll(t, true,
		"Mar  7 14:01:59 web1 sshd[77]: Failed password for root from 198.51.100.7 port 5 ssh2",
		"Mar  7 14:02:30 web1 last message repeated 3 times",
		"Mar  7 14:02:31 web2 last message repeated 3 times")
	if len(b.Events) != 5 {
		t.Fatalf("%d events", len(b.Events))
	}
	for _, e := range b.Events[1:4] {
		if e.Program != "sshd" || e.PID != 77 || e.Time != b.Events[0].Time+31e9 {
			t.Errorf("a copy is %v", e)
		}
	}
	if e := b.Events[4]; e.Program != "" || e.Computer != "web2" {
		t.Errorf("another host's repeat is %v", e)
	}
	b, _ = decodeAll(t, false, "Mar  7 14:01:59 web1 sshd[77]: x", "Mar  7 14:01:59 web1 sshd[77]: last message repeated 2 times",
		"Mar  7 14:01:59 web1 sshd[78]: last message repeated 2 times")
	if len(b.Events) != 4 || b.Events[2].PID != 77 || b.Events[3].PID != 78 {
		t.Errorf("%d events", len(b.Events))
	}
	b, _ = decodeAll(t, false, "Mar  7 14:01:59 web1 a: b", "Mar  7 14:01:59 web1 last message repeated 4000000000 times",
		"Mar  7 14:01:59 web1 last message repeated 9999 times", "Mar  7 14:01:59 web1 last message repeated 9999 times",
		"Mar  7 14:01:59 web1 last message repeated 9999 times", "Mar  7 14:01:59 web1 last message repeated 9999 times",
		"Mar  7 14:01:59 web1 last message repeated 9999 times")
	if len(b.Events) != maxEvents || len(b.Unread) == 0 {
		t.Errorf("%d events, %d notes", len(b.Events), len(b.Unread))
	}
}

func TestFields(t *testing.T) {
	b, s := decodeAll(t, true, `<38>1 2024-03-07T14:01:59Z web1 sshd 77 ID47 [meta@8 seq="5" note="a\"b"][origin ip="10.0.0.1"] hello`)
	var got []string
	for _, f := range b.Events[0].Fields {
		got = append(got, s.FieldName(f.ID)+"="+f.Val)
	}
	want := `message=hello program=sshd hostname=web1 msgid=ID47 priority=info meta@8.seq=5 meta@8.note=a"b origin.ip=10.0.0.1`
	if g := strings.Join(got, " "); g != want {
		t.Errorf("got  %s\nwant %s", g, want)
	}
	if l := s.LogOf(b.Events[0].Log); l.Product != "linux" || strings.Join(l.Services, " ") != "sshd auth syslog" {
		t.Errorf("log %v", l)
	}
}

// The formats that are not syslog stay below what another decoder says of
// them; what is syslog is known.
func TestSniffShared(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data/dev")
	not := map[string]bool{}
	for _, n := range []string{
		"crowdsec.auditd-logs.auditd-logs.log", "crowdsec.dropbear-logs.dropbear-logs.log", "crowdsec.endlessh-logs.endlessh-logs.log",
		"crowdsec.sftpgo-bf.sftpgo-bf.log", "crowdsec.sftpgo-impossible-travel.sftpgo-impossible-travel.log", "fail2ban.cowrie.log",
		"auditd.log.test-truncated-execve.log", "plaso.audit_enriched.log", "wazuh.audit_scp.log", "wazuh.auditd.log", "wazuh.vsftpd.log",
	} {
		not[n] = true
	}
	for _, folder := range []string{"linux-auth", "hostile", "zeek", "aws", "suricata", "k8s", "windows-json", "gcp", "azure"} {
		files, err := filepath.Glob(filepath.Join(dir, folder, "*.log"))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range files {
			head, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			is := (folder == "linux-auth" || folder == "hostile" || strings.Contains(p, "ec2_logs")) && !not[filepath.Base(p)]
			if n := sniff(head); is && n < 50 || !is && n >= 20 {
				t.Errorf("%s: %d", p[len(dir)+1:], n)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"Mar  7 14:01:59 web1 sshd[77]: hello", "<38>1 2024-03-07T14:01:59Z web1 sshd 77 - [a b=\"c\"] hello",
		"Mar  7 14:01:59 web1 last message repeated 3 times", "1709820119.250000 web1 a[1]: b", "[  1.0] a b: c",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		decode, err := newDecoder(footfall.NewSchema(true), nil)
		if err != nil {
			t.Fatal(err)
		}
		var b footfall.Batch
		for range 2 {
			if decode(&b, in) == nil {
				for i := range b.Events {
					if len(b.Events[i].Message) > len(in) {
						t.Fatal("a message longer than its line")
					}
				}
			}
		}
		sniff(in)
	})
}
