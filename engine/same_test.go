package engine

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/geo"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/report"
)

// example is the evidence that comes with the program.
const example = "../examples/company/evidence"

func hunted(t *testing.T, opt Options) *footfall.Run {
	t.Helper()
	opt.Decoders, opt.Analytics, opt.Playbooks = decode.All, Analytics, playbooks.Files()
	opt.Rules, opt.Receipt = builtinRules(t), time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	if opt.Geo == nil {
		opt.Geo = places(t)
	}
	h, err := Find(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h.Run
}

// places is the table that hunt has when no files of places are given.
func places(t *testing.T) *geo.Table {
	t.Helper()
	g, err := geo.New()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// printed is everything that a hunt prints about what it found, but for the
// time and memory that it took.
func printed(t *testing.T, r *footfall.Run) string {
	t.Helper()
	c := *r
	c.Seconds, c.Peak = 0, 0
	var b bytes.Buffer
	if err := report.NDJSON(&b, &c); err != nil {
		t.Fatal(err)
	}
	if err := report.Text(&b, &c, report.TextOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	b.Write(report.Stats(&c))
	return b.String()
}

func evidence(t *testing.T) []string {
	t.Helper()
	paths := []string{example}
	if dir := os.Getenv("FOOTFALL_SHARED"); dir != "" || os.Getenv("CI") == "true" || exists("../../shared/data/dev/MANIFEST.tsv") {
		data := filepath.Join(shared.Dir(t), "data", "dev")
		paths = append(paths, filepath.Join(data, "evtx", "sbousseaden"), filepath.Join(data, "linux-auth"), filepath.Join(data, "windows-json"))
	}
	return paths
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestSameWhateverWorkers holds invariant 4: the same bytes with 1, 2 and 8
// workers, and whatever the order in which paths are given.
func TestSameWhateverWorkers(t *testing.T) {
	files := filesUnder(t, evidence(t))
	want := printed(t, hunted(t, Options{Paths: files, Workers: 1}))
	for i, n := range []int{2, 8, 3} {
		shuffled := slices.Clone(files)
		rnd := rand.New(rand.NewPCG(uint64(i), 1))
		rnd.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := printed(t, hunted(t, Options{Paths: shuffled, Workers: n})); got != want {
			t.Errorf("with %d workers: %s", n, firstDifference([]byte(got), []byte(want)))
		}
	}
}

func filesUnder(t *testing.T, paths []string) []string {
	t.Helper()
	var out []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestSameWhenSplit holds DESIGN section 10.2: findings and cases are the same
// sets wherever a file is cut, in however many parts, leaving out where their
// records lie.
func TestSameWhenSplit(t *testing.T) {
	var logs []string
	for _, kind := range []string{"*.log", "*.ndjson.gz"} {
		found, err := filepath.Glob(filepath.Join(example, "*", kind))
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s in the example (%v)", kind, err)
		}
		logs = append(logs, found...)
	}
	rnd := rand.New(rand.NewPCG(10, 2))
	all := 0
	for _, log := range logs {
		data := unzipped(t, log)
		name := strings.TrimSuffix(filepath.Base(log), ".gz")
		want := canonicalFindings(t, hunted(t, Options{Paths: []string{split(t, name, data)}}))
		all += len(want)
		for n := 1; n <= 3; n++ {
			cuts := make([]int, n)
			for i := range cuts {
				at := rnd.IntN(len(data))
				cuts[i] = at + bytes.IndexByte(data[at:], '\n') + 1
			}
			got := canonicalFindings(t, hunted(t, Options{Paths: []string{split(t, name, data, cuts...)}}))
			if !slices.Equal(got, want) {
				t.Errorf("%s cut at %v: %s", log, cuts, firstDifference([]byte(strings.Join(got, "\n")), []byte(strings.Join(want, "\n"))))
			}
		}
	}
	if all == 0 {
		t.Fatal("the example gives nothing to compare")
	}
}

// unzipped reads a file, whole, that may be packed.
func unzipped(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// split writes a log into a new folder, cut into parts as logs are rotated: the
// newest has the plain name.
func split(t *testing.T, name string, data []byte, cuts ...int) string {
	t.Helper()
	dir := t.TempDir()
	cuts = append(slices.Sorted(slices.Values(cuts)), len(data))
	from := 0
	for i, to := range cuts {
		part := name
		if left := len(cuts) - 1 - i; left > 0 {
			part = fmt.Sprintf("%s.%d", name, left)
		}
		if to > from {
			if err := os.WriteFile(filepath.Join(dir, part), data[from:to], 0o600); err != nil {
				t.Fatal(err)
			}
		}
		from = to
	}
	return dir
}

// canonicalFindings are the findings and cases as OCSF objects without what
// names their place, sorted.
func canonicalFindings(t *testing.T, r *footfall.Run) []string {
	t.Helper()
	var b bytes.Buffer
	if err := report.NDJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(b.String()) {
		var v any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(placeless(v))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	slices.Sort(out)
	return out
}

// placeless takes the places of records out of an object.
func placeless(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for _, k := range []string{"input", "offset", "record", "seconds", "bytes"} {
			delete(x, k)
		}
		for k := range x {
			x[k] = placeless(x[k])
		}
	case []any:
		for i := range x {
			x[i] = placeless(x[i])
		}
		// Evidence is a set: where two records have the same time their order
		// is that of their places.
		slices.SortStableFunc(x, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return v
}

// TestSameWhenGivenTwice: a file given twice is one file, and the same native
// records under two names are one event each.
func TestSameWhenGivenTwice(t *testing.T) {
	src := filepath.Join(example, "fs01", "winlogbeat.ndjson.gz")
	data, err := os.ReadFile(src)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"a.gz", "b.gz"} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, want := canonicalFindings(t, hunted(t, Options{Paths: []string{dir, src}})), canonicalFindings(t, hunted(t, Options{Paths: []string{src}}))
	if !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("%d findings and cases from copies, want the %d of one", len(got), len(want))
	}
}
