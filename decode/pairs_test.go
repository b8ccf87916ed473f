package decode_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/shared"
)

// decoded decodes a whole file of one chunk through the stage.
func decoded(t *testing.T, path string) (*footfall.Schema, []footfall.Event) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := decode.Recognise(decode.All, data[:min(len(data), 64<<10)])
	if len(m) == 0 {
		t.Fatalf("%s is not recognised", path)
	}
	c := footfall.Chunk{Input: &footfall.Input{Format: m[0].Decoder.Name}, Data: data}
	if m[0].Decoder.Frame == footfall.FrameEVTX {
		c.Header, c.Data, c.Offset = data[:4096], data[4096:], 4096
	}
	schema := footfall.NewSchema(true)
	st, err := decode.New(decode.All, schema)
	if err != nil {
		t.Fatal(err)
	}
	var b footfall.Batch
	if err := st.Chunk(&b, &c); err != nil {
		t.Fatal(err)
	}
	return schema, b.Events
}

// typed is what an event means, without where it came from.
func typed(e *footfall.Event) string {
	return fmt.Sprintf("%d %s/%d %s kind=%v service=%v auth=%v outcome=%v reason=%v type=%d locality=%d elevated=%v guest=%v from=%v to=%v user=%v target=%v session=%s parent=%s object=%q image=%q parent=%q command=%q client=%q",
		e.Record, e.Channel, e.EventID, strings.ToLower(e.Computer), e.Kind, e.Service, e.Auth, e.Outcome, e.Reason, e.LogonType,
		e.Locality, e.Elevated, e.Guest, e.From, e.To, e.User, e.Target, e.Session, e.Parent, e.Object, e.Image, e.ParentImg, e.Command, e.Client)
}

// apart are pairs whose dress says less than the record, and what it leaves out.
var apart = map[string]string{}

// TestPairs holds that one event means the same whatever dress it came in: the
// recordings that exist as EVTX and as what Winlogbeat made of them.
func TestPairs(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	files, err := filepath.Glob(filepath.Join(dir, "windows-json", "winlogbeat_*.evtx.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	events := 0
	for _, path := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "winlogbeat_"), ".ndjson")
		binary := filepath.Join(dir, "evtx", "winlogbeat", name)
		if _, err := os.Stat(binary); err != nil {
			continue // the other half was kept back
		}
		_, want := decoded(t, binary)
		_, got := decoded(t, path)
		if len(got) != len(want) {
			t.Errorf("%s: %d events in JSON, %d in EVTX", name, len(got), len(want))
			continue
		}
		byRecord := func(a, b footfall.Event) int { return int(int64(a.Record) - int64(b.Record)) }
		slices.SortStableFunc(got, byRecord)
		slices.SortStableFunc(want, byRecord)
		for i := range want {
			events++
			if g, w := typed(&got[i]), typed(&want[i]); g != w && apart[name] == "" {
				t.Errorf("%s:\n JSON %s\n EVTX %s", name, g, w)
			}
		}
	}
	if events < 30 {
		t.Errorf("only %d events to compare", events)
	}
}

// TestHostileNames holds that user names made to look like log text never move
// the blame: every line of the recording came from 127.0.0.1.
func TestHostileNames(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared.Dir(t), "data", "dev", "hostile", "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	home := netip.MustParseAddr("127.0.0.1")
	for _, path := range files {
		_, events := decoded(t, path)
		sources := 0
		for i := range events {
			e := &events[i]
			if e.From.Host != "" {
				t.Errorf("line %d blames host %q", e.Record, e.From.Host)
			}
			if !e.From.Addr.IsValid() {
				continue
			}
			if sources++; e.From.Addr != home {
				t.Errorf("line %d blames %v", e.Record, e.From.Addr)
			}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(data, []byte("\n")); sources < lines/2 {
			t.Errorf("%s: only %d of %d lines have a source", filepath.Base(path), sources, lines)
		}
	}
}
