// Package shared finds the evaluation data that lives beside a checkout. Tests
// that use it skip on a clone that stands alone; with CI=true they fail.
package shared

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir returns the folder of evaluation data: $FOOTFALL_SHARED, or ../shared
// beside the checkout.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("FOOTFALL_SHARED")
	if dir == "" {
		_, file, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "dev", "MANIFEST.tsv")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the evaluation data is missing: %v", err)
		}
		t.Skipf("no evaluation data: %v", err)
	}
	return dir
}
