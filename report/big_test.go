package report

import (
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

// What a report must bear, and within what.
const (
	bigCases    = 500
	bigFindings = 100 // of a case
	bigOpen     = 2 * time.Second
	bigFolder   = 200 << 20
	bigMemory   = 400 << 20 // beyond the run itself
)

// big is a run of 500 cases with a million evidence records.
func big() *footfall.Run {
	r := made()
	one := r.Cases[0]
	r.Cases, r.Findings = nil, nil
	for i := range bigCases {
		c := *one
		c.ID = fmt.Sprintf("%016x", 0xb1600000+i)
		c.Title = fmt.Sprintf("user%d and 2 more on 5 hosts: Service installed under a network logon", i)
		c.Level = footfall.Level(3 + i%3)
		c.Findings = nil
		c.Entities = append([]footfall.Entity{{Role: footfall.RoleActor, Kind: "account", Name: fmt.Sprint("user", i)}}, one.Entities...)
		for j := range bigFindings {
			f := *one.Findings[j%len(one.Findings)]
			f.ID = fmt.Sprintf("%016x", i*bigFindings+j)
			f.Evidence = nil
			for k := range footfall.MaxEvidence {
				f.Evidence = append(f.Evidence, footfall.Ref{Input: uint32(j % 3), Offset: int64((i*bigFindings+j)*footfall.MaxEvidence+k) * 100})
			}
			c.Findings = append(c.Findings, &f)
			r.Findings = append(r.Findings, &f)
		}
		r.Cases = append(r.Cases, &c)
	}
	return r
}

// bigRows are a million steps.
func bigRows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		begun := at("00:00:00")
		for i := range bigCases * bigFindings * footfall.MaxEvidence {
			r := Row{
				Time: begun + int64(i)*80_000_000, Kind: footfall.KindLogon, Outcome: footfall.Success, Service: footfall.ServiceSSH,
				SrcAddr: fmt.Sprintf("203.0.113.%d", i%250), SrcPort: uint16(i), DstHost: fmt.Sprint("host", i%977), Account: fmt.Sprint("user", i%1999),
				Session: fmt.Sprint("host|", i), Input: "evidence/jump1/auth.log", Offset: int64(i) * 100,
			}
			if i%40 == 0 {
				r.Account = "dev" // who is in every case
			}
			if i%7 == 0 {
				r.Outcome = footfall.Failure
			}
			if !yield(r) {
				return
			}
		}
	}
}

// TestBig holds that a report of 500 cases and a million evidence records is
// written within bounds of memory and disk, and that its pages open at once.
func TestBig(t *testing.T) {
	if testing.Short() {
		return
	}
	dir := t.TempDir()
	r := big()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := uint64(0)
	rows := func(yield func(Row) bool) {
		n := 0
		for x := range bigRows() {
			if n++; n%100_000 == 0 {
				runtime.ReadMemStats(&after)
				most = max(most, after.HeapInuse)
			}
			if !yield(x) {
				return
			}
		}
	}
	begun := time.Now()
	if err := Folder(dir, r, rows, nil); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	most = max(most, after.HeapInuse)
	size, largest := sizes(t, dir)
	t.Logf("written in %.1f s, %d MiB on disk, %d MiB of memory beyond the run", time.Since(begun).Seconds(), size>>20, (most-before.HeapInuse)>>20)
	if size > bigFolder {
		t.Errorf("the folder has %d bytes", size)
	}
	if most-before.HeapInuse > bigMemory {
		t.Errorf("%d bytes of memory", most-before.HeapInuse)
	}
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(index), "<tr data-level="); n != bigCases {
		t.Errorf("the queue has %d cases", n)
	}
	c := newChromium(t)
	if c == nil {
		return
	}
	for _, name := range []string{"index.html", largest["case"], largest["records"]} {
		took := c.open(filepath.Join(dir, name))
		for range 2 { // the least of three: what else the machine does is not the page's
			took = min(took, c.open(filepath.Join(dir, name)))
		}
		var paint float64
		c.eval(`new Promise(f => requestAnimationFrame(() => requestAnimationFrame(() => f(performance.now()))))`, &paint)
		t.Logf("%s: loaded in %d ms, drawn after %.0f ms", name, took.Milliseconds(), paint)
		if took > bigOpen {
			t.Errorf("%s took %v to load", name, took)
		}
	}
}

// sizes adds up a folder, and finds the largest page of a case and of records.
func sizes(t *testing.T, dir string) (all int64, largest map[string]string) {
	t.Helper()
	largest = map[string]string{}
	most := map[string]int64{}
	sum := map[string]int64{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		kind := filepath.Ext(name)
		switch {
		case strings.Contains(name, "-records-"):
			kind = "records"
		case strings.HasPrefix(name, "cases/") && kind == ".html":
			kind = "case"
		case !strings.HasPrefix(name, "cases/"):
			kind = name
		}
		if info.Size() > most[kind] {
			most[kind], largest[kind] = info.Size(), name
		}
		sum[kind] += info.Size()
		all += info.Size()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, n := range sum {
		t.Logf("%8.1f MiB  %s, the largest %d KiB", float64(n)/(1<<20), kind, most[kind]>>10)
	}
	return all, largest
}
