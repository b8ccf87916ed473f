package sshd_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode/sshd"
	"github.com/footfall/footfall/decode/syslog"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/shared"
)

// read decodes a file as the decode stage does, a list of events for each line.
func read(t testing.TB, path string) (lines []string, events [][]footfall.Event) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared.Dir(t), "data/dev", path))
	if err != nil {
		t.Fatal(err)
	}
	return readLines(t, string(data))
}

func readLines(t testing.TB, data string) (lines []string, events [][]footfall.Event) {
	t.Helper()
	schema := footfall.NewSchema(false)
	envelope, err := syslog.Decoder.New(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	message, err := sshd.Decoder.New(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	lines = strings.Split(strings.TrimSuffix(data, "\n"), "\n")
	for _, l := range lines {
		from := len(b.Events)
		if err := envelope(&b, []byte(l)); err != nil {
			t.Logf("%q: %v", l, err)
		}
		for i, n := from, len(b.Events); i < n; i++ {
			if e := b.Reopen(i); strings.HasPrefix(e.Program, "sshd") {
				if err := message(&b, footfall.Bytes(e.Message)); err != nil {
					t.Logf("%q: %v", l, err)
				}
			}
		}
		events = append(events, append([]footfall.Event(nil), b.Events[from:]...))
	}
	return lines, events
}

// host is the peer of an event as text, in the spelling that fail2ban's truth has.
func host(e *footfall.Event) string {
	if e.From.Addr.IsValid() {
		return e.From.Addr.String()
	}
	return e.From.Host
}

func failed(e *footfall.Event) bool {
	return e.Outcome == footfall.Failure && (e.Kind == footfall.KindLogon || e.Kind == footfall.KindCredential || e.Kind == footfall.KindAttempt)
}

// fail2ban's truth says at which line a host is to blame. It counts a
// connection once, where it is sure, and forgives what a success follows;
// an event says what its own message says. Those lines are left out.
func TestFail2ban(t *testing.T) {
	for _, name := range []string{"fail2ban.sshd.log", "fail2ban.sshd-journal.log"} {
		lines, events := read(t, "linux-auth/"+name)
		peers := map[uint32]string{}
		agree, all := 0, 0
		for i, row := range table(t, "linux-auth/"+name+".expected.tsv") {
			e := &events[i][0]
			if h := host(e); h != "" {
				peers[e.PID] = h // a message without its client is of the connection's
			}
			if row.match && e.Outcome == footfall.Success || !row.match && failed(e) && (e.Kind != footfall.KindLogon || e.Auth == footfall.AuthKey) {
				continue
			}
			all++
			if row.match == failed(e) && (row.host == "" || peers[e.PID] == row.host) && sameTime(e.Time, row.time) {
				agree++
				continue
			}
			t.Logf("%d %s\nwant %v %q %s, got %v %q %v", i+1, lines[i], row.match, row.host, row.time, failed(e), peers[e.PID], time.Unix(0, e.Time).UTC())
		}
		t.Logf("%s: %d of %d", name, agree, all)
		if agree*100 < all*98 || all < 90 {
			t.Errorf("%s: %d of %d lines agree", name, agree, all)
		}
	}
}

type truth struct {
	match      bool
	host, time string
}

func table(t *testing.T, path string) (rows []truth) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared.Dir(t), "data/dev", path))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		c := append(strings.Split(l, "\t"), "", "", "")
		if a, err := netip.ParseAddr(c[2]); err == nil {
			c[2] = a.String()
		}
		rows = append(rows, truth{c[1] == "true", c[2], c[3]})
	}
	return rows
}

// sameTime compares with a time of the truth, which was taken in Zurich, in
// summer for the lines that name a zone.
func sameTime(ns int64, want string) bool {
	w, err := time.Parse("2006-01-02T15:04:05", want)
	if err != nil {
		return want == ""
	}
	if clock.Unresolved(ns) {
		return clock.InYear(ns, w.Year())/1e9 == w.Unix()
	}
	return ns/1e9 == w.Unix()-2*3600
}

// The messages of sshd in the shared logs are known, but for those that tell
// nothing of a logon.
func TestKnown(t *testing.T) {
	quiet := []string{"input_userauth_request: ", "PAM service(", "pam_", "check pass; user unknown", "debug1: ", "Received signal ", "Bad packet length "}
	files, err := filepath.Glob(filepath.Join(shared.Dir(t), "data/dev/linux-auth/*.log"))
	if err != nil {
		t.Fatal(err)
	}
	unknown, all := 0, 0
	for _, p := range files {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if syslog.Decoder.Sniff(data) < 60 {
			continue
		}
		_, events := readLines(t, string(data))
		for _, e := range slices.Concat(events...) {
			if !strings.HasPrefix(e.Program, "sshd") {
				continue
			}
			all++
			if e.Kind == footfall.KindUnknown && !slices.ContainsFunc(quiet, func(q string) bool { return strings.HasPrefix(e.Message, q) }) {
				unknown++
				t.Logf("%s: %s", filepath.Base(p), e.Message)
			}
		}
	}
	if all < 3000 || unknown > 2 {
		t.Errorf("%d of %d messages are unknown", unknown, all)
	}
}
