package sshd_test

import (
	"fmt"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode/sshd"
	"github.com/footfall/footfall/decode/syslog"
)

// mix is what a server that faces the Internet writes, in about the shares in
// which it does.
func mix() [][]byte {
	heads := []string{"Mar  7 14:01:59 web1", "2026-03-07T14:01:59.391078+01:00 web1"}
	texts := []string{
		"Failed password for root from 198.51.100.7 port 50022 ssh2",
		"Failed password for invalid user admin from 198.51.100.8 port 50023 ssh2",
		"Invalid user admin from 198.51.100.8 port 50023",
		"pam_unix(sshd:auth): check pass; user unknown",
		"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.8 ",
		"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.7  user=root",
		"Connection closed by authenticating user root 198.51.100.7 port 50022 [preauth]",
		"Connection closed by invalid user admin 198.51.100.8 port 50023 [preauth]",
		"Received disconnect from 198.51.100.9 port 40000:11: Bye Bye [preauth]",
		"Disconnected from authenticating user root 198.51.100.9 port 40000 [preauth]",
		"Accepted publickey for ana from 2001:db8::5 port 50022 ssh2: ED25519 SHA256:pT0q5xyQ+PG1Z3CIiShclJ2iNya5TOdKDgE",
		"pam_unix(sshd:session): session opened for user ana(uid=1000) by (uid=0)",
		"Disconnected from user ana 2001:db8::5 port 50022",
		"pam_unix(sshd:session): session closed for user ana",
	}
	var out [][]byte
	for i, t := range texts {
		out = append(out, fmt.Appendf(nil, "%s sshd[%d]: %s", heads[i%2], 1000+i, t))
	}
	return out
}

// line returns what decodes a line as the decode stage does.
func line(t testing.TB) func(b *footfall.Batch, line []byte) {
	schema := footfall.NewSchema(false)
	envelope, err := syslog.Decoder.New(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	message, err := sshd.Decoder.New(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func(b *footfall.Batch, line []byte) {
		if err := envelope(b, line); err != nil {
			t.Fatal(err)
		}
		if err := message(b, footfall.Bytes(b.Current().Message)); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	lines, decode := mix(), line(b)
	size := 0
	for _, l := range lines {
		size += len(l)
	}
	var batch footfall.Batch
	b.SetBytes(int64(size / len(lines)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i&4095 == 0 {
			batch.Reset()
		}
		decode(&batch, lines[i%len(lines)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func TestAllocs(t *testing.T) {
	lines, decode := mix(), line(t)
	var batch footfall.Batch
	all := func() {
		batch.Reset()
		for _, l := range lines {
			decode(&batch, l)
		}
	}
	all()
	if n := testing.AllocsPerRun(100, all); n != 0 {
		t.Errorf("%v allocations for %d lines", n, len(lines))
	}
}
