package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
)

// habits is a log of three weeks in which alice works on web1 and ann on db1,
// and at the end alice comes to db1.
func habits(from, to int) string {
	var b strings.Builder
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for d := from; d < to; d++ {
		for _, h := range []int{8, 13} {
			at := begin.AddDate(0, 0, d).Add(time.Duration(h) * time.Hour)
			fmt.Fprintf(&b, "%s web1 sshd[%d]: Accepted publickey for alice from 10.0.0.9 port 4000 ssh2\n", at.Format(time.RFC3339), 100+2*d+h)
			fmt.Fprintf(&b, "%s db1 sshd[%d]: Accepted publickey for ann from 10.0.0.10 port 4000 ssh2\n", at.Add(time.Minute).Format(time.RFC3339), 300+2*d+h)
		}
	}
	return b.String()
}

const newHost = "2026-03-23T09:00:00Z db1 sshd[7]: Accepted publickey for alice from 10.0.0.9 port 4000 ssh2\n"

func huntLog(t *testing.T, log string, change func(*Options)) *footfall.Run {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auth.log")
	if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	opt := Options{Paths: []string{path}, Decoders: decode.All, Analytics: Analytics, TempDir: t.TempDir(), Workers: 2}
	if change != nil {
		change(&opt)
	}
	h, err := Find(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	return h.Run
}

// hops are the whys of first hops.
func hops(r *footfall.Run) (out []string) {
	for _, f := range r.Findings {
		if f.Rule.ID == "firsthop" {
			out = append(out, f.Why)
		}
	}
	return out
}

// TestHistory: what one run learned the next one knows, and evidence given
// again counts once.
func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	with := func(o *Options) { o.History = file }
	if got := hops(huntLog(t, newHost, nil)); len(got) != 0 {
		t.Errorf("without a history: got %q", got)
	}
	huntLog(t, habits(0, 14), with)
	r := huntLog(t, habits(7, 21), with)
	if want := "what is usual was learned from 21 days since 2026-03-02; 28 steps that " + file + " held already did not count again"; len(r.Notes) == 0 || r.Notes[0] != want {
		t.Errorf("got notes %q, want %q", r.Notes, want)
	}
	got := hops(huntLog(t, newHost, with))
	if len(got) != 1 || !strings.Contains(got[0], "on 21 earlier days since 2026-03-02") {
		t.Errorf("with a history: got %q", got)
	}
	if err := os.WriteFile(file, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "auth.log")
	if err := os.WriteFile(path, []byte(newHost), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Find(t.Context(), Options{Paths: []string{path}, Decoders: decode.All, TempDir: t.TempDir(), History: file})
	if err == nil || !strings.Contains(err.Error(), "--history: "+file+": at offset 0: it is not a history file") {
		t.Errorf("a broken history: got %v", err)
	}
}

// TestLearnUntil: what came before is learned from and not judged.
func TestLearnUntil(t *testing.T) {
	end := time.Date(2026, 3, 23, 0, 0, 0, 0, time.UTC).UnixNano()
	log := habits(0, 21) + newHost
	if got := hops(huntLog(t, log, func(o *Options) { o.Learn = end })); len(got) != 1 {
		t.Errorf("after the time: got %q, want the one first hop", got)
	}
	if got := hops(huntLog(t, log, func(o *Options) { o.Learn = end + int64(24*time.Hour) })); len(got) != 0 {
		t.Errorf("before the time: got %q", got)
	}
}
