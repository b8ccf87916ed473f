package decode_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the want parts of samples")

// notDecoders are the folders below decode that hold no decoder, and why.
var notDecoders = map[string]string{
	"windows":  "the meaning of Windows events, shared by every dress that they come in",
	"testdata": "crashers",
	"mapped":   "makes decoders out of mappings",
}

// TestListed fails when a decoder's folder is not in the table, or the table
// has a decoder without a sample.
func TestListed(t *testing.T) {
	listed := map[string]bool{}
	for _, d := range decode.All {
		folder, _, _ := strings.Cut(d.Name, "-")
		listed[folder] = true
		if d.Name == "evtx" { // binary: its samples are built by its own tests
			continue
		}
		if s, _ := filepath.Glob(folder + "/testdata/*.txtar"); len(s) == 0 {
			t.Errorf("decoder %s has no sample in decode/%s/testdata", d.Name, folder)
		}
		if d.Doc == "" || d.Source == "" {
			t.Errorf("decoder %s does not say what it reads or where that is described", d.Name)
		}
		if d.Sniff != nil && d.By == "" {
			t.Errorf("decoder %s does not say what it is recognised by", d.Name)
		}
	}
	dirs, err := filepath.Glob("*/")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if name := filepath.Base(dir); !listed[name] && notDecoders[name] == "" {
			t.Errorf("decode/%s is not in decode.All", name)
		}
	}
}

// TestSamples decodes the "in" part of each sample through the stage, as a
// hunt would, and compares with "want". The format is the folder's, or the
// one that the part "format" names; messages come in syslog lines.
func TestSamples(t *testing.T) {
	files, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasPrefix(file, "windows"+string(filepath.Separator)) {
			continue // has a runner of its own
		}
		t.Run(strings.TrimSuffix(file, ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := txtar.Parse(data)
			in := f.Get("in")
			if text := f.Get("in.base64"); text != nil { // of a binary format
				if in, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), "")); err != nil {
					t.Fatal(err)
				}
			}
			got := dump(t, formatOf(file, f), in)
			if *update {
				f.Set("want", got)
				if err := os.WriteFile(file, txtar.Format(f), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := f.Get("want"); !bytes.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func formatOf(file string, f *txtar.File) string {
	if name := strings.TrimSpace(string(f.Get("format"))); name != "" {
		return name
	}
	name := strings.Split(filepath.ToSlash(file), "/")[0]
	if d := decode.Named(decode.All, name); d != nil && d.Frame == footfall.FrameMessage {
		return "syslog"
	}
	return name
}

func dump(t *testing.T, format string, in []byte) []byte {
	t.Helper()
	schema := footfall.NewSchema(true)
	st, err := decode.New(decode.All, schema)
	if err != nil {
		t.Fatal(err)
	}
	c := decode.WholeChunk(format, in)
	var b footfall.Batch
	if err := st.Chunk(&b, c); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for i := range b.Events {
		describe(&out, &b.Events[i], schema)
	}
	for _, u := range b.Unread {
		fmt.Fprintf(&out, "unread at %d: %s\n", u.Offset, u.Reason)
	}
	return out.Bytes()
}

// describe writes what an event says, leaving out what is empty.
func describe(w *bytes.Buffer, e *footfall.Event, s *footfall.Schema) {
	if e.Time == 0 {
		w.WriteString("no time")
	} else {
		w.WriteString(time.Unix(0, e.Time).UTC().Format(time.RFC3339Nano))
	}
	put := func(name string, v any) {
		switch x := fmt.Sprint(v); x {
		case "", "0", "0s", "false", "invalid IP":
		default:
			if strings.ContainsAny(x, " \"\n") {
				x = fmt.Sprintf("%q", x)
			}
			fmt.Fprintf(w, " %s=%s", name, x)
		}
	}
	put("kind", e.Kind)
	put("service", e.Service)
	put("auth", e.Auth)
	put("outcome", e.Outcome)
	put("reason", e.Reason)
	put("mfa", e.MFA)
	put("from", e.From.Addr)
	put("fromhost", e.From.Host)
	put("fromport", e.From.Port)
	put("to", e.To.Addr)
	put("tohost", e.To.Host)
	put("toport", e.To.Port)
	put("user", footfall.Canonical(e.User, false))
	put("sid", e.User.SID)
	put("target", footfall.Canonical(e.Target, false))
	put("session", e.Session)
	put("parent", e.Parent)
	put("object", e.Object)
	put("image", e.Image)
	put("parentimage", e.ParentImg)
	put("command", e.Command)
	put("client", e.Client)
	put("assigned", e.Assigned)
	put("mac", e.MAC)
	put("tenant", e.Tenant)
	put("country", e.Country)
	put("bytes", e.Bytes)
	put("returned", e.Returned)
	put("took", time.Duration(e.Duration))
	put("fromzone", e.From.Zone)
	put("tozone", e.To.Zone)
	put("logontype", e.LogonType)
	put("elevated", e.Elevated)
	put("guest", e.Guest)
	put("zoneless", e.Zoneless)
	fmt.Fprintf(w, "\n  record=%d offset=%d len=%d", e.Record, e.Offset, e.Len)
	put("computer", e.Computer)
	put("channel", e.Channel)
	put("provider", e.Provider)
	put("eventid", e.EventID)
	put("program", e.Program)
	put("pid", e.PID)
	l := s.LogOf(e.Log)
	put("log", strings.Join(slices.Concat([]string{l.Product}, l.Services, l.Categories), "/"))
	w.WriteString("\n")
	for _, f := range e.Fields {
		fmt.Fprintf(w, "    %s: %q\n", s.FieldName(f.ID), f.Val)
	}
}

// FuzzStage feeds any bytes to every format through the whole stage: it must
// not panic, and every event must lie within its input.
func FuzzStage(f *testing.F) {
	for i, d := range decode.All {
		folder, _, _ := strings.Cut(d.Name, "-")
		files, err := filepath.Glob(folder + "/testdata/*.txtar")
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), txtar.Parse(data).Get("in"))
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, p []byte) {
		d := decode.All[int(i)%len(decode.All)]
		if d.Frame == footfall.FrameMessage {
			d = *decode.Named(decode.All, "syslog")
		}
		st, err := decode.New(decode.All, footfall.NewSchema(true))
		if err != nil {
			t.Fatal(err)
		}
		var b footfall.Batch
		c := footfall.Chunk{Input: &footfall.Input{Format: d.Name}, Data: p, Header: p[:min(len(p), 4096)]}
		if st.Chunk(&b, &c) != nil {
			return
		}
		for i := range b.Events {
			if e := &b.Events[i]; e.Offset < 0 || e.Offset > int64(len(p)) {
				t.Fatalf("event %d at offset %d of %d bytes", i, e.Offset, len(p))
			}
		}
	})
}
