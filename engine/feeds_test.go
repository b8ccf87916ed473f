package engine

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/identify"
	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/rules"
)

// A shown is what samples show of a format.
type shown struct{ kinds, services, analytics map[string]bool }

// TestFeeds holds feeds.tsv to what the samples of each format show: a format
// feeds what one of its samples has, and enables the analytics that want a
// step of it. Formats of one folder that read messages share their samples.
func TestFeeds(t *testing.T) {
	all := map[string]*shown{}
	for i := range decode.All {
		all[decode.All[i].Name] = &shown{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	}
	files, err := filepath.Glob("../decode/*/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		folder := strings.Split(filepath.ToSlash(file), "/")[2]
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f := txtar.Parse(data)
		in := f.Get("in")
		if text := f.Get("in.base64"); text != nil {
			if in, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), "")); err != nil {
				t.Fatal(err)
			}
		}
		format := strings.TrimSpace(string(f.Get("format")))
		for _, name := range formatsOf(folder, format) {
			show(t, all[name], through(name, format), in)
		}
	}
	windows := union(t, all)
	for _, name := range []string{"evtx", "evtxdump", "evtxecmd", "evtxecmd-csv", "exportcsv", "nxlog", "wazuh", "winlogbeat", "winxml"} {
		all[name] = windows
	}
	var b bytes.Buffer
	for i := range decode.All {
		name := decode.All[i].Name
		s := all[name]
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", name, words(s.kinds), words(s.services), words(s.analytics))
	}
	goldenFile(t, "feeds.tsv", b.Bytes())
}

func words(m map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(m)), " ") }

// formatsOf returns the formats that a sample of a folder is of: the one that
// it names, or all of the folder's that read as its first does.
func formatsOf(folder, format string) (out []string) {
	message := false
	for i := range decode.All {
		d := &decode.All[i]
		own, _, _ := strings.Cut(d.Name, "-")
		switch {
		case own != folder:
		case format == d.Name, format == "" && d.Name == folder:
			message = message || d.Frame == footfall.FrameMessage
			out = append(out, d.Name)
		case d.Frame == footfall.FrameMessage && (message || format == "syslog" || format == ""):
			out = append(out, d.Name)
		}
	}
	return out
}

// through is the format that the sample of a format is read as.
func through(name, format string) string {
	if format != "" {
		return format
	}
	if decode.Named(decode.All, name).Frame == footfall.FrameMessage {
		return "syslog"
	}
	return name
}

func show(t *testing.T, to *shown, format string, in []byte) {
	t.Helper()
	if to == nil || decode.Named(decode.All, format) == nil {
		return
	}
	var d *identify.Directory
	err := stepsOf(format, in, func(e *footfall.Event, s *footfall.Step, n *footfall.Names) {
		if d == nil {
			d = identify.New(n, nil)
		}
		if e.Kind != footfall.KindUnknown {
			to.kinds[e.Kind.String()] = true
		}
		if e.Service != footfall.ServiceUnknown {
			to.services[e.Service.String()] = true
		}
		if !wanted(e) {
			return
		}
		d.Observe(s)
		for i := range Analytics {
			a := &Analytics[i]
			if keys := a.Keys(nil, s); len(keys) > 0 && keys[0] != footfall.All {
				to.analytics[a.Name] = true
			}
		}
	})
	if err != nil {
		t.Errorf("%s: %v", format, err)
	}
}

// union is what all dresses of Windows events feed: the records are the same,
// and the rules' samples hold the most of them.
func union(t *testing.T, all map[string]*shown) *shown {
	t.Helper()
	out := all["nxlog"]
	for name := range rules.Files() {
		data, err := rules.Sample(strings.TrimSuffix(name, ".yml") + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range txtar.Parse(data).Files {
			if _, format, _ := strings.Cut(part.Name, " "); format == "nxlog" {
				show(t, out, "nxlog", part.Data)
			}
		}
	}
	return out
}
