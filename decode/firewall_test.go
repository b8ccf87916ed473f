package decode_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/internal/shared"
)

// firewallTruth are recorded logs of firewalls with what Elastic reads in them,
// and how many of their records we read otherwise, and why.
var firewallTruth = []struct {
	file, format string
	otherwise    int
}{
	{"firewall/fortinet_fortigate.log.test-fortinet.a.log", "fortigate", 2}, // SSL VPN: remip is the client, not the destination
	{"firewall/panw.panos.test-panw-panos-inc-traffic-sample.log", "panos", 0},
	{"firewall/panw.panos.test-panw-panos-inc-threat-sample.log", "panos", 0},
	{"firewall/panw.panos.test-panw-panos-inc-other-sample.log", "panos", 0},
	{"vpn/panw.panos.test-panw-panos-globalprotect-sample.a.log", "panos", 6}, // the client's outer address is From, not its inner one
	{"firewall/checkpoint.firewall.test-checkpoint-with-time.log", "checkpoint", 0},
	{"firewall/checkpoint.firewall.test-r80x.log", "checkpoint", 1},      // "name (login)" is the login
	{"firewall/sonicwall_firewall.log.test-general.log", "sonicwall", 6}, // "Unknown (SSO failed)" is nobody
	{"firewall/sophos.xg.test-sophos-xg.log", "sophos", 2},               // Sandbox: destination is free text
	{"firewall/sophos.xg.test-xg-firewall-new.log", "sophos", 0},
	{"firewall/cisco_meraki.log.test-urls.log", "meraki", 0},
	{"firewall/cisco_meraki.log.test-security-events.log", "meraki", 0},
	{"firewall/cisco_meraki.log.test-ip-flow.log", "meraki", 8}, // who opened the flow is From, not the address that it was translated to
	{"firewall/azure.firewall_logs.test-networkrules-raw.log", "azurefw", 0},
	{"firewall/azure.firewall_logs.test-applicationrules-raw.log", "azurefw", 0},
	{"firewall/barracuda_cloudgen_firewall.log.test-threat.log", "barracuda", 0},
	{"firewall/barracuda_cloudgen_firewall.log.test-web.log", "barracuda", 0},
}

type ecsRecord struct {
	Source, Destination struct{ IP string }
	User                struct{ Name any }
}

func TestFirewallTruth(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data/dev")
	st, err := decode.New(decode.All, footfall.NewSchema(false))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range firewallTruth {
		data, err := os.ReadFile(filepath.Join(dir, c.file))
		if err != nil {
			t.Fatal(err)
		}
		m := decode.Recognise(decode.All, data[:min(len(data), 64<<10)])
		if len(m) == 0 || m[0].Decoder.Name != c.format {
			t.Errorf("%s: recognised as %v", c.file, m)
			continue
		}
		var b footfall.Batch
		if err := st.Chunk(&b, &footfall.Chunk{Input: &footfall.Input{Format: c.format}, Data: data}); err != nil {
			t.Fatal(err)
		}
		want := ecsRecords(t, filepath.Join(dir, c.file))
		if len(b.Unread) > 0 || len(b.Events) != len(want) {
			t.Errorf("%s: %d events, %d unread, want %d", c.file, len(b.Events), len(b.Unread), len(want))
			continue
		}
		differ := 0
		for i := range want {
			e, w := &b.Events[i], &want[i]
			name, _ := w.User.Name.(string)
			if w.Source.IP != "" && e.From.Addr.String() != w.Source.IP || w.Destination.IP != "" && e.To.Addr.String() != w.Destination.IP ||
				name != "" && e.User.Name != name {
				differ++
			}
		}
		if differ > c.otherwise {
			t.Errorf("%s: %d records differ, want at most %d", c.file, differ, c.otherwise)
		}
	}
}

func ecsRecords(t *testing.T, file string) []ecsRecord {
	t.Helper()
	data, err := os.ReadFile(file + ".expected.json")
	if err != nil {
		packed, err := os.ReadFile(file + ".expected.json.gz")
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	var doc struct{ Expected []ecsRecord }
	if err := json.NewDecoder(strings.NewReader(string(data))).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc.Expected
}
