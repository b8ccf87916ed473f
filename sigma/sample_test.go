package sigma

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the wanted part of samples")

// TestSamples runs the conformance suite: each file of testdata holds cases,
// one after another. A case begins with "-- rule --"; the rule's log source
// may be left out, it is then product: test. "-- events --" has one JSON
// object a line: fields with values, a list for a field that is there more
// than once; "_log" gives another log source, "_id" and "_channel" the typed
// fields. "-- bind --" gives values to placeholders. "-- want --" says for
// each event whether the rule hits, or why the rule cannot be used;
// "-- want values --" also says with which values. The title says what the
// specification asks for.
func TestSamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	cases := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := txtar.Parse(data)
		cases += samples(t, filepath.Base(name), f)
		if *update {
			if err := os.WriteFile(name, txtar.Format(f), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d cases", cases)
}

// samples runs the cases of one file and returns how many there are.
func samples(t *testing.T, file string, f *txtar.File) int {
	n := 0
	var rule, events, bind []byte
	for i := range f.Files {
		p := &f.Files[i]
		switch strings.Fields(p.Name)[0] {
		case "rule":
			rule, events, bind = p.Data, nil, nil
		case "events":
			events = p.Data
		case "bind":
			bind = p.Data
		case "want":
			n++
			got := sample(t, rule, events, bind, strings.HasSuffix(p.Name, "values"))
			if *update {
				p.Data = []byte(got)
			} else if got != string(p.Data) {
				t.Errorf("%s, case %d:\n%s%s\n got %s\nwant %s", file, n, rule, events, got, p.Data)
			}
		default:
			t.Fatalf("%s: a part named %q", file, p.Name)
		}
	}
	return n
}

func sample(t *testing.T, rule, events, bind []byte, values bool) string {
	t.Helper()
	if !bytes.Contains(rule, []byte("logsource:")) {
		rule = append([]byte("logsource: {product: test}\n"), rule...)
	}
	if !bytes.Contains(rule, []byte("title:")) {
		rule = append([]byte("title: T\n"), rule...)
	}
	var out strings.Builder
	rules, errs := Load([]Source{{"rule", rule}})
	for _, err := range errs {
		fmt.Fprintln(&out, err)
	}
	holders := map[string][]string{}
	if len(bind) > 0 {
		if err := json.Unmarshal(bind, &holders); err != nil {
			t.Fatal(err)
		}
	}
	s := footfall.NewSchema(true)
	set, err := Compile(rules, s, Options{Placeholders: holders})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range set.Unused() {
		fmt.Fprintln(&out, "unused:", u.Reason)
	}
	m := set.New()
	for line := range strings.Lines(string(events)) {
		if len(rules) == 0 || len(set.Unused()) > 0 {
			break
		}
		e := sampleEvent(t, s, line)
		var got []string
		m.Match(&e, func(i int) {
			var v []string
			for _, f := range set.Values(i, &e) {
				if !values {
					break
				}
				v = append(v, fmt.Sprintf("%s=%q", s.FieldName(f.ID), f.Val))
			}
			if len(rules) > 1 {
				v = append([]string{rules[i].Meta.Title}, v...)
			}
			got = append(got, strings.TrimSpace("hit "+strings.Join(v, " ")))
			if !set.Explain(i, &e).Hit {
				t.Errorf("%s matches %s, explained as a miss", rule, line)
			}
		})
		if len(got) == 0 {
			got = []string{"miss"}
		}
		fmt.Fprintln(&out, strings.Join(got, "; "))
	}
	return out.String()
}

func sampleEvent(t *testing.T, s *footfall.Schema, line string) footfall.Event {
	t.Helper()
	var m map[string]any
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	l := footfall.Log{Product: "test"}
	e := footfall.Event{}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		switch v := m[k].(type) {
		case map[string]any: // _log
			l = footfall.Log{}
			if p, ok := v["product"].(string); ok {
				l.Product = p
			}
			l.Services, l.Categories = texts(v["services"]), texts(v["categories"])
			continue
		case []any:
			for _, x := range v {
				e.Fields = append(e.Fields, footfall.Field{ID: s.Asked(k), Val: fmt.Sprint(x)})
			}
			continue
		}
		text := fmt.Sprint(m[k])
		switch k {
		case "_id":
			fmt.Sscan(text, &e.EventID)
		case "_channel":
			e.Channel = text
		case "_provider":
			e.Provider = text
		case "_computer":
			e.Computer = text
		case "_message":
			e.Message = text
		default:
			e.Fields = append(e.Fields, footfall.Field{ID: s.Asked(k), Val: text})
		}
	}
	e.Log = s.AddLog(l)
	return e
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprint(x))
	}
	return out
}
