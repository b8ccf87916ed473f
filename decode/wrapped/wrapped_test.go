package wrapped

import (
	"testing"

	"github.com/footfall/footfall"
)

var line = []byte(`{"@timestamp":"2031-05-02T08:15:00.123Z","message":"May  2 10:15:00 web1 sshd[811]: Failed password for root from 198.51.100.7 port 40022 ssh2","host":{"name":"shipper1"}}`)

func TestSniff(t *testing.T) {
	for in, want := range map[string]int{
		string(line): 22, `{"result":{"_raw":"x"}}`: 30, `{"event":{"original":"x"},"message":"y"}`: 30, `{"a":"x"}`: 0, `{"message":{"a":1}}`: 0, `x`: 0, ``: 0,
	} {
		if got := sniff([]byte(in)); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
	for in, want := range map[string]int{"_time,_raw\n": 55, "@timestamp;message\n": 24, "a,b\n": 0, "message,b\n": 0, "_raw": 0} {
		if got := sniffCSV([]byte(in)); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	f, err := open(footfall.NewSchema(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	run := func() {
		b.Reset()
		if err := f(&b, line); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n > 0 {
		t.Errorf("%v allocations a record", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(line, []byte("_raw,host"))
	f.Add([]byte(`"a ""b"" c",web1`), []byte("_raw,host"))
	f.Fuzz(func(t *testing.T, in, header []byte) {
		var b footfall.Batch
		sniff(in)
		sniffCSV(in)
		d, err := open(footfall.NewSchema(true), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = d(&b, in) // only that it ends without a panic is asked for
		if d, err = openCSV(footfall.NewSchema(true), header); err == nil {
			_ = d(&b, in)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	f, err := open(footfall.NewSchema(false), nil)
	if err != nil {
		b.Fatal(err)
	}
	var batch footfall.Batch
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		batch.Reset()
		if err := f(&batch, line); err != nil {
			b.Fatal(err)
		}
	}
}
