package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/internal/txtar"
	"github.com/footfall/footfall/playbooks"
	"github.com/footfall/footfall/triage"
)

func playbooksTestCommand() *cobra.Command {
	var update bool
	c := &cobra.Command{
		Use: "test [PATH...]", Short: "Run the samples beside playbooks: answers, decision, tasks and plan",
		Long: `Test runs the samples beside playbooks: name.txtar, or name-anything.txtar,
beside name.yaml. A sample has records of logs in parts "-- log FILE --", any
number, with "-- context --" a context file; or findings and facts in short form
in a part "-- case --" (docs/playbooks.md). From these cases are made with the
program's playbooks and the one beside; what becomes of them must be as the part
"-- want --" says. Without a path the playbooks that come with the program are
tested.

Exit status: 0 all pass, 1 a sample fails or a playbook cannot be used.`,
		Example: "  footfall playbooks test my-playbooks/\n  footfall playbooks test --update my-playbooks/ && git diff",
		RunE: func(c *cobra.Command, args []string) error {
			t := &rehearsal{ctx: c.Context(), out: c.OutOrStdout(), update: update}
			if len(args) == 0 && update {
				return usage{errors.New("--update needs a path")}
			}
			return t.run(args)
		},
	}
	c.Flags().BoolVar(&update, "update", false, "write what became of the cases into the samples, to be read and kept")
	return c
}

// A rehearsal runs samples of playbooks and keeps count.
type rehearsal struct {
	ctx    context.Context
	out    io.Writer
	update bool

	passed, failed, bare int
}

// run tests the playbooks of paths, or the program's own.
func (t *rehearsal) run(paths []string) error {
	files, mine, err := shelfFiles(paths)
	if err != nil {
		return err
	}
	books, err := triage.Load(files)
	if err != nil {
		return err
	}
	for _, p := range books {
		own := slices.Contains(mine, p.ID)
		if len(paths) > 0 && !own {
			continue
		}
		samples, err := samplesOf(p.File, len(paths) > 0)
		if err != nil {
			return err
		}
		if len(samples) == 0 {
			t.bare++
			fmt.Fprintf(t.out, "none  %s\n", clean(p.File))
		}
		for _, s := range samples {
			t.sample(s, files, books)
		}
	}
	fmt.Fprintf(t.out, "%s, %d fail; %s none\n", counted(t.passed, "sample passes", "samples pass"), t.failed, counted(t.bare, "playbook has", "playbooks have"))
	if t.failed > 0 {
		return errors.New(counted(t.failed, "sample fails", "samples fail"))
	}
	return nil
}

// A playbookSample is the text of a sample.
type playbookSample struct {
	name string
	data []byte
}

// samplesOf finds the samples beside a playbook: of t1021.yaml t1021.txtar and
// t1021-anything.txtar.
func samplesOf(file string, disk bool) (out []playbookSample, err error) {
	stem := strings.TrimSuffix(file, filepath.Ext(file))
	var names []string
	if disk {
		if names, err = filepath.Glob(stem + "*.txtar"); err != nil {
			return nil, err
		}
	} else {
		names = playbooks.Samples()
	}
	slices.Sort(names)
	for _, n := range names {
		if n != stem+".txtar" && !strings.HasPrefix(n, stem+"-") {
			continue
		}
		var data []byte
		if disk {
			data, err = os.ReadFile(n)
		} else {
			data, err = playbooks.Sample(n)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, playbookSample{n, data})
	}
	return out, nil
}

func (t *rehearsal) sample(s playbookSample, files map[string][]byte, books []*triage.Playbook) {
	file := txtar.Parse(s.data)
	got, err := rehearse(t.ctx, file, files, books)
	if err != nil {
		t.failed++
		fmt.Fprintf(t.out, "FAIL  %s\n      %s\n", clean(s.name), clean(err.Error()))
		return
	}
	want := file.Get("want")
	if t.update && !bytes.Equal(got, want) {
		file.Set("want", got)
		if err := os.WriteFile(s.name, txtar.Format(file), 0o600); err == nil {
			fmt.Fprintf(t.out, "wrote %s\n", clean(s.name))
			t.passed++
			return
		}
	}
	if bytes.Equal(got, want) {
		t.passed++
		fmt.Fprintf(t.out, "pass  %s\n", clean(s.name))
		return
	}
	t.failed++
	fmt.Fprintf(t.out, "FAIL  %s\n", clean(s.name))
	t.difference(got, want)
}

// difference shows the first lines of what came and of what was wanted that
// are not the same.
func (t *rehearsal) difference(got, want []byte) {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	i := 0
	for i < len(g) && i < len(w) && g[i] == w[i] {
		i++
	}
	at := func(lines []string) string {
		if i < len(lines) {
			return clean(lines[i])
		}
		return "(nothing)"
	}
	fmt.Fprintf(t.out, "      line %d of want\n      got:  %s\n      want: %s\n", i+1, at(g), at(w))
}

// rehearse makes the cases of a sample and tells what became of them.
func rehearse(ctx context.Context, file *txtar.File, files map[string][]byte, books []*triage.Playbook) ([]byte, error) {
	var logs []txtar.Part
	for _, p := range file.Files {
		verb, name, _ := strings.Cut(p.Name, " ")
		switch {
		case verb == "log" && filepath.IsLocal(name):
			logs = append(logs, txtar.Part{Name: name, Data: p.Data})
		case p.Name != "case" && p.Name != "context" && p.Name != "want":
			return nil, fmt.Errorf("part %q is none of: log FILE, context, case, want", p.Name)
		}
	}
	short := file.Get("case")
	switch {
	case (short == nil) == (logs == nil):
		return nil, errors.New("a sample has either log parts or a case part")
	case short == nil:
		return fromLogs(ctx, logs, file.Get("context"), files)
	}
	s, err := triage.ReadSample(short)
	if err != nil {
		return nil, err
	}
	findings, facts, opt, err := s.Build()
	if err != nil {
		return nil, err
	}
	opt.Playbooks = books
	return triage.Told(triage.Build(findings, facts, opt)), nil
}

// fromLogs hunts through records as the program does.
func fromLogs(ctx context.Context, logs []txtar.Part, known []byte, files map[string][]byte) (out []byte, err error) {
	dir, err := os.MkdirTemp("", "footfall-playbooks-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var paths []string
	for _, l := range logs {
		path := filepath.Join(dir, filepath.FromSlash(l.Name))
		if err := os.MkdirAll(filepath.Dir(path), fs.FileMode(0o700)); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, l.Data, 0o600); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	var in inputs
	o := engine.Options{
		Paths: paths, Decoders: decode.All, Analytics: engine.Analytics, Playbooks: files, Catalogue: catalogue(),
		Receipt: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), TempDir: dir, Context: &footfall.Context{},
	}
	if o.Rules, err = in.load(io.Discard); err != nil {
		return nil, err
	}
	if known != nil {
		if o.Context, err = engine.ReadContext("context", known); err != nil {
			return nil, err
		}
	}
	h, err := engine.Find(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	return triage.Told(h.Run.Cases), nil
}
