package decode_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/txtar"
)

// notAlone are samples that recognition gives to another format, or to none,
// and why that is right.
var notAlone = map[string]string{
	"accesslog/testdata/message":     message,
	"cisco/testdata/asa":             message,
	"f5/testdata/first":              message,
	"mikrotik/testdata/mikrotik":     message,
	"pulse/testdata/message":         message,
	"dhcp/testdata/dnsmasqleases":    "of few lines one is broken, and the rest could be much else",
	"ftp/testdata/mixed":             "lines of vsftpd's own log among those of syslog, which one decoder reads together",
	"kube/testdata/dresses":          "the first record is in the dress of Azure Monitor, whose decoder reads it as this one does",
	"nxlog/testdata/broken":          broken,
	"tailscale/testdata/broken":      broken,
	"teleport/testdata/broken":       broken,
	"zscaler/testdata/broken":        broken,
	"winlogbeat/testdata/notwindows": "an object that is no Windows event",
	"winlogbeat/testdata/xml":        "the first record is nothing but a line in event.original, which is read as that line",
}

const (
	message = "all lines are of one source, which a decoder of its lines knows; among others they are syslog"
	broken  = "the first record is broken"
)

// TestRecognised holds recognition to the samples: each alone is of its own
// format first. A message stands in a line of syslog.
func TestRecognised(t *testing.T) {
	files, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.ToSlash(file), ".txtar")
		if strings.HasPrefix(name, "windows/") {
			continue // meanings of events, without a dress
		}
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
		want := formatOf(file, f)
		got := decode.Recognise(decode.All, in[:min(len(in), 64<<10)])
		why, excused := notAlone[name]
		met[name] = true
		switch ok := len(got) > 0 && got[0].Decoder.Name == want; {
		case ok && excused:
			t.Errorf("%s is recognised by now, though %q", name, why)
		case !ok && !excused:
			t.Errorf("%s is recognised as %s, not as %s", name, told(got), want)
		}
	}
	for name := range notAlone {
		if !met[name] {
			t.Errorf("there is no sample %s", name)
		}
	}
}

func told(list []decode.Match) string {
	var out []string
	for _, m := range list[:min(len(list), 3)] {
		out = append(out, m.Decoder.Name)
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", then ")
}
