package engine

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
)

// guesses is a log of several chunks in which one password is guessed, with
// empty lines and lines of other programs between.
func guesses() []byte {
	var b []byte
	for i := range 40_000 {
		b = fmt.Appendf(b, "2026-03-02T08:%02d:%02d.%06d+00:00 web1 cron[%d]: a job that takes some room in the log\n", i/1200, i/20%60, i%20, i)
		switch {
		case i%7 == 0:
			b = append(b, "\n\r\n"...)
		case i%1000 == 500:
			b = fmt.Appendf(b, "2026-03-02T08:%02d:%02d.9+00:00 web1 sshd[%d]: Failed password for root from 192.0.2.7 port 4000 ssh2\n", i/1200, i/20%60, i)
		}
	}
	return append(b, "2026-03-02T08:59:00.0+00:00 web1 sshd[7]: Accepted password for root from 192.0.2.7 port 4000 ssh2"...)
}

// TestPlaces holds that evidence names the line and the offset at which its
// record stands, whatever the log lies in.
func TestPlaces(t *testing.T) {
	log := guesses()
	dir := t.TempDir()
	half := bytes.IndexByte(log[len(log)/2:], '\n') + len(log)/2 + 1
	gap := append(bytes.Repeat([]byte("\n"), 2<<20), bytes.Repeat([]byte("x"), 17<<20)...) // a record too long to be read
	gap = append(append(append([]byte{}, log[:half]...), append(gap, '\n')...), log[half:]...)
	files := map[string][]byte{
		"plain.log": log, "packed.gz": gz(t, append([]byte("\n"), log...)), "in.zip": zipped(t, "log", append([]byte("\n\n"), log...)),
		"gap.log": gap,
	}
	content := map[string][]byte{"packed.gz": append([]byte("\n"), log...), "in.zip!/log": append([]byte("\n\n"), log...)}
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r := hunted(t, Options{Paths: []string{path}, Workers: 2})
		seen := 0
		for _, f := range r.Findings {
			for _, ref := range f.Evidence {
				rec, ok := r.Lookup(ref)
				if !ok {
					t.Fatalf("%s: no record of %v", name, ref)
				}
				in := data
				if c := content[strings.TrimPrefix(rec.Input, dir+"/")]; c != nil {
					in = c
				}
				line := 1 + bytes.Count(in[:rec.Offset], []byte("\n"))
				if !bytes.HasPrefix(in[rec.Offset:], []byte(rec.Raw)) || !strings.Contains(rec.Raw, "sshd") || uint64(line) != rec.Number {
					t.Fatalf("%s: record %d at %d, in line %d: %q", name, rec.Number, rec.Offset, line, rec.Raw)
				}
				seen++
			}
		}
		if seen < 5 {
			t.Errorf("%s: %d records of evidence", name, seen)
		}
	}
}

// TestMembersOfOneName: what is said of an input is its own, also when another
// member of the archive has its name.
func TestMembersOfOneName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.tar")
	member := func(text string) string {
		h := make([]byte, 512)
		copy(h, "log")
		copy(h[100:], "0000600\x000000000\x000000000\x00")
		copy(h[124:], fmt.Sprintf("%011o\x0000000000000\x00        0", len(text)))
		sum := 0
		for _, c := range h {
			sum += int(c)
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
		return string(h) + text + strings.Repeat("\x00", (512-len(text)%512)%512)
	}
	data := member(goodLine) + member(goodLine+strings.Replace(goodLine, "100", "101", 1)+"no log\n") + strings.Repeat("\x00", 1024)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, in := range hunted(t, Options{Paths: []string{path}}).Inputs {
		got = append(got, fmt.Sprint(in.Records, " ", in.Unread, " ", in.State))
	}
	if s := strings.Join(got, ", "); s != "1 0 read, 2 1 partly" {
		t.Error(s)
	}
}

// TestOneEventInManyDresses: the same native record is one event though one
// dress gives its time to 100 ns, one to the millisecond and one to the second.
func TestOneEventInManyDresses(t *testing.T) {
	dresses := map[string]string{
		"beat.json": `{"@timestamp":"2026-03-01T10:00:00.123Z","event":{"code":"4624","provider":"Microsoft-Windows-Security-Auditing"},"winlog":{"channel":"Security","computer_name":"FS1.corp.example","event_id":4624,"record_id":7001,"provider_name":"Microsoft-Windows-Security-Auditing","event_data":{"TargetUserName":"kim","TargetDomainName":"CORP","TargetLogonId":"0x3e8a1","LogonType":"3","IpAddress":"192.0.2.9"}}}`,
		"nx.json":   `{"EventTime":"2026-03-01 10:00:00","Hostname":"FS1.corp.example","EventID":4624,"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","RecordNumber":7001,"TargetUserName":"kim","TargetDomainName":"CORP","TargetLogonId":"0x3e8a1","LogonType":"3","IpAddress":"192.0.2.9"}`,
		"event.xml": `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4624</EventID><TimeCreated SystemTime='2026-03-01T10:00:00.123456700Z'/><EventRecordID>7001</EventRecordID><Channel>Security</Channel><Computer>FS1.corp.example</Computer></System><EventData><Data Name='TargetUserName'>kim</Data><Data Name='TargetDomainName'>CORP</Data><Data Name='TargetLogonId'>0x3e8a1</Data><Data Name='LogonType'>3</Data><Data Name='IpAddress'>192.0.2.9</Data></EventData></Event>`,
	}
	dir := t.TempDir()
	for name, text := range dresses {
		other := strings.ReplaceAll(strings.ReplaceAll(text, "7001", "7002"), "kim", "mara")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"+other+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, err := Find(context.Background(), Options{Paths: []string{dir}, Decoders: decode.All, Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	got := 0
	for range h.Steps() {
		got++
	}
	if got != 2 {
		t.Errorf("%d steps from two events in three dresses", got)
	}
}

func TestUnique(t *testing.T) {
	var u unique
	f := func(want bool, time int64, id uint64, native bool, ref footfall.Ref, rule footfall.Name) {
		t.Helper()
		if got := u.keep(&footfall.Step{Time: time, ID: id, Native: native, Ref: ref, Rule: rule}); got != want {
			t.Errorf("kept: %v, want %v", got, want)
		}
	}
	a, b := footfall.Ref{Input: 1, Offset: 10}, footfall.Ref{Input: 2, Offset: 10}
	f(true, 5e9, 1, true, a, 0)
	f(true, 5e9, 1, true, a, 9) // a hit on it
	f(true, 5e9+1, 2, true, b, 0)
	f(false, 5e9+2, 1, true, b, 0) // again, and its hit
	f(false, 5e9+2, 1, true, b, 9)
	f(true, 5e9+3, 1, false, b, 0) // no number of its own
	f(true, 5e9+3, 1, false, a, 0)
	f(true, 6e9, 1, true, b, 0) // the number begins anew
	for i := range uint64(3 * maxSeen) {
		f(true, 7e9, i, true, a, 0)
	}
	if len(u.seen) > maxSeen {
		t.Errorf("%d are remembered", len(u.seen))
	}
}
