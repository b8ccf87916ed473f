package mapped

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
)

const jumphost = `
name: jumphost
format: json
time: {field: when.at, layout: unix-ms}
source: client
destination: dst
user: who
service: {field: proto, values: {secure-shell: ssh, desktop: rdp}, default: gateway}
outcome: {field: result}
session: id
match: {type: access}
`

func decoder(t *testing.T, text string) footfall.Decoder {
	t.Helper()
	d, err := Read("m.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func decode(t *testing.T, d footfall.Decoder, header string, records ...string) string {
	t.Helper()
	f, err := d.New(footfall.NewSchema(true), []byte(header))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	var b footfall.Batch
	for _, r := range records {
		n := len(b.Events)
		if err := f(&b, []byte(r)); err != nil {
			b.Events = b.Events[:n]
			out = append(out, err.Error())
			continue
		}
		e := &b.Events[n]
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(time.Unix(0, e.Time).UTC().Format(time.RFC3339Nano), " ", e.Kind, " ", e.Service, " ", e.Outcome, " ",
			e.From.Addr, e.From.Host, " ", e.From.Port, " ", e.To.Addr, e.To.Host, " ", e.To.Port, " ", e.User.Name, " ", e.Session, " ", e.Zoneless)), " "))
	}
	return strings.Join(out, "\n")
}

func TestJSON(t *testing.T) {
	d := decoder(t, jumphost)
	got := decode(t, d, "",
		`{"when":{"at":1935648900123},"type":"access","client":"192.0.2.7:40001","dst":"fs1","who":"alice","proto":"desktop","result":"OK","id":"s1"}`,
		`{"when":{"at":1935648901000},"type":"access","client":"2001:db8::7","dst":"[2001:db8::9]:22","who":"a from 203.0.113.9","proto":"secure-shell","result":"Denied"}`,
		`{"when":{"at":1935648902000},"type":"other","client":"192.0.2.7"}`,
		`{"when":{"at":"soon"},"type":"access"}`,
		`{"when":`)
	want := `2031-05-04T08:15:00.123Z logon rdp success 192.0.2.7 40001 invalid IPfs1 0 alice s1 false
2031-05-04T08:15:01Z logon ssh failure 2001:db8::7 0 2001:db8::9 22 a from 203.0.113.9 false
2031-05-04T08:15:02Z invalid IP 0 invalid IP 0 false
mapped: the field of the time is missing or is no time of the mapping's layout
json: offset 8: a value is due`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	for head, want := range map[string]int{
		`{"when":{"at":1},"client":"a","dst":"b","who":"c","proto":"d"}`: sure, `{"client":"a","dst":"b","who":"c"}`: 0, `{"when":{"at":1}}`: 0, `x`: 0,
		`[{"when":{"at":1},"client":"a","dst":"b","who":"c","more":"` + strings.Repeat("x", 100): sure,
	} {
		if got := d.Sniff([]byte(head)); got != want {
			t.Errorf("%s: %d, want %d", head, got, want)
		}
	}
}

func TestCSV(t *testing.T) {
	d := decoder(t, "name: door\nformat: csv\ntime: {field: Date Time, layout: 02.01.2006 15:04:05, zone: Europe/Berlin}\nsource: Client IP\nuser: Name\nservice: vpn\noutcome: success\n")
	got := decode(t, d, "Name;Date Time;Client IP", `"x;y";29.11.2031 22:43:54;192.0.2.1`, `z;31.02.2031 00:00:00;192.0.2.1`)
	want := "2031-11-29T21:43:54Z logon vpn success 192.0.2.1 0 invalid IP 0 x;y false\nmapped: the field of the time is missing or is no time of the mapping's layout"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if n := d.Sniff([]byte("Name;Date Time;Client IP\r\nx\r\n")); n != sure {
		t.Errorf("%d", n)
	}
}

func TestPairs(t *testing.T) {
	d := decoder(t, "name: kvlog\nformat: kv\ntime: t\nsource: src\ndestination: dst\ndestination_port: dpt\nkind: connection\noutcome: {field: act, values: {permit: success, deny: failure}}\n")
	got := decode(t, d, "", `t="2031-11-29 22:43:54" src=192.0.2.1 dst=198.51.100.3 dpt=3389 act=permit`, `t=2031-11-29T22:43:54+01:00 src="fw" act=other dpt=x`)
	want := "2031-11-29T22:43:54Z connection rdp success 192.0.2.1 0 198.51.100.3 3389 true\n2031-11-29T21:43:54Z connection invalid IPfw 0 invalid IP 0 false"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"name: A\nformat: json\ntime: t\nsource: s\n":                                                       `name: "A"`,
		"name: a\nformat: xml\ntime: t\nsource: s\n":                                                        `format: "xml"`,
		"name: a\nformat: json\nsource: s\n":                                                                "time: the field",
		"name: a\nformat: json\ntime: t\n":                                                                  "no field but the time",
		"name: a\nformat: json\ntime: t\nsource: s\nservice: bogus\n":                                       `service: service "bogus"`,
		"name: a\nformat: json\ntime: t\nsource: s\nservice: {field: p}\n":                                  "service: values",
		"name: a\nformat: json\ntime: t\nsource: s\noutcome: {field: p, values: {x: good}}\n":               "outcome: values.x",
		"name: a\nformat: json\ntime: {field: t, layout: yyyy-mm-dd}\nsource: s\n":                          "time: layout",
		"name: a\nformat: json\ntime: {field: t, zone: Mars/Base}\nsource: s\n":                             "time: zone",
		"name: a\nformat: json\ntime: t\nsorce: s\n":                                                        "sorce",
		"name: a\nformat: json\ntime: {feld: t}\nsource: s\n":                                               "feld",
		"name: a\nformat: json\ntime: t\nsource: s[]\n":                                                     "not the name",
		"name: a\nformat: json\ntime: [t]\nsource: s\n":                                                     "line 3",
		"name: a\nformat: json\ntime: t\nsource: s\noutcome: {field: r, values: {a: success}, zone: UTC}\n": "layout and zone",
	} {
		if _, err := Read("m.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	d := decoder(t, jumphost)
	f, err := d.New(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	in := []byte(`{"when":{"at":1935648900123},"type":"access","client":"192.0.2.7:40001","dst":"fs1","who":"alice","proto":"Desktop","result":"OK","id":"s1"}`)
	var b footfall.Batch
	run := func() {
		b.Reset()
		if err := f(&b, in); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n > 0 {
		t.Errorf("%v allocations a record", n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(jumphost), []byte(`{"when":{"at":1}}`))
	f.Add([]byte("name: a\nformat: kv\ntime: t\nsource: s\n"), []byte("t=1 s=2"))
	f.Add([]byte("name: a\nformat: csv\ntime: t\nsource: s\n"), []byte("t,s\n1,2\n"))
	f.Fuzz(func(t *testing.T, text, in []byte) {
		d, err := Read("m", text)
		if err != nil {
			return
		}
		d.Sniff(in)
		decode, err := d.New(footfall.NewSchema(true), in)
		if err != nil {
			return
		}
		var b footfall.Batch
		_ = decode(&b, in) // only that it ends without a panic is asked for
	})
}
