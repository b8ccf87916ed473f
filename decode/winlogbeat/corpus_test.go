package winlogbeat

import (
	"bytes"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/corpus"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/shared"
)

// mine says whether a log of the evaluation data is in this dress.
func mine(path string) bool {
	switch path { // other products' events, shipped by Beats all the same
	case "linux-auth/sysmon_linux.log.test-sysmon.a.ndjson", "saas/hid_bravura_monitor.winlog.test-hid-bravura-monitor-events.a.ndjson":
		return true
	}
	name, ok := strings.CutPrefix(path, "windows-json/")
	if !ok || name == "system.security.test-4663.log" { // event XML
		return false
	}
	for _, prefix := range []string{"system.security.", "windows.", "winlogbeat_", "zircolite_winlogbeat_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// TestCorpus holds over all evaluation data that this dress is recognised,
// and no other, and that as many events come out as the manifest counts.
func TestCorpus(t *testing.T) {
	found := 0
	err := corpus.Walk(shared.Dir(t), "", func(f *corpus.File) {
		ok := mine(f.Path)
		sure := Decoder.Sniff(f.Head())
		if ok != (sure >= 80) || !ok && sure >= 20 {
			t.Errorf("%s: sniff %d", f.Path, sure)
		}
		if !ok {
			return
		}
		found++
		decode, _ := Decoder.New(footfall.NewSchema(false), nil)
		b := new(footfall.Batch)
		frame.JSON(unwrapped(f.Data), func(_ int, rec []byte) bool {
			if err := decode(b, rec); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
			return true
		})
		want := f.Events
		if len(b.Events) != want {
			t.Errorf("%s: got %d events, want %d", f.Path, len(b.Events), want)
		}
		for i := range b.Events {
			if e := &b.Events[i]; e.Time == 0 || e.Computer == "" || e.Channel == "" || e.EventID == 0 {
				t.Errorf("%s: event %d: %+v", f.Path, i, e)
				break
			}
		}
	})
	if err != nil || found == 0 {
		t.Errorf("%d files: %v", found, err)
	}
}

// unwrapped takes away the outer object of {"events":[...]}, as the reader does.
func unwrapped(data []byte) []byte {
	if from := bytes.Index(data, []byte(`"events": [`)); from >= 0 && from < 16 {
		return data[from+len(`"events": [`) : bytes.LastIndexByte(data, ']')]
	}
	return data
}
