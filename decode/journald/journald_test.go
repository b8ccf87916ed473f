package journald

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// binaryField is a field with line ends in its value.
func binaryField(name, value string) string {
	return name + "\n" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(value)))) + value + "\n"
}

func show(e *footfall.Event) string {
	return fmt.Sprintf("%d|%s|%s|%d|%s", e.Time, e.Computer, e.Program, e.PID, e.Message)
}

func TestExport(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var b footfall.Batch
		if err := newReader(footfall.NewSchema(false)).export(&b, []byte(in)); err != nil {
			t.Errorf("%q: %v", in, err)
			return
		}
		if got := show(&b.Events[0]); got != want {
			t.Errorf("%q\n got %s\nwant %s", in, got, want)
		}
	}
	f("__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1709820119250000\n_HOSTNAME=web1\nSYSLOG_IDENTIFIER=sshd\n_PID=77\nMESSAGE=hello\n",
		"1709820119250000000|web1|sshd|77|hello")
	f("__REALTIME_TIMESTAMP=1709820119250000\n_SOURCE_REALTIME_TIMESTAMP=1709820119249000\n_COMM=sshd-session\nSYSLOG_PID=78\n"+
		binaryField("MESSAGE", "two\nlines=2\n")+"_HOSTNAME=web1", "1709820119249000000|web1|sshd-session|78|two\nlines=2")
	f("__REALTIME_TIMESTAMP=99999999999999999999\n_HOSTNAME=web1\n_PID=-1\nMESSAGE=", "0|web1||0|")
}

func TestExportBad(t *testing.T) {
	r := newReader(footfall.NewSchema(false))
	for _, in := range []string{"", "a=b", "MESSAGE=x", "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffx", "MESSAGE\n\x01", "__CURSOR=a\nb\n"} {
		var b footfall.Batch
		if err := r.export(&b, []byte(in)); err == nil {
			t.Errorf("%q is taken for an entry", in)
		}
	}
}

func TestJSON(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var b footfall.Batch
		if err := newReader(footfall.NewSchema(false)).json(&b, []byte(in)); err != nil {
			t.Errorf("%s: %v", in, err)
			return
		}
		if got := show(&b.Events[0]); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f(`{"__REALTIME_TIMESTAMP":"1709820119250000","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"sshd","_PID":"77","MESSAGE":"a \"b\" \u00e9"}`,
		"1709820119250000000|web1|sshd|77|a \"b\" é")
	f(`{"__REALTIME_TIMESTAMP":1709820119250000,"_HOSTNAME":["web1","web2"],"_COMM":"sshd","SYSLOG_PID":["78","79"],"MESSAGE":[104,105,10,27]}`,
		"1709820119250000000|web2|sshd|79|hi\n\x1b")
	f(`{"__REALTIME_TIMESTAMP":"1709820119250000","_HOSTNAME":"web1","MESSAGE":null,"X":{"a":[1]},"Y":[[104,105],[106]]}`,
		"1709820119250000000|web1||0|")
}

func TestJSONBad(t *testing.T) {
	r := newReader(footfall.NewSchema(false))
	for _, in := range []string{"", "[]", "{}", `{"MESSAGE":"x"`, `{"a":1,"b":2}`, `{"MESSAGE":[1,[`} {
		var b footfall.Batch
		if err := r.json(&b, []byte(in)); err == nil {
			t.Errorf("%s is taken for an entry", in)
		}
	}
}

func TestFields(t *testing.T) {
	s := footfall.NewSchema(false)
	unit, text := s.Field("_SYSTEMD_UNIT"), s.Field("message")
	var b footfall.Batch
	if err := newReader(s).json(&b, []byte(`{"__REALTIME_TIMESTAMP":"1","_HOSTNAME":"web1","_SYSTEMD_UNIT":"ssh.service","MESSAGE":"hi"}`)); err != nil {
		t.Fatal(err)
	}
	e := &b.Events[0]
	u, _ := e.Get(unit)
	m, _ := e.Get(text)
	if u != "ssh.service" || m != "hi" || len(e.Fields) != 2 {
		t.Errorf("%v", e.Fields)
	}
}

func TestSniff(t *testing.T) {
	f := func(in string, export, json int) {
		t.Helper()
		if x, j := sniffExport([]byte(in)), sniffJSON([]byte(in)); x != export || j != json {
			t.Errorf("%q: %d, %d, want %d, %d", in, x, j, export, json)
		}
	}
	f("__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n__MONOTONIC_TIMESTAMP=1\n_BOOT_ID=a\n", 95, 0)
	f(`{"_HOSTNAME":"a","__REALTIME_TIMESTAMP":"1","MESSAGE":"x"}`, 0, 95)
	f(`{"MESSAGE":"__REALTIME_TIMESTAMP=1"}`, 0, 0)
	f("Mar  7 14:01:59 web1 sshd[77]: __REALTIME_TIMESTAMP=1", 0, 0)
	f("", 0, 0)
}

func TestAllocs(t *testing.T) {
	r := newReader(footfall.NewSchema(false))
	var b footfall.Batch
	x := []byte("__REALTIME_TIMESTAMP=1709820119250000\n_HOSTNAME=web1\nSYSLOG_IDENTIFIER=sshd\n_PID=77\nMESSAGE=" + strings.Repeat("x", 80) + "\n")
	j := []byte(`{"__REALTIME_TIMESTAMP":"1709820119250000","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"sshd","_PID":"77","MESSAGE":"a\tb","N":[1,2]}`)
	if n := testing.AllocsPerRun(100, func() {
		b.Reset()
		if r.export(&b, x) != nil || r.json(&b, j) != nil {
			t.Fatal("not read")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("__REALTIME_TIMESTAMP=1\n_HOSTNAME=a\n" + binaryField("MESSAGE", "b\nc")))
	f.Add([]byte(`{"__REALTIME_TIMESTAMP":"1","_HOSTNAME":"a","MESSAGE":[1,2,[3,"x"]],"X":null}`))
	r := newReader(footfall.NewSchema(false))
	var b footfall.Batch
	f.Fuzz(func(t *testing.T, in []byte) {
		b.Reset()
		for _, read := range []footfall.DecodeFunc{r.export, r.json} {
			if read(&b, in) == nil && len(b.Events) == 0 {
				t.Fatalf("%q: no event and no error", in)
			}
		}
		sniffExport(in)
		sniffJSON(in)
	})
}

func BenchmarkJSON(b *testing.B) {
	r := newReader(footfall.NewSchema(false))
	var batch footfall.Batch
	in := []byte(`{"__CURSOR":"s=0639;i=1;b=1","__REALTIME_TIMESTAMP":"1709820119250000","__MONOTONIC_TIMESTAMP":"1","_BOOT_ID":"0639","_TRANSPORT":"syslog","PRIORITY":"6","_UID":"0","_GID":"0","_HOSTNAME":"web1","SYSLOG_FACILITY":"4","SYSLOG_IDENTIFIER":"sshd","_PID":"77","_COMM":"sshd","_EXE":"/usr/sbin/sshd","_CMDLINE":"sshd: root [priv]","_SYSTEMD_UNIT":"ssh.service","MESSAGE":"Failed password for root from 198.51.100.7 port 50022 ssh2"}`)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i&1023 == 0 {
			batch.Reset()
		}
		if err := r.json(&batch, in); err != nil {
			b.Fatal(err)
		}
	}
}
