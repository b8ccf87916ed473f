package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/rules"
	"github.com/footfall/footfall/sigma"
)

func rulesTestCommand() *cobra.Command {
	var ctx string
	var in inputs
	c := &cobra.Command{
		Use: "test [PATH...]", Short: "Run the records beside Sigma rules: which must hit and which must not",
		Long: `Test runs the samples beside rules: name.txtar beside name.yml, with parts
"-- hit FORMAT --" whose records the rule must hit and "-- miss FORMAT --" whose
records it must not (see footfall sources for formats); and recordings as
SigmaHQ keeps them, name.evtx with name.info.yml, which names the rules that
must hit and how often. The rules of recordings may stand elsewhere: give them
with --rules. Without a path the rules that come with the program are tested.

Exit status: 0 all pass, 1 a sample fails.`,
		Example: "  footfall rules test my-rules/\n  footfall rules test -r sigma/rules sigma/regression_data",
		RunE: func(c *cobra.Command, args []string) error {
			o, err := engine.Options{}, error(nil)
			if ctx != "" {
				in.context = ctx
				if o, err = in.options(c, nil); err != nil {
					return err
				}
			}
			t := tester{ctx: c.Context(), out: c.OutOrStdout(), known: o.Context}
			if err := t.load(c.ErrOrStderr(), args, in.rules); err != nil {
				return err
			}
			return t.run()
		},
	}
	c.Flags().StringVarP(&ctx, "context", "c", "", "context `FILE` with values of placeholders (docs/context.md)")
	c.Flags().StringArrayVarP(&in.rules, "rules", "r", nil, "rules that recordings name, a file or folder `PATH`; may be repeated")
	return c
}

// A tester runs samples and keeps count.
type tester struct {
	ctx   context.Context
	out   io.Writer
	known *footfall.Context
	files []ruleFile
	infos []string // paths of X.info.yml
	list  []*sigma.Rule

	passed, failed int
}

// A ruleFile is a file of rules and the text of the sample beside it.
type ruleFile struct {
	name   string
	rules  []*sigma.Rule
	sample string // path; "" for none
	data   []byte
}

// load finds rules and samples; without paths those of the program.
func (t *tester) load(errs io.Writer, paths, more []string) error {
	var srcs []sigma.Source
	if len(paths) == 0 {
		srcs = builtin()
	}
	for _, p := range paths {
		infos, err := withSuffix(p, ".info.yml")
		if err != nil {
			return err
		}
		t.infos = append(t.infos, infos...)
		found, err := ruleFiles(p)
		if err != nil && len(infos) == 0 {
			return err
		}
		srcs = append(srcs, slices.DeleteFunc(found, func(s sigma.Source) bool { return strings.HasSuffix(s.Name, ".info.yml") })...)
	}
	tested := len(srcs)
	for _, p := range more {
		found, err := ruleFiles(p)
		if err != nil {
			return err
		}
		srcs = append(srcs, found...)
	}
	list, bad := sigma.Load(srcs)
	for _, err := range bad {
		fmt.Fprintf(errs, "footfall: %s\n", clean(err.Error()))
		t.failed++
	}
	t.list = list
	at := map[string]int{}
	for _, s := range srcs[:tested] {
		at[s.Name] = len(t.files)
		f := ruleFile{name: s.Name}
		if err := f.find(len(paths) == 0); err != nil {
			return err
		}
		t.files = append(t.files, f)
	}
	for _, r := range list {
		if i, ok := at[r.Meta.Source]; ok {
			t.files[i].rules = append(t.files[i].rules, r)
		}
	}
	return nil
}

// find reads the sample beside a file of rules, if there is one.
func (f *ruleFile) find(shipped bool) error {
	name := strings.TrimSuffix(f.name, filepath.Ext(f.name)) + ".txtar"
	var data []byte
	var err error
	if shipped {
		data, err = rules.Sample(name)
	} else {
		data, err = os.ReadFile(name)
	}
	if os.IsNotExist(err) {
		return nil
	}
	f.sample, f.data = name, data
	return err
}

// withSuffix lists the files under a path whose names end with suffix, in order.
func withSuffix(path, suffix string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(p, suffix) {
			out = append(out, p)
		}
		return err
	})
	return out, err
}

func (t *tester) run() error {
	opt := sigma.Options{}
	if t.known != nil {
		opt.Placeholders = t.known.Placeholders
	}
	recorded := map[string]bool{}
	for _, path := range t.infos {
		info, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s, err := engine.RunRecording(t.ctx, path, info, t.list, t.known)
		if err != nil {
			return err
		}
		for _, id := range engine.InfoRules(info) {
			recorded[id] = true
		}
		t.tell(path, s)
	}
	var bare []string
	all := 0
	for _, f := range t.files {
		all += len(f.rules)
		if len(f.rules) == 0 {
			continue
		}
		if f.sample != "" {
			t.tell(f.name, engine.RunSample(f.sample, f.rules, f.data, opt))
			continue
		}
		for _, r := range f.rules {
			if !recorded[strings.ToLower(r.Meta.ID)] {
				bare = append(bare, fmt.Sprintf("%s: %s", f.name, r.Meta.Title))
			}
		}
	}
	return t.sum(bare, all)
}

func (t *tester) tell(name string, s engine.Sample) {
	if len(s.Faults) == 0 {
		t.passed++
		fmt.Fprintf(t.out, "pass  %s (%d hit, %d missed)\n", clean(name), s.Hits, s.Misses)
		return
	}
	t.failed++
	fmt.Fprintf(t.out, "FAIL  %s\n", clean(name))
	for _, f := range s.Faults {
		fmt.Fprintf(t.out, "      %s\n", clean(f))
	}
}

// mostBare is how many rules without samples are named.
const mostBare = 50

func (t *tester) sum(bare []string, all int) error {
	for _, b := range bare[:min(len(bare), mostBare)] {
		fmt.Fprintf(t.out, "none  %s\n", clean(b))
	}
	if len(bare) > mostBare {
		fmt.Fprintf(t.out, "none  and %d more\n", len(bare)-mostBare)
	}
	fmt.Fprintf(t.out, "%d samples pass, %d fail; %d of %d rules have none\n", t.passed, t.failed, len(bare), all)
	if t.failed > 0 {
		return fmt.Errorf("%d samples fail", t.failed)
	}
	return nil
}
