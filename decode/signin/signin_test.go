package signin

import (
	"testing"

	"github.com/footfall/footfall/internal/trial"
)

func TestNoAllocs(t *testing.T) {
	trial.NoAllocs(t, &Decoder, nil, trial.Frames(t, "*.txtar", ""))
}

func FuzzDecode(f *testing.F) { trial.Fuzz(f, trial.Frames(f, "*.txtar", ""), &Decoder) }

func BenchmarkDecode(b *testing.B) {
	trial.Bench(b, &Decoder, nil, trial.Frames(b, "*.txtar", ""))
}

func TestClusters(t *testing.T) {
	f := func(want int, logs ...string) {
		t.Helper()
		head := ""
		for _, l := range logs {
			head += `{"p_log_type": "` + l + `", "x": 1}` + "\n"
		}
		if got := Decoder.Sniff([]byte(head)); got != want {
			t.Errorf("%v: %d, want %d", logs, got, want)
		}
	}
	f(30, "Okta.SystemLog", "Okta.Users")
	f(97, "Okta.SystemLog", "Amazon.EKS.Audit")
	f(30, "Amazon.EKS.Audit", "Azure.MonitorActivity", "GCP.AuditLog") // of Kubernetes throughout
}
