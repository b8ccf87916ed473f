package sigma

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

// sigmaHQ returns the files of SigmaHQ's rules.
func sigmaHQ(t testing.TB) []Source {
	t.Helper()
	root := filepath.Join(shared.Dir(t), "data", "dev", "sigma")
	var out []Source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yml") {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		out = append(out, Source{rel, data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// windowsRules returns all rules of SigmaHQ for Windows.
func windowsRules(t testing.TB) []*Rule {
	t.Helper()
	all, errs := Load(sigmaHQ(t))
	for _, err := range errs {
		t.Error(err)
	}
	var out []*Rule
	for _, r := range all {
		if r.Logsource.Product == "windows" {
			out = append(out, r)
		}
	}
	return out
}

var known = map[string][]string{"known_cdcs": {"dc01", "dc02"}}

// TestSigmaHQ holds that all of SigmaHQ loads, and that what is not matched
// is for placeholders alone.
func TestSigmaHQ(t *testing.T) {
	srcs := sigmaHQ(t)
	start := time.Now()
	rules, errs := Load(srcs)
	loaded := time.Since(start)
	for _, err := range errs {
		t.Error(err)
	}
	if len(rules) != len(srcs) {
		t.Errorf("%d rules of %d files", len(rules), len(srcs))
	}
	start = time.Now()
	set, err := Compile(rules, footfall.NewSchema(false), Options{})
	if err != nil {
		t.Fatal(err)
	}
	always, buckets := 0, 0
	for _, g := range set.groups {
		if g.every != nil {
			always += len(g.every.always)
			buckets++
		}
		buckets += len(g.byID)
	}
	t.Logf("%d rules: load %v, compile %v, %d buckets, %d always, automata %.1f MiB", len(rules), loaded, time.Since(start), buckets, always, float64(set.Memory())/(1<<20))
	for _, u := range set.Unused() {
		if !strings.Contains(u.Reason, "%") {
			t.Errorf("%s: %s", rules[u.Rule].Meta.Source, u.Reason)
		}
	}
	set, err = Compile(rules, footfall.NewSchema(false), Options{Placeholders: known})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range set.Unused() {
		t.Errorf("%s: %s", rules[u.Rule].Meta.Source, u.Reason)
	}
}

// A raw event is a flat JSON record of a Windows log.
type raw struct {
	channel string
	id      uint32
	fields  [][2]string
}

// windowsEvents returns the records of the flat JSON data sets.
func windowsEvents(t testing.TB) []raw {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared.Dir(t), "data", "dev", "windows-json", "*.zip"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no data sets: %v", err)
	}
	var out []raw
	for _, f := range files {
		z, err := zip.OpenReader(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range z.File {
			r, err := m.Open()
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, flat(t, r)...)
			r.Close()
		}
		z.Close()
	}
	return out
}

func flat(t testing.TB, r io.Reader) []raw {
	t.Helper()
	var out []raw
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		if len(bytes.TrimSpace(sc.Bytes())) == 0 {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(sc.Bytes()))
		d.UseNumber()
		var m map[string]any
		if err := d.Decode(&m); err != nil {
			t.Fatal(err)
		}
		e := raw{}
		e.channel, _ = m["Channel"].(string)
		if n, ok := m["EventID"].(json.Number); ok {
			i, _ := n.Int64()
			e.id = uint32(i)
		}
		keys := make([]string, 0, len(m))
		for k := range m {
			// Message is the event as Windows renders it, which its own record
			// does not hold.
			if k != "EventID" && k != "Channel" && k != "Message" {
				keys = append(keys, k)
			}
		}
		sort.Strings(keys)
		for _, k := range keys {
			e.fields = append(e.fields, [2]string{k, fmt.Sprint(m[k])})
		}
		out = append(out, e)
	}
	return out
}

// logOf says which logs rules mean by a channel and an event number, as far
// as the tests need it.
func logOf(channel string, id uint32) footfall.Log {
	l := footfall.Log{Product: "windows"}
	sysmon := map[uint32][]string{
		1: {"process_creation"}, 2: {"file_change"}, 3: {"network_connection"}, 5: {"process_termination"},
		6: {"driver_load"}, 7: {"image_load"}, 8: {"create_remote_thread"}, 9: {"raw_access_thread"},
		10: {"process_access"}, 11: {"file_event"}, 12: {"registry_add", "registry_delete", "registry_event"},
		13: {"registry_set", "registry_event"}, 14: {"registry_rename", "registry_event"}, 15: {"create_stream_hash"},
		17: {"pipe_created"}, 18: {"pipe_created"}, 19: {"wmi_event"}, 20: {"wmi_event"}, 21: {"wmi_event"},
		22: {"dns_query"}, 23: {"file_delete"},
	}
	switch c := strings.ToLower(channel); c {
	case "microsoft-windows-sysmon/operational":
		l.Services, l.Categories = []string{"sysmon"}, sysmon[id]
	case "security":
		l.Services = []string{"security"}
		if id == 4688 {
			l.Categories = []string{"process_creation"}
		}
	case "system", "application":
		l.Services = []string{c}
	case "microsoft-windows-powershell/operational":
		l.Services = []string{"powershell"}
		if id == 4104 {
			l.Categories = []string{"ps_script"}
		} else if id == 4103 {
			l.Categories = []string{"ps_module"}
		}
	case "windows powershell":
		l.Services = []string{"powershell-classic"}
		if id == 400 {
			l.Categories = []string{"ps_classic_start"}
		}
	default:
		l.Services = []string{c}
	}
	return l
}

// event makes the event that a decoder would make of a record: with the
// fields that rules asked for.
func (r *raw) event(s *footfall.Schema) footfall.Event {
	e := footfall.Event{Log: s.AddLog(logOf(r.channel, r.id)), EventID: r.id, Channel: r.channel}
	for _, f := range r.fields {
		if id := s.Asked(f[0]); id != 0 {
			e.Fields = append(e.Fields, footfall.Field{ID: id, Val: f[1]})
		}
	}
	return e
}
