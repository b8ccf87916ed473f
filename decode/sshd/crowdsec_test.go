package sshd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/footfall/footfall/internal/shared"
)

var assertion = regexp.MustCompile(`^results\["s01-parse"\]\["crowdsecurity/sshd-logs"\]\[(\d+)\]\.(?:Success == (true|false)|Evt\.Meta\["(source_ip|target_user|machine)"\] == "([^"]*)")`)

// CrowdSec's parser assertions say of each line whether it is a failure, of
// whom, and from where.
func TestCrowdSec(t *testing.T) {
	_, events := read(t, "linux-auth/crowdsec.sshd-logs.sshd-logs.log")
	data, err := os.ReadFile(filepath.Join(shared.Dir(t), "data/dev/linux-auth/crowdsec.sshd-logs.parser.assert"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, line := range regexp.MustCompile(`\r?\n`).Split(string(data), -1) {
		m := assertion.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		i, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		checked++
		e := &events[i][0]
		ok := true
		switch {
		case m[2] != "":
			ok = failed(e) == (m[2] == "true")
		case m[3] == "source_ip":
			ok = host(e) == m[4]
		case m[3] == "target_user":
			ok = e.User.Name == m[4]
		case m[3] == "machine":
			ok = e.Computer == m[4]
		}
		if !ok {
			t.Errorf("%s\ngot user %q from %q on %q, %v %v", line, e.User.Name, host(e), e.Computer, e.Kind, e.Outcome)
		}
	}
	if checked < 80 {
		t.Errorf("%d assertions checked", checked)
	}
}
