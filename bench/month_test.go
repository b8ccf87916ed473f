package main

import (
	"context"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/engine"
)

// TestMonth: every line that is written is read, and says what it was made to.
func TestMonth(t *testing.T) {
	const logins = 10_000
	dir := t.TempDir()
	m, err := makeMonth(dir, logins)
	if err != nil {
		t.Fatal(err)
	}
	h, err := engine.Find(context.Background(), engine.Options{Paths: []string{dir}, Decoders: decode.All, Keep: true, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	var records int64
	for _, in := range h.Run.Inputs {
		records += in.Records
	}
	kinds, sessions, edges := map[footfall.Kind]int{}, map[string]int{}, map[[3]footfall.Name]bool{}
	for s := range h.Steps() {
		kinds[s.Kind]++
		sessions[h.Names.String(s.Session)]++
		if s.Kind == footfall.KindLogon {
			edges[[3]footfall.Name{s.Account, s.SrcAddr, s.DstHost}] = true
		}
	}
	if records != m.lines || m.lines != 2*logins || kinds[footfall.KindLogon] != logins || kinds[footfall.KindLogoff] != logins {
		t.Errorf("%d records of %d lines, %v", records, m.lines, kinds)
	}
	if len(sessions) != logins || int64(len(edges)) != m.edges {
		t.Errorf("%d sessions, %d edges; want %d and %d", len(sessions), len(edges), logins, m.edges)
	}
}
