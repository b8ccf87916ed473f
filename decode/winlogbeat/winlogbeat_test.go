package winlogbeat

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/shared"
)

// all decodes every value of in with every field kept.
func all(t testing.TB, in []byte) ([]footfall.Event, func(i int, name string) []string) {
	t.Helper()
	schema := footfall.NewSchema(true)
	f, err := Decoder.New(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := new(footfall.Batch)
	// The reader takes the outer object of an envelope away.
	in = []byte(strings.Replace(string(in), "{\n    \"events\": [", "", 1))
	frame.JSON(in, func(_ int, rec []byte) bool {
		if string(rec) == "}" {
			return true
		}
		if err := f(b, rec); err != nil {
			t.Errorf("%v: %.200s", err, rec)
		}
		return true
	})
	return b.Events, func(i int, name string) []string {
		var out []string
		for _, x := range b.Events[i].Fields {
			if schema.FieldName(x.ID) == name {
				out = append(out, x.Val)
			}
		}
		return out
	}
}

// A want is what the evaluation data says of an event.
type want struct {
	Stamp  string `json:"@timestamp"`
	Winlog struct {
		Channel  string         `json:"channel"`
		Computer string         `json:"computer_name"`
		EventID  json.Number    `json:"event_id"`
		Provider string         `json:"provider_name"`
		Record   json.Number    `json:"record_id"`
		Data     map[string]any `json:"event_data"`
		User     map[string]any `json:"user_data"`
	} `json:"winlog"`
}

func TestExpectedECS(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev", "windows-json")
	truths, _ := filepath.Glob(filepath.Join(dir, "*.expected.json"))
	for _, truth := range truths {
		name := strings.TrimSuffix(truth, ".expected.json")
		in, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(in), "<Event") {
			continue // another decoder's
		}
		if n := Decoder.Sniff(in); n < 80 {
			t.Errorf("%s: sniff %d", name, n)
		}
		var expected struct{ Expected []want }
		data, err := os.ReadFile(truth)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &expected); err != nil {
			t.Fatalf("%s: %v", truth, err)
		}
		compare(t, filepath.Base(name), in, expected.Expected)
	}
}

func compare(t *testing.T, name string, in []byte, expected []want) {
	t.Helper()
	events, field := all(t, in)
	if len(events) != len(expected) {
		t.Errorf("%s: got %d events, want %d", name, len(events), len(expected))
		return
	}
	for i, w := range expected {
		e := &events[i]
		at, err := time.Parse(time.RFC3339Nano, w.Stamp)
		if err != nil {
			t.Fatal(err)
		}
		if d := e.Time - at.UnixNano(); d < 0 || d > int64(time.Millisecond) {
			t.Errorf("%s %d: time %s, want %s", name, i, time.Unix(0, e.Time).UTC(), w.Stamp)
		}
		if e.Channel != w.Winlog.Channel || e.Computer != w.Winlog.Computer || e.Provider != w.Winlog.Provider ||
			strconv.Itoa(int(e.EventID)) != w.Winlog.EventID.String() || strconv.FormatUint(e.Record, 10) != w.Winlog.Record.String() {
			t.Errorf("%s %d: got %+v, want %+v", name, i, e, w)
		}
		for _, data := range []map[string]any{w.Winlog.Data, w.Winlog.User} {
			for k, v := range data {
				s, ok := v.(string)
				if got := field(i, k); ok && len(got) > 0 && !strings.HasPrefix(k, "param") && got[0] != s {
					t.Errorf("%s %d: %s: got %q, want %q", name, i, k, got, s)
				}
			}
		}
	}
}

func TestGolden(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev", "windows-json")
	files, _ := filepath.Glob(filepath.Join(dir, "winlogbeat_*.ndjson"))
	more, _ := filepath.Glob(filepath.Join(dir, "zircolite_winlogbeat*"))
	for _, file := range append(files, more...) {
		in, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var expected []want
		for _, l := range strings.Split(strings.TrimSpace(string(in)), "\n") {
			var w want
			if err := json.Unmarshal([]byte(l), &w); err != nil {
				t.Fatal(err)
			}
			expected = append(expected, w)
		}
		if n := Decoder.Sniff(in); n < 80 {
			t.Errorf("%s: sniff %d", file, n)
		}
		compare(t, filepath.Base(file), in, expected)
	}
}
