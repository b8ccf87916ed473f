package frame

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

type split = func([]byte, func(int, []byte) bool)

// kinds are all frames, with the bytes that may stand between their records.
var kinds = []struct {
	name    string
	split   split
	cut     Cut
	between string
}{
	{"lines", Lines, CutLines, "\r\n"},
	{"json", JSON, CutJSON, " \t\r\n,[]\x1e"},
	{"csv", CSV, CutCSV, "\r\n"},
	{"journal", Journal, CutJournal, "\n"},
	{"evtx", EVTX, CutEVTX, ""},
	{"xml", XML, CutXML, "any"},
}

func records(s split, data []byte) []string {
	var out []string
	s(data, func(_ int, r []byte) bool {
		out = append(out, string(r))
		return true
	})
	return out
}

func TestSplit(t *testing.T) {
	f := func(s split, in string, want ...string) {
		t.Helper()
		got := records(s, []byte(in))
		if strings.Join(got, "¦") != strings.Join(want, "¦") {
			t.Errorf("%.60q:\n got %q\nwant %q", in, got, want)
		}
	}
	f(Lines, "a\nb\r\n\n\r\nc", "a", "b", "c")
	f(Lines, "")

	f(JSON, `{"a":1}{"b":2} {"c":3}`, `{"a":1}`, `{"b":2}`, `{"c":3}`)
	f(JSON, "{\"a\":1}\n{\"b\":2}\r\n{\"c\":3}\n", `{"a":1}`, `{"b":2}`, `{"c":3}`)
	f(JSON, "{\"a\":1} {\"b\":2}\n{\"c\":3}", `{"a":1}`, `{"b":2}`, `{"c":3}`)
	f(JSON, "{\"a\":1},\t{\"b\":2}\n{\"c\":3}\n", `{"a":1}`, `{"b":2}`, `{"c":3}`)
	f(JSON, "[\n{\"a\":[{}]},\n{\"b\":\"}]\\\"\"}\n]", `{"a":[{}]}`, `{"b":"}]\""}`)
	f(JSON, "{\n  \"a\": {\n}\n}\n{\n\"b\":[\n{\n}\n]}", "{\n  \"a\": {\n}\n}", "{\n\"b\":[\n{\n}\n]}")
	f(JSON, "{\"a\":\"cut\n{\"b\":2}\n", `{"a":"cut`, `{"b":2}`)
	f(JSON, "{\"a\":{\"x\":1,\n{\"b\":2}\n", `{"a":{"x":1,`, `{"b":2}`)
	f(JSON, "{\"a\":[1,\n{\"b\":2}]}", "{\"a\":[1,\n{\"b\":2}]}")
	f(JSON, "text, not json\n{\"b\":2}", `text, not json`, `{"b":2}`)
	f(JSON, `1, "a,]b" ,true]`, `1`, `"a,]b"`, `true`)
	f(JSON, "}\n{\"b\":2}", `}`, `{"b":2}`)
	f(JSON, `{"a":1`, `{"a":1`)

	f(XML, `<?xml?><Events><Event xmlns='x'><EventID>1</EventID></Event> <Event><EventData/></Event></Events>`,
		`<Event xmlns='x'><EventID>1</EventID></Event>`, `<Event><EventData/></Event>`)
	f(XML, `<Event><a><![CDATA[</Event><Event>]]></a><!-- </Event> --></Event>`,
		`<Event><a><![CDATA[</Event><Event>]]></a><!-- </Event> --></Event>`)
	f(XML, "<Event><cut\n<Event>b</Event>", `<Event><cut`, `<Event>b</Event>`)
	f(XML, "<Event>b", `<Event>b`)
	f(XML, "<EventData></EventData>")

	f(CSV, "a,b\r\n\"x\ny\",\"q\"\"\n\"\n1,2", "a,b", "\"x\ny\",\"q\"\"\n\"", "1,2")
	f(CSV, "5\" disk,b\nc,d\n", `5" disk,b`, "c,d")
	f(CSV, "\"a\nb\"\r\nc\r\n", "\"a\nb\"", "c")
	f(CSV, "\"never closed\nc,d\n", "\"never closed\nc,d\n")

	f(Journal, "A=1\nB=2\n\n\nC=3\n", "A=1\nB=2\n", "C=3\n")
	f(Journal, "M\n\x03\x00\x00\x00\x00\x00\x00\x00\n\n\n\nC=3\n\nD=4\n\n",
		"M\n\x03\x00\x00\x00\x00\x00\x00\x00\n\n\n\nC=3\n", "D=4\n")
	f(Journal, "M\n\xff\xff\xff\xff\x00\x00\x00\x00xx\nB=1\n\nD=4\n\n", "M\n\xff\xff\xff\xff\x00\x00\x00\x00xx\nB=1", "D=4\n")
}

// A stray quote must not swallow the rest of a file.
func TestStrayQuote(t *testing.T) {
	rest := strings.Repeat("a,b,c\n", csvField/6+100)
	if got := records(CSV, []byte("\"stray\n"+rest)); len(got) != csvField/6+101 {
		t.Errorf("%d records", len(got))
	}
}

// text makes a string that is hard on scanners.
func text(r *rand.Rand) string {
	const hard = "ab{}[],:\"\\\n\r ü</Event>=\x00;"
	b := make([]byte, r.IntN(20))
	for i := range b {
		b[i] = hard[r.IntN(len(hard))]
	}
	return string(b)
}

// stream makes a well-formed stream of a kind, and its records.
func stream(kind string, r *rand.Rand) (data []byte, want []string) {
	var b bytes.Buffer
	array := kind == "json" && r.IntN(3) == 0
	if array {
		b.WriteString("[\n")
	}
	n := r.IntN(12)
	for i := range n {
		rec, sep := "", "\n"
		switch kind {
		case "lines":
			rec = "x" + strings.NewReplacer("\n", "", "\r", "").Replace(text(r))
			sep = []string{"\n", "\r\n", "\n\n"}[r.IntN(3)]
		case "json":
			v := map[string]any{text(r): text(r), "n": []any{1, map[string]any{text(r): nil}}}
			enc, _ := json.Marshal(v)
			if r.IntN(2) == 0 {
				enc, _ = json.MarshalIndent(v, "", "  ")
			}
			rec = string(enc)
			if array {
				sep = []string{",", ",\n", " , "}[r.IntN(3)]
				if i == n-1 {
					sep = "\n]\n"
				}
			} else {
				sep = []string{"\n", "\r\n", "", " "}[r.IntN(4)]
			}
		case "csv":
			for range 1 + r.IntN(3) {
				rec += `"` + strings.ReplaceAll(text(r), `"`, `""`) + `",x;`
			}
		case "journal":
			v := text(r)
			rec = "A=1\nB\n" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(v)))) + v + "\n"
		case "xml":
			rec = "<Event n='1'><![CDATA[" + text(r) + "]]><EventID>1</EventID></Event>"
			sep = []string{"\n", "", " </Events><Events>"}[r.IntN(3)]
		case "evtx":
			v := make([]byte, EVTXChunk)
			v[0] = byte(r.IntN(256))
			rec, sep = string(v), ""
		}
		b.WriteString(rec + sep)
		want = append(want, rec)
	}
	return b.Bytes(), want
}

// Whatever the size of the window that is cut, the same records come out.
func TestCutAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		k := kinds[r.IntN(len(kinds))]
		if k.name == "evtx" && r.IntN(50) > 0 {
			continue
		}
		data, want := stream(k.name, r)
		if got := records(k.split, data); strings.Join(got, "¦") != strings.Join(want, "¦") {
			t.Fatalf("%s: %q\n got %q\nwant %q", k.name, data, got, want)
		}
		window := 1 + r.IntN(64)
		if k.name == "evtx" {
			window = EVTXChunk + r.IntN(EVTXChunk)
		}
		var got []string
		for pos := 0; pos < len(data); {
			n := k.cut(data[pos:min(pos+window, len(data))])
			for w := window; n == 0 && pos+w < len(data); {
				w *= 2
				n = k.cut(data[pos:min(pos+w, len(data))])
			}
			if n == 0 {
				n = len(data) - pos
			}
			got = append(got, records(k.split, data[pos:pos+n])...)
			pos += n
		}
		if strings.Join(got, "¦") != strings.Join(want, "¦") {
			t.Fatalf("%s, window %d: %q\n got %q\nwant %q", k.name, window, data, got, want)
		}
	}
}

// check holds what every split promises of any bytes: records in order, none
// empty, and nothing between them but what parts records.
func check(t *testing.T, name string, s split, c Cut, between string, data []byte) {
	t.Helper()
	last := 0
	s(data, func(offset int, r []byte) bool {
		if len(r) == 0 || offset < last || offset+len(r) > len(data) || &data[offset] != &r[0] {
			t.Fatalf("%s: record of %d bytes at %d after %d", name, len(r), offset, last)
		}
		if between != "any" && strings.Trim(string(data[last:offset]), between) != "" {
			t.Fatalf("%s: %q is dropped", name, data[last:offset])
		}
		last = offset + len(r)
		return true
	})
	if between != "any" && strings.Trim(string(data[last:]), between) != "" {
		t.Fatalf("%s: %q is dropped at the end", name, data[last:])
	}
	n := c(data)
	if n < 0 || n > len(data) {
		t.Fatalf("%s: cut of %d in %d", name, n, len(data))
	}
	all := records(s, data)
	if name == "journal" || name == "json" && slices.ContainsFunc(all, func(r string) bool { return !json.Valid([]byte(r)) }) {
		return // how a broken record is cut off depends on the bytes behind the cut
	}
	if parts := append(records(s, data[:n]), records(s, data[n:])...); n > 0 && !slices.Equal(parts, all) {
		t.Fatalf("%s: a cut at %d makes %q of %q", name, n, parts, all)
	}
}

func FuzzFrame(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, k := range kinds[:4] {
		for range 4 {
			data, _ := stream(k.name, r)
			f.Add(data)
		}
	}
	f.Add([]byte(`{"Records":[{"a":1}],"x":2}`))
	f.Add([]byte("<Event><![CDATA[</Event>]]><!-- </Event>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, k := range kinds {
			check(t, k.name, k.split, k.cut, k.between, data)
		}
		Enveloped(data)
		var e Envelope
		c := bytes.Clone(data)
		for pos := 0; pos < len(c); {
			n := e.Cut(c[pos:])
			if n == 0 {
				break
			}
			pos += n
		}
		for i := range c {
			if c[i] != data[i] && c[i] != ' ' {
				t.Fatalf("the envelope wrote %q", c[i])
			}
		}
	})
}

func TestEnvelope(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		if !Enveloped([]byte(in)) {
			if len(want) > 0 {
				t.Errorf("%q is no envelope", in)
			}
			return
		}
		if want == nil {
			t.Errorf("%q is an envelope", in)
		}
		for window := 1; window <= len(in); window++ {
			data := []byte(in)
			var e Envelope
			for pos, w := 0, window; pos < len(data); {
				n := e.Cut(data[pos:min(pos+w, len(data))])
				if n == 0 && pos+w >= len(data) {
					break
				}
				if pos += n; n == 0 {
					w++
				}
			}
			if got := records(JSON, data); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%q, window %d:\n got %q\nwant %q", in, window, got, want)
				return
			}
		}
	}
	f(`{"Records":[{"a":[{}]},{"b":"]}"}]}`, `{"a":[{}]}`, `{"b":"]}"}`)
	f(`{"x":"Records","n":[1,2],"Records" : [ {"a":1} , {"b":2} ] , "next": {"y":"}"} }`, `{"a":1}`, `{"b":2}`)
	f("{\"records\":[{\"a\":1}]}\n{\"records\":[{\"b\":2}]}\n", `{"a":1}`, `{"b":2}`)
	f(`{"took":3,"_shards":{"total":1},"hits":{"total":{"value":1},"hits":[{"_id":"1","_source":{}}]}}`, `{"_id":"1","_source":{}}`)
	f(`{"id":{"t":1},"events":[{"a":1}]} {"id":{"t":2},"events":[{"a":2}]}`)
	f(`{"id":{"t":1},"events":[{"a":1}]}`)
	f(`{"kind":"List","metadata":{},"items":[{"a":1}]}`, `{"a":1}`)
	f(`{"other":[{"a":1}],"events":[{"a":1}]}`)
	f(`{"events":[1,2]}`)
	f(`[{"events":[{}]}]`)
	f(`{"events":"x"}`)
	f(`{"a":1}`)
	f(`{"events":[`)
}

func TestNoAllocs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, k := range kinds {
		data, _ := stream(k.name, r)
		n := 0
		yield := func(int, []byte) bool { n++; return true }
		if a := testing.AllocsPerRun(20, func() { k.split(data, yield); k.cut(data) }); a > 0 {
			t.Errorf("%s: %v allocations", k.name, a)
		}
	}
}

func bench(b *testing.B, s split, record string) {
	data := []byte(strings.Repeat(record, (512<<10)/len(record)))
	b.SetBytes(int64(len(data)))
	n := 0
	for b.Loop() {
		s(data, func(int, []byte) bool { n++; return true })
	}
	if n == 0 {
		b.Fatal("no records")
	}
}

func BenchmarkSplit(b *testing.B) {
	line := "Aug 22 10:00:01 web1 sshd[4123]: Failed password for invalid user admin from 192.0.2.77 port 51234 ssh2\n"
	object := `{"@timestamp":"2026-08-22T10:00:01Z","event":{"code":4624},"winlog":{"channel":"Security","event_data":{"TargetUserName":"kim","LogonType":"3","IpAddress":"192.0.2.7","Message":"An account was successfully logged on.\n\nSubject:\n\tSecurity ID:\t\tS-1-0-0"}}}`
	b.Run("lines", func(b *testing.B) { bench(b, Lines, line) })
	b.Run("ndjson", func(b *testing.B) { bench(b, JSON, object+"\n") })
	b.Run("jsonarray", func(b *testing.B) { bench(b, JSON, object+",\n") })
	b.Run("csv", func(b *testing.B) { bench(b, CSV, strings.Repeat(`"field one",two,`, 12)+"\n") })
	b.Run("xml", func(b *testing.B) {
		bench(b, XML, "<Event xmlns='x'><System><EventID>4624</EventID><Channel>Security</Channel></System><EventData>"+strings.Repeat("<Data Name='x'>some value</Data>", 20)+"</EventData></Event>\n")
	})
	b.Run("journal", func(b *testing.B) { bench(b, Journal, "_HOSTNAME=web1\nMESSAGE="+line+"PRIORITY=6\n\n") })
}
