package engine

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/shared"
)

// countedOtherwise are files whose manifest counts something else than records, and why.
var countedOtherwise = map[string]string{
	"vmware/vsphere.log.test-format-common.a.log":                "lines of messages that go on over several lines",
	"linux-auth/fail2ban.cowrie.log":                             "one line is no event of Cowrie and is told as unread",
	"linux-auth/plaso.rsyslog_forward.log":                       "two records of which one is a bare octet stream, told as unread",
	"linux-auth/system.syslog.test-darwin-syslog-sample.log":     "lines of messages that go on over several lines",
	"windows-json/schtask_create.zip":                            "a blank line is counted",
	"windows-json/zircolite_xml_events_sample.xml":               "two events over fifty lines",
	"windows-json/plaso.iis10.log":                               "IIS, no Windows event",
	"azure/azure.platformlogs.test-platformlogs-invalid-raw.log": "the truth's three records; one more has broken JSON and is told as unread, with what begins behind it",
	"edr/crowdstrike.falcon.test-falcon-audit-events.log":        "13 records over 277 lines",
	"edr/crowdstrike.falcon.test-falcon-events.log":              "3 records over 94 lines",
	"firewall/plaso.windows_firewall.log":                        "four lines are headers",
	"firewall/sophos.utm.test-packet-filter.log":                 "eight bytes, in which there is no record",
	"vnc-rdp/forum.xrdp-sesman_2019.log":                         "the last line has no line end and is not counted",
	"vnc-rdp/forum.xvnc4_2009.log":                               "what somebody judged to matter is counted, not lines",
	"vnc-rdp/forum.xvnc4_2015_authfail.log":                      "what somebody judged to matter is counted, not lines",
}

// otherwise says why the manifest's count of a file is not ours, "" if it must be.
func otherwise(name string) string {
	if strings.HasPrefix(name, "netflow/") {
		return "the manifest counts datagrams or nfdump's rows, here flows are counted"
	}
	return countedOtherwise[name]
}

// TestManifestCounts holds that every log file of the judged folders is read,
// with as many records as the manifest says, or is told with its reason.
func TestManifestCounts(t *testing.T) {
	dir := filepath.Join(shared.Dir(t), "data", "dev")
	want := map[string]int64{}
	f, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if row[7] == "ground-truth" || row[7] == "rules" || !slices.ContainsFunc(judged, func(p string) bool { return strings.HasPrefix(row[0], p) }) {
			continue
		}
		n, err := strconv.ParseInt(row[9], 10, 64)
		if err != nil {
			n = -1 // the manifest gives no count
		}
		want[row[0]] = n
	}
	var paths []string
	for p := range want {
		paths = append(paths, filepath.Join(dir, p))
	}
	got := map[string]footfall.InputStat{}
	for _, s := range hunted(t, Options{Paths: paths}).Inputs {
		outer, _, _ := strings.Cut(s.Path, "!")
		name, err := filepath.Rel(dir, outer)
		if err != nil {
			t.Fatal(err)
		}
		have := got[name]
		have.Records += s.Records
		have.Unread += s.Unread
		have.State = s.State
		have.Reasons = append(have.Reasons, s.Reasons...)
		got[name] = have
	}
	for name, n := range want {
		s, ok := got[name]
		switch {
		case !ok:
			t.Errorf("%s is not accounted for", name)
		case s.Records == 0 && len(s.Reasons) == 0 && s.State != "duplicate":
			t.Errorf("%s is %s without a reason", name, s.State)
		case n >= 0 && s.Records != n && otherwise(name) == "" && s.State != "duplicate":
			t.Errorf("%s has %d records and %d unread, the manifest %d", name, s.Records, s.Unread, n)
		}
	}
	for name := range countedOtherwise {
		if n, ok := want[name]; ok && got[name].Records == n && got[name].State == "read" {
			t.Errorf("%s is counted as the manifest does: take it from the list", name)
		}
	}
}
