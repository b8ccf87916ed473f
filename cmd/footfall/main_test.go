package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"footfall": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the command line as users do: each script under testdata is
// commands and what they must print and return.
func TestScripts(t *testing.T) {
	example, err := filepath.Abs("../../examples/company")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("EXAMPLE", example)
			e.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "monsters": monsters, "peak": peak, "sample": sample, "parts": parts},
	})
}

// status runs a command and compares its exit status: status 3 footfall hunt x.
func status(ts *testscript.TestScript, _ bool, args []string) {
	want := args[0]
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		type coder interface{ ExitCode() int }
		if c, ok := err.(coder); ok {
			got = string(rune('0' + c.ExitCode()))
		} else {
			ts.Fatalf("%v", err)
		}
	}
	if got != want {
		ts.Fatalf("exit status %s, want %s", got, want)
	}
}

// sample writes a sample of one record that hits and one that must not, which
// a script cannot hold itself: sample FILE HIT MISS.
func sample(ts *testscript.TestScript, _ bool, args []string) {
	text := "-- hit syslog --\n" + args[1] + "\n-- miss syslog --\n" + args[2] + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// parts makes the parts of a sample, which a script cannot hold itself, of
// lines such as ">> case": parts FILE.
func parts(ts *testscript.TestScript, _ bool, args []string) {
	text := regexp.MustCompile(`(?m)^>> (.*)$`).ReplaceAllString(ts.ReadFile(args[0]), "-- $1 --")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// monsters makes what tries a program's memory: a line of 100 MiB and a gzip
// file of much more than it seems.
func monsters(ts *testscript.TestScript, _ bool, _ []string) {
	line := append(bytes.Repeat([]byte("x"), 100<<20), '\n')
	ts.Check(os.WriteFile(ts.MkAbs("line.log"), append([]byte(ts.ReadFile("good.log")), line...), 0o600))
	f, err := os.Create(ts.MkAbs("bomb.gz"))
	ts.Check(err)
	w := gzip.NewWriter(f)
	for range 4 {
		_, err := w.Write(line)
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(f.Close())
}

// peak fails when the stats in a file say that more MiB were taken than given:
// peak stats.json 512.
func peak(ts *testscript.TestScript, _ bool, args []string) {
	var s struct {
		Peak int64 `json:"peak_bytes"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &s))
	most, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	if s.Peak == 0 || s.Peak > most<<20 {
		ts.Fatalf("%d MiB were taken, want at most %d", s.Peak>>20, most)
	}
}
