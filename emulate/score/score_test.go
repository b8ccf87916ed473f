package score

import (
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 5e-4 }

func TestWilson(t *testing.T) {
	f := func(part, of int, low, high float64) {
		t.Helper()
		l, h := Share{part, of}.Wilson()
		if !near(l, low) || !near(h, high) {
			t.Errorf("%d of %d: got %.4f to %.4f, want %.4f to %.4f", part, of, l, h, low, high)
		}
	}
	f(10, 13, 0.4974, 0.9182)
	f(0, 10, 0, 0.2775)
	f(10, 10, 0.7225, 1)
	f(0, 0, 0, 1)
}

func TestQuantile(t *testing.T) {
	v := []float64{5, 1, 4, 2, 3}
	for q, want := range map[float64]float64{0: 1, 0.5: 3, 0.9: 5, 1: 5, 0.2: 1, 0.21: 2} {
		if got := Quantile(v, q); got != want {
			t.Errorf("quantile %v: got %v, want %v", q, got, want)
		}
	}
}

func TestCalibration(t *testing.T) {
	var c, d Calibration
	for i := range 10 {
		c.Add(0.85, i < 8) // told 0.85, true 0.8
		d.Add(0.25, i < 5) // told 0.25, true 0.5
	}
	if got := c.ECE(); !near(got, 0.05) {
		t.Errorf("ECE: got %v, want 0.05", got)
	}
	if got, want := c.Brier(), (8*0.15*0.15+2*0.85*0.85)/10; !near(got, want) {
		t.Errorf("Brier: got %v, want %v", got, want)
	}
	c.Join(&d)
	if got := c.ECE(); !near(got, 0.15) {
		t.Errorf("ECE of both: got %v, want 0.15", got)
	}
	c = Calibration{}
	c.Add(1, true)
	if got := c.ECE(); got != 0 {
		t.Errorf("ECE of what is sure and right: got %v, want 0", got)
	}
}

// TestBootstrap compares with the interval of a mean that is known: things of
// the same group are alike, so that groups count and not things.
func TestBootstrap(t *testing.T) {
	groups := [][]float64{}
	sizes := []int{}
	for i := range 50 {
		g := make([]float64, 20)
		for k := range g {
			g[k] = float64(i % 2)
		}
		groups, sizes = append(groups, g), append(sizes, len(g))
	}
	low, high := Bootstrap(sizes, 2000, 1, func(pick []Group) float64 {
		sum, n := 0.0, 0.0
		for _, p := range pick {
			for _, k := range p.Things {
				sum += groups[p.N][k]
				n++
			}
		}
		return sum / n
	})
	// 50 fair groups: 0.5 +- 1.96 * 0.5 / sqrt(50)
	if math.Abs(low-0.361) > 0.03 || math.Abs(high-0.639) > 0.03 {
		t.Errorf("got %.3f to %.3f, want about 0.361 to 0.639", low, high)
	}
}

// company writes a company of two campaigns, of which one is reported.
func company(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, "truth", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if !strings.HasSuffix(name, ".gz") {
			_, err = f.WriteString(text)
		} else {
			z := gzip.NewWriter(f)
			if _, err = z.Write([]byte(text)); err == nil {
				err = z.Close()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("campaigns.ndjson", `{"campaign":"c1","cell":{"goal":"spread"},"realised":true,"first_hop":"2026-03-03T10:00:00Z","hops":[{"time":"2026-03-03T10:00:00Z","from":"ws1","to":"web1","account":"A\\bob","session":11,"logged":true},{"time":"2026-03-03T10:30:00Z","from":"web1","to":"db1","account":"A\\eve","session":12,"parent":11,"switched":true,"logged":true}]}
{"campaign":"c2","cell":{"goal":"target"},"realised":true,"first_hop":"2026-03-03T12:00:00Z","hops":[{"time":"2026-03-03T12:00:00Z","from":"ws2","to":"web2","account":"A\\ann","session":13,"logged":true}]}
{"campaign":"c3","cell":{"goal":"target"},"realised":false,"hops":[]}
`)
	put("sessions.ndjson.gz", `{"session":10,"root":10,"person":"p1","account":"A\\bob","from":"ws1","to":"ws1"}
{"session":11,"parent":10,"root":10,"person":"p1","account":"A\\bob","from":"ws1","to":"web1","campaign":"c1"}
{"session":12,"parent":11,"root":10,"person":"p1","account":"A\\eve","from":"web1","to":"db1","campaign":"c1"}
`)
	put("logons.ndjson.gz", `{"input":"logs/a.log","offset":0,"time":"2026-03-02T08:00:00Z","what":"logon"}
{"input":"logs/a.log","offset":40,"time":"2026-03-03T10:00:00Z","what":"logon","session":11,"campaign":"c1"}
{"input":"logs/a.log","offset":80,"time":"2026-03-03T10:30:00Z","what":"logon","session":12,"campaign":"c1"}
{"input":"logs/a.log","offset":90,"time":"2026-03-03T12:00:00Z","what":"logon","session":13,"campaign":"c2"}
{"input":"logs/a.log","offset":120,"time":"2026-03-04T10:30:00Z","what":"logon"}
`)
	put("people.ndjson", "")
	put("hosts.ndjson", "")
	return dir
}

func TestJudge(t *testing.T) {
	w, err := Open(company(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const path = `"path":[{"id":"a","source":"ws1","destination":"web1","account":"A\\bob","evidence":[{"input":"/x/logs/a.log","offset":40}]},{"id":"b","after":"a","source":"web1","destination":"db1","account":"A\\eve","evidence":[{"input":"/x/logs/a.log","offset":80}]}]`
	put("findings.ndjson", `{"severity_id":4,"start_time":1772532000000,"end_time":1772533800000,"finding_info":{"uid":"f1"},"evidences":[{"data":{"input":"/x/logs/a.log","offset":80}}],"unmapped":{"footfall":{"evidence_total":1,`+path+`}}}
{"severity_id":3,"start_time":1772438400000,"end_time":1772438400000,"finding_info":{"uid":"f2"},"evidences":[{"data":{"input":"/x/logs/a.log","offset":0}}],"unmapped":{"footfall":{"evidence_total":1}}}
{"severity_id":2,"start_time":1772539200000,"end_time":1772539200000,"finding_info":{"uid":"f3"},"evidences":[{"data":{"input":"/x/logs/a.log","offset":90}}],"unmapped":{"footfall":{"evidence_total":1}}}
`)
	put("cases.ndjson", `{"severity_id":4,"start_time":1772532000000,"end_time":1772533800000,"metadata":{"uid":"f1"},"finding_info_list":[{"uid":"f1"}],"unmapped":{"footfall":{`+path+`}}}
{"severity_id":3,"start_time":1772438400000,"end_time":1772438400000,"metadata":{"uid":"f2"},"finding_info_list":[{"uid":"f2"}],"unmapped":{"footfall":{"path":[]}}}
{"severity_id":2,"start_time":1772539200000,"end_time":1772539200000,"metadata":{"uid":"f3"},"finding_info_list":[{"uid":"f3"}],"unmapped":{"footfall":{"path":[]}}}
`)
	r, err := Judge(w, dir, "medium")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	const want = `3 campaigns, 2 realised, 2 of these with records of a hop
detected at medium or above   1 of 2 (50 %; 9 to 91) of those realised (1 by a record of theirs); 1 of 3 (33 %; 6 to 79) of all
hops to detection         median 2, 90 % within 2
minutes to detection      median 30, 90 % within 30
cases                     2; about a campaign 1 of 2 (50 %; 9 to 91); 1.0 for each campaign detected
cases a day               mean 0.7, 95 % at most 1, at most 1, over 3 days
on days without attacks   mean 0.5, 95 % at most 1, at most 1, over 2 days
paths told                session before right 1 of 1 (100 %; 21 to 100), first session right 1 of 1 (100 %; 21 to 100), person right 1 of 1 (100 %; 21 to 100)

goal
  spread       1 of 1 (100 %; 21 to 100), 1 asked for
  target       0 of 1 (0 %; 0 to 79), 2 asked for
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
	r, err = Judge(w, dir, "low")
	if err != nil {
		t.Fatal(err)
	}
	if r.Detected != (Share{2, 2}) {
		t.Errorf("at low or above: got %v, want both", r.Detected)
	}
}

// TestReportCompressed holds that a report whose tables are so large that they
// are compressed is read like any other.
func TestReportCompressed(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"cases.ndjson": "{}\n{}\n", "findings.ndjson": `{"finding_info":{"uid":"a"}}` + "\n"} {
		f, err := os.Create(filepath.Join(dir, name+".gz"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z := gzip.NewWriter(f)
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	cases, findings, err := readReport(dir)
	if err != nil || len(cases) != 2 || findings["a"] == nil {
		t.Errorf("got %d cases, findings %v, %v", len(cases), findings, err)
	}
	if _, _, err := readReport(t.TempDir()); err == nil {
		t.Error("an empty folder is no error")
	}
}
