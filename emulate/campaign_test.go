package emulate_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall/emulate"
)

type hopRow struct {
	Hop                                    int
	Time                                   time.Time
	From, To, Account, Service, Credential string
	Session, Parent                        int
	Switched, Logged, Again                bool
}

type campaignRow struct {
	Campaign, Scenario, With, Reason  string
	Foothold, Person, Account, Target string
	Cell                              map[string]string
	Realised                          bool
	GoalReached                       bool `json:"goal_reached"`
	Hops                              []hopRow
}

// attacked is a small company with campaigns of all kinds.
func attacked(t testing.TB, attackSeed uint64) string {
	t.Helper()
	return written(t, emulate.Config{People: 100, Days: 7, Seed: 4, Campaigns: 70, Quiet: 3, AttackSeed: attackSeed})
}

// TestCampaigns holds that campaigns are the same again, that they change
// nothing of what the company does, that the truth about them fits together,
// and that their records look as all do; and it shows them.
func TestCampaigns(t *testing.T) {
	dir := attacked(t, 1)
	if sum(t, dir) != sum(t, attacked(t, 1)) {
		t.Error("the same seeds gave other bytes")
	}
	list := rows[campaignRow](t, dir, "campaigns.ndjson")
	t.Run("company", func(t *testing.T) { sameCompany(t, dir, world(t, 100, 7, 4)) })
	t.Run("truth", func(t *testing.T) { consistent(t, dir, list) })
	t.Run("looks", func(t *testing.T) { looks(t, dir) })
	t.Run("golden", func(t *testing.T) { shown(t, list) })
}

// sameCompany holds that campaigns do not change what the company does.
func sameCompany(t *testing.T, attacked, quiet string) {
	sessions := func(dir string) []string {
		var out []string
		for _, x := range rows[sessionRow](t, dir, "sessions.ndjson.gz") {
			if x.Campaign == "" {
				out = append(out, fmt.Sprint(x.Person, x.Account, x.From, x.To, x.Service, x.Why, x.Began, x.Until))
			}
		}
		slices.Sort(out)
		return out
	}
	with, without := sessions(attacked), sessions(quiet)
	if !slices.Equal(with, without) {
		t.Errorf("%d sessions with campaigns, %d without; the first difference is %s", len(with), len(without), difference(with, without))
	}
}

func difference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] + " and " + b[i]
		}
	}
	return "the number"
}

func shown(t *testing.T, list []campaignRow) {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s %v realised=%v reached=%v %s\n\t%s as %s", c.Campaign, c.Cell, c.Realised, c.GoalReached, c.Reason, c.Foothold, c.Account)
		for _, h := range c.Hops {
			fmt.Fprintf(&b, " > %s %s %s", h.Service, h.To, h.Account)
		}
		b.WriteString("\n")
	}
	path := filepath.Join("testdata", "campaigns.txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s is stale (go test ./emulate -update rewrites it)", path)
	}
}

// consistent holds that hops, sessions and records tell the same.
func consistent(t *testing.T, dir string, list []campaignRow) {
	t.Helper()
	of := map[int]sessionRow{}
	for _, x := range rows[sessionRow](t, dir, "sessions.ndjson.gz") {
		of[x.Session] = x
	}
	told, silent := map[int]bool{}, map[string]bool{}
	for _, r := range truth(t, dir) {
		told[r.Session] = true
		if x, ok := of[r.Session]; ok && x.Campaign != r.Campaign {
			t.Fatalf("a record of %q is of a session of %q: %+v", r.Campaign, x.Campaign, r)
		}
	}
	for _, h := range rows[struct {
		Host   string
		Silent bool
	}](t, dir, "hosts.ndjson") {
		silent[h.Host] = h.Silent
	}
	hops, recorded := 0, 0
	for _, c := range list {
		last := time.Time{}
		for i, h := range c.Hops {
			x := of[h.Session]
			if x.Campaign != c.Campaign || x.From != h.From || x.To != h.To || x.Account != h.Account || !x.Began.Equal(h.Time) || h.Hop != i+1 || x.Parent != h.Parent {
				t.Errorf("%s: %+v is not %+v", c.Campaign, h, x)
			}
			if x.Person != c.Person {
				t.Errorf("%s: %+v has the person %s, want %s", c.Campaign, h, x.Person, c.Person)
			}
			if h.Time.Before(last) {
				t.Errorf("%s: %+v is before the hop before", c.Campaign, h)
			}
			last = h.Time
			hops++
			if told[h.Session] {
				recorded++
			}
		}
		if c.Realised && len(c.Hops) == 0 || !c.Realised && c.Reason == "" {
			t.Errorf("%+v says nothing", c)
		}
	}
	within(t, "hops that left a record", recorded, hops, 0.8, 1)
}

var (
	jsonField = regexp.MustCompile(`"([A-Za-z_.@]+)":("[^"]*"|[^",{}\[\]]*)`)
	dataField = regexp.MustCompile(`<Data Name='(\w+)'>([^<]*)`)
)

// plainFields are those of which all values are the company's own; others
// hold names, numbers and times.
var plainFields = strings.Fields(`EventType Severity Keywords Task Version category LogonType LogonProcessName AuthenticationPackageName
LmPackageName KeyLength ProcessName ImpersonationLevel ElevatedToken VirtualAccount RestrictedAdminMode TransmittedServices TicketOptions
TicketEncryptionType PreAuthType Status SubStatus FailureReason ShareName ShareLocalPath eventName eventSource userAgent eventType
roleArn readOnly durationSeconds outcome level subtype action tunneltype group status awsRegion eventVersion`)

// looks holds that an attacker's record has no field and no constant value
// that the company's own records do not have, of the kind or, for what a
// collector adds, in the log.
func looks(t *testing.T, dir string) {
	type value struct {
		what        string
		event       int
		input       string
		name, value string
	}
	own, theirs := map[value]bool{}, map[value][]byte{}
	logs := map[string][]byte{}
	for _, r := range truth(t, dir) {
		if r.What == "trace" {
			continue // no truth is told about the company's own
		}
		data, ok := logs[r.Input]
		if !ok {
			data = unpacked(t, filepath.Join(dir, filepath.FromSlash(r.Input)))
			logs[r.Input] = data
		}
		rec, _, _ := bytes.Cut(data[r.Offset:], []byte("\n"))
		rec, _, _ = bytes.Cut(rec, []byte(`,{"eventVersion"`))
		kind := strings.Join(strings.Split(r.Input, "/")[1:3], "/")
		for _, m := range slices.Concat(jsonField.FindAllSubmatch(rec, -1), dataField.FindAllSubmatch(rec, -1)) {
			v := value{r.What, r.Event, kind, string(m[1]), ""}
			if slices.Contains(plainFields, v.name) {
				v.value = strings.Trim(string(m[2]), `"`)
			}
			if r.Campaign == "" {
				own[value{what: r.What, event: r.Event, name: v.name, value: v.value}] = true
				own[value{input: kind, name: v.name, value: v.value}] = true
			} else {
				theirs[v] = rec
			}
		}
	}
	for v, rec := range theirs {
		if !own[value{what: v.what, event: v.event, name: v.name, value: v.value}] && !own[value{input: v.input, name: v.name, value: v.value}] {
			t.Errorf("only attackers have %+v: %.300s", v, rec)
		}
	}
	if len(theirs) < 150 {
		t.Errorf("only %d values of attackers", len(theirs))
	}
}

// easy is a cell in which little stands in the way.
const easy = "goal=target,stealth=none,choice=elevation,start=client,gap=minutes,credential=cached,rule=any,knowledge=permissions,craft=chain,protocol=any"

// TestRealisable holds that each value of each axis, with the rest made easy,
// is realised in one of three companies.
func TestRealisable(t *testing.T) {
	var cells []emulate.Cell
	var names []string
	for _, axis := range emulate.Axes() {
		for _, v := range axis.Values {
			c, err := emulate.ParseCell(easy)
			if err != nil {
				t.Fatal(err)
			}
			c[axis.Name] = v
			switch { // from a client with stolen accounts, ways that are in use lead nowhere
			case v == "cloud":
				c["credential"] = "token"
			case axis.Name == "stealth":
				c["credential"] = "own"
			}
			cells, names = append(cells, c), append(names, axis.Name+"="+v)
		}
	}
	done := map[string]int{}
	for seed := uint64(1); seed <= 3 && len(done) < len(names); seed++ {
		dir := written(t, emulate.Config{People: 100, Days: 9, Seed: seed, Campaigns: 3 * len(cells), Quiet: 4, Cells: cells, Set: []emulate.Setting{{Name: "churn", Value: 6}}})
		for _, c := range rows[campaignRow](t, dir, "campaigns.ndjson") {
			n := 0
			if _, err := fmt.Sscanf(c.Campaign, "c%d", &n); err != nil {
				t.Fatal(err)
			}
			if c.Realised {
				done[names[(n-1)%len(cells)]]++
			}
		}
	}
	for _, n := range names {
		if done[n] == 0 {
			t.Errorf("%s is nowhere realised", n)
		}
	}
}

// TestScenarios plays each in up to three companies.
func TestScenarios(t *testing.T) {
	done := map[string]int{}
	for seed := uint64(1); seed <= 3 && len(done) < len(emulate.Scenarios()); seed++ {
		dir := written(t, emulate.Config{People: 100, Days: 8, Seed: seed, Campaigns: 4 * len(emulate.Scenarios()), Quiet: 2, Scenarios: emulate.Scenarios()})
		list := rows[campaignRow](t, dir, "campaigns.ndjson")
		consistent(t, dir, list)
		for _, c := range list {
			if c.Realised {
				done[c.Scenario]++
			}
		}
	}
	for _, n := range emulate.Scenarios() {
		if done[n] == 0 {
			t.Errorf("%s is nowhere realised", n)
		}
	}
}

// TestParse holds what is a cell and what can be set.
func TestParse(t *testing.T) {
	for _, bad := range []string{"", "goal", "goal=", "goal=win", "aim=spread", "goal=spread,goal=target"} {
		if _, err := emulate.ParseCell(bad); err == nil {
			t.Errorf("%q is a cell", bad)
		}
	}
	if c, err := emulate.ParseCell("goal=spread, start=vpn"); err != nil || c["start"] != "vpn" {
		t.Error(c, err)
	}
	for _, bad := range []string{"", "silent", "silent=x", "silent=1", "silent=NaN", "switches=-1", "noise=1"} {
		if _, err := emulate.ParseSetting(bad); err == nil {
			t.Errorf("%q can be set", bad)
		}
	}
}

// TestCancel holds that a company that is written can be stopped, ahead too.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := emulate.Run(ctx, emulate.Config{Dir: t.TempDir(), People: 100, Days: 2, Seed: 1, Start: monday, Campaigns: 2}); err == nil {
		t.Error("nothing stopped it")
	}
}
