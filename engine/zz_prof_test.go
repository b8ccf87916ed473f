package engine

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/decode"
)

func TestZZProf(t *testing.T) {
	if os.Getenv("PROF") == "" {
		t.Skip()
	}
	opt := Options{Paths: strings.Fields(os.Getenv("PROF")), Decoders: decode.All, Analytics: analyze.All, Receipt: time.Now()}
	if os.Getenv("RULES") != "" {
		opt.Rules = builtinRules(t)
	}
	h, err := Find(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(h.Run.Findings), h.Run.Seconds, h.Run.Events)
}
