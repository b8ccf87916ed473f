package sentinel

import (
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/trial"
)

func rows(t testing.TB) (header []byte, frames [][]byte) {
	t.Helper()
	all := trial.Frames(t, "csv.txtar", "")
	return all[0], all[1:]
}

func TestSniff(t *testing.T) {
	header, _ := rows(t)
	if n := CSV.Sniff(append(header, '\n')); n != 96 {
		t.Errorf("%d of the sample's header", n)
	}
	for _, o := range trial.Frames(t, "json.txtar", "") {
		if n := Decoder.Sniff(o); n < 95 {
			t.Errorf("%d of %s", n, o)
		}
	}
	if n := Decoder.Sniff([]byte(`{"DeviceVendor":"x","a":1}`)); n != 0 {
		t.Errorf("%d of another's record", n)
	}
}

// TestColumns holds that the slots named apart are those of their columns.
func TestColumns(t *testing.T) {
	for slot, want := range map[int]string{
		vendor: "DeviceVendor", severity: "LogSeverity", whenUTC: "TimeGenerated [UTC]", computer: "Computer", deviceAddress: "DeviceAddress", deviceName: "DeviceName",
		text: "Message", extensions: "AdditionalExtensions",
	} {
		if paths[slot] != want {
			t.Errorf("slot %d is %s, not %s", slot, paths[slot], want)
		}
	}
}

func TestCut(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		var got []string
		for in != "" {
			var p string
			if p, in = cut(in); p != "" {
				got = append(got, p)
			}
		}
		if strings.Join(got, "#") != strings.Join(want, "#") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f("a=1;b=2", "a=1", "b=2")
	f("a=x; y;b=2;", "a=x; y", "b=2")
	f("a=http://h/?q=1;b=", "a=http://h/?q=1", "b=")
	f("text;a=1", "a=1")
	f(";;=;x")
	f("")
}

func TestNoAllocs(t *testing.T) {
	header, frames := rows(t)
	trial.NoAllocs(t, &CSV, header, frames)
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "json.txtar", ""))
}

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, trial.Frames(b, "json.txtar", "")) }

func BenchmarkCSV(b *testing.B) {
	header, frames := rows(b)
	trial.Bench(b, &CSV, header, frames)
}

func FuzzDecode(f *testing.F) {
	header, frames := rows(f)
	d := CSV
	d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return openCSV(s, header) }
	trial.Fuzz(f, append(trial.Frames(f, "json.txtar", ""), frames...), &Decoder, &d)
}
