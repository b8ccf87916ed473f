package engine

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/emulate"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/sigma"
)

// A told is what a run says: of each finding's facts and of each case's
// questions. What is told of other things is another question, so what a fact
// is about is a part of its name, and of an answer's what all of its facts are
// about.
type told struct {
	facts   map[string]*footfall.Fact
	answers map[string]*footfall.Answer
	seen    map[string]map[int64]bool // when it was kept: the days of an account's logons from a source, and to a host
	first   int64
	last    int64
}

const dayNanos = int64(24 * time.Hour)

// tell hunts through files and returns what the run says; keep also notes when
// each account logged on from where and to what.
func tell(t *testing.T, list []*sigma.Rule, paths []string, since int64, keep bool) told {
	t.Helper()
	out := told{facts: map[string]*footfall.Fact{}, answers: map[string]*footfall.Answer{}, seen: map[string]map[int64]bool{}}
	if len(paths) == 0 {
		return out
	}
	h, err := Find(context.Background(), Options{
		Decoders: decode.All, Analytics: Analytics, Rules: list, Playbooks: playbooks.Files(), Paths: paths, Since: since, Keep: keep,
		Receipt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Geo: places(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	out.first, out.last = h.Run.First, h.Run.Last
	for _, c := range h.Run.Cases {
		var ids []string
		for _, f := range c.Facts {
			k := fmt.Sprint(f.Finding, " ", f.Kind, f.Entities)
			ids = append(ids, k)
			// What was told last holds.
			if out.facts[k] == nil || out.facts[k].Time <= f.Time {
				out.facts[k] = f
			}
		}
		slices.Sort(ids)
		for i := range c.Questions {
			out.answers[c.Questions[i].ID+" "+strings.Join(ids, " ")] = &c.Questions[i]
		}
	}
	if keep {
		out.note(h)
	}
	return out
}

// note notes the days of logons.
func (k *told) note(h *Hunt) {
	n := h.Names
	for s := range h.Steps() {
		if s.Kind != footfall.KindLogon || s.Outcome != footfall.Success || s.Account == 0 || s.Rule != 0 {
			continue
		}
		for _, key := range []string{
			n.String(s.Account) + " from " + n.String(s.SrcAddr), n.String(s.Account) + " to " + n.String(s.DstHost),
		} {
			if k.seen[key] == nil {
				k.seen[key] = map[int64]bool{}
			}
			k.seen[key][s.Time/dayNanos] = true
		}
	}
}

// never says which logons a fact says that there were none of, "" for another
// fact.
func never(f *footfall.Fact) string {
	of := map[footfall.Role]string{}
	for _, e := range f.Entities {
		of[e.Role] = e.Name
	}
	switch {
	case f.Kind == "source-seen" && f.Verdict == footfall.No, f.Kind == "source-usual" && f.Verdict == footfall.No && strings.Contains(f.Text, " never "):
		return of[footfall.RoleActor] + " from " + of[footfall.RoleSource]
	case f.Kind == "new-destinations" && f.Verdict == footfall.Yes:
		return of[footfall.RoleActor] + " to " + of[footfall.RoleDestination]
	}
	return ""
}

// true reports whether what a fact says never was is so in all of its span.
func (k *told) true(f *footfall.Fact) bool {
	what := never(f)
	for d := f.Span.From / dayNanos; what != "" && d < f.Span.Until/dayNanos; d++ {
		if k.seen[what][d] {
			return false
		}
	}
	return true
}

// turns compares what a run with less evidence says with what the whole says.
// An answer with less evidence may be the same, or unknown. Of something that
// never was, it may also be told when the whole knows better of a time before
// the history that was left, if that history is what it names and holds none of
// it: that a history is short can only be seen by its length. Anything else is
// wrong.
func turns(t *testing.T, name string, whole, less told) (same, unknown, wrong int) {
	t.Helper()
	judge := func(what string, a, b footfall.Verdict, was, is string, older bool) {
		switch {
		case a == b:
			same++
		case b == footfall.Unknown:
			unknown++
		case older:
			same++
		default:
			wrong++
			t.Errorf("%s: %s turned from %v to %v\n  was: %s\n  is:  %s", name, what, a, b, was, is)
		}
	}
	older := map[string]bool{} // by sentence
	for k, b := range less.facts {
		if !whole.true(b) {
			t.Errorf("%s: %s, and there were such logons", name, b.Text)
			wrong++
		}
		if a := whole.facts[k]; a != nil {
			before := never(b) != "" && a.Span.From < b.Span.From
			older[b.Text] = older[b.Text] || before
			judge("the fact "+k, a.Verdict, b.Verdict, a.Text, b.Text, before)
		}
	}
	for k, b := range less.answers {
		if a := whole.answers[k]; a != nil {
			judge("the answer to "+b.ID, a.Verdict, b.Verdict, a.Text, b.Text, older[strings.Split(b.Text, " (and ")[0]])
		}
	}
	return same, unknown, wrong
}

// files are those below a folder.
func files(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// without writes files anew that hold records of hosts, and leaves these out.
func without(t *testing.T, all []string, root string, host func(string) bool) (out []string) {
	t.Helper()
	to := t.TempDir()
	for _, path := range all {
		if !strings.Contains(path, "/windows/") && !strings.Contains(path, "/unix/") {
			out = append(out, path)
			continue
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(to, rel)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, thinned(t, path, host), 0o644); err != nil {
			t.Fatal(err)
		}
		out = append(out, at)
	}
	return out
}

// writer finds the host that wrote a line: of NXLog's JSON, of Windows' XML, of syslog.
var writer = regexp.MustCompile(`"Hostname":"([^".]+)|<Computer>([^<.]+)|^(?:<\d+>)?(?:1 )?\d{4}-\S+ ([^ .]+)[^ ]* |^(?:<\d+>)?[A-Z][a-z]{2} [ \d]\d [\d:]{8} ([^ .]+)[^ ]* `)

// thinned is a file's lines without those of hosts, compressed as it was.
func thinned(t *testing.T, path string, host func(string) bool) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	zipped := strings.HasSuffix(path, ".gz")
	if zipped {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	w := io.Writer(&out)
	if zipped {
		w = gzip.NewWriter(&out)
	}
	for line := range bytes.Lines(data) {
		name := ""
		for _, m := range writer.FindSubmatch(line[:min(len(line), 2000)]) {
			if len(m) > 0 {
				name = string(m)
			}
		}
		if name != "" && host(strings.ToLower(name)) {
			continue
		}
		if _, err := w.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if z, ok := w.(*gzip.Writer); ok {
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// TestMissing takes sources and history away from an emulated company with
// intruders and from recordings, and holds that no answer turns to a wrong yes
// or no.
func TestMissing(t *testing.T) {
	list := builtinRules(t)
	t.Run("company", func(t *testing.T) { missingCompany(t, list) })
	t.Run("recordings", func(t *testing.T) { missingRecordings(t, list) })
}

func missingCompany(t *testing.T, list []*sigma.Rule) {
	dir := filepath.Join(t.TempDir(), "world")
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	if _, err := emulate.Run(t.Context(), emulate.Config{Dir: dir, People: 60, Days: 12, Seed: 4, Start: start, Campaigns: 4, Quiet: 7}); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "logs")
	all := files(t, root)
	whole := tell(t, list, all, 0, true)
	kept, turned := 0, 0
	cut := func(name string, paths []string, since int64) {
		same, unknown, wrong := turns(t, name, whole, tell(t, list, paths, since, false))
		kept, turned = kept+same, turned+unknown
		t.Logf("%s: %d answers and facts the same, %d unknown, %d wrong", name, same, unknown, wrong)
	}
	for _, kind := range []string{"vpn", "zeek", "windows", "unix", "cloud"} {
		cut("without "+kind, slices.DeleteFunc(slices.Clone(all), func(f string) bool { return strings.Contains(f, "/logs/"+kind+"/") }), 0)
	}
	for _, days := range []int{2, 5, 8} {
		cut(fmt.Sprintf("without %d days", days), all, start.AddDate(0, 0, days).UnixNano())
	}
	cut("without the directories' logs", without(t, all, root, func(h string) bool { return strings.Contains(h, "-dc") }), 0)
	reached := map[string]bool{}
	for _, f := range whole.facts {
		for _, h := range f.Path {
			reached[h.To] = true
		}
	}
	for i, host := range slices.Sorted(maps.Keys(reached)) {
		if i%16 == 0 {
			cut("without the log of "+host, without(t, all, root, func(h string) bool { return h == host }), 0)
		}
	}
	if kept == 0 || turned == 0 {
		t.Errorf("%d answers and facts were compared and stayed, %d turned unknown: nothing was shown", kept, turned)
	}
}

func missingRecordings(t *testing.T, list []*sigma.Rule) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	for _, s := range scenarios(t, dir) {
		if len(s.files) < 2 || len(s.files) > 8 {
			continue
		}
		var all []string
		for _, f := range s.files {
			all = append(all, filepath.Join(dir, f))
		}
		whole := tell(t, list, all, 0, true)
		if len(whole.facts) == 0 {
			continue
		}
		var same, unknown, wrong int
		cut := func(name string, paths []string, since int64) {
			a, b, c := turns(t, s.name+" without "+name, whole, tell(t, list, paths, since, false))
			same, unknown, wrong = same+a, unknown+b, wrong+c
		}
		for i := range all {
			cut(s.files[i], slices.Delete(slices.Clone(all), i, i+1), 0)
		}
		cut("its first half", all, whole.first+(whole.last-whole.first)/2)
		t.Logf("%s: %d files; %d answers and facts the same, %d unknown, %d wrong", s.name, len(all), same, unknown, wrong)
	}
}
