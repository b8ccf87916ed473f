package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// percent writes a probability; what is not certain is not written as certain.
func percent(p float64) string {
	switch p = bound(p); {
	case p == 1 || p == 0:
		return fmt.Sprintf("%.0f %%", p*100)
	case p < 0.01:
		return "<1 %"
	case p > 0.99:
		return ">99 %"
	}
	return fmt.Sprintf("%.0f %%", p*100)
}

// share writes a probability as a table has it.
func share(p float64) string {
	switch p = bound(p); {
	case p > 0 && p < 0.01:
		return "<0.01"
	case p > 0.99 && p < 1:
		return ">0.99"
	}
	return fmt.Sprintf("%.2f", p)
}

// doubtful reports whether somebody else can have made a hop.
func doubtful(h footfall.Hop) bool { return !h.Shown && (h.Of > 1 || len(h.Else) > 0) }

// count is how many hands a hop can have been.
func count(h footfall.Hop) int {
	n := len(h.Else) + 1
	if likeliestAgain(h) {
		n--
	}
	return max(h.Of, n)
}

// known says how it is known what a hop went on from; "" when nothing is.
func known(h footfall.Hop) string {
	switch {
	case h.Shown:
		return "shown by a record"
	case doubtful(h):
		return fmt.Sprintf("%s, 1 of %s", percent(h.Sure), plural(count(h), "hand", "hands"))
	case h.Of == 1:
		return "the only hand"
	case h.After != 0 && h.Sure > 0:
		return percent(h.Sure)
	}
	return ""
}

// after says what a hop went on from: 2, shown by a record.
func (w *walk) after(i int) string {
	s := known(w.hops[i])
	switch {
	case w.parent[i] >= 0:
		s = strings.TrimSuffix(fmt.Sprintf("%d, %s", w.parent[i]+1, s), ", ")
	case w.hops[i].After != 0:
		s = strings.TrimSuffix("a hop not on this path, "+s, ", ")
	}
	return s
}

// A possible is another person whose hand a hop can have been.
type possible struct {
	name, account, from string
	sure                float64
}

func (p *possible) text(n int) string {
	if p.account != "" && p.account != p.name {
		return short(p.name, n*2/3) + " as " + short(p.account, n*2/3)
	}
	return hostName(p.name, n)
}

// The hands of a hop are the persons that it can have been: several ways that
// one person can have come are one hand.
type hands struct {
	main    string // the likeliest
	sure    float64
	rest    []possible
	unnamed int // others that are only counted
}

func (w *walk) hands(i int) hands {
	h := w.hops[i]
	x := hands{main: w.hand(i), sure: bound(h.Sure)}
	if !doubtful(h) {
		return x
	}
	list := h.Else
	if likeliestAgain(h) {
		x.main, list = cmp.Or(list[0].Person, x.main), list[1:]
	}
	x.unnamed = max(0, h.Of-1-len(list))
	at := map[string]int{}
	for _, e := range list {
		name := cmp.Or(e.Person, e.Account)
		if name == x.main {
			x.sure = bound(x.sure + bound(e.Sure))
			continue
		}
		n, ok := at[name]
		if !ok {
			n = len(x.rest)
			at[name] = n
			x.rest = append(x.rest, possible{name: name, account: e.Account, from: e.From})
		}
		x.rest[n].sure = bound(x.rest[n].sure + bound(e.Sure))
	}
	slices.SortStableFunc(x.rest, func(a, b possible) int { return cmp.Compare(b.sure, a.sure) })
	return x
}

// likeliestAgain reports whether the others begin with the likeliest hand,
// which is then no other: all of them cannot be more than certain.
func likeliestAgain(h footfall.Hop) bool {
	if len(h.Else) == 0 || math.Abs(bound(h.Sure)-bound(h.Else[0].Sure)) > 0.005 {
		return false
	}
	sum := bound(h.Sure)
	for _, e := range h.Else {
		sum += bound(e.Sure)
	}
	return sum > 1.01
}

// whose lists the hands that a hop can have been, the likeliest first, with
// their probabilities: alice 0.71, bob 0.24, 3 others. It is "" when nobody
// else is possible.
func (w *walk) whose(i int) string {
	x := w.hands(i)
	if len(x.rest) == 0 && x.unnamed == 0 {
		return ""
	}
	s := short(x.main, 24) + " " + share(x.sure)
	shown := x.rest[:min(len(x.rest), 4)]
	for _, e := range shown {
		s += ", " + hostName(e.name, 24) + " " + share(e.sure)
	}
	if n := len(x.rest) - len(shown) + x.unnamed; n > 0 {
		s += ", " + plural(n, "other", "others")
	}
	return s
}

// hand is the likeliest hand of a hop: the person who is named, or the account
// at the beginning of its way.
func (w *walk) hand(i int) string {
	if h := w.hops[i]; h.Hand != "" {
		return h.Hand
	}
	for w.parent[i] >= 0 {
		i = w.parent[i]
	}
	h := w.hops[i]
	if changed(h) {
		return h.Switch
	}
	return cmp.Or(h.Account, "(not named)")
}

// sentence tells a hop in words, for who does not see the picture.
func (w *walk) sentence(i int) string {
	h := w.hops[i]
	failed := ""
	if h.Outcome == footfall.Failure {
		failed = ", which failed"
	}
	ends := hostName(h.From, 60) + " to " + hostName(h.To, 60)
	if h.From == "" && h.Service == footfall.ServiceLocal {
		ends = "at " + hostName(h.To, 60)
	}
	s := fmt.Sprintf("Hop %d, %s: %s by %s as %s%s", i+1, stamp(h.Time, time.UTC, timeLong), ends, service(h), hostName(h.Account, 60), failed)
	if changed(h) {
		s += ", the account before was " + hostName(h.Switch, 60)
	}
	switch p := w.parent[i]; {
	case p >= 0:
		s += fmt.Sprintf("; it went on from hop %d", p+1)
	case h.After != 0:
		s += "; it went on from a hop that is not on this path"
	}
	if k := known(h); k != "" {
		s += ", " + k
	}
	if x := w.whose(i); x != "" {
		s += "; whose hand: " + x
	}
	return s + "."
}

// arrowSentence tells an arrow in words.
func (w *walk) arrowSentence(a *arrow) string {
	if len(a.hops) == 1 {
		return w.sentence(a.hops[0])
	}
	first, last := w.hops[a.hops[0]], w.hops[a.hops[len(a.hops)-1]]
	s := fmt.Sprintf("%s, %s to %s: %s to %s by %s as %s", plural(len(a.hops), "hop", "hops")+" ("+w.numbers(a)+")",
		stamp(first.Time, time.UTC, timeLong), stamp(last.Time, time.UTC, timeLong), w.lanes[a.from].name(120), w.lanes[a.to].name(120), w.services(a), w.accounts(a))
	if first.Outcome == footfall.Failure {
		s += ", which failed"
	}
	if changed(first) {
		s += ", the account before was " + hostName(first.Switch, 60)
	}
	if p := w.parent[a.hops[0]]; p >= 0 {
		s += fmt.Sprintf("; they went on from hop %d", p+1)
	}
	return s + "."
}

// numbers are the numbers of an arrow's hops: 7, 7-20, or 7+13 where others
// lie between.
func (w *walk) numbers(a *arrow) string {
	lo, hi := slices.Min(a.hops)+1, slices.Max(a.hops)+1
	switch {
	case len(a.hops) == 1:
		return fmt.Sprint(lo)
	case hi-lo+1 == len(a.hops):
		return fmt.Sprintf("%d-%d", lo, hi)
	}
	return fmt.Sprintf("%d+%d", lo, len(a.hops)-1)
}

func (w *walk) services(a *arrow) string {
	list := w.serviceList(a)
	if len(list) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:2], ", "), len(list)-2)
	}
	return strings.Join(list, ", ")
}

func (w *walk) serviceList(a *arrow) (list []string) {
	for _, n := range a.hops {
		if s := service(w.hops[n]); !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

func (w *walk) accounts(a *arrow) string {
	seen := map[string]bool{}
	for _, n := range a.hops {
		seen[w.hops[n].Account] = true
	}
	if len(seen) > 1 {
		return plural(len(seen), "account", "accounts")
	}
	return hostName(w.hops[a.hops[0]].Account, 60)
}

// told is the whole picture in words.
func (w *walk) told() string {
	const most = 40
	s := []string{"Hosts are lanes, time runs from left to right, hops are arrows."}
	for i := range w.arrows {
		if i == most {
			s = append(s, plural(len(w.arrows)-i, "arrow more is", "arrows more are")+" in the table.")
			break
		}
		s = append(s, w.arrowSentence(&w.arrows[i]))
	}
	if w.left > 0 {
		s = append(s, w.leftOut("the table"))
	}
	return strings.Join(s, " ")
}

// leftOut counts the hops that the picture has no room for.
func (w *walk) leftOut(where string) string {
	return fmt.Sprintf("%s not drawn; %s has all %s.", plural(w.left, "hop is", "hops are"), where, number(len(w.hops)))
}
