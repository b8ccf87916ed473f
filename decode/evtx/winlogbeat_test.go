package evtx

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

// A beat is what Winlogbeat, which reads through Windows' own API, made of a
// record.
type beat struct {
	Time   string `json:"@timestamp"`
	Winlog struct {
		Channel      string         `json:"channel"`
		Computer     string         `json:"computer_name"`
		EventID      string         `json:"event_id"`
		Record       uint64         `json:"record_id"`
		Provider     string         `json:"provider_name"`
		ProviderGUID string         `json:"provider_guid"`
		Activity     string         `json:"activity_id"`
		Version      int            `json:"version"`
		EventData    map[string]any `json:"event_data"`
		UserData     map[string]any `json:"user_data"`
		User         struct {
			Identifier string `json:"identifier"`
		} `json:"user"`
		Process struct {
			PID    int `json:"pid"`
			Thread struct {
				ID int `json:"id"`
			} `json:"thread"`
		} `json:"process"`
	} `json:"winlog"`
}

// derived says that Winlogbeat's Security and Sysmon modules make, rewrite or
// translate a value; it is then no witness of what the record says.
func derived(name string, have []string, want any) bool {
	if _, isText := want.(string); !isText {
		return true // AccessMask: a list of what the bits are called
	}
	switch name {
	case "xml_name": // the name of an element
		return true
	case "NewSd", "OldSd": // SDDL is written anew
		return true
	}
	for _, suffix := range []string{"Description", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		if strings.HasSuffix(name, suffix) && have == nil {
			return true // AccessMaskDescription, NewSdDacl0: made of the field without the suffix
		}
	}
	return false
}

func TestWinlogbeat(t *testing.T) {
	root := filepath.Join(shared.Dir(t), "data", "dev")
	logs, err := filepath.Glob(filepath.Join(root, "evtx", "winlogbeat", "*.evtx"))
	if err != nil {
		t.Fatal(err)
	}
	pairs, records, values := 0, 0, 0
	for _, path := range logs {
		file := filepath.Base(path)
		truth, err := os.ReadFile(filepath.Join(root, "windows-json", "winlogbeat_"+file+".ndjson"))
		if os.IsNotExist(err) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pairs++
		got := byRecord(t, data)
		for scan := bufio.NewScanner(bytes.NewReader(truth)); scan.Scan(); {
			var want beat
			if err := json.Unmarshal(scan.Bytes(), &want); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			have, ok := got[want.Winlog.Record]
			if !ok {
				t.Errorf("%s: no record %d", file, want.Winlog.Record)
				continue
			}
			records++
			values += compareBeat(t, file, have, &want)
		}
	}
	if pairs < 30 || records < 50 || values < 500 {
		t.Errorf("compared %d files, %d records, %d values only", pairs, records, values)
	}
	t.Logf("%d files, %d records, %d values", pairs, records, values)
}

// A heldEvent is an event that outlives its batch.
type heldEvent struct {
	footfall.Event
	fields map[string][]string
}

func byRecord(t *testing.T, data []byte) map[uint64]heldEvent {
	t.Helper()
	schema := footfall.NewSchema(true)
	header, chunks := chunksOf(data)
	decode, err := New(schema, header)
	if err != nil {
		t.Fatal(err)
	}
	all := map[uint64]heldEvent{}
	for _, c := range chunks {
		var b footfall.Batch
		if err := decode(&b, c); err != nil {
			t.Fatal(err)
		}
		for _, e := range b.Events {
			h := heldEvent{e, map[string][]string{}}
			for _, f := range e.Fields {
				name := schema.FieldName(f.ID)
				h.fields[name] = append(h.fields[name], f.Val)
			}
			all[e.Record] = h
		}
	}
	return all
}

func compareBeat(t *testing.T, file string, have heldEvent, want *beat) (compared int) {
	t.Helper()
	w := &want.Winlog
	same := func(what, got, want string) {
		t.Helper()
		compared++
		if got != want {
			t.Errorf("%s: record %d: %s is %q, want %q", file, have.Record, what, got, want)
		}
	}
	field := func(name string) string { return strings.Join(have.fields[name], "\x00") }
	when, err := time.Parse(time.RFC3339Nano, want.Time)
	if err != nil {
		t.Fatal(err)
	}
	// Of Sysmon records the module takes the time in the record's data, to the millisecond.
	if w.Provider == "Microsoft-Windows-Sysmon" {
		utc, err := time.Parse("2006-01-02 15:04:05.000", field("UtcTime"))
		if err != nil {
			t.Fatal(err)
		}
		same("UtcTime", utc.String(), when.String())
	} else {
		same("time", time.Unix(0, have.Time).UTC().String(), when.String())
		same("SystemTime", field("TimeCreated_SystemTime"), when.Format("2006-01-02T15:04:05.0000000Z"))
	}
	same("channel", have.Channel, w.Channel)
	same("computer", have.Computer, w.Computer)
	same("provider", have.Provider, w.Provider)
	same("event id", strconv.Itoa(int(have.EventID)), w.EventID)
	same("EventID", field("EventID"), w.EventID)
	same("EventRecordID", field("EventRecordID"), strconv.FormatUint(w.Record, 10))
	same("Provider_Guid", strings.ToLower(field("Provider_Guid")), w.ProviderGUID)
	if w.Activity != "" {
		same("activity", field("Correlation_ActivityID"), w.Activity)
	}
	if w.User.Identifier != "" {
		same("UserID", field("UserID"), w.User.Identifier)
	}
	if w.Process.PID != 0 {
		same("process", field("Execution_ProcessID"), strconv.Itoa(w.Process.PID))
		same("thread", field("Execution_ThreadID"), strconv.Itoa(w.Process.Thread.ID))
	}
	if w.Version != 0 {
		same("version", field("Version"), strconv.Itoa(w.Version))
	}
	for _, data := range []map[string]any{w.EventData, w.UserData} {
		names := make([]string, 0, len(data))
		for name := range data {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			got := strings.ReplaceAll(field(name), "\r\n", "\n") // as every reader of XML does with line ends
			if list, ok := data[name].([]any); ok && name == "PrivilegeList" {
				same(name, strings.Join(strings.Fields(got), " "), strings.Trim(fmt.Sprint(list), "[]"))
			} else if !derived(name, have.fields[name], data[name]) {
				same(name, got, data[name].(string))
			}
		}
	}
	return compared
}
