package engine

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/playbooks"
)

const recordings = "../examples/recordings"

// A recordedLog is a log of a recording: how it must be read, and what of the
// truth it must show.
type recordedLog struct {
	format  string            // decoder that must recognise it; none: it is no log, or empty
	records int64             // records that it must have, 0 if they are not lines
	at      []string          // destinations of the truth that it is the log of, or "=" and how actions begin; none: what it tells is compared elsewhere or not at all
	outcome string            // of the actions that it is the log of, when it is of one only
	kinds   []footfall.Kind   // kinds of events that show an action; none: logons
	service footfall.Service  // of those events
	users   map[string]string // what the log writes for a user; "*failure" for any whose action failed
	without map[string]string // actions ("action user", "action" or a time) that it does not show, and why
	extra   map[string]string // logons beyond the truth ("user source outcome"), and why
	again   string            // why an action may have several logons
	from    string            // why a logon that succeeded may be without its source
	more    []string          // addresses of hosts that the truth does not name
	of      string            // folder whose truth it is compared with, when it is not its own
}

// An action is a row of truth.tsv.
type action struct {
	time                      time.Time
	what, user, source, where string
	outcome                   string
}

func (a *action) key() string { return a.what + " " + a.user }

func actions(t *testing.T, folder string) (out []action) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(recordings, folder, "truth.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 6 {
			t.Fatalf("%s: %q has %d columns", folder, line, len(f))
		}
		if f[0] == "time" {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, f[0])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, action{at, f[1], strings.ReplaceAll(f[2], `\n`, "\n"), f[3], f[4], f[5]})
	}
	return out
}

// span is how long after an action began its record may be written, and how
// long before, as some logs cut their times to seconds.
const (
	before = 1100 * time.Millisecond
	after  = 13 * time.Second
)

// shows reports whether an event is the record of an action in a log.
func (r *recordedLog) shows(a *action, e *footfall.Event) bool {
	at := time.Unix(0, e.Time)
	if e.Time != 0 && (at.Before(a.time.Add(-before)) || at.After(a.time.Add(after))) {
		return false
	}
	return r.tells(a, e)
}

// tells is shows for any time.
func (r *recordedLog) tells(a *action, e *footfall.Event) bool {
	if !slices.Contains(r.shown(), e.Kind) || e.Outcome.String() != a.outcome {
		return false
	}
	return e.Service == r.service && r.whence(a, e) && r.who(a, e)
}

func (r *recordedLog) shown() []footfall.Kind {
	if r.kinds == nil {
		return []footfall.Kind{footfall.KindLogon}
	}
	return r.kinds
}

func (r *recordedLog) whence(a *action, e *footfall.Event) bool {
	if a.source == "-" || r.from != "" && a.outcome == "success" && !e.From.Addr.IsValid() {
		return !e.From.Addr.IsValid()
	}
	return e.From.Addr.String() == a.source || !e.From.Addr.IsValid() && e.From.Host != "" && e.From.Host == hostNames[a.source]
}

// hostNames are the names in the recordings' /etc/hosts.
var hostNames = map[string]string{"10.77.0.21": "ws1", "10.77.0.66": "evil"}

func (r *recordedLog) who(a *action, e *footfall.Event) bool {
	want := a.user
	if v, ok := r.users[a.user]; ok {
		want = v
	}
	if v, ok := r.users["*"+a.outcome]; ok {
		want = v
	}
	if want == "-" {
		want = ""
	}
	if from, to, ok := strings.Cut(want, " to "); ok && a.source == "-" {
		return e.User.Name == from && e.Target.Name == to
	}
	return e.User.Name == want
}

// TestRecordings holds what is read of logs of real servers against what was
// done to them: each log is recognised and read whole, each action is found in
// each log that can show it, and no log tells of a logon that never was.
func TestRecordings(t *testing.T) {
	events, stats := recordedEvents(t)
	var seen []string
	for name, s := range stats {
		seen = append(seen, name)
		r := recordedLogs[name]
		if r == nil {
			t.Errorf("%s is not in the table", name)
			continue
		}
		if s.Format != r.format {
			t.Errorf("%s is recognised as %q, want %q", name, s.Format, r.format)
		}
		if s.Unread != 0 && r.format != "" {
			t.Errorf("%s: %d records are unread: %v", name, s.Unread, s.Reasons)
		}
		if r.records != 0 && s.Records != r.records {
			t.Errorf("%s has %d records, want %d", name, s.Records, r.records)
		}
	}
	for name := range recordedLogs {
		if !slices.Contains(seen, name) {
			t.Errorf("%s is in the table and was not read", name)
		}
	}
	for folder, names := range byFolder(seen) {
		t.Run(folder, func(t *testing.T) {
			for _, name := range names {
				if r := recordedLogs[name]; r != nil {
					r.compare(t, name, actions(t, cmp.Or(r.of, folder)), events[name])
				}
			}
		})
	}
}

func byFolder(names []string) map[string][]string {
	slices.Sort(names)
	out := map[string][]string{}
	for _, n := range names {
		folder, _, _ := strings.Cut(n, "/")
		out[folder] = append(out[folder], n)
	}
	return out
}

func recordedEvents(t *testing.T) (map[string][]footfall.Event, map[string]footfall.InputStat) {
	t.Helper()
	opt := Options{Decoders: decode.All, Receipt: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}
	files, err := filepath.Glob(recordings + "/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if base := filepath.Base(f); base != "record.sh" && base != "truth.tsv" {
			opt.Paths = append(opt.Paths, f)
		}
	}
	var mu sync.Mutex
	events := map[string][]footfall.Event{}
	in, err := Events(context.Background(), opt, io.Discard, func(dst []byte, e *footfall.Event, _ *footfall.Schema, input string) []byte {
		c := copied(e)
		c.Reason = e.Reason
		mu.Lock()
		defer mu.Unlock()
		name := within(t, input)
		events[name] = append(events[name], c)
		return dst
	})
	if err != nil {
		t.Fatal(err)
	}
	stats := map[string]footfall.InputStat{}
	for _, s := range in {
		stats[within(t, s.Path)] = s
	}
	return events, stats
}

func within(t *testing.T, path string) string {
	t.Helper()
	name, err := filepath.Rel(recordings, path)
	if err != nil {
		t.Error(err)
	}
	return filepath.ToSlash(name)
}

// compare holds the events of one log against the actions of its recording.
func (r *recordedLog) compare(t *testing.T, name string, truth []action, events []footfall.Event) {
	t.Helper()
	slices.SortStableFunc(events, func(a, b footfall.Event) int { return int(a.Record) - int(b.Record) })
	taken := map[uint64]bool{} // by record
	for _, reasoned := range []bool{false, true} {
		for i := range truth {
			a := &truth[i]
			why := cmp.Or(r.without[a.key()], r.without[a.what], r.without[a.time.Format("15:04:05.000")])
			if a.outcome == "none" || !r.isOf(a) || (why != "") != reasoned {
				continue
			}
			at := slices.IndexFunc(events, func(e footfall.Event) bool { return !taken[e.Record] && r.shows(a, &e) })
			switch {
			case at >= 0 && reasoned:
				t.Errorf("%s: %s %s is found at record %d: take it from the list", name, a.time.Format(time.TimeOnly), a.key(), events[at].Record)
			case at < 0 && !reasoned:
				t.Errorf("%s: %s %s from %s at %s, %s, is not found", name, a.time.Format(time.TimeOnly), a.key(), a.source, a.where, a.outcome)
			case at >= 0:
				taken[events[at].Record] = true
			}
		}
	}
	known := addresses(truth, r.more)
	used := map[string]bool{}
	for i := range events {
		e := &events[i]
		for _, end := range []netip.Addr{e.From.Addr, e.To.Addr} {
			if end.IsValid() && !known[end] && !end.IsMulticast() && !end.IsLinkLocalUnicast() {
				t.Errorf("%s: record %d speaks of %s, who was not there", name, e.Record, end)
			}
		}
		if taken[e.Record] || e.Kind != footfall.KindLogon || e.Outcome == footfall.OutcomeUnknown {
			continue
		}
		if r.again != "" && slices.ContainsFunc(truth, func(a action) bool { return r.isOf(&a) && r.shows(&a, e) }) {
			continue
		}
		key := fmt.Sprintf("%s %s %s", e.User.Name, e.From.Addr, e.Outcome)
		if used[key] = true; r.extra[key] == "" {
			t.Errorf("%s: record %d is a logon that never was: %q from %s, %s", name, e.Record, e.User.Name, e.From.Addr, e.Outcome)
		}
	}
	for key := range r.extra {
		if !used[key] {
			t.Errorf("%s: no logon is %q: take it from the list", name, key)
		}
	}
}

// isOf reports whether an action was done to what the log is of.
func (r *recordedLog) isOf(a *action) bool {
	if r.outcome != "" && r.outcome != a.outcome {
		return false
	}
	for _, at := range r.at {
		if what, ok := strings.CutPrefix(at, "="); ok && strings.HasPrefix(a.what, what) || !ok && a.where == at {
			return true
		}
	}
	return false
}

// addresses are those of the recording's hosts.
func addresses(truth []action, more []string) map[netip.Addr]bool {
	out := map[netip.Addr]bool{}
	for _, s := range append([]string{"127.0.0.1", "::1", "0.0.0.0", "::"}, more...) {
		out[netip.MustParseAddr(s)] = true
	}
	for i := range truth {
		for _, s := range []string{truth[i].source, truth[i].where} {
			if a, err := netip.ParseAddr(s); err == nil {
				out[a] = true
			} else if p, err := netip.ParseAddrPort(s); err == nil {
				out[p.Addr()] = true
			}
		}
	}
	return out
}

// TestRecordedHunt holds what a hunt through all recordings finds at high or
// above: the guesses that succeeded, by who guessed, and nothing else.
func TestRecordedHunt(t *testing.T) {
	h, err := Find(context.Background(), Options{
		Paths: []string{recordings}, Decoders: decode.All, Analytics: Analytics, Playbooks: playbooks.Files(),
		Rules: builtinRules(t), Receipt: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	r := h.Run
	guessed := map[string]bool{}
	for _, f := range r.Findings {
		t.Logf("%s %s: %s %v", f.Level, f.Title, f.Why, f.Attack)
		if f.Level < footfall.LevelHigh {
			continue
		}
		if !slices.ContainsFunc(f.Attack, func(a string) bool { return strings.HasPrefix(a, "T1110") }) {
			t.Errorf("%s: %s is not borne out by what was done", f.Title, f.Why)
		}
		for _, who := range []string{"198.51.100.66", "192.0.2.66", "10.77.0.66"} {
			if strings.Contains(f.Why, "from "+who+" ") {
				guessed[who] = true
			}
		}
	}
	for _, who := range []string{"198.51.100.66", "192.0.2.66", "10.77.0.66"} {
		if !guessed[who] {
			t.Errorf("nobody is said to have guessed from %s", who)
		}
	}
}
