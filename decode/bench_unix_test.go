//go:build unix

package decode_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/txtar"
)

// BenchmarkFormats decodes the records of each format's samples through the
// whole stage on one core: envelope, message, Windows' meaning and all, with no
// rules asking for fields. docs/benchmarks.md has its table.
func BenchmarkFormats(b *testing.B) {
	files, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil {
		b.Fatal(err)
	}
	samples := map[string][][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		f := txtar.Parse(data)
		in := f.Get("in")
		if text := f.Get("in.base64"); text != nil {
			if in, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), "")); err != nil {
				b.Fatal(err)
			}
		}
		// Messages count for their folder, though syslog is around them.
		name := strings.TrimSpace(string(f.Get("format")))
		if folder := strings.Split(filepath.ToSlash(file), "/")[0]; name == "" || name == "syslog" {
			name = folder
		}
		if name != "windows" && len(in) > 0 {
			samples[name] = append(samples[name], in)
		}
	}
	for i := range decode.All {
		d := &decode.All[i]
		if len(samples[d.Name]) > 0 {
			b.Run(d.Name, func(b *testing.B) { benchFormat(b, d, samples[d.Name]) })
		}
	}
}

func benchFormat(b *testing.B, d *footfall.Decoder, samples [][]byte) {
	format := d.Name
	if d.Frame == footfall.FrameMessage {
		format = "syslog"
	}
	st, err := decode.New(decode.All, footfall.NewSchema(false))
	if err != nil {
		b.Fatal(err)
	}
	var chunks []*footfall.Chunk
	for _, in := range samples {
		if d.Frame != footfall.FrameWhole && d.Frame != footfall.FrameFlow && d.Frame != footfall.FrameCSV && d.Frame != footfall.FrameBlocks {
			if !bytes.HasSuffix(in, []byte("\n")) {
				in = append(in, '\n')
			}
			in = bytes.Repeat(in, 1+(32<<10)/len(in)) // as large as the chunks of a small file
		}
		chunks = append(chunks, decode.WholeChunk(format, in))
	}
	var batch footfall.Batch
	size, records := 0, 0
	run := func() {
		for _, c := range chunks {
			batch.Reset()
			if err := st.Chunk(&batch, c); err != nil {
				b.Fatal(err)
			}
			size, records = size+len(c.Data), records+max(len(batch.Events), st.Frames())
		}
	}
	run()
	size, records = 0, 0
	b.ReportAllocs()
	begun := cpu(b)
	for b.Loop() {
		run()
	}
	// Of CPU time, since the machine may do other work as well.
	used := (cpu(b) - begun).Seconds()
	b.ReportMetric(float64(records)/used, "records/CPU-s")
	b.ReportMetric(float64(size)/1e6/used, "MB/CPU-s")
	b.ReportMetric(0, "B/op")
}

// cpu is the time that the process has computed.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
