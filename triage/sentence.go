package triage

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/footfall/footfall"
)

// sentence tells a case to somebody who has a minute: who, from where, over
// which hosts, by what, when, and behind a semicolon why it is believed.
func (s *scene) sentence() string {
	var b strings.Builder
	if s.later {
		fmt.Fprintf(&b, "%s%sactive on %s (from where is not recorded) and then logged on", some(s.accounts, "account", 2), was(s.accounts), some(s.hosts, s.word(), 4))
	} else {
		b.WriteString(s.who())
	}
	if len(s.sources) > 0 {
		b.WriteString(" from " + s.fromText())
	}
	if !s.later {
		b.WriteString(s.toText())
	}
	if by := byText(s.services); by != "" {
		b.WriteString(" " + by)
	}
	if len(s.sources) == 0 && len(s.hosts) > 0 && !s.nowhere {
		b.WriteString(" (from where is not recorded)")
	}
	b.WriteString(", " + when(s.span()) + "; " + s.because())
	return b.String() + "."
}

// span is the time of the case and of its path.
func (s *scene) span() (first, last int64) {
	first, last = s.c.First, s.c.Last
	for _, h := range s.c.Path {
		if first != 0 {
			first = min(first, h.Time)
		}
		last = max(last, h.Time)
	}
	return first, last
}

func (s *scene) who() string {
	switch {
	case s.nowhere:
		return "Somebody tried to get in" + s.triedText()
	case s.walked && !s.success && len(s.accounts) > 0:
		return some(s.accounts, "account", 2) + " tried to log on"
	case s.success && len(s.entered) > 0 && slices.Equal(s.services, []string{"RPC"}):
		return some(s.entered, "account", 2) + " connected"
	case s.success && len(s.entered) > 0:
		return some(s.entered, "account", 2) + s.before() + " logged on"
	case s.walked && s.success && len(s.accounts) > 0:
		return some(s.accounts, "account", 2) + " came"
	case s.walked && s.success:
		return "Somebody whom the records do not name came"
	case len(s.accounts) > 0:
		return some(s.accounts, "account", 2) + s.before() + was(s.accounts) + "active"
	case len(s.tried) > 0:
		return "Somebody acted on " + some(s.tried, "account", 3)
	case s.system:
		return "The system account was active"
	}
	return "Somebody whom the records do not name was active"
}

// triedText names the accounts that were tried. Of many, findings name only
// some.
func (s *scene) triedText() string {
	names := slices.Clone(s.accounts)
	for _, n := range s.tried {
		names = note(names, n)
	}
	many := slices.ContainsFunc(s.c.Findings, func(f *footfall.Finding) bool {
		return slices.Contains(f.Attack, "T1110.003") || slices.Contains(f.Attack, "T1110.004")
	})
	switch {
	case many || len(names) > 3:
		return " with many accounts"
	case len(names) > 0:
		return " as " + list(names, 3)
	}
	return ""
}

// before names whose hand it was where that account took another one's place.
func (s *scene) before() string {
	for _, h := range s.c.Path {
		switch {
		case h.Switch != "" && h.Switch != h.Account && len(s.entered) == 1 && h.Account == s.entered[0]:
			return ", used by " + h.Switch + ","
		case identity(h.To) && h.From == h.Account && len(s.accounts) == 1 && h.To == s.accounts[0] && h.To != h.Account:
			return ", used by " + h.Account + ","
		}
	}
	return ""
}

func (s *scene) fromText() string {
	from := s.origins()
	if s.nowhere && len(from) > 2 {
		return strings.Join(from[:2], ", ") + " and others"
	}
	return some(from, "source", 2)
}

// toText names the hosts that were reached, and after them those that were
// reached from one of these.
func (s *scene) toText() string {
	if len(s.hosts) == 0 {
		return ""
	}
	if s.nowhere && len(s.hosts) > 2 {
		return " on " + strings.Join(s.hosts[:2], ", ") + " and others"
	}
	if !s.walked {
		return " on " + some(s.hosts, s.word(), 4)
	}
	var first, onward, beside []string
	for _, name := range s.hosts {
		came := func(h footfall.Hop) bool { return h.To == name }
		on := func(h footfall.Hop) bool { return came(h) && slices.Contains(s.hosts, h.From) }
		switch {
		case !slices.ContainsFunc(s.c.Path, came):
			beside = append(beside, name)
		case slices.ContainsFunc(s.c.Path, on):
			onward = append(onward, name)
		default:
			first = append(first, name)
		}
	}
	var parts []string
	if first != nil {
		parts = append(parts, " to "+some(first, s.word(), 3))
	}
	if onward != nil {
		parts = append(parts, " on to "+some(onward, s.word(), 3))
	}
	if beside != nil {
		parts = append(parts, " was active on "+some(beside, s.word(), 2))
	}
	return strings.Join(parts, " and")
}

// word is what the hosts of the case are.
func (s *scene) word() string {
	cloud := false
	for _, h := range s.c.Path {
		if h.Service != footfall.ServiceCloud {
			return "host"
		}
		cloud = true
	}
	if cloud {
		return "cloud resource"
	}
	return "host"
}

func byText(services []string) string {
	if len(services) == 1 {
		switch services[0] {
		case "cloud", "cloud services":
			return "through the cloud"
		case "kube":
			return "through Kubernetes"
		case "gateway":
			return "through a gateway"
		case "web":
			return "over the web"
		case "network logon":
			return "over the network"
		}
	}
	if len(services) == 0 {
		return ""
	}
	return "by " + list(services, 4)
}

func was(names []string) string {
	if len(names) == 1 {
		return " was "
	}
	return " were "
}

// because repeats the strongest reason with its numbers and names the others.
func (s *scene) because() string {
	top := s.top()
	var others []string
	for _, f := range independent(s.c.Findings) {
		if f.Level >= footfall.LevelMedium && ruleID(f) != ruleID(top) {
			others = note(others, ruleTitle(f))
		}
	}
	text := "believed because: " + s.reason(top)
	if s.nowhere {
		text = "nobody got in; seen: " + s.reason(top)
	}
	if len(others) > 0 {
		text += "; also: " + list(others, 2)
	}
	return text
}

// reason is a finding in a line: of an analytic its sentence without what the
// case's has said, of a rule, whose sentence repeats fields, its title.
func (s *scene) reason(f *footfall.Finding) string {
	why := strings.TrimRight(strings.TrimSpace(f.Why), ".")
	if why == "" || f.Rule == nil || f.Rule.Source != "" {
		if f.Count > 1 {
			return ruleTitle(f) + " (" + count(f.Count, "record") + ")"
		}
		return ruleTitle(f)
	}
	if isWalk(f) {
		if _, rest, ok := strings.Cut(why, ": "); ok {
			return ruleTitle(f) + " (" + brief(rest) + ")"
		}
	}
	return brief(s.withoutHead(why))
}

// withoutHead takes the names off that a finding's sentence begins with.
func (s *scene) withoutHead(why string) string {
	head, rest, ok := strings.Cut(why, ": ")
	if !ok {
		return why
	}
	for _, names := range [][]string{s.accounts, s.tried, s.hosts, s.allFrom, {"Somebody whom the record does not name"}} {
		for _, n := range names {
			head = strings.ReplaceAll(head, n, "")
		}
	}
	if headOnly.MatchString(head) {
		return rest
	}
	return why
}

// headOnly is what is left of such a beginning without its names: where and
// within what time.
var headOnly = regexp.MustCompile(`^(from|on|within( (less than a second|[0-9 dhms]+))?|[ ,.]|[0-9.:a-f]{7,39})*$`)

const (
	maxReason = 170 // bytes of a reason
	maxAside  = 40  // of what stands in brackets in it
	maxQuoted = 60  // of what stands in quotation marks
)

var (
	brackets = regexp.MustCompile(` \([^()]*\)`)
	quoted   = regexp.MustCompile(`"[^"]*"`)
	stamps   = regexp.MustCompile(` at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ`)
)

// brief shortens a reason: long lists of examples, quotations and times go,
// and what is too long still ends where a part of it does.
func brief(why string) string {
	why = strings.ReplaceAll(stamps.ReplaceAllString(why, ""), " within 0 s", "")
	why = quoted.ReplaceAllStringFunc(why, func(q string) string {
		if len(q) <= maxQuoted {
			return q
		}
		return `"` + shorten(q[1:], maxQuoted-4) + `.."`
	})
	why = brackets.ReplaceAllStringFunc(why, func(b string) string {
		if len(b) <= maxAside {
			return b
		}
		return ""
	})
	if len(why) <= maxReason {
		return why
	}
	cut := shorten(why, maxReason)
	for _, end := range []string{"; ", ", "} {
		for at := strings.LastIndex(cut, end); at > maxReason/3; at = strings.LastIndex(cut[:at], end) {
			if strings.Count(cut[:at], `"`)%2 == 0 && strings.Count(cut[:at], "(") == strings.Count(cut[:at], ")") {
				return cut[:at]
			}
		}
	}
	return cut + ".."
}

// shorten returns at most n bytes, whole characters.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// when tells a span of event time, in UTC.
func when(first, last int64) string {
	if first == 0 {
		return "at a time that the records do not tell"
	}
	a, b := time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
	took := b.Sub(a).Round(time.Second)
	switch {
	case took <= 0:
		return a.Format("2006-01-02 15:04:05") + " UTC"
	case a.YearDay() == b.YearDay() && took < 24*time.Hour:
		return a.Format("2006-01-02 15:04:05") + " to " + b.Format("15:04:05") + " UTC (" + span(took) + ")"
	}
	return a.Format("2006-01-02 15:04:05") + " to " + b.Format("2006-01-02 15:04:05") + " UTC (" + span(took) + ")"
}

// span spells a duration with its two greatest units.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d/time.Hour), int(d%time.Hour/time.Minute))
	}
	return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
}

// some names one or a few, or counts and names the first.
func some(names []string, word string, most int) string {
	if len(names) <= max(most, 1) && len(names) < 3 {
		return list(names, most)
	}
	return count(len(names), word) + " (" + list(names, most) + ")"
}

// list joins names, at most so many and one instead of "and 1 more".
func list(names []string, most int) string {
	if len(names) > most+1 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// top is the finding that says most: the highest level, of these what is more
// than traces wiped away, then the greatest weight.
func (s *scene) top() *footfall.Finding {
	return slices.MinFunc(s.c.Findings, func(a, b *footfall.Finding) int {
		by := cmp.Or(cmp.Compare(b.Level, a.Level), after(traces(a), traces(b)), cmp.Compare(tenth(b.Weight), tenth(a.Weight)))
		if by == 0 && s.nowhere {
			return cmp.Compare(b.Count, a.Count) // of many failed guesses, those that tell the most
		}
		return by
	})
}

// traces reports whether a finding is of nothing but evidence that was removed.
func traces(f *footfall.Finding) bool {
	return len(f.Attack) > 0 && !slices.ContainsFunc(f.Attack, func(t string) bool { return !covers([]string{"T1070"}, t) })
}

func after(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
