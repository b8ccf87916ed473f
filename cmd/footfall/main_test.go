package main

import (
	"os"
	"path/filepath"
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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "sample": sample},
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
