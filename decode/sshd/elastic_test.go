package sshd_test

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/clock"
	"github.com/footfall/footfall/internal/shared"
)

// ecs is a record of Elastic's truth, with flat names.
type ecs map[string]any

func (r ecs) text(name string) string {
	s, _ := r[name].(string)
	return s
}

func truths(t *testing.T, path string) (out []ecs) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared.Dir(t), "data/dev/linux-auth", path))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Expected []map[string]any }
	if data[0] == '[' {
		err = json.Unmarshal(data, &doc.Expected)
	} else {
		err = json.Unmarshal(data, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range doc.Expected {
		r := ecs{}
		flatten(r, "", e)
		out = append(out, r)
	}
	return out
}

func flatten(to ecs, prefix string, from map[string]any) {
	for k, v := range from {
		if m, ok := v.(map[string]any); ok {
			flatten(to, prefix+k+".", m)
			continue
		}
		to[prefix+k] = v
	}
}

// What Elastic reads in a line of sshd, we read too: when, who, from where,
// and whether it worked.
func TestElastic(t *testing.T) {
	checked := 0
	for _, name := range []string{
		"system.auth.test-auth.log", "system.auth.test-auth-ubuntu1204.log", "system.auth.test-secure-rhel7.log",
		"filebeat.system.auth.test.log", "filebeat.system.auth.auth-ubuntu1204.log", "filebeat.system.auth.secure-rhel7.log",
	} {
		lines, events := read(t, "linux-auth/"+name)
		want := truths(t, name+".expected.json")
		if len(want) > len(lines) {
			t.Fatalf("%s: %d records for %d lines", name, len(want), len(lines))
		}
		for i, w := range want {
			if len(events[i]) == 0 || w.text("process.name") != "sshd" {
				continue
			}
			checked++
			if why := differs(&events[i][0], w, lines[i]); why != "" {
				t.Errorf("%s:%d: %s\n%s", name, i+1, why, lines[i])
			}
		}
	}
	if checked < 150 {
		t.Errorf("%d records checked", checked)
	}
}

func differs(e *footfall.Event, w ecs, line string) string {
	if at, err := time.Parse(time.RFC3339Nano, w.text("@timestamp")); err == nil && clock.InYear(e.Time, at.Year()) != at.UnixNano() {
		return "time " + time.Unix(0, e.Time).UTC().String()
	}
	if pid, ok := w["process.pid"].(float64); ok && uint32(pid) != e.PID {
		return "pid"
	}
	ip := w.text("source.ip")
	if a, err := netip.ParseAddr(ip); err == nil && e.From.Addr != a {
		return "from " + e.From.Addr.String()
	}
	if port, ok := w["source.port"].(float64); ok && uint16(port) != e.From.Port {
		return "port"
	}
	if host := w.text("source.domain"); host != "" && e.From.Host != host {
		return "host " + e.From.Host
	}
	out := w.text("event.outcome")
	if out != "" && !strings.HasPrefix(out, e.Outcome.String()) {
		return "outcome " + e.Outcome.String()
	}
	if user := w.text("user.name"); user != "" && (ip != "" || out != "") && e.User.Name != user {
		return "user " + e.User.Name
	}
	return ""
}
