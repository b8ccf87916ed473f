package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// minutes after noon.
func m(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

func opened(id string, findings ...string) Entry {
	return Entry{Case: id, What: Opened, Body: Body{
		Text: "Case " + id, Level: footfall.LevelHigh, Findings: findings, Decision: "escalate to T2, at once", Reasons: []string{"r1"},
		Clocks: []Clock{{"acknowledge", "15m0s"}, {"decide", "1h0m0s"}, {"contain", "4h0m0s"}},
	}}
}

// write appends to the journal of a folder as one process would.
func write(t *testing.T, dir string, now time.Time, who string, list ...Entry) *Book {
	t.Helper()
	b, err := Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Append(now, who, list...), b.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

func load(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestWork(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("a1", "f1", "f2"), opened("b2", "f3"))
	write(t, dir, m(10), "kim", Entry{Case: "a1", What: Taken, Body: Body{Owner: "kim", Tier: "L1"}})
	write(t, dir, m(20), "kim", Entry{Case: "a1", What: Noted, Body: Body{Text: "asked <the> owner\n\x1b[2J"}},
		Entry{Case: "a1", What: Tasked, Body: Body{Task: "t1021.ask_owner", State: "done", Text: "it was not her"}},
		Entry{Case: "a1", What: Tasked, Body: Body{Task: "own-1", State: "open", Text: "call the branch office"}})
	write(t, dir, m(30), "kim", Entry{Case: "a1", What: Escalated, Body: Body{Tier: "T2", Reason: "a domain controller is in it"}})
	write(t, dir, m(60), "lea", Entry{Case: "a1", What: Moved, Body: Body{Status: footfall.StatusContained}})
	write(t, dir, m(90), "lea", Entry{Case: "a1", What: Closed, Body: Body{Verdict: footfall.JudgementTruePositive, Reason: "the account was phished"}})

	l := load(t, dir)
	f := l.File("a1")
	w := f.Work
	if w.Number != 1 || w.Owner != "kim" || w.Tier != "T2" || w.Status != footfall.StatusClosed || w.Judgement != footfall.JudgementTruePositive {
		t.Errorf("%+v", w)
	}
	for i, want := range []time.Duration{10, 30, 60} {
		if c := w.Clocks[i]; time.Duration(c.Stopped-c.Started) != want*time.Minute {
			t.Errorf("%s ran %v, want %d min", c.ID, time.Duration(c.Stopped-c.Started), want)
		}
	}
	if len(w.Notes) != 1 || w.Notes[0].Text != "asked <the> owner\n\x1b[2J" {
		t.Errorf("notes %+v", w.Notes)
	}
	if len(w.Decisions) != 3 || w.Decisions[1].Cause != "a domain controller is in it" {
		t.Errorf("decisions %+v", w.Decisions)
	}
	c := l.Apply([]*footfall.Case{{ID: "a1", Tasks: []footfall.Task{{ID: "t1021.ask_owner", State: "open", Text: "ask"}}}}, nil)[0]
	if len(c.Tasks) != 2 || c.Tasks[0].State != "done" || c.Tasks[0].Who != "kim" || !strings.Contains(c.Tasks[0].Note, "not her") || c.Tasks[1].Text != "call the branch office" {
		t.Errorf("tasks %+v", c.Tasks)
	}
	if b := l.File("b2").Work; b.Number != 2 || b.Changed != 0 || b.Clocks[0].Stopped != 0 {
		t.Errorf("nobody touched the second case, but: %+v", b)
	}
}

// A clock stands while the status says that the thing is done, and runs on
// when the case goes back.
func TestClocksPause(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("a1", "f1"))
	write(t, dir, m(10), "kim", Entry{Case: "a1", What: Moved, Body: Body{Status: footfall.StatusContained}})
	write(t, dir, m(100), "kim", Entry{Case: "a1", What: Moved, Body: Body{Status: footfall.StatusEscalated}})
	c := load(t, dir).File("a1").Work.Clocks[2]
	if ran := m(130).UnixNano() - c.Started; c.Stopped != 0 || time.Duration(ran) != 40*time.Minute {
		t.Errorf("after 10 minutes, a pause and 30 minutes the clock shows %v", time.Duration(ran))
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("a1", "f1"), opened("b2", "f2"))
	f := func(e Entry, want string) {
		t.Helper()
		b, err := Hold(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if err := b.Append(m(1), "kim", e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %s", e, err, want)
		}
	}
	f(Entry{Case: "zz", What: Noted, Body: Body{Text: "x"}}, "never opened")
	f(Entry{Case: "a1", What: Closed, Body: Body{Verdict: footfall.JudgementBenign, Reason: " "}}, "verdict and a reason")
	f(Entry{Case: "a1", What: Reopened, Body: Body{Cause: "x"}}, "not closed")
	f(Entry{Case: "a1", What: Noted}, "without a text")
	f(Entry{Case: "a1", What: Merged, Body: Body{Case: "a1"}}, "not there")
	f(Entry{Case: "a1", What: Unmerged, Body: Body{Case: "b2"}}, "not merged")
	f(Entry{Case: "a1", What: Split, Body: Body{Case: "x", Findings: []string{"f2"}}}, "not in the case")
	f(Entry{Case: "a1", What: Noted, Body: Body{Text: strings.Repeat("x", maxText+1)}}, "bytes of text")
	f(Entry{Case: "a1", What: Noted, Body: Body{Text: "\xff"}}, "UTF-8")
	f(Entry{Case: "a1", What: Moved, Body: Body{Status: footfall.StatusClosed}}, "with a verdict")
	f(Entry{Case: "a1", What: Opened}, "second time")
	write(t, dir, m(1), "kim", Entry{Case: "b2", What: Closed, Body: Body{Verdict: footfall.JudgementBenign, Reason: "x"}})
	f(Entry{Case: "b2", What: Escalated, Body: Body{Tier: "T2"}}, "opened again first")
	f(Entry{Case: "b2", What: Moved, Body: Body{Status: footfall.StatusTriage}}, "opened again first")
	if l := load(t, dir); l.Seq != 3 {
		t.Errorf("%d entries, want 3: what is refused is not written", l.Seq)
	}
}

// What a crash leaves of the last entry, whatever it is, is set aside, is told,
// and the work goes on.
func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("a1", "f1"))
	name := filepath.Join(dir, Name)
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	headBefore, err := os.ReadFile(filepath.Join(dir, headFile))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, m(1), "kim", Entry{Case: "a1", What: Noted, Body: Body{Text: "the last words"}})
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for n := len(before); n <= len(whole); n++ {
		crashed := append([]byte(nil), whole[:n]...)
		tornAt(t, crashed, headBefore, n > len(before) && n < len(whole)-1, n >= len(whole)-1)
		if n > len(before) && n < len(whole) {
			zeros := append(crashed, make([]byte, len(whole)-n)...)
			tornAt(t, zeros, headBefore, true, false)
		}
	}
}

func tornAt(t *testing.T, text, head []byte, torn, kept bool) {
	t.Helper()
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, Name), text, 0o644), os.WriteFile(filepath.Join(dir, headFile), head, 0o644)); err != nil {
		t.Fatal(err)
	}
	if l := load(t, dir); torn != (l.Tail != nil) || torn != (len(l.Notes) > 0) {
		t.Errorf("%d bytes: torn %v, notes %v", len(text), l.Tail != nil, l.Notes)
	}
	write(t, dir, m(2), "lea", Entry{Case: "a1", What: Noted, Body: Body{Text: "and on it goes"}})
	l := load(t, dir)
	notes := l.File("a1").Work.Notes
	want := 1
	if kept {
		want = 2
	}
	if l.Tail == nil && len(notes) == want && notes[want-1].Text == "and on it goes" {
		aside, err := os.ReadFile(filepath.Join(dir, tornFile))
		if torn != (err == nil) || torn && !bytes.Contains(text, bytes.TrimRight(aside, "\n\x00")) {
			t.Errorf("%d bytes: what was torn is %q", len(text), aside)
		}
		return
	}
	t.Errorf("%d bytes: tail %q, notes %+v", len(text), l.Tail, notes)
}

// A journal that was altered is read up to there and not written to.
func TestBroken(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("a1", "f1"))
	for i := range 4 {
		write(t, dir, m(i), "kim", Entry{Case: "a1", What: Noted, Body: Body{Text: fmt.Sprintf("note %d", i)}})
	}
	text, err := os.ReadFile(filepath.Join(dir, Name))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	f := func(name string, line int, reason string, parts ...[]byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, Name), bytes.Join(parts, nil), 0o644); err != nil {
			t.Fatal(err)
		}
		b, err := Hold(dir)
		var broken *Broken
		if !errors.As(err, &broken) || broken.Line != line || !strings.Contains(broken.Reason, reason) {
			t.Errorf("%s: got %v, want line %d: %s", name, err, line, reason)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	changed := bytes.Replace(lines[2], []byte("note 1"), []byte("note 7"), 1)
	f("changed", 3, "was changed", lines[0], lines[1], changed, lines[3], lines[4])
	f("left out", 3, "entries 3 to 3 are missing", lines[0], lines[1], lines[3], lines[4])
	f("cut off", 5, "entries 5 to 5 are missing at the end", lines[0], lines[1], lines[2], lines[3])
	f("all gone", 1, "entries 1 to 5 are missing", nil)
	f("exchanged", 2, "missing before it", lines[0], lines[2], lines[1], lines[3], lines[4])
	f("twice", 3, "entry 2 where 3 is due", lines[0], lines[1], lines[1], lines[2], lines[3], lines[4])
	f("half a line inside", 3, "too short", lines[0], lines[1], lines[2][:40], []byte("\n"), lines[3], lines[4])
	f("a line of nothing", 2, "too short", lines[0], []byte("\n"), lines[1], lines[2], lines[3], lines[4])

	// An entry that somebody made and hashed himself still breaks the chain.
	forged, err := Read(bytes.NewReader(bytes.Join(lines[:2], nil)))
	if err != nil {
		t.Fatal(err)
	}
	e := Entry{Time: m(9), Who: "kim", Case: "a1", What: Noted, Body: Body{Text: "forged"}}
	line, err := forged.bind(&e)
	if err != nil {
		t.Fatal(err)
	}
	bound := func(text string) []byte {
		if err := forged.Add(&e); err != nil {
			t.Fatal(err)
		}
		e = Entry{Time: m(9), Who: "kim", Case: "a1", What: Noted, Body: Body{Text: text}}
		line, err := forged.bind(&e)
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	then, last := bound("and more"), bound("and the last")
	f("forged", 4, "does not go on from the entry before", lines[0], lines[1], line, lines[3], lines[4])
	f("forged in their place", 5, "another one than was noted", lines[0], lines[1], line, then, last)
}

// TestMain lets the test binary be the other process.
func TestMain(m *testing.M) {
	if dir := os.Getenv("JOURNAL_WRITER"); dir != "" {
		for i := range 20 {
			b, err := Hold(dir)
			if err == nil {
				err = errors.Join(b.Append(noon, os.Getenv("JOURNAL_WHO"), Entry{Case: "a1", What: Noted, Body: Body{Text: fmt.Sprint(i)}}), b.Close())
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			fmt.Println(i)
		}
		return
	}
	os.Exit(m.Run())
}

// Processes that write at once lose nothing.
func TestWriters(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("a1", "f1"))
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), "JOURNAL_WRITER="+dir, fmt.Sprintf("JOURNAL_WHO=w%d", i))
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		}()
	}
	wait.Wait()
	l := load(t, dir)
	next := map[string]int{}
	for _, n := range l.File("a1").Work.Notes {
		if n.Text != fmt.Sprint(next[n.Who]) {
			t.Errorf("%s wrote %s where %d was due", n.Who, n.Text, next[n.Who])
		}
		next[n.Who]++
	}
	if len(next) != 4 || l.Seq != 81 {
		t.Errorf("%d entries by %v, want 81", l.Seq, next)
	}
}

// Whenever a process is killed, what it said it wrote is there, the journal
// verifies, and the next one goes on.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, m(0), Program, opened("a1", "f1"))
	said := 0
	for i := range 25 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "JOURNAL_WRITER="+dir, "JOURNAL_WHO=w")
		var out bytes.Buffer
		c.Stdout = &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(3+2*i) * time.Millisecond)
		_ = c.Process.Kill() // it may be done already
		_ = c.Wait()
		said += bytes.Count(out.Bytes(), []byte("\n"))
		if l := load(t, dir); len(l.File("a1").Work.Notes) < said {
			t.Fatalf("%d notes are there of %d that were acknowledged", len(l.File("a1").Work.Notes), said)
		}
	}
	write(t, dir, m(1), "kim", Entry{Case: "a1", What: Noted, Body: Body{Text: "on it goes"}})
	if l := load(t, dir); l.Tail != nil || said == 0 {
		t.Errorf("tail %q, %d notes were acknowledged", l.Tail, said)
	}
}

// Whatever the bytes are, reading ends, and what is taken for a journal can be
// gone on with.
func FuzzRead(f *testing.F) {
	dir := f.TempDir()
	b, err := Hold(dir)
	if err != nil {
		f.Fatal(err)
	}
	err = errors.Join(b.Append(m(0), Program, opened("a1", "f1", "f2"), opened("b2", "f3")),
		b.Append(m(1), "kim", Entry{Case: "a1", What: Merged, Body: Body{Case: "b2"}}, Entry{Case: "a1", What: Noted, Body: Body{Text: "<\u2028>"}}), b.Close())
	if err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, Name))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:len(text)-9])
	f.Add(bytes.ReplaceAll(text, []byte("kim"), []byte("tim")))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		if int64(len(l.Entries)) != l.Seq || l.Size+int64(len(l.Tail)) > int64(len(text)) {
			t.Fatalf("%d entries, the last one %d; %d bytes of %d", len(l.Entries), l.Seq, l.Size, len(text))
		}
		e := opened(fmt.Sprintf("new %d", l.Seq), "f9")
		e.Time, e.Who = noon, Program
		line, err := l.bind(&e)
		if err != nil {
			t.Fatal(err)
		}
		end := "\n"
		if !l.Unended {
			end = ""
		}
		again, err := Read(strings.NewReader(string(text[:l.Size]) + end + string(line)))
		if err != nil || again.Seq != l.Seq+1 {
			t.Fatalf("it cannot be gone on with: %v", err)
		}
	})
}

// FuzzEntries folds entries of any order that a writer could hash himself.
func FuzzEntries(f *testing.F) {
	f.Add([]byte{1, 0, 0, 1, 1, 0, 15, 0, 1, 16, 0, 1, 17, 0, 1, 12, 0, 0, 13, 0, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		s := newState()
		names := [...]string{"a", "b", "c", "d"}
		for i := 0; i+2 < len(ops) && i < 300; i += 3 {
			e := Entry{
				Time: m(i), Who: [...]string{Program, "kim"}[ops[i]>>7], What: 1 + Verb(ops[i]%uint8(verbEnd-1)), Case: names[ops[i+1]%4],
				Body: Body{Case: names[ops[i+2]%4], Findings: []string{names[ops[i+2]>>6]}, Verdict: footfall.Judgement(ops[i+2] % 11), Status: footfall.Status(ops[i+2] % 6), Reason: "r", Cause: "c", Text: "t", Owner: "o", Task: "own-1", State: "open", Clocks: []Clock{{"decide", "1h"}}},
			}
			if e.What == Split {
				e.Body.Case = e.Body.Findings[0]
			}
			line, err := s.bind(&e)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := decode(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
				t.Fatal(err)
			}
			if s.Add(&e) != nil {
				continue
			}
			for _, x := range s.Files {
				if r := s.Root(x); r.Into != "" {
					t.Fatalf("%s has no root", x.Key)
				}
			}
		}
		var cases []*footfall.Case
		for _, n := range names {
			cases = append(cases, &footfall.Case{ID: n, Findings: []*footfall.Finding{{ID: n}}})
		}
		again := func(fs []*footfall.Finding, _ []*footfall.Fact, _ []footfall.Hop) *footfall.Case {
			return &footfall.Case{Findings: fs}
		}
		parts := s.Part(cases, again)
		for _, e := range s.Reconcile(parts, cases) {
			e.Time, e.Who = noon, Program
			if _, err := s.bind(&e); err != nil {
				t.Fatal(err)
			}
			if err := s.Add(&e); err != nil {
				t.Fatalf("%s %s: %v", e.What, e.Case, err)
			}
		}
		shown := s.Apply(parts, again)
		held := map[string]int{}
		for _, c := range shown {
			for _, x := range c.Findings {
				held[x.ID]++
			}
		}
		if want := (map[string]int{"a": 1, "b": 1, "c": 1, "d": 1}); !reflect.DeepEqual(held, want) {
			t.Fatalf("findings in cases: %v", held)
		}
	})
}
