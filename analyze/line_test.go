package analyze_test

import (
	"encoding/binary"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
)

func TestSpans(t *testing.T) {
	n := footfall.NewNames()
	pc, sec, sys := n.Intern("pc1"), n.Intern("Security"), n.Intern("System")
	got := analyze.Spans([]footfall.Coverage{
		{Host: pc, Log: sys, First: 5, Last: 9, Records: 3},
		{Host: pc, Log: sec, First: 40, Last: 50, Lowest: 1, Highest: 10, Records: 10}, // cleared: numbers begin anew
		{Host: pc, Log: sec, First: 10, Last: 20, Lowest: 100, Highest: 149, Records: 50},
		{Host: pc, Log: sec, First: 20, Last: 30, Lowest: 160, Highest: 169, Records: 10},
	}, n)
	want := []footfall.HostSpan{
		{Host: "pc1", Log: "Security", First: 10, Last: 50, Records: 70, Missing: 10},
		{Host: "pc1", Log: "System", First: 5, Last: 9, Records: 3},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
}

// TestNoAllocs holds that steps of ordinary work cost no memory once warm.
func TestNoAllocs(t *testing.T) {
	n := footfall.NewNames()
	b := newBed(n, nil, analyze.All, nil)
	steps := work(n, 2000)
	var kept []footfall.Step
	for _, s := range steps {
		// A logon makes its session, and strangers make findings.
		if s.Kind != footfall.KindLogon {
			kept = append(kept, s)
		}
	}
	var out footfall.Sink
	var s footfall.Step
	all := func() {
		for _, s = range kept {
			b.observe(&s, &out)
		}
	}
	all()
	if got := testing.AllocsPerRun(5, all); got > 0 {
		t.Errorf("got %v allocations in %d warm steps, want 0", got, len(kept))
	}
}

// FuzzSteps runs steps of any content through everything behind border 2.
func FuzzSteps(f *testing.F) {
	f.Add([]byte{1, 1, 3, 5, 9, 2, 7, 1, 4, 200, 3, 1, 1, 1, 1, 1})
	f.Add([]byte("a seed with many different bytes in it, to begin with: 0123456789 ABCDEF xyz"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := footfall.NewNames()
		names := []footfall.Name{0}
		for _, s := range []string{
			"10.0.0.1", "10.0.0.2", "203.0.113.9", "127.0.0.1", "0.0.0.0", "fe80::1", "ws1", "srv1", "dc1", `corp\alice`, `corp\srv1$`, "root", "$", `\`, "|",
			"srv1|0x5", "dc1|0x3e7", "ADMIN$\\x.exe", "svcctl", "atsvc", "x-stdin", `C:\Windows\System32\wsmprovhost.exe`, "sshd", "cmd.exe", "mmc.exe", "services.exe", "svchost.exe",
			"powershell -enc AAAAAAAAAAAAAAAAAAAA", "net user x /add", `\\tsclient\c\x`, "tscon 2 /dest:rdp-tcp#1", "-embedding", "%COMSPEC% /c x", "S-1-5-18", "S-1-0-0", "TERMSRV/x", "\xff\xfe", "é",
		} {
			names = append(names, n.Intern(s))
		}
		b := newBed(n, nil, analyze.All, nil)
		var out footfall.Sink
		var at int64
		for ; len(data) >= 16; data = data[16:] {
			at += int64(binary.LittleEndian.Uint16(data)) * int64(data[2]) * 1e8
			pick := func(i int) footfall.Name { return names[int(data[i])%len(names)] }
			s := footfall.Step{
				Time: at, ID: binary.LittleEndian.Uint64(data), Kind: footfall.Kind(data[3] % 32), Service: footfall.Service(data[4]), Outcome: footfall.Outcome(data[5] % 3),
				Reason: footfall.Reason(data[5] / 3 % 12), Auth: footfall.Auth(data[6] % 12), LogonType: data[7] % 12, Flags: footfall.Flags(data[8]), Local: int8(data[9]%3) - 1,
				Event: []uint32{0, 4648, 4672, 4697, 4698, 7045, 300}[data[9]%7], SrcAddr: pick(10), DstHost: pick(11), Account: pick(12), Target: pick(13), Session: pick(14), Object: pick(15),
				Command: pick(13), Image: pick(10), SrcHost: pick(9), SID: pick(8), Parent: pick(7), Rule: 0,
			}
			b.observe(&s, &out)
		}
		b.line.Flush(at, &out)
		for _, f := range out.Found {
			if f.ID == "" || f.Rule == nil || f.Title == "" || f.Why == "" || f.Innocent == "" || f.Level == footfall.LevelUnknown || f.Weight <= 0 || len(f.Evidence) == 0 || len(f.Evidence) > footfall.MaxEvidence || f.Count < 1 || f.Last < f.First {
				t.Errorf("a finding lacks something: %+v", f)
			}
		}
	})
}
