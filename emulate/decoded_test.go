package emulate_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/emulate"
	"github.com/footfall/footfall/engine"
)

var update = flag.Bool("update", false, "rewrite golden files")

// A seen is what the program understood of a record.
type seen struct {
	at        time.Time
	yearless  bool
	kind      footfall.Kind
	outcome   footfall.Outcome
	user      string
	from      netip.Addr
	session   string
	eventID   uint32
	computer  string
	logonType uint8
	record    uint64
}

type place struct {
	input  string
	offset int64
}

// decoded reads a world's logs, of which nothing may be left unread.
func decoded(t *testing.T, dir string) map[place]seen {
	t.Helper()
	declared, err := os.ReadFile(filepath.Join(dir, "context.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	known, err := engine.ReadContext("context.yaml", declared)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	out := map[place]seen{}
	opt := engine.Options{Paths: []string{filepath.Join(dir, "logs")}, Decoders: decode.All, Year: monday.Year(), Context: known}
	stats, err := engine.Events(context.Background(), opt, io.Discard, func(b []byte, e *footfall.Event, _ *footfall.Schema, input string) []byte {
		mu.Lock()
		defer mu.Unlock()
		rel, err := filepath.Rel(dir, input)
		if err != nil {
			t.Error(err)
		}
		at := time.Unix(0, e.Time).UTC()
		out[place{filepath.ToSlash(rel), e.Offset}] = seen{
			at, at.Year() != monday.Year(), e.Kind, e.Outcome, strings.Clone(e.User.Name), e.From.Addr,
			strings.Clone(e.Session), e.EventID, strings.Clone(e.Computer), e.LogonType, e.Record,
		}
		return b
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stats {
		if s.Unread > 0 {
			t.Errorf("%s: %d unread: %v", s.Path, s.Unread, s.Reasons)
		}
	}
	return out
}

type lease struct {
	Address, Host string
	From, Until   time.Time
}

type hostTruth struct {
	Host string
	Skew float64 `json:"skew_seconds"`
}

// TestDecoded holds, for companies of several seeds, that all records are
// read, and that what is understood of those that truth tells of is the truth:
// the time but for the clock's error, the account, and an address that the
// source had at that time.
func TestDecoded(t *testing.T) {
	for seed := uint64(1); seed <= 6; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { readBack(t, world(t, 100, 2, seed)) })
	}
	for i, shape := range emulate.Shapes()[1:] {
		t.Run(shape, func(t *testing.T) {
			readBack(t, written(t, emulate.Config{People: 100, Days: 2, Seed: uint64(7 + i), Shape: shape, Campaigns: 60}))
		})
	}
}

func readBack(t *testing.T, dir string) {
	t.Helper()
	events := decoded(t, dir)
	skew := map[string]float64{}
	for _, h := range rows[hostTruth](t, dir, "hosts.ndjson") {
		skew[h.Host] = h.Skew
	}
	leases := map[string][]lease{}
	for _, l := range rows[lease](t, dir, "leases.ndjson") {
		leases[l.Address] = append(leases[l.Address], l)
	}
	checked := 0
	for _, r := range truth(t, dir) {
		e, ok := events[place{r.Input, r.Offset}]
		if !ok {
			t.Fatalf("no event for %+v", r)
		}
		agree(t, r, e, time.Duration(skew[r.Host]*1e9))
		if r.What == "logon" && r.From != r.To && e.from.IsValid() {
			checked++
			if !had(leases[e.from.String()], r.From, r.Time) && !natted.Contains(e.from) {
				t.Errorf("%s had no %v at %v: %+v", r.From, e.from, r.Time, r)
			}
		}
	}
	if checked < 1000 {
		t.Errorf("only %d addresses compared", checked)
	}
}

func agree(t *testing.T, r row, e seen, skew time.Duration) {
	t.Helper()
	want := r.Time.Add(skew)
	if e.yearless {
		want = want.AddDate(e.at.Year()-want.Year(), 0, 0)
	}
	if d := e.at.Sub(want); r.What != "connection" && (d > 2*time.Second || d < -2*time.Second) {
		t.Errorf("time %v, want %v: %+v", e.at, want, r)
	}
	_, name, _ := strings.Cut(strings.ToLower(r.Account), `\`)
	user, _, _ := strings.Cut(strings.ToLower(e.user), "@")
	switch r.What {
	case "logon":
		if e.kind != footfall.KindLogon && e.kind != footfall.KindCredential || e.outcome == footfall.Failure {
			t.Errorf("kind %v %v: %+v", e.kind, e.outcome, r)
		}
		if name != "" && user != name {
			t.Errorf("user %q: %+v", e.user, r)
		}
	case "failure":
		if e.outcome != footfall.Failure {
			t.Errorf("outcome %v: %+v", e.outcome, r)
		}
	case "vpn":
		if user != name {
			t.Errorf("user %q: %+v", e.user, r)
		}
	}
}

// natted holds the addresses that branches behind NAT have elsewhere.
var natted = netip.MustParsePrefix("10.16.63.0/24")

func had(list []lease, host string, at time.Time) bool {
	for _, l := range list {
		if l.Host == host && !at.Before(l.From.Add(-time.Second)) && !at.After(l.Until.Add(time.Second)) {
			return true
		}
	}
	return false
}

// TestLogonIDs holds that no two logons since a host's start have the same
// id, and that what is logged off was logged on.
func TestLogonIDs(t *testing.T) {
	dir := world(t, 100, 3, 11)
	type logon struct{ computer, id string }
	on, records := map[logon]uint64{}, 0
	events := decoded(t, dir)
	for _, e := range events {
		if e.eventID == 4624 && e.session != "0x3e7" {
			k := logon{e.computer, e.session}
			if n, twice := on[k]; twice && n != e.record {
				t.Errorf("%v twice: records %d and %d", k, n, e.record)
			}
			on[k] = e.record
			records++
		}
	}
	off := 0
	for _, e := range events {
		if e.eventID != 4634 {
			continue
		}
		if _, ok := on[logon{e.computer, e.session}]; !ok {
			off++
		}
	}
	if records < 1000 || off > records/100 { // those of a lossy collector
		t.Errorf("%d logons, %d logoffs of others", records, off)
	}
}

// TestGolden shows a small world: how much of what, and the first records of
// each source.
func TestGolden(t *testing.T) {
	dir := world(t, 100, 1, 1)
	var b strings.Builder
	var files []string
	for _, pattern := range []string{"*/*/*", "*/*", "*/*/*/*/*/*/*/*"} {
		list, err := filepath.Glob(filepath.Join(dir, "logs", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.IsDir() {
			continue
		}
		data := unpacked(t, f)
		fmt.Fprintf(&b, "%s: %d bytes, %d lines\n", strings.TrimPrefix(filepath.ToSlash(f), filepath.ToSlash(dir)+"/"), len(data), strings.Count(string(data), "\n"))
		for i, l := range strings.SplitN(string(data), "\n", 40) {
			if i%13 == 0 && i < 39 {
				fmt.Fprintf(&b, "\t%.600q\n", l)
			}
		}
	}
	path := filepath.Join("testdata", "small.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s is stale (go test ./emulate -update rewrites it)", path)
	}
}

// TestOrder holds that what is done in a session on a Unix host lies between
// its logon and its end.
func TestOrder(t *testing.T) {
	dir := world(t, 100, 2, 21)
	list := rows[sessionRow](t, dir, "sessions.ndjson.gz")
	of := map[int]*sessionRow{}
	for i := range list {
		of[list[i].Session] = &list[i]
	}
	seen, on := 0, map[int]time.Time{}
	all := truth(t, dir)
	for _, r := range all {
		if r.What == "logon" {
			on[r.Session] = r.Time
		}
	}
	for _, r := range all {
		x := of[r.Session]
		if r.What != "privilege" || x == nil {
			continue
		}
		seen++
		if r.Time.Before(x.Began) || r.Time.Before(on[r.Session]) || !x.Until.IsZero() && r.Time.After(x.Until) {
			t.Errorf("%+v lies outside of %+v", r, *x)
		}
	}
	if seen < 50 {
		t.Errorf("only %d uses of sudo", seen)
	}
}
