package report

import (
	"slices"
	"testing"

	"github.com/footfall/footfall"
)

// A case keeps the name of its page when others come before it, also one that
// was split off and is called after another; no id leaves the folder.
func TestPageNames(t *testing.T) {
	r := &footfall.Run{}
	ids := []string{"00a1b2c3d4e5f607", "00a1b2c3d4e5f607~2", "../../etc/passwd", "~root", "case-9", "00a1b2c3d4e5f607", "A", ""}
	for _, id := range ids {
		r.Cases = append(r.Cases, &footfall.Case{ID: id})
	}
	names := pageNames(r)
	if want := []string{ids[0], ids[1], "case-3", "case-4", "case-5", "case-6", "case-7", "case-8"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	for _, n := range names {
		if !pageFile.MatchString(n + ".html") {
			t.Errorf("the page %s.html would stay when its case is no more", n)
		}
	}
}
