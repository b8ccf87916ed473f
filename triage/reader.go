package triage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/footfall/footfall/internal/yaml"
)

// A reader keeps what is wrong with a file, of each key the first thing; what
// is wrong reads empty.
type reader struct {
	file   string
	issues []Issue
}

// An Issue is one thing that is wrong with a playbook.
type Issue struct {
	File   string
	Line   int    // 0 when it is about no line
	Key    string // where it is: questions[2].tier; "" when it is about no key
	Reason string
}

// Error tells the issue as file:line: key: reason.
func (i Issue) Error() string {
	var b strings.Builder
	b.WriteString(i.File)
	if i.Line > 0 {
		fmt.Fprintf(&b, ":%d", i.Line)
	}
	if i.Key != "" {
		b.WriteString(": " + i.Key)
	}
	return b.String() + ": " + i.Reason
}

// maxIssues is how many issues of one file are kept.
const maxIssues = 100

// A section is one mapping of the file, by keys; done tells of keys that
// nobody asked for.
type section struct {
	r     *reader
	at    string // where it is: "questions[2]."
	line  int
	names []string
	keys  map[string]*yaml.Node
	lines map[string]int
	asked []string
	ids   map[string]bool // ids of the list that it is in
	lacks []string        // keys that are missing
}

func (r *reader) fail(line int, key, format string, args ...any) {
	key = clip(key)
	same := func(i Issue) bool { return i.Line == line && i.Key == key }
	if len(r.issues) < maxIssues && !slices.ContainsFunc(r.issues, same) {
		r.issues = append(r.issues, Issue{File: r.file, Line: line, Key: key, Reason: fmt.Sprintf(format, args...)})
	}
}

// clip shortens a name that the file gave itself.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

func (r *reader) section(at string, n *yaml.Node) *section {
	s := &section{r: r, at: at, line: n.Line, keys: map[string]*yaml.Node{}, lines: map[string]int{}}
	if n.Kind != yaml.Mapping {
		r.fail(n.Line, strings.TrimSuffix(at, ".")+here(at), "keys and values are expected here")
		return s
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.Scalar || v.Kind == yaml.Alias || v.Anchor != "" {
			r.fail(k.Line, at+k.Value, "anchors, aliases and keys that are no words are not allowed")
			v = &yaml.Node{Line: k.Line}
		}
		if s.keys[k.Value] != nil && k.Value != "" {
			r.fail(k.Line, at+k.Value, "the key is there twice, first on line %d", s.lines[k.Value])
			continue
		}
		s.keys[k.Value], s.lines[k.Value] = v, k.Line
		s.names = append(s.names, k.Value)
	}
	return s
}

func here(at string) string {
	if at == "" {
		return "playbook"
	}
	return ""
}

func (s *section) fail(key, format string, args ...any) {
	line := s.lines[key]
	if slices.Contains(s.lacks, key) {
		return // what a missing key leaves empty is no error of its own
	}
	if line == 0 {
		line = s.line
	}
	s.r.fail(line, s.at+key, format, args...)
}

// take returns the value of a key, nil when it is missing.
func (s *section) take(key string) *yaml.Node {
	s.asked = append(s.asked, key)
	return s.keys[key]
}

// lack notes a missing key; done tells of it, unless a misspelt key is the reason.
func (s *section) lack(key string) { s.lacks = append(s.lacks, key) }

func (s *section) done() {
	lacks := s.lacks
	s.lacks = nil
	for _, k := range s.names {
		if !slices.Contains(s.asked, k) {
			s.fail(k, "the key is not known; known are %q", s.asked)
			lacks = nil
		}
	}
	for _, k := range lacks {
		s.fail(k, "the key is missing")
	}
}

func (s *section) scalar(key string, n *yaml.Node) string {
	v := strings.TrimSpace(n.Value)
	switch {
	case n.Kind != yaml.Scalar:
		s.r.fail(n.Line, s.at+key, "one text is expected here")
	case v == "":
		s.r.fail(n.Line, s.at+key, "the text is empty")
	case len(v) > maxText:
		s.r.fail(n.Line, s.at+key, "the text has %d bytes, more than %d", len(v), maxText)
	case !utf8.ValidString(v):
		s.r.fail(n.Line, s.at+key, "the text is not UTF-8")
	default:
		return v
	}
	return ""
}

func (s *section) text(key string) string {
	n := s.take(key)
	if n == nil {
		s.lack(key)
		return ""
	}
	return s.scalar(key, n)
}

// maybe reads a text that need not be there.
func (s *section) maybe(key string) string {
	n := s.take(key)
	if n == nil {
		return ""
	}
	return s.scalar(key, n)
}

func (s *section) number(key string) int {
	v := s.text(key)
	n, err := strconv.Atoi(v)
	if err != nil {
		s.fail(key, "%q is not a whole number", v)
	}
	return n
}

// ident reads a short name that is its own among its neighbours'.
func (s *section) ident(key string) string {
	v := s.text(key)
	ok := v != "" && len(v) <= 64 && v[0] >= 'a' && v[0] <= 'z'
	for i := range len(v) {
		c := v[i]
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')
	}
	if !ok {
		s.fail(key, "%q is not a name of a-z, 0-9 and _", v)
	}
	if s.ids != nil && s.ids[v] {
		s.fail(key, "%q is there twice", v)
	}
	if s.ids != nil {
		s.ids[v] = true
	}
	return v
}

func (s *section) among(key string, allowed []string) string {
	v := s.text(key)
	if err := among(allowed)(v); err != nil {
		s.fail(key, "%v", err)
	}
	return v
}

// list reads a list of texts with at least one.
func (s *section) list(key string, check func(string) error) []string {
	if s.keys[key] == nil {
		s.asked = append(s.asked, key)
		s.lack(key)
		return nil
	}
	return s.optional(key, check)
}

func (s *section) optional(key string, check func(string) error) []string {
	n := s.take(key)
	if n == nil || !s.isList(key, n) {
		return nil
	}
	var out []string
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", key, i)
		v := s.scalar(at, item)
		if check != nil {
			if err := check(v); err != nil {
				s.r.fail(item.Line, s.at+at, "%v", err)
			}
		}
		if slices.Contains(out, v) {
			s.r.fail(item.Line, s.at+at, "%q is there twice", v)
		}
		out = append(out, v)
	}
	return out
}

func (s *section) isList(key string, n *yaml.Node) bool {
	switch {
	case n.Kind != yaml.Sequence || len(n.Content) == 0:
		s.fail(key, "a list with at least one entry is expected here")
	case len(n.Content) > maxItems:
		s.fail(key, "%d entries, more than %d", len(n.Content), maxItems)
	default:
		return true
	}
	return false
}

// each reads a list of mappings with at least one.
func (s *section) each(key string, f func(*section)) {
	if s.keys[key] == nil {
		s.lack(key)
	}
	s.maybeEach(key, f)
}

// maybeEach reads a list of mappings that need not be there.
func (s *section) maybeEach(key string, f func(*section)) {
	n := s.take(key)
	if n == nil || !s.isList(key, n) {
		return
	}
	ids := map[string]bool{}
	for i, item := range n.Content {
		sub := s.r.section(fmt.Sprintf("%s%s[%d].", s.at, key, i), item)
		sub.ids = ids
		f(sub)
	}
}

// section reads a mapping; nil when it is missing.
func (s *section) section(key string) *section {
	n := s.take(key)
	if n == nil {
		s.lack(key)
		return nil
	}
	return s.r.section(s.at+key+".", n)
}
