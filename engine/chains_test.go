package engine

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/playbooks"
)

// A link is a hop that reading a recording by hand showed.
type link struct {
	line             int
	from, to, who    string // who is "-" where no record names an account
	services         []string
	drawn, onPath    string // "yes", or "no: why"; onPath also "apart: why" for a hop in another case
	recordsThatShown string
}

// chains are the links of testdata/chains.tsv by the first file of their scenario.
func chains(t *testing.T) map[string][]link {
	t.Helper()
	data, err := os.ReadFile("testdata/chains.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]link{}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 8 {
			t.Fatalf("chains.tsv:%d has %d columns, want 8", n, len(f))
		}
		for _, v := range []string{f[5], f[6]} {
			if word, why, ok := strings.Cut(v, ": "); v != "yes" && (!ok || why == "" || word != "no" && word != "apart") {
				t.Fatalf("chains.tsv:%d: %q is neither yes nor has a reason", n, v)
			}
		}
		out[f[0]] = append(out[f[0]], link{n, f[1], f[2], f[3], strings.Split(f[4], "|"), f[5], f[6], f[7]})
	}
	return out
}

func (l *link) is(from, to, who string, service footfall.Service) bool {
	name := service.String()
	return from == l.from && to == l.to && (who == l.who || who == "" && l.who == "-") &&
		slices.ContainsFunc(l.services, func(s string) bool { return s == name || s == "unknown" && name == "" })
}

// at returns the place of a link on a path, -1 when it is not there.
func (l *link) at(path []footfall.Hop) int {
	return slices.IndexFunc(path, func(h footfall.Hop) bool {
		return h.Outcome == footfall.Success && l.is(h.From, h.To, h.Account, h.Service)
	})
}

// TestChains hunts each recording that holds a chain, and compares the login
// graph and the paths of cases with what reading its records by hand showed.
func TestChains(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	list := builtinRules(t)
	want := chains(t)
	held, all := 0, 0
	for _, s := range scenarios(t, dir) {
		links := want[s.files[0]]
		if links == nil {
			continue
		}
		delete(want, s.files[0])
		opt := Options{Decoders: decode.All, Analytics: analyze.All, Rules: list, Playbooks: playbooks.Files(), Receipt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Geo: places(t)}
		for _, f := range s.files {
			opt.Paths = append(opt.Paths, filepath.Join(dir, f))
		}
		h, err := Find(context.Background(), opt)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		linksDrawn(t, h.Edges(), links)
		linksOnPath(t, h.Run, links)
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		for i := range links {
			all++
			if links[i].drawn == "yes" && !strings.HasPrefix(links[i].onPath, "no") {
				held++
			}
		}
	}
	for file := range want {
		t.Errorf("chains.tsv: %s is the first file of no scenario", file)
	}
	t.Logf("of %d links %d are in the login graph and on a path", all, held)
}

// linksDrawn compares the login graph with the links.
func linksDrawn(t *testing.T, edges []footfall.Edge, links []link) {
	t.Helper()
	for i := range links {
		l := &links[i]
		drawn := slices.ContainsFunc(edges, func(e footfall.Edge) bool {
			return e.Failures < e.Count && l.is(e.From, e.To, e.Account, e.Service)
		})
		if drawn != (l.drawn == "yes") {
			t.Errorf("chains.tsv:%d: %s -> %s as %s by %v: drawn %v, want %s; the graph has %v", l.line, l.from, l.to, l.who, l.services, drawn, l.drawn, edges)
		}
	}
}

// linksOnPath compares the paths of the cases with the links, of a recording
// without a case those of its findings.
func linksOnPath(t *testing.T, run *footfall.Run, links []link) {
	t.Helper()
	var paths [][]footfall.Hop
	for _, c := range run.Cases {
		paths = append(paths, c.Path)
	}
	if paths == nil {
		for _, f := range run.Findings {
			paths = append(paths, f.Path)
		}
	}
	whole := slices.ContainsFunc(paths, func(path []footfall.Hop) bool { return inOrder(path, links) })
	for i := range links {
		l := &links[i]
		on := slices.ContainsFunc(paths, func(path []footfall.Hop) bool { return l.at(path) >= 0 })
		if on == strings.HasPrefix(l.onPath, "no") {
			t.Errorf("chains.tsv:%d: %s -> %s as %s by %v: on a path %v, want %s; the paths are %v", l.line, l.from, l.to, l.who, l.services, on, l.onPath, paths)
		}
		if l.onPath == "yes" && !whole {
			t.Errorf("chains.tsv:%d: no one path holds all hops of the recording in their order; the paths are %v", l.line, paths)
		}
	}
}

// inOrder reports whether a path holds all hops that are to be on it, in order.
func inOrder(path []footfall.Hop, links []link) bool {
	last := int64(0)
	for i := range links {
		if links[i].onPath != "yes" {
			continue
		}
		at := links[i].at(path)
		if at < 0 || path[at].Time < last {
			return false
		}
		last = path[at].Time
	}
	return true
}
