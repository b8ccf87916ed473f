// Package bulk finds ordinary shares that are read in bulk: far more different
// files within an hour than the account ever asked for on that host. In go
// files opened on shares; out comes one finding for each burst, weighed
// against the account's own days.
package bulk

import (
	"fmt"
	"math"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/recent"
	"github.com/footfall/footfall/internal/say"
)

// Analytic is keyed by the host that has the share.
var Analytic = footfall.Analytic{
	Name: "bulk",
	Doc: "An account asks for bulk.files (200) and more different files of ordinary shares (5145, smb_files, full_audit) of one host from one source within an hour, where the busiest hours of its own " +
		"days on that host make so many improbable (Gamma-Poisson). Backups, indexes and migrations do the same: declared services, deployers and scanners are left out, and who does it every day is usual.",
	Rules: []footfall.Rule{{
		ID: "bulk", Title: "Shares read in bulk", Level: footfall.LevelMedium,
		Description: "An account asked for far more files of a host's shares within an hour than it ever did.",
		Attack:      []string{"T1021.002", "T1039"}, Rows: []string{"MIS-07"},
		Reference: "https://attack.mitre.org/techniques/T1039/",
		Innocent:  []string{"a backup that is not declared", "an index of files or a search over all of them", "files that move to another server"},
	}},
	Kinds: []footfall.Kind{footfall.KindShare},
	Keys: func(dst []footfall.Name, s *footfall.Step) []footfall.Name {
		if s.Rule == 0 && s.Kind == footfall.KindShare && s.Outcome != footfall.Failure && s.Object != 0 && s.Account != 0 && s.DstHost != 0 &&
			s.Flags&(footfall.FlagSystem|footfall.FlagMachine|footfall.FlagLoopback) == 0 {
			return append(dst, s.DstHost)
		}
		return dst
	},
	New: func(e *footfall.Env) footfall.Watcher {
		c := e.Context
		return &watcher{
			env: e, files: int(c.Limit("bulk.files", limitFiles)), days: c.Limit("bulk.days", footfall.EnoughDays), odd: c.Limit("bulk.probability", limitOdd),
			bursts: recent.New[key, burst](maxBursts), habits: recent.New[pair, habit](maxPairs),
		}
	},
}

const (
	hour = 3600 * 1e9
	day  = 24 * hour

	limitFiles = 200
	limitOdd   = 1e-4
	// sure is the probability below which a finding is of level medium.
	sure = 1e-8
	// much is how many times bulk.files are worth a word on a short history.
	much = 5
	// priorDays days of priorFiles each stand before the account's own.
	priorDays  = 2
	priorFiles = 20
	// spread is the least dispersion: hours of work differ much among
	// themselves (the size of a negative binomial distribution).
	spread = 1.5

	maxBursts = 1 << 8
	maxPairs  = 1 << 10
)

type (
	key  struct{ account, source, host footfall.Name }
	pair struct{ account, host footfall.Name }
)

// A burst is what an account asks for from a source within an hour.
type burst struct {
	start         int64
	id            uint64
	first         footfall.Ref
	seen          [64]uint64 // different files, by their hashes
	set           int        // bits of it
	times, told   int
	bytes         int64
	share, second footfall.Name // of the first file, and of the first of another share
}

// A habit is how many files the busiest hours of an account's days had.
type habit struct {
	n, mean, m2 float64
	day         int64
	most        int // of the day so far
	first       int64
	max         int
	short       uint64 // the burst that was told of while the history was short
}

func (h *habit) turn(at int64) {
	if h.day == at {
		return
	}
	if h.day != 0 {
		h.n++
		d := float64(h.most) - h.mean
		h.mean += d / h.n
		h.m2 += d * (float64(h.most) - h.mean)
		h.max = max(h.max, h.most)
	} else {
		h.first = at
	}
	h.day, h.most = at, 0
}

type watcher struct {
	env    *footfall.Env
	files  int
	days   float64
	odd    float64
	bursts *recent.Map[key, burst]
	habits *recent.Map[pair, habit]
}

// Observe counts a file.
func (w *watcher) Observe(s *footfall.Step, sess *footfall.Session, out *footfall.Sink) {
	n := w.env.Names
	share := shareOf(n.String(s.Object))
	if !ordinary(share) {
		return
	}
	src := s.Source()
	if src == 0 && sess != nil {
		if src = sess.SrcAddr; src == 0 {
			src = sess.SrcHost
		}
	}
	k := key{s.Account, src, s.DstHost}
	b, fresh := w.bursts.Put(k)
	if fresh || s.Time-b.start > hour {
		*b = burst{start: s.Time, id: s.ID, first: s.Ref, share: n.Intern(share)}
	}
	b.times++
	b.bytes += s.Bytes
	h := n.HashOf(s.Object) % (64 * 64)
	if b.seen[h/64]>>(h%64)&1 != 0 {
		return
	}
	b.seen[h/64] |= 1 << (h % 64)
	b.set++
	if name := n.Intern(share); name != b.share && b.second == 0 {
		b.second = name
	}
	p, _ := w.habits.Put(pair{s.Account, s.DstHost})
	p.turn(s.Time / day)
	files := b.count()
	p.most = max(p.most, files)
	if files >= w.files && files >= 2*b.told {
		b.told = files
		w.judge(k, b, p, files, s, out)
	}
}

// count estimates how many different files there are (linear counting).
func (b *burst) count() int {
	if b.set < 64 {
		return b.set
	}
	const all = 64 * 64.0
	return int(math.Round(all * math.Log(all/max(all-float64(b.set), 1))))
}

// shareOf returns the first part of a path: "docs\plan.doc" is of docs.
func shareOf(object string) string {
	object = strings.TrimLeft(object, `\/`)
	if i := strings.IndexAny(object, `\/`); i >= 0 {
		object = object[:i]
	}
	return strings.ToLower(object)
}

// ordinary reports whether a share is one of files that people work on.
func ordinary(share string) bool {
	switch share {
	case "", "sysvol", "netlogon", "ipc$", "print$":
		return false
	}
	return !strings.HasSuffix(share, "$")
}

func (w *watcher) judge(k key, b *burst, h *habit, files int, s *footfall.Step, out *footfall.Sink) {
	n, c := w.env.Names, w.env.Context
	who, from, host := n.String(k.account), n.String(k.source), n.String(k.host)
	if c.Services[who] || c.Deployers[from] || c.Scanners[from] || c.Deployers[n.String(s.SrcHost)] || c.Scanners[n.String(s.SrcHost)] {
		return
	}
	p := h.tail(files)
	level := footfall.LevelUnknown
	known := h.n >= w.days
	switch {
	case known && p < sure:
		level = footfall.LevelMedium
	case known && p < w.odd, !known && files >= much*w.files:
		level = footfall.LevelLow
	case !known && (h.short == 0 || h.short == b.id):
		h.short = b.id
		level = footfall.LevelInformational
	default:
		return
	}
	f := &footfall.Finding{
		ID: footfall.FindingID("bulk", who+"|"+from+"|"+host, b.id), Rule: &Analytic.Rules[0], Level: level, Weight: level.Weight(),
		Title: fmt.Sprintf("%s read about %s on %s within an hour", who, say.Count(files, "file"), host), First: b.start, Last: s.Time, Count: b.times,
	}
	what := n.String(b.share)
	if b.second != 0 {
		what += ", " + n.String(b.second) + " and perhaps more"
	}
	f.Why = fmt.Sprintf("%s asked for about %s of %s (%s) from %s in %s;", who, say.Count(files, "different file"), host, say.Short(what, 120), or(from, "a place that is not named"), say.Span(max(s.Time-b.start, 1)))
	if b.bytes > 0 {
		f.Why = strings.TrimSuffix(f.Why, ";") + fmt.Sprintf(", %d bytes;", b.bytes)
	}
	if known {
		f.Why += fmt.Sprintf(" the busiest hours of its %.0f days there since %s had %.0f on average and %d at most: a probability of %s.", h.n, say.Day(h.first*day), h.mean, h.max, probability(p))
		f.Innocent = "A backup or an index was tested for: the account is not declared as a service, the source does not administer or scan by trade, and it does not do so on its other days."
	} else {
		f.Why += fmt.Sprintf(" the log holds %s of the account there before.", say.Count(int(h.n), "day"))
		f.Innocent = fmt.Sprintf("Whether it always reads so much is unknown: that takes %g days of history.", w.days)
	}
	f.CiteRef(b.first)
	f.CiteRef(s.Ref)
	f.Bear("T1039")
	if known {
		f.Bear("T1021.002")
	}
	f.About(footfall.RoleActor, "account", who)
	f.About(footfall.RoleSource, "address", n.String(s.SrcAddr))
	f.About(footfall.RoleSource, "host", n.String(s.SrcHost))
	f.About(footfall.RoleDestination, "host", host)
	f.About(footfall.RoleObject, "share", n.String(b.share))
	if s.Session != 0 {
		f.Sessions = []string{n.String(s.Session)}
	}
	out.Find(f, s)
}

// probability writes one; of a very small one the model knows no more than that.
func probability(p float64) string {
	if p < 1e-9 {
		return "less than 1e-9"
	}
	return fmt.Sprintf("%.1g", p)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// tail is the probability of so many files in the busiest hour of a day: a
// Poisson count whose rate is known by a Gamma distribution, as wide as the
// account's own days show and not narrower than spread.
func (h *habit) tail(files int) float64 {
	mean := max((h.mean*h.n+priorFiles*priorDays)/(h.n+priorDays), 1)
	r := spread
	if h.n > 1 {
		if v := h.m2 / (h.n - 1); v > mean {
			r = min(r, mean*mean/(v-mean))
		}
	}
	r = max(r, 0.05)
	lg := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	k, p := float64(files), r/(r+mean)
	term := math.Exp(lg(r+k) - lg(k+1) - lg(r) + r*math.Log(p) + k*math.Log1p(-p))
	sum := term
	for range 20_000 {
		q := (r + k) / (k + 1) * (1 - p)
		term *= q
		k++
		sum += term
		if q < 1 && term < sum*1e-9 {
			break
		}
	}
	return min(sum, 1)
}

// Flush does nothing: each finding is whole.
func (*watcher) Flush(int64, *footfall.Sink) {}
