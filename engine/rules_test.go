package engine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/footfall/footfall/rules"
	"github.com/footfall/footfall/sigma"
)

// TestRuleSamples runs every rule that comes with the program over the
// records beside it, through its decoder: each record of a part "hit FORMAT"
// must be hit by the rule, none of a part "miss FORMAT" may be.
func TestRuleSamples(t *testing.T) {
	files := rules.Files()
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	ids := map[string]string{}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yml"), func(t *testing.T) {
			list, errs := sigma.Load([]sigma.Source{{Name: name, Data: files[name]}})
			if len(errs) > 0 || len(list) == 0 {
				t.Fatal(errs)
			}
			for _, r := range list {
				if other := ids[r.Meta.ID]; other != "" {
					t.Errorf("id %s is also that of %s", r.Meta.ID, other)
				}
				ids[r.Meta.ID] = name
				// Rules that only make a correlation show nothing of themselves.
				if correlates(list) && r.Correlation == nil || r.Correlation != nil && r != list[0] {
					continue
				}
				if len(r.Meta.Attack) == 0 || len(r.Meta.Innocent) == 0 {
					t.Errorf("%s names no technique or no harmless explanation", r.Meta.Title)
				}
			}
			data, err := os.ReadFile("../" + strings.TrimSuffix(name, ".yml") + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range RunSample(name, list, data, sigma.Options{}).Faults {
				t.Error(fault)
			}
		})
	}
}

// TestSampleFaults holds that a sample which does not do what it says fails.
func TestSampleFaults(t *testing.T) {
	list, errs := sigma.Load([]sigma.Source{{Name: "r.yml", Data: []byte("title: R\nlogsource: {product: linux, service: sshd}\ndetection:\n  sel:\n    - Accepted\n  condition: sel\n")}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	const yes = "Mar  1 10:00:00 web sshd[1]: Accepted password for ann from 10.0.0.1 port 22 ssh2\n"
	const no = "Mar  1 10:00:00 web sshd[1]: Failed password for ann from 10.0.0.1 port 22 ssh2\n"
	f := func(text, want string) {
		t.Helper()
		got := strings.Join(RunSample("r.txtar", list, []byte(text), sigma.Options{}).Faults, "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s gives %q, want %q", text, got, want)
		}
	}
	f("-- hit syslog --\n"+yes+"-- miss syslog --\n"+no, "")
	f("-- hit syslog --\n"+yes+no+"-- miss syslog --\n"+no, `"hit syslog": 1 of 2 records are hit`)
	f("-- hit syslog --\n"+yes+"-- miss syslog --\n"+yes, `"miss syslog": 1 of 1 records are hit`)
	f("-- hit syslog --\n"+yes, "1 records that hit and 0 that must not")
	f("-- hit nothing --\n"+yes, `there is no format "nothing"`)
	f("-- hits syslog --\n"+yes, "neither hit nor miss")
}
