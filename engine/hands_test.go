package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/emulate"
	"github.com/footfall/footfall/graph"
)

// A handsTruth is what really happened in an emulated company.
type handsTruth struct {
	rows     map[string]map[int64]*truthLogon // by input and offset
	sessions map[int64]*truthSession
	person   map[string]string // account -> person
}

type truthLogon struct {
	Input, What, Person, Account, From, To, Service, Why string
	Offset, Session                                      int64
}

type truthSession struct {
	Session, Parent, Root                   int64
	Person, Account, From, To, Service, Why string
	From_time, Until                        string
}

func readTruth(t *testing.T, dir string) *handsTruth {
	t.Helper()
	x := &handsTruth{rows: map[string]map[int64]*truthLogon{}, sessions: map[int64]*truthSession{}, person: map[string]string{}}
	each(t, filepath.Join(dir, "truth", "logons.ndjson.gz"), func(d *json.Decoder) error {
		var r truthLogon
		err := d.Decode(&r)
		if x.rows[r.Input] == nil {
			x.rows[r.Input] = map[int64]*truthLogon{}
		}
		x.rows[r.Input][r.Offset] = &r
		return err
	})
	each(t, filepath.Join(dir, "truth", "sessions.ndjson.gz"), func(d *json.Decoder) error {
		var r truthSession
		err := d.Decode(&r)
		x.sessions[r.Session] = &r
		return err
	})
	each(t, filepath.Join(dir, "truth", "people.ndjson"), func(d *json.Decoder) error {
		var r struct {
			Person   string
			Accounts []string
		}
		err := d.Decode(&r)
		for _, a := range r.Accounts {
			x.person[strings.ToLower(a)] = r.Person
		}
		return err
	})
	return x
}

func each(t *testing.T, name string, row func(*json.Decoder) error) {
	t.Helper()
	for d := json.NewDecoder(bytes.NewReader(unzipped(t, name))); ; {
		if err := row(d); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(name, err)
		}
	}
}

// whose is the person that a name of the graph stands for: one that the
// context file declares ends with the company's own id, another is an account.
func (x *handsTruth) whose(name string) string {
	if i := strings.LastIndexByte(name, ' '); i >= 0 {
		return name[i+1:]
	}
	if p := x.person[strings.ToLower(name)]; p != "" {
		return p
	}
	bare := strings.ToLower(footfall.Bare(name))
	bare, _, _ = strings.Cut(bare, "@")
	for a, p := range x.person {
		if footfall.Bare(a) == bare {
			return p
		}
	}
	return "account " + bare
}

// by is whose hand a session was: its person's, of a program's its account.
func (x *handsTruth) by(s *truthSession) string {
	if r := x.sessions[s.Root]; r != nil {
		s = r
	}
	if s.Person != "" {
		return s.Person
	}
	return "account " + strings.ToLower(footfall.Bare(s.Account))
}

// A tally is how often something was right.
type rightOf struct{ right, of int }

func (r *rightOf) add(ok bool) {
	if r.of++; ok {
		r.right++
	}
}

func (r rightOf) share() float64 { return float64(r.right) / float64(max(r.of, 1)) }

// A handsScore is how well hands were found.
type handsScore struct {
	parent, root map[string]*rightOf // by number of candidates
	shape        map[string]*rightOf
	wrong        map[string]int
	bins         [10]struct {
		weight, right float64
		n             int
	}
	brier          float64
	n              int
	told, was, hit int // switches
	unmatched      int
}

func count(m map[string]*rightOf, key string, ok bool) {
	if m[key] == nil {
		m[key] = &rightOf{}
	}
	m[key].add(ok)
}

func (h *handsScore) ece() (e float64) {
	for _, b := range h.bins {
		if b.n > 0 {
			e += math.Abs(b.weight-b.right) / float64(h.n)
		}
	}
	return e
}

// handsOf runs a company's logs and compares what was inferred with the truth.
func handsOf(t *testing.T, dir, declared string) *handsScore {
	t.Helper()
	x := readTruth(t, dir)
	h := &handsScore{parent: map[string]*rightOf{}, root: map[string]*rightOf{}, shape: map[string]*rightOf{}, wrong: map[string]int{}}
	known := &footfall.Context{}
	if declared != "" {
		text, err := os.ReadFile(filepath.Join(dir, declared))
		if err != nil {
			t.Fatal(err)
		}
		if known, err = ReadContext(declared, text); err != nil {
			t.Fatal(err)
		}
	}
	opt := Options{Paths: []string{filepath.Join(dir, "logs")}, Decoders: decode.All, TempDir: t.TempDir(), Context: known, Year: 2026}
	tap := graph.Analytic
	var heard []heard1
	var env *footfall.Env
	tap.New = func(e *footfall.Env) footfall.Watcher {
		env = e
		w := &tapped{read: graph.NewReader(e)}
		w.engine = graph.New(graph.Options{Names: e.Names, Context: e.Context, Past: e.Past, Told: func(l *graph.Login, inf *graph.Inference) {
			c := *inf
			c.Hands = slices.Clone(inf.Hands)
			heard = append(heard, heard1{*l, c})
		}})
		return w
	}
	opt.Analytics = []footfall.Analytic{tap}
	hunt, err := Find(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer hunt.Close()
	last := map[uint64]int{}
	session := map[uint64]*truthSession{}
	row := func(r footfall.Ref) *truthSession {
		in, _ := filepath.Rel(dir, hunt.Path(r.Input))
		if l := x.rows[in][r.Offset]; l != nil {
			return x.sessions[l.Session]
		}
		return nil
	}
	arrived := map[int64]int64{} // session -> when it was seen first
	for i := range heard {
		l := &heard[i].login
		last[l.ID] = i
		if s := row(l.Ref); s != nil && (strings.HasPrefix(env.Names.String(l.Dst), s.To) || s.Service == "cloud" || s.Service == "ssm") {
			session[l.ID] = s
			if _, ok := arrived[s.Session]; !ok {
				arrived[s.Session] = l.Time
			}
		}
	}
	seen := map[int64]bool{}
	for i := range heard {
		l, inf := &heard[i].login, &heard[i].inf
		if last[l.ID] != i || l.Flags&graph.FlagMachine != 0 || l.Src == 0 {
			continue
		}
		s := session[l.ID]
		if s == nil {
			h.unmatched++
			continue
		}
		if seen[s.Session] {
			continue
		}
		seen[s.Session] = true
		best := inf.Hands[0]
		// What it came out of, as far as any record tells of that by then.
		from := s.Parent
		for from != 0 {
			if at, ok := arrived[from]; ok && at <= l.Time+int64(2*time.Minute) {
				break
			}
			from = x.sessions[from].Parent
		}
		parent := false
		if best.Parent == 0 {
			parent = from == 0
		} else if p := session[best.Parent]; p != nil {
			parent = p.Session == from || from == 0 && s.Parent != 0 && p.Service == "vpn" && x.by(p) == x.by(s)
		}
		person := x.whose(env.Names.String(best.Person)) == x.by(s)
		key := fmt.Sprint(min(inf.Of, 4))
		count(h.parent, key, parent)
		count(h.root, key, person)
		count(h.parent, "all", parent)
		count(h.root, "all", person)
		if inf.Of <= 3 {
			count(h.parent, "<=3", parent)
		}
		shape := fmt.Sprintf("%s %s->%s", s.Service, l.SrcKind, l.DstKind)
		count(h.shape, shape, parent && person)
		w := 0.0
		for _, x := range inf.Hands {
			if x.Parent == best.Parent {
				w += x.Weight
			}
		}
		b := &h.bins[min(int(w*10), 9)]
		b.n++
		b.weight += w
		h.n++
		ok := 0.0
		if parent {
			ok = 1
		}
		b.right += ok
		h.brier += (w - ok) * (w - ok)
		owns := s.Person
		if owns == "" || x.whose(s.Account) != owns {
			owns = x.whose(s.Account)
		}
		was := owns != x.by(s)
		if was {
			h.was++
		}
		if best.Switch {
			h.told++
			if was {
				h.hit++
			}
		}
		if !parent || !person {
			what := "root"
			if ps := x.sessions[s.Parent]; ps != nil {
				what = ps.Service
				if from != s.Parent {
					what += " unseen"
				}
			}
			got := "root " + fmt.Sprint(inf.Root)
			if p := session[best.Parent]; best.Parent != 0 && p != nil {
				got = p.Service
				if x.sessions[s.Parent] != nil && p.Account == x.sessions[s.Parent].Account {
					got += " same account"
				}
			}
			h.wrong[fmt.Sprintf("%s %s %s->%s of %s: parent %v (%s, took %s) person %v class %s was %v", s.Service, s.Why, l.SrcKind, l.DstKind, key, parent, what, got, person, inf.Class, was)]++
		}
	}
	return h
}

type heard1 struct {
	login graph.Login
	inf   graph.Inference
}

type tapped struct {
	read   *graph.Reader
	engine *graph.Engine
}

func (w *tapped) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	if l, ok := w.read.Read(s, sess); ok {
		w.engine.Observe(&l, s, out)
	}
}
func (w *tapped) Flush(now int64, out *footfall.Sink) { w.engine.Flush(now, out) }

func (h *handsScore) String() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(h.parent)) {
		fmt.Fprintf(&b, "of %-4s parent %.3f", k, h.parent[k].share())
		if h.root[k] != nil {
			fmt.Fprintf(&b, "  root person %.3f  (%d)", h.root[k].share(), h.root[k].of)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "ECE %.3f Brier %.3f; switches: told %d, right %d, there were %d; unmatched %d\n", h.ece(), h.brier/float64(max(h.n, 1)), h.told, h.hit, h.was, h.unmatched)
	for i, x := range h.bins {
		if x.n > 0 {
			fmt.Fprintf(&b, "  bin %d: n %d weight %.3f right %.3f\n", i, x.n, x.weight/float64(x.n), x.right/float64(x.n))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(h.shape)) {
		if r := h.shape[k]; r.of >= 20 {
			fmt.Fprintf(&b, "  %-60s %.3f of %d\n", k, r.share(), r.of)
		}
	}
	keys := slices.SortedFunc(maps.Keys(h.wrong), func(a, b string) int { return h.wrong[b] - h.wrong[a] })
	for _, k := range keys[:min(len(keys), 45)] {
		fmt.Fprintf(&b, "  wrong %4d %s\n", h.wrong[k], k)
	}
	return b.String()
}

// TestHands compares whose hand logins were with the truth, in a company that
// nothing was tuned on, which declares everything and which declares nothing.
func TestHands(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "world")
	if _, err := emulate.Run(t.Context(), emulate.Config{Dir: dir, People: 120, Days: 9, Seed: 9, Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		declared                    string
		parent, root, ece, switches float64
	}{
		{"context.yaml", 0.95, 0.97, 0.03, 0.9},
		{"", 0.93, 0.96, 0.05, 0.85},
	} {
		h := handsOf(t, dir, c.declared)
		t.Logf("declared in %q:\n%s", c.declared, h)
		if got := h.parent["<=3"].share(); got < c.parent {
			t.Errorf("of up to three candidates %.3f were right, not %.2f", got, c.parent)
		}
		if got := h.root["all"].share(); got < c.root {
			t.Errorf("the person at the root was right in %.3f, not %.2f", got, c.root)
		}
		if got := h.ece(); got > c.ece {
			t.Errorf("weights were off by %.3f, not %.2f", got, c.ece)
		}
		if precision, recall := float64(h.hit)/float64(h.told), float64(h.hit)/float64(h.was); precision < c.switches || recall < c.switches {
			t.Errorf("switches: precision %.3f, recall %.3f, not %.2f", precision, recall, c.switches)
		}
	}
}
