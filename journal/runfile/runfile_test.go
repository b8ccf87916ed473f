package runfile

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// fill gives every field of a value something that is told apart from others.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d <b>\x1b[31m\u202e", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n) + math.MaxInt32)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(val, n)
		v.SetMapIndex(key, val)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() && v.Field(i).Kind() != reflect.Func {
				fill(v.Field(i), n)
			}
		}
	case reflect.Func:
	default:
		panic("a kind of field that nothing is known of: " + v.Type().String())
	}
}

// filled is a run in which everything that the vocabulary has is set.
func filled(hostile bool) *footfall.Run {
	r, n := &footfall.Run{}, 0
	fill(reflect.ValueOf(r).Elem(), &n)
	r.Findings[1].Rule = r.Findings[0].Rule
	r.Cases[0].Findings = []*footfall.Finding{r.Findings[1], r.Cases[0].Findings[0]}
	r.Cases[1].Findings = []*footfall.Finding{r.Findings[1]}
	r.Cases[1].Work, r.Findings[0].Rule = nil, nil
	if hostile {
		r.Cases[0].Title = "not UTF-8: \xff\xfe, and a mark"
		r.Cases[0].Path[0].Account = "\x00AAAA"
		r.Cases[1].Sentence = "\ufffd stands here"
		r.Hits["\x80"] = 3
	}
	r.Lookup = func(ref footfall.Ref) (footfall.Record, bool) {
		if ref.Offset%2 == 0 {
			return footfall.Record{}, false
		}
		raw := fmt.Sprintf("record at %d", ref.Offset)
		if hostile {
			raw += "\xff"
		}
		return footfall.Record{Input: "in.log", Offset: ref.Offset, Number: math.MaxUint64, Raw: raw}, true
	}
	return r
}

func TestRoundTrip(t *testing.T) {
	for _, hostile := range []bool{false, true} {
		run := filled(hostile)
		dir := t.TempDir()
		if err := Save(dir, &Stored{Run: run, ContextName: "c.yaml", Context: []byte("version: 1\n")}); err != nil {
			t.Fatal(err)
		}
		first, err := os.ReadFile(filepath.Join(dir, Name))
		if err != nil {
			t.Fatal(err)
		}
		s, err := Load(dir, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, ref := range refs(run.Findings, run.Cases) {
			want, wantOK := run.Lookup(ref)
			if got, ok := s.Run.Lookup(ref); ok != wantOK || got != want {
				t.Errorf("record %v: got %v %v, want %v %v", ref, got, ok, want, wantOK)
			}
		}
		if string(s.Context) != "version: 1\n" || s.ContextName != "c.yaml" {
			t.Errorf("context %q %q", s.ContextName, s.Context)
		}
		if err := Save(dir, s); err != nil {
			t.Fatal(err)
		}
		if again, _ := os.ReadFile(filepath.Join(dir, Name)); !bytes.Equal(first, again) {
			t.Error("what was read back is written as something else")
		}
		s.Run.Lookup, run.Lookup = nil, nil
		if !reflect.DeepEqual(s.Run, run) {
			t.Errorf("got  %+v\nwant %+v", s.Run, run)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		short, err := Load(dir, false)
		if err != nil || len(short.Run.Cases) != 2 || short.Run.Lookup != nil {
			t.Errorf("without records: %v", err)
		}
	}
}

// Numbers that are none do not keep a run from being written.
func TestNotANumber(t *testing.T) {
	run := filled(false)
	run.Findings[0].Weight = math.NaN()
	run.Cases[0].Facts[0].Sure = math.Inf(1)
	var b bytes.Buffer
	if err := Write(&b, &Stored{Run: run}); err != nil {
		t.Fatal(err)
	}
	s, err := read(&b, nil)
	if err != nil || s.Run.Findings[0].Weight != 0 {
		t.Error(err)
	}
}

func TestDamaged(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, &Stored{Run: filled(false)}); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < b.Len(); n++ {
		rec, err := newRecords()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(bytes.NewReader(b.Bytes()[:n]), rec); err == nil {
			t.Errorf("the first %d of %d bytes are taken for a run", n, b.Len())
		}
		if err := rec.close(); err != nil {
			t.Error(err)
		}
	}
	f := func(text, want string) {
		t.Helper()
		_, err := read(bytes.NewReader(packed(text)), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	f("", "not whole")
	f("case {}\n", "head")
	f("run {\"Version\":2,\"Run\":{}}\n", "version 2")
	f("run {\"Version\":1,\"Run\":{}}\nend {\"Lines\":2}\n", "1 lines are here of 2")
	f("run {\"Version\":1,\"Run\":{}}\nfinding {\"Rule\":1}\n", "not there")
	f("run {\"Version\":1,\"Run\":{}}\ncase {\"Findings\":[0]}\n", "not there")
	f("run {\"Version\":1,\"Run\":{}}\nrun {}\n", "head")
	f("run {\"Version\":1,\"Run\":{}}\nstep {}\n", "no line of a run")
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

func TestCarry(t *testing.T) {
	run, old := filled(false), filled(false)
	was := *old.Cases[0]
	ref := was.Path[0].Ref
	want, ok := old.Lookup(ref)
	if !ok {
		ref = was.Path[1].Ref
		want, _ = old.Lookup(ref)
	}
	Carry(run, old, old.Cases[:1])
	c := run.Cases[2]
	got := c.Path[0].Ref
	if got.Offset != ref.Offset {
		got = c.Path[1].Ref
	}
	if got.Input == ref.Input {
		t.Error("the reference is one of this run")
	}
	if rec, ok := run.Lookup(got); !ok || rec != want {
		t.Errorf("got %v, want %v", rec, want)
	}
	if old.Cases[0].Path[0].Ref != was.Path[0].Ref {
		t.Error("the old case was changed")
	}
}

func FuzzRead(f *testing.F) {
	// A small run, so that much can be tried of it; that everything is kept is
	// another test's.
	ref := footfall.Ref{Input: 1, Offset: 7}
	x := &footfall.Finding{ID: "f1", Rule: &footfall.Rule{ID: "guess", Title: "\xff"}, Evidence: []footfall.Ref{ref}, Weight: 1.5}
	run := &footfall.Run{
		Version: "1", Findings: []*footfall.Finding{x}, Hits: map[string]int64{"guess": 1},
		Cases:  []*footfall.Case{{ID: "f1", Findings: []*footfall.Finding{x}, Facts: []*footfall.Fact{{Kind: "k", Evidence: []footfall.Ref{ref}}}, Path: []footfall.Hop{{ID: 1 << 63, Ref: ref}}}},
		Lookup: func(r footfall.Ref) (footfall.Record, bool) { return footfall.Record{Input: "a", Raw: "\x00raw"}, true },
	}
	var b bytes.Buffer
	if err := Write(&b, &Stored{Run: run, Context: []byte("x")}); err != nil {
		f.Fatal(err)
	}
	z, err := gzip.NewReader(&b)
	if err != nil {
		f.Fatal(err)
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(z); err != nil {
		f.Fatal(err)
	}
	f.Add(plain.String())
	f.Add("run {\"Version\":1,\"Run\":{}}\nend {\"Lines\":1}\n")
	f.Fuzz(func(t *testing.T, text string) {
		rec, err := newRecords()
		if err != nil {
			t.Fatal(err)
		}
		defer rec.close()
		s, err := read(bytes.NewReader(packed(text)), rec)
		if err != nil {
			return
		}
		// What was taken for a run can be written and is the same when read again.
		var once, twice bytes.Buffer
		if err := Write(&once, s); err != nil {
			t.Fatal(err)
		}
		again, err := newRecords()
		if err != nil {
			t.Fatal(err)
		}
		defer again.close()
		s, err = read(bytes.NewReader(once.Bytes()), again)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(&twice, s); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Fatalf("the same run is written in two ways (%v)", err)
		}
	})
}

// large is a run of so many cases and of records of the size of a line of a log.
func large(cases, records int) *footfall.Run {
	r := &footfall.Run{Version: "0"}
	rule := &footfall.Rule{ID: "guess", Title: "Password guessing"}
	for i := range cases {
		c := &footfall.Case{ID: fmt.Sprintf("%016x", i), Title: fmt.Sprintf("case %d", i), Level: footfall.LevelHigh}
		for k := 0; k < records/cases; k += footfall.MaxEvidence {
			f := &footfall.Finding{ID: fmt.Sprintf("%08x%08x", i, k), Rule: rule, Level: footfall.LevelHigh, Why: fmt.Sprintf("%d failed logons of account-%d", k, i), Count: footfall.MaxEvidence}
			for n := range footfall.MaxEvidence {
				f.Evidence = append(f.Evidence, footfall.Ref{Input: uint32(i), Offset: int64(k+n) * 220})
			}
			c.Findings = append(c.Findings, f)
			r.Findings = append(r.Findings, f)
		}
		r.Cases = append(r.Cases, c)
	}
	r.Lookup = func(ref footfall.Ref) (footfall.Record, bool) {
		n := uint64(ref.Input)*0x9e3779b97f4a7c15 ^ uint64(ref.Offset)*0xff51afd7ed558ccd
		return footfall.Record{
			Input: fmt.Sprintf("evidence/host-%d/auth.log", ref.Input), Offset: ref.Offset, Number: uint64(ref.Offset / 220), Time: 1772438400e9 + ref.Offset, Host: "web1", Format: "syslog",
			Raw: fmt.Sprintf("2026-03-02T08:00:00.000000+00:00 web1 sshd[%d]: Failed password for invalid user account-%d from 203.0.113.%d port %d ssh2", n%65536, n>>20%9999, n>>40%256, n>>48),
		}, true
	}
	return r
}

// BenchmarkRun writes and reads a run of 500 cases and 100,000 records.
func BenchmarkRun(b *testing.B) {
	run := large(500, 100_000)
	dir := b.TempDir()
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			if err := Save(dir, &Stored{Run: run}); err != nil {
				b.Fatal(err)
			}
		}
		st, err := os.Stat(filepath.Join(dir, Name))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(st.Size())/100_000, "bytes/record")
	})
	for _, records := range []bool{true, false} {
		b.Run(fmt.Sprintf("load/records=%v", records), func(b *testing.B) {
			for b.Loop() {
				s, err := Load(dir, records)
				if err != nil {
					b.Fatal(err)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
