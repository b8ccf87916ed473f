package hayabusa

import (
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/trial"
)

func rows(t testing.TB) (header []byte, frames [][]byte) {
	t.Helper()
	all := trial.Frames(t, "timeline.txtar", "")
	return all[0], all[1:]
}

func objects(t testing.TB) (out [][]byte) {
	t.Helper()
	for _, o := range trial.Objects(t) {
		if Decoder.Sniff(o) > 0 {
			out = append(out, o)
		}
	}
	if len(out) < 3 {
		t.Fatal("no objects")
	}
	return out
}

func TestSniff(t *testing.T) {
	header, _ := rows(t)
	if n := CSV.Sniff(append(header, '\n')); n != 97 {
		t.Errorf("%d of the sample's header", n)
	}
	if n := Decoder.Sniff([]byte(`{"EventID":1,"Channel":"Security","Timestamp":"x"}`)); n != 0 {
		t.Errorf("%d of another's record", n)
	}
}

// TestForged holds that a user name which parts values moves no blame, whatever
// it says and in whichever dress.
func TestForged(t *testing.T) {
	decode := trial.Open(t, &Decoder, true, nil)
	var b footfall.Batch
	if err := decode(&b, []byte(`{"Timestamp":"2031-05-02T08:15:06Z","RuleTitle":"x","Channel":"Sec","EventID":4624,"RecordID":1,"Details":"Type: 3 - NETWORK ¦ TgtUser: a ¦ Type: 10 ¦ TgtUser: root ¦ SrcIP: 192.0.2.1 ¦ LID: 0x1 ¦ SrcComp: k ¦ SrcIP: 203.0.113.9 ¦ LID: 0x2"}`)); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, f := range b.Events[0].Fields {
		got[f.Val]++
	}
	for _, want := range []string{"3", "a", "203.0.113.9", "0x2"} {
		if got[want] != 1 {
			t.Errorf("%q is missing in %v", want, got)
		}
	}
	for _, forged := range []string{"10", "root", "192.0.2.1", "0x1"} {
		if got[forged] != 0 {
			t.Errorf("%q is believed", forged)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	header, frames := rows(t)
	trial.NoAllocs(t, &CSV, header, frames)
	trial.NoAllocs(t, &Decoder, nil, objects(t))
}

func BenchmarkDecode(b *testing.B) { trial.Bench(b, &Decoder, nil, objects(b)) }

func BenchmarkCSV(b *testing.B) {
	header, frames := rows(b)
	trial.Bench(b, &CSV, header, frames)
}

func FuzzDecode(f *testing.F) {
	header, frames := rows(f)
	d := CSV
	d.New = func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) { return openCSV(s, header) }
	trial.Fuzz(f, append(objects(f), frames...), &Decoder, &d)
}
