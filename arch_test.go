package footfall_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

const module = "github.com/footfall/footfall"

// may says what each package may import of this module. A package that
// neither is here nor has its parent here with /* may import nothing of it,
// and a line for which there is no package is an error too. Standing alone,
// "internal/*" means the helpers; these import the standard library and at
// most one module.
var may = map[string]string{
	"":             "",
	"internal/*":   "",
	"read":         ". internal/*",
	"decode/*":     ". internal/*",
	"decode":       ". internal/* decode/*",
	"sigma":        ". internal/*",
	"identify":     ". internal/*",
	"session":      ". internal/*",
	"history":      ". internal/*",
	"graph":        ". internal/*",
	"intel":        ". internal/*",
	"geo":          ". internal/*",
	"geo/*":        "geo",
	"analyze/*":    ". internal/*",
	"analyze":      ". internal/* analyze/*",
	"triage":       ". internal/*",
	"triage/*":     ". triage",
	"engine":       ". internal/* read decode sigma identify session history graph analyze triage intel geo",
	"report":       ". internal/*",
	"journal":      ". internal/*",
	"journal/*":    ".",
	"emulate":      ". internal/*",
	"emulate/*":    "", // what it writes is compared by who knows neither it nor a detector
	"rules":        "",
	"playbooks":    "",
	"examples/*":   "",
	"bench":        ". internal/* read decode sigma identify session history graph analyze triage intel geo engine report rules playbooks",
	"bench/paths":  ". internal/* decode engine graph history emulate emulate/score",
	"cmd/footfall": ". internal/* read decode sigma identify session history graph analyze triage triage/cacao intel geo engine report rules playbooks emulate emulate/score journal journal/runfile",
}

// helpers says which helpers may know the vocabulary or another helper, and why.
var helpers = map[string]string{
	"internal/frame":     "", // cuts bytes into records for read and decode
	"internal/winevent":  ". internal/jsonscan internal/xmlscan internal/csvscan internal/clock",
	"internal/pamline":   ".",
	"internal/hostport":  ".",
	"internal/firewall":  ".",
	"internal/ciscohead": "internal/clock",
	"internal/message":   ". internal/clock internal/hostport",                                // lines and messages of text logs
	"internal/trial":     ". internal/txtar internal/frame",                                   // the tests that decoders of text share
	"internal/record":    ". internal/jsonscan internal/hostport",                             // values of a record by their names, for decoders of JSON, key=value and CSV
	"internal/preface":   "internal/clock",                                                    // what stands before a device's own text in a line
	"internal/jsonlog":   ". internal/record internal/jsonscan internal/clock internal/frame", // what decoders of JSON logs share
	"internal/recent":    ".",
	"internal/flow":      ". internal/recent", // what analytics of connections share
	"internal/say":       ".",
	"internal/travel":    ".",
	"internal/ticket":    ".",

	"internal/kubeaudit": ". internal/clock internal/record", // calls of Kubernetes, which clouds log too
}

type pkg struct {
	ImportPath string
	Imports    []string
	Dir        string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Dir", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func short(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }

// TestImports keeps the data's way a straight line: a stage knows the
// vocabulary and its own plugins, and no other stage.
func TestImports(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		name := short(p.ImportPath)
		key, allowed, ok := lookup(name)
		seen[key] = true
		if !ok {
			t.Errorf("%s is not in the table of packages", name)
			continue
		}
		for _, imp := range p.Imports {
			if imp != module && !strings.HasPrefix(imp, module+"/") {
				continue
			}
			if !permitted(allowed, short(imp)) {
				t.Errorf("%s imports %s; it may import: %s", name, short(imp), allowed)
			}
		}
	}
	for key := range may {
		if !seen[key] {
			t.Errorf("%q is in the table, but there is no such package", key)
		}
	}
}

func lookup(name string) (key, allowed string, ok bool) {
	if a, found := helpers[name]; found {
		return "internal/*", a, true
	}
	if a, found := may[name]; found {
		return name, a, true
	}
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return name, "", false
	}
	key = name[:i] + "/*"
	a, found := may[key]
	return key, a, found
}

func permitted(allowed, imp string) bool {
	for _, a := range strings.Fields(allowed) {
		if a == "." && imp == "" || a == imp || strings.HasSuffix(a, "/*") && strings.HasPrefix(imp, strings.TrimSuffix(a, "*")) {
			return true
		}
	}
	return false
}

// TestModules keeps each third-party module behind one folder and the list of
// them in deps.txt, where a new line is a decision.
func TestModules(t *testing.T) {
	users := map[string][]string{}
	for _, p := range packages(t) {
		for _, imp := range p.Imports {
			host, _, _ := strings.Cut(imp, "/")
			if !strings.Contains(host, ".") || imp == module || strings.HasPrefix(imp, module+"/") {
				continue
			}
			mod := moduleOf(imp)
			if name := short(p.ImportPath); !slices.Contains(users[mod], name) {
				users[mod] = append(users[mod], name)
			}
		}
	}
	var lines []string
	for mod, in := range users {
		if len(in) > 1 {
			t.Errorf("%s is imported from %v; a module belongs behind one folder", mod, in)
		}
		lines = append(lines, mod+" "+strings.Join(in, " "))
	}
	slices.Sort(lines)
	golden(t, "deps.txt", []byte(strings.Join(lines, "\n")+"\n"))
}

// moduleOf is the module of an import path: the first three parts, or two for
// vanity hosts with a version behind.
func moduleOf(imp string) string {
	parts := strings.Split(imp, "/")
	n := 3
	if parts[0] == "go.yaml.in" || parts[0] == "golang.org" {
		n = min(3, len(parts))
	}
	return strings.Join(parts[:min(n, len(parts))], "/")
}

// TestPackageDocs asks every package to say what it is for, in at most eight lines.
func TestPackageDocs(t *testing.T) {
	for _, p := range packages(t) {
		doc := ""
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Error(err)
				continue
			}
			if d := parsed.Doc.Text(); d != "" {
				if doc != "" {
					t.Errorf("%s has two package comments", short(p.ImportPath))
				}
				doc = d
			}
		}
		switch n := strings.Count(doc, "\n"); {
		case len(files) > 0 && doc == "" && !onlyTests(files):
			t.Errorf("%s has no package comment", short(p.ImportPath))
		case n > 8:
			t.Errorf("%s has a package comment of %d lines, want at most 8", short(p.ImportPath), n)
		}
	}
}

func onlyTests(files []string) bool {
	return !slices.ContainsFunc(files, func(f string) bool { return !strings.HasSuffix(f, "_test.go") })
}

// TestFileLength keeps files readable.
func TestFileLength(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		data, err := os.ReadFile(path)
		if n := bytes.Count(data, []byte("\n")); n > 800 {
			t.Errorf("%s has %d lines, want at most 800", path, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoInit keeps hidden control flow out: tables are explicit lists.
func TestNoInit(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte("\nfunc init()")) {
			t.Errorf("%s has an init function", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale (go test . -update rewrites it)\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
