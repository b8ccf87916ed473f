package wrapped

import (
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/trial"
)

var line = []byte(`{"@timestamp":"2031-05-02T08:15:00.123Z","message":"May  2 10:15:00 web1 sshd[811]: Failed password for root from 198.51.100.7 port 40022 ssh2","host":{"name":"shipper1"}}`)

func TestSniff(t *testing.T) {
	for in, want := range map[string]int{
		string(line): 22, `{"result":{"_raw":"x"}}`: 30, `{"event":{"original":"x"},"message":"y"}`: 30, `{"a":"x"}`: 0, `{"message":{"a":1}}`: 0, `x`: 0, ``: 0,
		`{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":1935476100000,"message":"x"}]}`: 96, `{"events":[{"timestamp":1,"message":"x","ingestionTime":2}]}`: 96,
		`{"events":[{"timestamp":1,"message":"x"}]}`: 0, `{"events":[1],"message":"x"}`: 0, `{"events":[{"kind":"x"}]}`: 0,
	} {
		if got := sniff([]byte(in)); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
	for in, want := range map[string]int{"_time,_raw\n": 55, "@timestamp;message\n": 24, "a,b\n": 0, "message,b\n": 0, "_raw": 0, "[{\"TimeGenerated\":\"SyslogMessage\",SyslogMessage,TimeGenerated\n": 0} {
		if got := sniffCSV([]byte(in)); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, [][]byte{line})
	trial.NoAllocs(t, &CSV, []byte("TimeGenerated [UTC],SyslogMessage,ProcessName"), [][]byte{[]byte(`"5/2/2031, 8:15:00.120 AM",x y,sshd`), []byte(`"May 2, 2031 @ 08:15:00.123","x ""y""",sshd`)})
}

func FuzzDecode(f *testing.F) {
	header := []byte("_raw,host,@timestamp,TimeGenerated [UTC]")
	d := CSV
	d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return openCSV(s, header) }
	seeds := append(trial.Objects(f), line, []byte(`"a ""b"" c",web1,"May 2, 2031 @ 08:15:00.123",`))
	trial.Fuzz(f, seeds, &Decoder, &d)
}

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, [][]byte{line}) }
