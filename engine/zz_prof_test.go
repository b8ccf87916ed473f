package engine

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/sigma"
)

func TestZZProf(t *testing.T) {
	if os.Getenv("PROF") == "" {
		t.Skip()
	}
	opt := Options{Paths: strings.Fields(os.Getenv("PROF")), Decoders: decode.All, Analytics: analyze.All, Receipt: time.Now()}
	if os.Getenv("RULES") != "" {
		opt.Rules = builtinRules(t)
	}
	if d := os.Getenv("SIGMAHQ"); d != "" {
		var srcs []sigma.Source
		filepath.WalkDir(d, func(p string, e os.DirEntry, err error) error {
			if filepath.Ext(p) == ".yml" {
				data, _ := os.ReadFile(p)
				srcs = append(srcs, sigma.Source{Name: p, Data: data})
			}
			return nil
		})
		list, _ := sigma.Load(srcs)
		opt.Rules = append(opt.Rules, list...)
	}
	h, err := Find(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := os.Create("/tmp/heap.prof")
	runtime.GC()
	pprof.WriteHeapProfile(f)
	f.Close()
	t.Log(len(h.Run.Findings), h.Run.Seconds, h.Run.Events)
}
