package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/footfall/footfall/emulate"
	"github.com/footfall/footfall/emulate/score"
)

// A leak is how well rows of attacks can be told from others of their kind by
// their text alone, without names, numbers and times: not at all, if the
// generator writes both the same way.
type leak struct {
	Attack, Benign int
	AUC            float64
	Words          []string // that tell them apart best
}

// tolerance is by how much the area may be off one half.
const tolerance = 0.03

// A text is a row's words, and what it is like.
type text struct {
	words  []string
	like   string
	attack bool
	fold   int
}

// leaks makes a company with attacks and reads its raw rows.
func leaks(ctx context.Context, p plan, dir string) (*leak, error) {
	defer os.RemoveAll(dir)
	if _, err := emulate.Run(ctx, p.config(dir)); err != nil {
		return nil, err
	}
	truth, err := score.Open(dir)
	if err != nil {
		return nil, err
	}
	names, kinds := nameWords(truth), kindsOf(truth)
	attacks, benign := map[string][]text{}, map[string][]text{}
	for _, input := range slices.Sorted(maps.Keys(truth.Rows)) {
		if strings.Contains(input, "AWSLogs") {
			continue // arrays: a record does not stand alone
		}
		if err := rowsOf(truth, input, names, kinds, attacks, benign); err != nil {
			return nil, err
		}
	}
	return judgeLeak(attacks, benign), nil
}

// rowsOf sorts the rows of an input by what they are like.
func rowsOf(truth *score.World, input string, names map[string]bool, kinds map[string]int, attacks, benign map[string][]text) error {
	data, err := unpacked(filepath.Join(truth.Dir, filepath.FromSlash(input)))
	if err != nil {
		return err
	}
	for _, r := range truth.Rows[input] {
		if r.What == "trace" {
			continue // of the company no truth is told about its like
		}
		if r.Offset >= int64(len(data)) {
			return fmt.Errorf("%s: no record at %d", input, r.Offset)
		}
		line, _, _ := bytes.Cut(data[r.Offset:], []byte("\n"))
		words := wordsOf(line, names)
		like := fmt.Sprint(filepath.Dir(input), " ", r.What, " ", r.Event, " ", r.Service, " ", kinds[bare(r.Account)], " ", means(words))
		if r.Campaign != "" {
			attacks[like] = append(attacks[like], text{words, like, true, foldOf(r.Campaign)})
		} else {
			benign[like] = append(benign[like], text{words, like, false, foldOf(fmt.Sprint(input, r.Offset))})
		}
	}
	return nil
}

func unpacked(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !strings.HasSuffix(path, ".gz") {
		return io.ReadAll(f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// nameWords are the words that names are made of.
func nameWords(w *score.World) map[string]bool {
	out := map[string]bool{}
	add := func(s string) {
		for _, x := range split(strings.ToLower(s)) {
			out[x] = true
		}
	}
	for _, p := range w.People {
		add(p.Name)
		for _, a := range p.Accounts {
			add(a)
		}
	}
	for _, h := range w.Hosts {
		add(h.ID)
		for _, n := range h.Names {
			add(n.Name)
		}
	}
	for _, rows := range w.Rows {
		for i := range rows {
			if a := rows[i].Account; !out[a] {
				out[a] = true
				add(a)
			}
		}
	}
	return out
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// wordsOf are the different words of a row that are no names and have no digits.
func wordsOf(line []byte, names map[string]bool) []string {
	var out []string
	for _, x := range split(strings.ToLower(string(line))) {
		if len(x) > 1 && !names[x] && !strings.ContainsAny(x, "0123456789") && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// means is by what somebody authenticated, which program says so, and how it
// went: what an attacker does may differ in it, and rows are compared with
// those that have it in common.
func means(words []string) string {
	var out []string
	for _, x := range []string{"accepted", "closed", "failed", "invalid", "keyboard", "kerberos", "negotiate", "not", "ntlm", "opened", "password", "publickey", "sudo"} {
		if slices.Contains(words, x) {
			out = append(out, x)
		}
	}
	return strings.Join(out, "+")
}

// kindsOf says which of its person's accounts one is, from 1.
func kindsOf(w *score.World) map[string]int {
	out := map[string]int{}
	for i := range w.People {
		for k, a := range w.People[i].Accounts {
			out[bare(a)] = k + 1
		}
	}
	return out
}

func foldOf(s string) int {
	n := uint64(len(s))
	for i := range len(s) {
		n = mix(n*131 + uint64(s[i]))
	}
	return int(n % folds)
}

const folds = 5

// mostAlike is how many rows of the company each row of an attack is compared with.
const mostAlike = 5

// judgeLeak learns words on four parts and tries them on the fifth (naive
// Bayes over the presence of words). A row is compared with those of its own
// kind and part alone: else what kind of rows a campaign leaves would tell.
func judgeLeak(attacks, benign map[string][]text) *leak {
	dice := rand.New(rand.NewPCG(diceSeed, 5))
	var all []text
	out := &leak{}
	for _, like := range slices.Sorted(maps.Keys(attacks)) {
		other := benign[like]
		dice.Shuffle(len(other), func(i, k int) { other[i], other[k] = other[k], other[i] })
		all = append(append(all, attacks[like]...), other[:min(len(other), mostAlike*len(attacks[like]))]...)
	}
	type group struct{ yes, no []float64 }
	weight := map[string]float64{}
	sum := 0.0
	for f := range folds {
		w := learnWords(all, f)
		groups := map[string]*group{}
		for i := range all {
			if all[i].fold != f {
				continue
			}
			v := 0.0
			for _, x := range all[i].words {
				v += w[x]
			}
			g := groups[all[i].like]
			if g == nil {
				g = &group{}
				groups[all[i].like] = g
			}
			if all[i].attack {
				g.yes = append(g.yes, v)
			} else {
				g.no = append(g.no, v)
			}
		}
		for _, like := range slices.Sorted(maps.Keys(groups)) {
			if g := groups[like]; len(g.yes) > 0 && len(g.no) > 0 {
				sum += auc(g.yes, g.no) * float64(len(g.yes))
				out.Attack += len(g.yes)
				out.Benign += len(g.no)
			}
		}
		for x := range w {
			weight[x] += w[x] / folds
		}
	}
	out.AUC = sum / float64(out.Attack)
	words := slices.SortedFunc(maps.Keys(weight), func(a, b string) int {
		return cmp.Or(cmp.Compare(math.Abs(weight[b]), math.Abs(weight[a])), cmp.Compare(a, b))
	})
	out.Words = words[:min(len(words), 8)]
	return out
}

// learnWords weighs words by the rows outside a part. Rows of each kind count
// as if there were as many of attacks as of others.
func learnWords(all []text, without int) map[string]float64 {
	var of [2]map[string]float64
	of[0], of[1] = map[string]float64{}, map[string]float64{}
	for i := range all {
		if all[i].fold != without {
			of[side(&all[i])][all[i].like]++
		}
	}
	var n [2]float64
	var has [2]map[string]float64
	has[0], has[1] = map[string]float64{}, map[string]float64{}
	for i := range all {
		k := side(&all[i])
		mine, others := of[k][all[i].like], of[1-k][all[i].like]
		if all[i].fold == without || others == 0 {
			continue
		}
		v := min(mine, others) / mine
		n[k] += v
		for _, x := range all[i].words {
			has[k][x] += v
		}
	}
	w := map[string]float64{}
	for k := range has {
		for x := range has[k] {
			if has[0][x]+has[1][x] < rare {
				continue
			}
			w[x] = math.Log((has[1][x] + 1) / (n[1] + 2) / ((has[0][x] + 1) / (n[0] + 2)))
		}
	}
	return w
}

// rare is of how few rows a word says nothing.
const rare = 10

func side(t *text) int {
	if t.attack {
		return 1
	}
	return 0
}
