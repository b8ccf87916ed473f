package osquery

import "github.com/footfall/footfall/internal/clock"

// ctime reads "Tue Jan  2 03:04:05 2031 UTC", which is always UTC.
func ctime(s string) (int64, bool) {
	if len(s) < 24 {
		return 0, false
	}
	ns, n := clock.Parse(s[:24])
	return ns, n == 24
}
