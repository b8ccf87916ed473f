package utmp

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/txtar"
)

// made makes a record of a layout.
func made(l *layout, kind int, pid uint32, line, user, host, addr string, at time.Time) []byte {
	p := make([]byte, l.size)
	le := binary.LittleEndian
	le.PutUint16(p[l.kind:], uint16(kind))
	le.PutUint32(p[l.pid:], pid)
	copy(p[l.line:l.line+lineLen], line)
	copy(p[l.user:l.user+l.users], user)
	copy(p[l.host:l.host+l.hosts], host)
	le.PutUint32(p[l.sec:], uint32(at.Unix()))
	le.PutUint32(p[l.usec:], uint32(at.Nanosecond()/1000))
	if addr != "" && l.addr >= 0 {
		copy(p[l.addr:], netip.MustParseAddr(addr).AsSlice())
	}
	return p
}

// file makes the records of the samples: a start, a logon from afar and at the
// desk, their ends, two failed logons of which one's name looks like log text.
func file(l *layout) []byte {
	at := time.Date(2031, 5, 2, 8, 0, 0, 5000, time.UTC)
	var out []byte
	add := func(kind int, pid uint32, line, user, host, addr string) {
		out = append(out, made(l, kind, pid, line, user, host, addr, at)...)
		at = at.Add(time.Minute)
	}
	if l == &mac {
		add(signature, 0, "", "utmpx-1.00", "", "")
	}
	add(bootTime, 0, "~", "reboot", "6.1.0-18-amd64", "")
	add(loginProcess, 700, "tty1", "LOGIN", "", "")
	add(userProcess, 811, "pts/0", "alice", "198.51.100.7", "198.51.100.7")
	add(userProcess, 900, ":0", "bob", ":0", "")
	add(userProcess, 950, "pts/1", "carol", "ws7.example.net", "2001:db8::7")
	add(deadProcess, 811, "pts/0", "", "", "")
	add(loginProcess, 960, "ssh:notty", "root", "203.0.113.5", "203.0.113.5")
	add(loginProcess, 961, "ssh:notty", "x from 192.0.2.1", "203.0.113.5", "203.0.113.5")
	add(empty, 0, "", "", "", "")
	return out
}

// failures makes a btmp: of sshd, with any bytes as a name, and of login, whose
// records are those of a success.
func failures(l *layout) []byte {
	at := time.Date(2031, 5, 2, 9, 0, 0, 0, time.UTC)
	var out []byte
	add := func(kind int, line, id, user, host, addr string) {
		p := made(l, kind, 900, line, user, host, addr, at)
		copy(p[l.id:], id)
		out, at = append(out, p...), at.Add(time.Minute)
	}
	add(loginProcess, "ssh:notty", "", "dora", "203.0.113.5", "203.0.113.5")
	add(loginProcess, "ssh:notty", "", "x\nMay  2 09:00:00 a sshd[1]: A", "203.0.113.5", "203.0.113.5")
	add(loginProcess, "ssh:notty", "", "", "203.0.113.5", "203.0.113.5")
	add(userProcess, "pts/3", "tn/3", "dora", "198.51.100.9", "198.51.100.9")
	add(userProcess, "pts/3", "tn/3", "UNKNOWN", "198.51.100.9", "198.51.100.9")
	add(loginProcess, "pts/2", "0", "root", "", "")
	return out
}

// waiters makes a wtmp in which telnetd waits for a name, and then has one.
func waiters() []byte {
	at := time.Date(2031, 5, 2, 10, 0, 0, 0, time.UTC)
	return append(made(&linux, loginProcess, 30, "pts/0", ".telnet", "ws7", "", at), made(&linux, userProcess, 30, "pts/0", "dora", "ws7", "", at.Add(time.Second))...)
}

func TestSamples(t *testing.T) {
	for name, want := range map[string][]byte{
		"utmp": file(&linux), "utmp-64": file(&linux64), "utmp-mac": file(&mac), "btmp": failures(&linux), "btmp-64": failures(&linux64), "waiting": waiters(),
	} {
		path := filepath.Join("testdata", name+".txtar")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := txtar.Parse(data)
		in, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(f.Get("in.base64")), nil)))
		if err != nil || !bytes.Equal(in, want) {
			t.Errorf("%s does not hold the records that are made for it: %v", path, err)
		}
	}
}

func TestSniff(t *testing.T) {
	for _, l := range []*layout{&linux, &linux64, &mac} {
		for _, other := range []*layout{&linux, &linux64, &mac} {
			if got := l.sniff(file(other)); got > 0 != (l == other) {
				t.Errorf("records of %d bytes look like %d: %d", other.size, l.size, got)
			}
		}
	}
	for _, d := range []*footfall.Decoder{&Failed, &WideFailed} {
		of := map[int]*layout{linux.size: &linux, linux64.size: &linux64}[d.Block]
		if a, b := d.Sniff(failures(of)), of.sniff(failures(of)); a <= b {
			t.Errorf("btmp of %d bytes: %d as btmp, %d as wtmp", of.size, a, b)
		}
		for _, in := range [][]byte{file(of), waiters()} {
			if d.Sniff(in) > 0 {
				t.Errorf("wtmp of %d bytes is taken for btmp", of.size)
			}
		}
	}
	for _, in := range [][]byte{nil, make([]byte, 4000), bytes.Repeat([]byte("text "), 1000)} {
		if linux.sniff(in)+linux64.sniff(in)+mac.sniff(in) > 0 {
			t.Errorf("%.10q is taken", in)
		}
	}
}

// TestShared reads files that systems wrote.
func TestShared(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	for path, d := range map[string]*footfall.Decoder{"linux-auth/*utmp*": &Decoder, "macos/*utmpx*": &Mac} {
		files, err := filepath.Glob(filepath.Join(dir, path))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", path, err)
		}
		for _, file := range files {
			in, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d.Sniff(in) < 80 {
				t.Errorf("%s is not recognised", file)
			}
			f, err := d.New(footfall.NewSchema(true), nil)
			if err != nil {
				t.Fatal(err)
			}
			var b footfall.Batch
			for ; len(in) >= d.Block; in = in[d.Block:] {
				if err := f(&b, in[:d.Block]); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
			logons := 0
			for i := range b.Events {
				if e := &b.Events[i]; e.Kind == footfall.KindLogon && e.User.Name != "" {
					logons++
				}
			}
			if logons == 0 {
				t.Errorf("%s: no logon in %d events", file, len(b.Events))
			}
		}
	}
}

func TestNoAllocs(t *testing.T) {
	f, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	in := file(&linux)
	var b footfall.Batch
	run := func() {
		b.Reset()
		for p := in; len(p) > 0; p = p[linux.size:] {
			if err := f(&b, p[:linux.size]); err != nil {
				t.Fatal(err)
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	for _, l := range []*layout{&linux, &linux64, &mac} {
		f.Add(file(l))
		f.Add(failures(l))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, d := range []*footfall.Decoder{&Decoder, &Failed, &Wide, &WideFailed, &Mac} {
			d.Sniff(in)
			decode, err := d.New(footfall.NewSchema(true), nil)
			if err != nil {
				t.Fatal(err)
			}
			var b footfall.Batch
			for p := in; len(p) > 0; p = p[min(len(p), d.Block):] {
				_ = decode(&b, p[:min(len(p), d.Block)]) // only that it ends without a panic is asked for
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	f, err := Decoder.New(footfall.NewSchema(false), nil)
	if err != nil {
		b.Fatal(err)
	}
	in := file(&linux)
	var batch footfall.Batch
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		batch.Reset()
		for p := in; len(p) > 0; p = p[linux.size:] {
			if err := f(&batch, p[:linux.size]); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(in)/linux.size)/b.Elapsed().Seconds(), "records/s")
}
