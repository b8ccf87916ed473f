package sigma

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/yaml"
)

// What follows is Sigma once more, as slow and plain as can be: it reads the
// YAML of a rule anew for each event, makes a regular expression of every
// text, and looks at every value. It shares no code with the package, and
// what it answers is what the package must answer.

// A refEvent is an event by names.
type refEvent struct {
	log    footfall.Log
	fields [][2]string
}

func (e *refEvent) get(field string) []string {
	var out []string
	for _, f := range e.fields {
		if f[0] == field {
			out = append(out, f[1])
		}
	}
	return out
}

// refMatch reports whether a rule, as parsed YAML, matches.
func refMatch(t testing.TB, rule map[string]any, e *refEvent, holders map[string][]string) bool {
	t.Helper()
	src := rule["logsource"].(map[string]any)
	for part, have := range map[string][]string{"product": {e.log.Product}, "service": e.log.Services, "category": e.log.Categories} {
		if want, ok := src[part]; ok && want != nil && !slices.Contains(have, strings.ToLower(fmt.Sprint(want))) {
			return false
		}
	}
	r := &ref{t: t, det: rule["detection"].(map[string]any), e: e, holders: holders}
	conds, ok := r.det["condition"].([]any)
	if !ok {
		conds = []any{r.det["condition"]}
	}
	for _, c := range conds {
		if r.condition(c.(string)) {
			return true
		}
	}
	return false
}

type ref struct {
	t       testing.TB
	det     map[string]any
	e       *refEvent
	holders map[string][]string
}

func (r *ref) condition(c string) bool {
	c = strings.NewReplacer("(", " ( ", ")", " ) ").Replace(c)
	toks := strings.Fields(c)
	v := r.or(&toks)
	if len(toks) > 0 {
		r.t.Fatalf("rest of condition %q", toks)
	}
	return v
}

func take(toks *[]string) string { s := (*toks)[0]; *toks = (*toks)[1:]; return s }

func at(toks *[]string, word string) bool {
	return len(*toks) > 0 && strings.EqualFold((*toks)[0], word)
}

func (r *ref) or(toks *[]string) bool {
	v := r.and(toks)
	for at(toks, "or") {
		take(toks)
		w := r.and(toks)
		v = v || w
	}
	return v
}

func (r *ref) and(toks *[]string) bool {
	v := r.not(toks)
	for at(toks, "and") {
		take(toks)
		w := r.not(toks)
		v = v && w
	}
	return v
}

func (r *ref) not(toks *[]string) bool {
	tok := take(toks)
	switch {
	case strings.EqualFold(tok, "not"):
		return !r.not(toks)
	case tok == "(":
		v := r.or(toks)
		take(toks)
		return v
	case at(toks, "of"):
		take(toks)
		pat := take(toks)
		re := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pat), `\*`, ".*") + "$")
		n, hit := 0, 0
		for name, d := range r.det {
			if name == "condition" {
				continue
			}
			if strings.EqualFold(pat, "them") && !strings.HasPrefix(name, "_") || !strings.EqualFold(pat, "them") && re.MatchString(name) {
				n++
				if r.selection(d) {
					hit++
				}
			}
		}
		if strings.EqualFold(tok, "all") {
			return hit == n
		}
		return hit > 0
	}
	d, ok := r.det[tok]
	if !ok {
		r.t.Fatalf("no selection %q", tok)
	}
	return r.selection(d)
}

func (r *ref) selection(d any) bool {
	switch d := d.(type) {
	case map[string]any:
		for k, v := range d {
			if !r.item(k, v) {
				return false
			}
		}
		return true
	case []any:
		for _, x := range d {
			if r.selection(x) {
				return true
			}
		}
		return false
	}
	return r.item("", d)
}

func (r *ref) item(key string, v any) bool {
	mods := strings.Split(key, "|")
	field := mods[0]
	mods = mods[1:]
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	any, all := false, true
	for _, x := range list {
		hit := r.value(field, mods, x)
		any, all = any || hit, all && hit
	}
	hit := any
	if slices.Contains(mods, "all") {
		hit = all
	}
	return hit != slices.Contains(mods, "neq")
}

func refText(v any) string {
	if f, ok := v.(float64); ok && f == float64(int64(f)) {
		return strconv.FormatInt(int64(f), 10)
	}
	return fmt.Sprint(v)
}

func (r *ref) value(field string, mods []string, v any) bool {
	var values []string
	if field == "" {
		for _, f := range r.e.fields {
			values = append(values, f[1])
		}
	} else {
		values = r.e.get(field)
	}
	if v == nil {
		return strings.Join(values, "") == ""
	}
	texts := []string{refText(v)}
	if slices.Contains(mods, "expand") {
		texts = r.expand(texts[0], slices.Contains(mods, "re"))
	}
	for _, s := range texts {
		if slices.Contains(mods, "exists") {
			return (len(values) > 0) == (s == "true")
		}
		for _, have := range values {
			if r.test(field, mods, s, have) {
				return true
			}
		}
	}
	return false
}

func (r *ref) expand(s string, re bool) []string {
	out := []string{""}
	for s != "" {
		m := regexp.MustCompile(`^%([A-Za-z0-9_.-]+)%`).FindStringSubmatch(s)
		var ways []string
		switch {
		case strings.HasPrefix(s, `\\`):
			ways, s = []string{`\\`}, s[2:]
		case strings.HasPrefix(s, `\%`):
			ways, s = []string{"%"}, s[2:]
		case m != nil:
			ways, s = r.holders[m[1]], s[len(m[0]):]
			if re {
				ways = slices.Clone(ways)
				for i := range ways {
					ways[i] = refPattern(ways[i])
				}
			}
		default:
			ways, s = []string{s[:1]}, s[1:]
		}
		var next []string
		for _, o := range out {
			for _, w := range ways {
				next = append(next, o+w)
			}
		}
		out = next
	}
	return out
}

// refPattern makes a Sigma string a regular expression for a whole text.
func refPattern(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`*?\`, s[i+1]) >= 0:
			i++
			b.WriteString(regexp.QuoteMeta(s[i : i+1]))
		case s[i] == '*':
			b.WriteString(".*")
		case s[i] == '?':
			b.WriteString(".")
		case s[i] < 0x80:
			b.WriteString(regexp.QuoteMeta(s[i : i+1]))
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func (r *ref) test(field string, mods []string, s, have string) bool {
	has := func(m string) bool { return slices.Contains(mods, m) }
	number := func(op func(a, b float64) bool) bool {
		a, err1 := strconv.ParseFloat(have, 64)
		b, err2 := strconv.ParseFloat(s, 64)
		return err1 == nil && err2 == nil && op(a, b)
	}
	for _, m := range mods {
		switch m {
		case "minute", "hour", "day", "week", "month", "year":
			d, err := time.Parse("2006-01-02 15:04:05", strings.Replace(have, "T", " ", 1)[:min(len(have), 19)])
			_, week := d.ISOWeek()
			have = fmt.Sprint(map[string]int{"minute": d.Minute(), "hour": d.Hour(), "day": d.Day(), "week": week, "month": int(d.Month()), "year": d.Year()}[m])
			if err != nil {
				return false
			}
		}
	}
	switch {
	case has("lt"):
		return number(func(a, b float64) bool { return a < b })
	case has("lte"):
		return number(func(a, b float64) bool { return a <= b })
	case has("gt"):
		return number(func(a, b float64) bool { return a > b })
	case has("gte"):
		return number(func(a, b float64) bool { return a >= b })
	case has("minute"), has("hour"), has("day"), has("week"), has("month"), has("year"):
		return number(func(a, b float64) bool { return a == b })
	case has("cidr"):
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a := netip.MustParseAddr(s)
			p = netip.PrefixFrom(a, a.BitLen())
		}
		a, err := netip.ParseAddr(have)
		return err == nil && p.Contains(a.Unmap().WithZone(""))
	case has("re"):
		flags := ""
		for _, f := range []string{"i", "m", "s"} {
			if has(f) {
				flags += f
			}
		}
		if flags != "" {
			s = "(?" + flags + ")" + s
		}
		return cached(s).MatchString(have)
	case has("fieldref"):
		for _, other := range r.e.get(s) {
			pat := regexp.QuoteMeta(other)
			if has("contains") || has("endswith") {
				pat = ".*" + pat
			}
			if has("contains") || has("startswith") {
				pat += ".*"
			}
			if refFull(pat, has("cased")).MatchString(have) {
				return true
			}
		}
		return false
	}
	pats := []string{refPattern(s)}
	raw := s
	if field == "" && !has("contains") {
		mods = append(slices.Clone(mods), "contains")
	}
	for _, m := range mods {
		switch m {
		case "contains":
			pats = each(pats, func(p string) []string { return []string{".*" + p + ".*"} })
		case "startswith":
			pats = each(pats, func(p string) []string { return []string{p + ".*"} })
		case "endswith":
			pats = each(pats, func(p string) []string { return []string{".*" + p} })
		case "wide", "utf16le":
			raw = refWide(unescape(raw))
			pats = []string{regexp.QuoteMeta(raw)}
		case "base64":
			pats = []string{regexp.QuoteMeta(base64.StdEncoding.EncodeToString([]byte(unescape(raw))))}
		case "base64offset":
			pats = nil
			b := unescape(raw)
			for i, start := range []int{0, 2, 3} {
				enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(" ", i) + b))
				end := len(enc) - []int{0, 3, 2}[(len(b)+i)%3]
				pats = append(pats, ".*"+regexp.QuoteMeta(enc[start:end])+".*")
			}
		case "windash":
			dash := regexp.MustCompile(`(^|[^\p{L}\p{N}_])([-/–—―])([\p{L}\p{N}_])`)
			// Twice, since neighbouring finds share a character.
			for range 2 {
				s = dash.ReplaceAllString(s, "$1\x00$3")
			}
			pats = []string{strings.ReplaceAll(refPattern(s), "\x00", "[-/–—―]")}
			if has("contains") && slices.Index(mods, "contains") < slices.Index(mods, "windash") {
				pats[0] = ".*" + pats[0] + ".*"
			}
			if has("endswith") && slices.Index(mods, "endswith") < slices.Index(mods, "windash") {
				pats[0] = ".*" + pats[0]
			}
		}
	}
	for _, p := range pats {
		if refFull(p, has("cased")).MatchString(have) {
			return true
		}
	}
	return false
}

func unescape(s string) string { return regexp.MustCompile(`\\([*?\\])`).ReplaceAllString(s, "$1") }

func each(list []string, f func(string) []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, f(s)...)
	}
	return out
}

func refWide(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func refFull(pat string, cased bool) *regexp.Regexp {
	flags := "(?is)"
	if cased {
		flags = "(?s)"
	}
	return cached(flags + "^(?:" + pat + ")$")
}

// cached compiles an expression once: the reference may be slow, but not so slow.
func cached(src string) *regexp.Regexp {
	if re, ok := compiled[src]; ok {
		return re
	}
	if len(compiled) > 200_000 {
		clear(compiled)
	}
	re := regexp.MustCompile(src)
	compiled[src] = re
	return re
}

var compiled = map[string]*regexp.Regexp{}

// refParse returns a rule's document as plain values.
func refParse(t testing.TB, data []byte) map[string]any {
	t.Helper()
	docs, err := yaml.Documents(data)
	if err != nil || len(docs) == 0 {
		t.Fatalf("%v: %s", err, data)
	}
	var m map[string]any
	if err := docs[0].Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

// refFrom names the fields of an event as rules see it.
func refFrom(s *footfall.Schema, e *footfall.Event) *refEvent {
	out := &refEvent{log: s.LogOf(e.Log)}
	for _, f := range e.Fields {
		if name := s.FieldName(f.ID); name != "EventID" || len(out.get("EventID")) == 0 {
			out.fields = append(out.fields, [2]string{name, f.Val})
		}
	}
	id := ""
	if e.EventID != 0 {
		id = fmt.Sprint(e.EventID)
	}
	for _, f := range [][2]string{{"EventID", id}, {"Channel", e.Channel}, {"Provider_Name", e.Provider}, {"Computer", e.Computer}, {"Message", e.Message}} {
		if f[1] != "" && len(out.get(f[0])) == 0 {
			out.fields = append(out.fields, f)
		}
	}
	return out
}
