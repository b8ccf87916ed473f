package zeek

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
	"github.com/footfall/footfall/internal/trial"
	"github.com/footfall/footfall/internal/txtar"
)

// decode reads lines with one decoder.
func decode(t testing.TB, d *footfall.Decoder, s *footfall.Schema, data []byte) *footfall.Batch {
	t.Helper()
	f, err := d.New(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &footfall.Batch{}
	for line := range bytes.Lines(data) {
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			if err := f(b, line); err != nil {
				t.Errorf("%v: %s", err, line)
			}
		}
	}
	return b
}

// face is all that is typed of an event, and what rules asked for.
func face(e *footfall.Event, s *footfall.Schema) string {
	var fields []string
	for _, f := range e.Fields {
		fields = append(fields, s.FieldName(f.ID)+"="+f.Val)
	}
	slices.Sort(fields)
	c := *e
	c.Fields, c.Len, c.Offset = nil, 0, 0
	return fmt.Sprintf("%s %+v %q", time.Unix(0, e.Time).UTC(), c, fields)
}

// asked are fields whose values both dresses write alike.
var asked = []string{
	"uid", "id.orig_h", "id.resp_p", "service", "conn_state", "history", "auth_success", "client", "server", "cookie", "client_channels", "path", "name", "action",
	"endpoint", "operation", "named_pipe", "username", "domainname", "success", "note", "msg", "sub", "actions", "email_dest", "answers", "share_type", "remote_location.country_code",
}

func same(t *testing.T, name string, table, json []byte) int {
	t.Helper()
	s := footfall.NewSchema(false)
	for _, f := range asked {
		s.Field(f)
	}
	a, b := decode(t, &Decoder, s, table), decode(t, &JSON, s, json)
	if len(a.Events) != len(b.Events) || len(a.Events) == 0 {
		t.Fatalf("%s: %d events of the table, %d of JSON", name, len(a.Events), len(b.Events))
	}
	bad := 0
	for i := range a.Events {
		x, y := face(&a.Events[i], s), face(&b.Events[i], s)
		if x != y {
			if bad++; bad < 4 {
				t.Errorf("%s: record %d\ntable %s\nJSON  %s", name, i, x, y)
			}
		}
	}
	return len(a.Events)
}

// TestPairs holds that a record means the same in both dresses.
func TestPairs(t *testing.T) {
	const table = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tssh\n" +
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tauth_success\tclient\tserver\tactions\n" +
		"#types\ttime\tstring\taddr\tport\taddr\tport\tbool\tstring\tstring\tset[string]\n" +
		"1772892000.123457\tCa\t2001:db8::7\t51000\t192.0.2.10\t22\tF\tSSH-2.0-\\x09\\\\x \\xff\\xc3\\xa9\t(empty)\ta\\x2cb,c\n" +
		"1772892001.000000\tCb\t198.51.100.7\t51001\t192.0.2.10\t22\t-\t\\x2d\t-\t(empty)\n"
	const json = `{"_path":"ssh","ts":1772892000.1234569,"uid":"Ca","id.orig_h":"2001:db8::7","id.orig_p":51000,"id.resp_h":"192.0.2.10","id.resp_p":22,"auth_success":false,"client":"SSH-2.0-\t\\x \\xffé","server":"","actions":["a,b","c"]}
{"ts":"2026-03-07T14:00:01.000000Z","uid":"Cb","id_orig_h":"198.51.100.7","id_orig_p":51001,"id_resp_h":"192.0.2.10","id_resp_p":22,"auth_success":null,"auth_attempts":0,"client":"-","actions":[]}
`
	same(t, "own", []byte(table), []byte(json))
}

// TestSharedPairs compares the real logs that are there in both dresses.
func TestSharedPairs(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev", "zeek")
	files, _ := filepath.Glob(filepath.Join(dir, "zed.*.log"))
	n := 0
	for _, file := range files {
		table, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimSuffix(file, ".log") + ".json"
		json, err := os.ReadFile(path)
		if err != nil {
			packed, err := os.ReadFile(path + ".gz")
			if err != nil {
				continue
			}
			z, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if json, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		n += same(t, filepath.Base(file), table, json)
	}
	if n < 2000 {
		t.Errorf("%d records compared", n)
	}
}

// TestShared holds that every real log is recognised and read whole, and that
// JSON tells its log without its name.
func TestShared(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev", "zeek")
	files, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := &Decoder
		if data[0] == '{' {
			d = &JSON
		}
		if d.Sniff(data) < 40 {
			t.Errorf("%s: not recognised", filepath.Base(file))
		}
		s := footfall.NewSchema(false)
		b := decode(t, d, s, data)
		parts := strings.Split(filepath.Base(file), ".")
		if d == &JSON && parts[0] == "zeek" {
			want := strings.NewReplacer("connection", "conn", "signature", "signatures").Replace(parts[1])
			for i := range b.Events {
				if got := s.LogOf(b.Events[i].Log).Services; len(got) == 0 || got[0] != want {
					t.Errorf("%s: record %d is of log %q", filepath.Base(file), i, got)
				}
			}
		}
	}
}

// TestTold leaves out the name of the log: the values tell it.
func TestTold(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev", "zeek")
	files, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, file := range files {
		data, _ := os.ReadFile(file)
		table := data[0] == '#'
		if !table && !bytes.Contains(data, []byte(`"@stream":`)) {
			continue
		}
		r := newReader(footfall.NewSchema(false))
		tab := opened(r)
		var b footfall.Batch
		bad := 0
		for line := range bytes.Lines(data) {
			line = bytes.TrimRight(line, "\r\n")
			name := ""
			if table {
				if tab.line(&b, line) != nil || line[0] == '#' {
					continue
				}
				name = tab.path
			} else {
				if r.json(&b, line) != nil {
					continue
				}
				name = r.v.Get(vLog)
			}
			got := r.told()
			thin := got == "" || name == "kerberos" && r.v.Get(vService) == "" // hardly more than the ends
			if got != base(name) && !thin {
				bad++
			}
		}
		if bad > 0 {
			t.Errorf("%s: %d records are taken for another log", filepath.Base(file), bad)
		}
	}
}

func opened(r *reader) *table {
	t := &table{r: r}
	t.forget()
	return t
}

func in(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return txtar.Parse(data).Get("in")
}

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "conn.txtar", ""))
	trial.NoAllocs(t, &JSON, nil, trial.Frames(t, "json.txtar", "")[:9])
}

func BenchmarkDecode(b *testing.B) {
	b.Run("table", func(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "conn.txtar", "")) })
	b.Run("json", func(b *testing.B) { trial.Bench(b, &JSON, nil, trial.Frames(b, "json.txtar", "")) })
}

func TestNumbers(t *testing.T) {
	f := func(in string, want int64, ok bool) {
		t.Helper()
		if got, is := micros(in); got != want || is != ok {
			t.Errorf("%q: got %d %t, want %d %t", in, got, is, want, ok)
		}
	}
	f("1772892000.123457", 1772892000123457, true)
	f("1772892000.1234567", 1772892000123457, true)
	f("1588205198.9", 1588205198900000, true)
	f("0", 0, true)
	f("9.5367431640625e-07", 1, true)
	f("-1.5", -1500000, true)
	f("1e400", 0, false)
	f("NaN", 0, false)
	f("2026-03-07T14:00:01Z", 0, false)
	f("", 0, false)
	f("99999999999999999999", 0, false)
	if epoch(1772892000123*1e6) != 1772892000123*1e6 || epoch(1772892000*1e6) != 1772892000*1e9 || epoch(-1) != 0 {
		t.Error("seconds or milliseconds are taken for the other")
	}
}

// FuzzDecode feeds whole logs, line by line, so that headers take hold.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"conn.txtar", "logons.txtar", "first.txtar", "separators.txtar", "json.txtar"} {
		data := in(f, name)
		f.Add(data)
		for part := range bytes.SplitSeq(data, []byte("#separator")) {
			f.Add(append([]byte("#separator"), part...))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := footfall.NewSchema(true) // names add up, and New looks at each
		json, _ := JSON.New(s, nil)
		table, _ := Decoder.New(s, nil)
		var b footfall.Batch
		for line := range bytes.Lines(data) {
			line = bytes.TrimRight(line, "\r\n")
			for _, read := range []footfall.DecodeFunc{table, json} {
				n := len(b.Events)
				if read(&b, line) != nil {
					b.Events = b.Events[:n]
				}
			}
		}
		for _, d := range []*footfall.Decoder{&Decoder, &JSON} {
			if n := d.Sniff(data); n < 0 || n > 100 {
				t.Fatalf("sure by %d", n)
			}
		}
	})
}
