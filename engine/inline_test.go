package engine

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/playbooks"
)

// tight is a run that spills after a few hundred steps and forgets the names
// of sessions after a few hundred.
func tight(opt Options) Options {
	opt.spillAfter, opt.passAfter = 300, 200
	return opt
}

// TestSameWhenTight: what a run finds does not depend on what it spills and
// forgets.
func TestSameWhenTight(t *testing.T) {
	for _, paths := range [][]string{evidence(t), {moving(t)}} {
		want := printed(t, hunted(t, Options{Paths: paths}))
		if got := printed(t, hunted(t, tight(Options{Paths: paths}))); got != want {
			t.Errorf("%s: %s", paths, firstDifference([]byte(got), []byte(want)))
		}
	}
}

// moving is a folder with the log of servers where numbers of sessions are
// given again and again, some after weeks, and where one intruder is among many.
func moving(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	rnd := rand.New(rand.NewPCG(3, 9))
	var b bytes.Buffer
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	line := func(host, pid int, format string, args ...any) {
		fmt.Fprintf(&b, "%s srv%d sshd[%d]: %s\n", at.Format("2006-01-02T15:04:05.000000Z"), host, pid, fmt.Sprintf(format, args...))
	}
	for i := range 12_000 {
		at = at.Add(time.Duration(rnd.IntN(200)) * time.Second)
		host, pid, who := rnd.IntN(20), 1000+rnd.IntN(900), rnd.IntN(60)
		switch rnd.IntN(8) {
		case 0, 1, 2:
			line(host, pid, "Accepted publickey for user%d from 10.0.%d.%d port %d ssh2: ED25519 SHA256:%043d", who, who%5, who, 30000+i%30000, who)
			line(host, pid, "pam_unix(sshd:session): session opened for user user%d(uid=%d) by user%d(uid=0)", who, 1000+who, who)
		case 3, 4:
			line(host, pid, "pam_unix(sshd:session): session closed for user user%d", who)
		case 5:
			line(host, pid, "Failed password for root from 203.0.113.%d port %d ssh2", i%9, 30000+i%30000)
		case 6:
			line(host, pid, "Accepted password for user%d from 203.0.113.77 port %d ssh2", i%60, 40000+i%20000)
		case 7:
			line(host, pid, "Disconnected from user user%d 10.0.%d.%d port %d", who, who%5, who, 30000+i%30000)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "auth.log"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestKeptWhenTight: the steps that a run lists are the same as well.
func TestKeptWhenTight(t *testing.T) {
	list := func(opt Options) (out []string) {
		opt.Decoders, opt.Analytics, opt.Playbooks, opt.Keep = decode.All, analyze.All, playbooks.Files(), true
		h, err := Find(context.Background(), opt)
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		for s := range h.Steps() {
			x := *s
			x.Session, x.Parent, x.Extra = 0, 0, 0
			n := h.Names.String
			out = append(out, fmt.Sprintln(x.Time, x.ID, x.Kind, x.Ref, n(s.Session), n(s.Parent), n(s.Account), n(s.DstHost), n(s.Command)))
		}
		if h.keep.err != nil {
			t.Fatal(h.keep.err)
		}
		return out
	}
	paths := []string{moving(t), example}
	want, got := list(Options{Paths: paths}), list(tight(Options{Paths: paths}))
	if !slices.Equal(got, want) || len(want) < 10_000 || !strings.Contains(strings.Join(want, ""), " srv3|1") {
		t.Errorf("%d steps, want %d: %s", len(got), len(want), firstDifference([]byte(strings.Join(got, "")), []byte(strings.Join(want, ""))))
	}
}

// TestPack: packed steps come back as they were.
func TestPack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 1))
	names := footfall.NewNames()
	var p packer
	var data []byte
	var want []footfall.Step
	for i := range 5000 {
		s := synthetic(names, rnd, i)
		var session, parent []byte
		if i%3 > 0 {
			session = fmt.Appendf(nil, "srv%d|%d", i%7, i)
			s.Session = names.Pass(string(session))
		}
		if i%5 > 2 {
			parent = bytes.Repeat([]byte{'p'}, 1+rnd.IntN(footfall.MaxName))
			s.Parent = names.Pass(string(parent))
		}
		if i%3 == 0 {
			s.Session = names.Intern("one that stays")
		}
		want = append(want, s)
		data = p.append(data, &s, func(n footfall.Name) []byte {
			switch {
			case n == 0:
			case n == s.Session && session != nil:
				return session
			case n == s.Parent:
				return parent
			}
			return nil
		})
	}
	u := unpacker{r: bufio.NewReaderSize(bytes.NewReader(data), 1024)}
	for i := range want {
		if more, err := u.next(); !more || err != nil {
			t.Fatalf("step %d: %v, %v", i, more, err)
		}
		s := u.cur
		u.texts.named(&s, names)
		if s != want[i] {
			t.Fatalf("step %d: got %+v, want %+v", i, s, want[i])
		}
	}
	if more, err := u.next(); more || err != nil {
		t.Errorf("got %v, %v behind the last", more, err)
	}
	u = unpacker{r: bufio.NewReader(bytes.NewReader(data[:len(data)-1]))}
	var err error
	for more := true; more && err == nil; {
		more, err = u.next()
	}
	if err == nil {
		t.Error("no error where the last step is cut")
	}
}
