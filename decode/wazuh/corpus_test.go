package wazuh

import (
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/corpus"
	"github.com/footfall/footfall/internal/frame"
	"github.com/footfall/footfall/internal/shared"
)

// mine are the logs of the evaluation data in this dress, and how many events they hold.
var mine = map[string]int{
	"windows-json/wazuh.powershell.log":        21,
	"windows-json/wazuh.sysmon_eid_11.log":     15,
	"windows-json/wazuh.sysmon_eid_3.log":      1,
	"windows-json/wazuh.win_event_channel.log": 4,
}

func TestCorpus(t *testing.T) {
	found := 0
	err := corpus.Walk(shared.Dir(t), "", func(f *corpus.File) {
		want, ok := mine[f.Path]
		sure := Decoder.Sniff(f.Head())
		if ok != (sure >= 80) || !ok && sure >= 20 {
			t.Errorf("%s: sniff %d", f.Path, sure)
		}
		if !ok {
			return
		}
		found++
		decode, _ := Decoder.New(footfall.NewSchema(true), nil)
		b := new(footfall.Batch)
		frame.JSON(f.Data, func(_ int, rec []byte) bool {
			if err := decode(b, rec); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
			return true
		})
		if len(b.Events) != want {
			t.Errorf("%s: got %d events, want %d", f.Path, len(b.Events), want)
		}
		for i := range b.Events {
			if e := &b.Events[i]; e.Time == 0 || e.Computer == "" || e.Channel == "" || e.EventID == 0 || !e.Native {
				t.Errorf("%s: event %d: %+v", f.Path, i, e)
			}
		}
	})
	if err != nil || found != len(mine) {
		t.Errorf("found %d of %d files: %v", found, len(mine), err)
	}
}
