package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/emulate"
	"github.com/footfall/footfall/emulate/score"
	"github.com/footfall/footfall/engine"
	"github.com/footfall/footfall/graph"
)

// A world is an emulated company as the line sees it: its steps in order, with
// names resolved as of their time, and the truth beside them.
type world struct {
	plan    plan
	truth   *score.World
	env     *footfall.Env
	context *footfall.Context

	steps  []footfall.Step
	at     []int32 // by step: its login, -1 for none
	of     []int32 // by step: the campaign that it is of, -1 for the company's own
	logins []graph.Login
	marks  []mark // by login
	from   int64  // the first day that is judged
	days   int    // that are judged
	who    inventory
}

// build makes a company, and reads its logs once as a hunt does. The logs are
// removed again unless keep names a folder for them.
func build(ctx context.Context, p plan, dir string) (*world, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cfg := p.config(dir)
	if _, err := emulate.Run(ctx, cfg); err != nil {
		return nil, fmt.Errorf("emulating %s: %w", p, err)
	}
	truth, err := score.Open(dir)
	if err != nil {
		return nil, err
	}
	w := &world{plan: p, truth: truth, from: cfg.Start.Add(time.Duration(p.Quiet) * 24 * time.Hour).UnixNano(), days: p.Days - p.Quiet}
	return w, w.read(ctx, dir)
}

// read runs the line over the logs with an analytic that keeps what it is
// given. Nobody judges anything yet.
func (w *world) read(ctx context.Context, dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, "context.yaml"))
	if err != nil {
		return err
	}
	if w.context, err = engine.ReadContext("context.yaml", data); err != nil {
		return err
	}
	t := &tap{w: w}
	h, err := engine.Find(ctx, engine.Options{
		Paths: []string{filepath.Join(dir, "logs")}, Decoders: decode.All, Context: w.context, Workers: 1,
		Receipt: w.plan.start().AddDate(0, 6, 0), TempDir: dir,
		Analytics: []footfall.Analytic{{
			Name: "tap", Keys: func(dst []footfall.Name, _ *footfall.Step) []footfall.Name { return append(dst, footfall.All) },
			New: t.open,
		}},
	})
	if err != nil {
		return err
	}
	defer h.Close()
	w.tag(h)
	w.truth.Rows = nil // a million of them
	w.who = takeInventory(w)
	return nil
}

// A tap keeps steps and logins.
type tap struct {
	w    *world
	read *graph.Reader
	buf  []footfall.Name
}

func (t *tap) open(env *footfall.Env) footfall.Watcher {
	t.w.env, t.read = env, graph.NewReader(env)
	return t
}

// Observe implements footfall.Watcher.
func (t *tap) Observe(s *footfall.Step, sess *footfall.Session, _ *footfall.Sink) {
	login := int32(-1)
	if t.buf = graph.Analytic.Keys(t.buf[:0], s); len(t.buf) > 0 {
		if l, ok := t.read.Read(s, sess); ok {
			login = int32(len(t.w.logins))
			t.w.logins = append(t.w.logins, l)
		}
	}
	if login < 0 && !learned(s) {
		return
	}
	t.w.steps, t.w.at = append(t.w.steps, *s), append(t.w.at, login)
}

// Flush implements footfall.Watcher.
func (t *tap) Flush(int64, *footfall.Sink) {}

// learned reports whether the baseline may learn from a step.
func learned(s *footfall.Step) bool {
	switch s.Kind {
	case footfall.KindLogon, footfall.KindCredential, footfall.KindTicket, footfall.KindConnection, footfall.KindShare, footfall.KindPipe, footfall.KindCall, footfall.KindShell:
		return true
	}
	return false
}

// tag says of each step whose it is: by the truth about its record, and where
// there is none, by the session that it is in.
func (w *world) tag(h *engine.Hunt) {
	number := map[string]int32{}
	for i, c := range w.truth.Campaigns {
		number[c.ID] = int32(i)
	}
	byInput := map[uint32][]score.Row{}
	opened := map[footfall.Name]int32{}
	w.of = make([]int32, len(w.steps))
	w.marks = make([]mark, len(w.logins))
	for i := range w.marks {
		w.marks[i].campaign = -1
	}
	for i := range w.steps {
		s := &w.steps[i]
		rows, ok := byInput[s.Ref.Input]
		if !ok {
			rel, _ := filepath.Rel(w.truth.Dir, h.Path(s.Ref.Input))
			rows = w.truth.Rows[filepath.ToSlash(rel)]
			byInput[s.Ref.Input] = rows
		}
		w.of[i] = -1
		k, ok := slices.BinarySearchFunc(rows, s.Ref.Offset, func(r score.Row, o int64) int { return cmp.Compare(r.Offset, o) })
		switch {
		case !ok:
			if c, known := opened[s.Session]; known && s.Session != 0 {
				w.of[i] = c
			}
		case rows[k].Campaign != "":
			w.of[i] = number[rows[k].Campaign]
		}
		if ok && s.Session != 0 {
			opened[s.Session] = w.of[i]
		}
		if ok && w.at[i] >= 0 {
			w.marks[w.at[i]] = mark{rows[k].Session, w.of[i]}
		}
	}
}

// A mark is the truth about a login, as far as it is needed later.
type mark struct {
	session  uint64 // 0 when there is no truth about it
	campaign int32  // -1 for the company's own
}

// An inventory says who owns what, as the company knows it.
type inventory struct {
	names   *footfall.Names
	owner   map[string]string // account or person, as the line spells them -> person
	desk    map[string]string // host -> person
	client  map[string]bool   // host -> somebody's workstation
	server  map[string]bool   // host -> known, and no workstation
	program map[string]bool   // account -> a program's
	role    map[string]string // person -> role
	owners  map[footfall.Name]string
}

func takeInventory(w *world) inventory {
	v := inventory{
		names: w.env.Names, owner: map[string]string{}, desk: map[string]string{}, client: map[string]bool{}, server: map[string]bool{},
		program: map[string]bool{}, role: map[string]string{}, owners: map[footfall.Name]string{},
	}
	for _, p := range w.truth.People {
		v.role[p.ID] = p.Role
		for _, a := range p.Accounts {
			v.owner[bare(a)] = p.ID
			for _, spelt := range []string{footfall.Canonical(footfall.Account{Name: a}, true), bare(a)} {
				if name, ok := w.context.People[spelt]; ok {
					v.owner[name] = p.ID
				}
			}
		}
	}
	for _, h := range w.truth.Hosts {
		kind := strings.Contains(h.Role, "workstation")
		for _, n := range h.Names {
			name := footfall.HostName(n.Name)
			v.client[name], v.server[name] = kind, !kind
			if h.Owner != "" {
				v.desk[name] = h.Owner
			}
		}
	}
	for a := range w.context.Services {
		v.program[bare(a)] = true
	}
	return v
}

// bare is an account without its domain.
func bare(a string) string {
	a = strings.ToLower(a)
	if i := strings.LastIndexByte(a, '\\'); i >= 0 {
		return a[i+1:]
	}
	a, _, _ = strings.Cut(a, "@")
	return a
}

// person is whose an account, or who a person as the line names one, is; ""
// when it is nobody's.
func (v *inventory) person(n footfall.Name) string {
	if n == 0 {
		return ""
	}
	p, ok := v.owners[n]
	if !ok {
		s := v.names.String(n)
		if p = v.owner[s]; p == "" {
			p = v.owner[bare(s)]
		}
		v.owners[n] = p
	}
	return p
}

func (v *inventory) isProgram(account footfall.Name) bool {
	return v.program[bare(v.names.String(account))]
}
