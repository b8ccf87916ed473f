package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKept: what is done is not done again, unless the code is another one or
// its line was cut off.
func TestKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "worlds.ndjson")
	k, err := readKept(path, "a")
	if err != nil {
		t.Fatal(err)
	}
	r := made(1)
	r.Code = "a"
	if err := k.add(r); err != nil {
		t.Fatal(err)
	}
	r = made(2)
	r.Code = "b"
	if err := k.add(r); err != nil {
		t.Fatal(err)
	}
	if err := k.close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"code":"a","plan":{"se`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	k, err = readKept(path, "a")
	if err != nil {
		t.Fatal(err)
	}
	if err := k.add(made(3)); err != nil {
		t.Fatal(err)
	}
	k.close()
	if k, err = readKept(path, ""); err != nil || len(k.runs) != 1 {
		t.Errorf("after a line that was cut off: got %v, %v", k.runs, err)
	}
	if k, err = readKept(path, "a"); err != nil {
		t.Fatal(err)
	}
	defer k.close()
	if len(k.runs) != 1 || k.runs[made(1).Plan.String()] == nil || len(k.runs[made(1).Plan.String()].Campaigns) != 41 {
		t.Errorf("got %v, want the first", k.runs)
	}
}

func TestOptions(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		if _, err := readOptions(args, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", args, err, want)
		}
	}
	f("not a number", "-seeds", "1,x")
	f("is not one of office", "-shapes", "round")
	f("-cells", "-cells", "goal=wealth")
	f("unexpected argument", "now")
	o, err := readOptions([]string{"-seeds", "8,9", "-shapes", "flat,hub", "-cells", "goal=target;goal=spread,gap=hours", "-sweep=false"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if p := o.plans(); len(p) != 4 || p[0].String() == p[1].String() || len(p[0].config("x").Cells) != 2 {
		t.Errorf("got %v", p)
	}
}

// TestPage: each table has its place in the page.
func TestPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "paths.md")
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "paths.md"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	p := &page{o: &options{sweep: true}, runs: []*run{made(1), made(2)}, cost: &cost{}, probes: &probes{leak: &leak{}, shuffled: made(3)}}
	for range 2 {
		if err := p.rewrite(path); err != nil {
			t.Fatal(err)
		}
	}
	once, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(once), "| detector | budget |"); n != 1 {
		t.Errorf("the table of cases a day is there %d times", n)
	}
	if !strings.Contains(string(once), "## What this does not show") {
		t.Error("prose is lost")
	}
}
