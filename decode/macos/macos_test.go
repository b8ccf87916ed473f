package macos

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/trial"
	"github.com/footfall/footfall/internal/txtar"
)

var all = []struct {
	d          *footfall.Decoder
	file, mark string
}{
	{&Decoder, "messages.txtar", "]: "},
	{&Lines, "unified.txtar", ""},
	{&JSON, "ndjson.txtar", ""},
	{&Santa, "santa.txtar", ""},
	{&SantaMessage, "santa.txtar", "santad: "},
	{&Jamf, "jamf.txtar", ""},
}

// whole is the file of the sample of ASL.
func whole(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/asl.txtar")
	if err != nil {
		t.Fatal(err)
	}
	out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(txtar.Parse(data).Get("in.base64"))), ""))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNoAllocs(t *testing.T) {
	for _, c := range all {
		trial.NoAllocs(t, c.d, nil, trial.Frames(t, c.file, c.mark))
	}
	trial.NoAllocs(t, &ASL, nil, [][]byte{whole(t)})
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range all {
		b.Run(c.d.Name, func(b *testing.B) { trial.Bench(b, c.d, nil, trial.Frames(b, c.file, c.mark)) })
	}
}

func FuzzDecode(f *testing.F) {
	seeds := [][]byte{whole(f)}
	list := []*footfall.Decoder{&ASL}
	for _, c := range all {
		seeds = append(seeds, trial.Frames(f, c.file, c.mark)...)
		list = append(list, c.d)
	}
	trial.Fuzz(f, seeds, list...)
}
