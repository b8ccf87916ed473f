package main

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// units are what calendars and clocks are made of: they say nothing about
// attackers.
var units = map[time.Duration]bool{time.Hour: true, 24 * time.Hour: true, 7 * 24 * time.Hour: true}

// excused are spans that both name, with why that is none of the generator's
// windows: attackers draw log-uniformly between them.
var excused = map[time.Duration]string{
	5 * 24 * time.Hour:  "the border of two classes of time between hops; a working week of the vocabulary (footfall.EnoughDays)",
	21 * 24 * time.Hour: "how old a logon may be to be stolen from, at most; how long sessions without an end are believed in",
}

// windows are the spans of time of half an hour and more that a package's code
// names (shorter ones are slack of clocks and of records that come late), by the file that names it first. Only files that wanted fits count.
func windows(t *testing.T, dir string, wanted func(file string) bool) map[time.Duration]string {
	t.Helper()
	set := token.NewFileSet()
	list, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range list {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(set, "source", nil)}
	if _, err := conf.Check(dir, set, files, info); err != nil {
		t.Fatal(err)
	}
	out := map[time.Duration]string{}
	for _, f := range files {
		if name := filepath.Base(set.Position(f.Pos()).Filename); wanted(name) {
			spans(f, info, func(d time.Duration) {
				if out[d] == "" {
					out[d] = name
				}
			})
		}
	}
	return out
}

// spans gives the largest constant expressions that are spans of time: of a
// type that counts nanoseconds, or numbers that only such can be.
func spans(f *ast.File, info *types.Info, take func(time.Duration)) {
	ast.Inspect(f, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		v := info.Types[e]
		if v.Value == nil {
			return true
		}
		x := constant.ToInt(v.Value)
		if ns, exact := constant.Int64Val(x); exact && ns >= int64(30*time.Minute) && ns <= int64(400*24*time.Hour) && ns%int64(time.Second) == 0 {
			take(time.Duration(ns))
		}
		return false
	})
}

// TestNoSharedWindows: what the detector takes for long or short is nothing
// that attackers are made with.
func TestNoSharedWindows(t *testing.T) {
	root := filepath.Join("..", "..")
	detector := windows(t, filepath.Join(root, "graph"), func(string) bool { return true })
	// The company may keep to any hours, and scenarios to what was published.
	attackers := map[string]bool{"attack.go": true, "campaign.go": true, "cell.go": true, "foothold.go": true, "move.go": true, "past.go": true}
	generator := windows(t, filepath.Join(root, "emulate"), func(file string) bool { return attackers[file] })
	if len(detector) == 0 || len(generator) == 0 {
		t.Fatalf("%d spans of the detector and %d of the generator: nothing is compared", len(detector), len(generator))
	}
	for d, file := range detector {
		if other := generator[d]; other != "" && !units[d] && excused[d] == "" {
			t.Errorf("%v is in graph/%s and in emulate/%s", d, file, other)
		}
	}
}
