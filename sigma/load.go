package sigma

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/yaml"
)

// Load parses the documents of all sources into rules, in their order, and
// joins filters to the rules that they are for, wherever these stand. errs
// has one *Error for each file or document that could not be used, and for
// each filter with a name that fits no rule.
func Load(srcs []Source) (rules []*Rule, errs []error) {
	rules, _, errs = loadAll(srcs)
	return rules, errs
}

func loadAll(srcs []Source) (rules []*Rule, filters []*filter, errs []error) {
	seen := map[string]string{}
	for _, src := range srcs {
		docs, err := yaml.Documents(src.Data)
		global := 0 // line of an action: global that is in force
		for _, doc := range docs {
			l, err := readDocument(src.Name, doc, &global)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			if l == nil {
				continue
			}
			r := l.rule
			if first, ok := seen[r.Meta.ID]; ok {
				errs = append(errs, &Error{File: src.Name, Line: r.Line, Column: 1, Reason: fmt.Sprintf("the id %q is the one of the rule at %s too; only that one is used", r.Meta.ID, first)})
				continue
			}
			seen[r.Meta.ID] = fmt.Sprintf("%s:%d", src.Name, r.Line)
			if l.isFilter != nil {
				filters = append(filters, l.isFilter)
				continue
			}
			rules = append(rules, r)
		}
		if err != nil {
			errs = append(errs, syntaxError(src.Name, err))
		}
	}
	errs = append(errs, attach(filters, rules)...)
	rules, errs = link(rules, errs)
	return rules, filters, errs
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// syntaxError gives the YAML module's error its place. The module names the
// line at most, so the column is 1.
func syntaxError(file string, err error) *Error {
	text, line := err.Error(), 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = max(n, 1)
		}
		text = text[len(m[0]):]
	}
	return &Error{File: file, Line: line, Column: 1, Reason: "not YAML: " + strings.TrimPrefix(text, "yaml: ")}
}

// A loader reads one document. The first thing wrong ends it.
type loader struct {
	file     string
	rule     *Rule
	isFilter *filter // the document is a filter; rule then holds its parts
	tests    int     // values read so far: aliases must not multiply them without bound
}

func (l *loader) errorf(n *yaml.Node, format string, args ...any) error {
	return &Error{File: l.file, Line: max(n.Line, 1), Column: max(n.Column, 1), Reason: fmt.Sprintf(format, args...)}
}

// readDocument returns nil for a document that is empty. global is the line
// of a document with action: global before this one in its file, 0 for none.
func readDocument(file string, doc *yaml.Node, global *int) (*loader, error) {
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root := deref(doc.Content[0])
	if root.Kind == yaml.Scalar && root.Tag == "!!null" {
		return nil, nil
	}
	l := &loader{file: file, rule: &Rule{Line: max(root.Line, 1)}}
	l.rule.Meta.Source = file
	parts, err := l.mapping(root, "a rule")
	if err != nil {
		return nil, err
	}
	if err := l.refuse(root, parts, global); err != nil {
		return nil, err
	}
	if err := l.meta(root, parts); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(parts, func(e entry) bool { return e.name == "filter" }) {
		l.isFilter, err = l.filter(root, parts)
		return l, err
	}
	if slices.ContainsFunc(parts, func(e entry) bool { return e.name == "correlation" }) {
		return l, l.correlation(parts)
	}
	if err := l.logsource(root, parts); err != nil {
		return nil, err
	}
	return l, l.detection(root, parts)
}

// refuse names what is Sigma but not a rule for single events. What stands
// behind a global document would take over keys of that, and is refused with it.
func (l *loader) refuse(root *yaml.Node, parts []entry, global *int) error {
	for _, e := range parts {
		switch e.name {
		case "action":
			switch e.value.Value {
			case "global":
				*global = max(e.key.Line, 1)
			case "reset":
				*global = 0
			}
			return l.errorf(e.key, "rule collections (action: %s) are not part of Sigma 2; write the whole rule in each document", e.value.Value)
		}
	}
	if *global > 0 {
		return l.errorf(root, "the document takes over keys of the global one in line %d; rule collections are not part of Sigma 2: write the whole rule in each document", *global)
	}
	return nil
}

// An entry is one key of a mapping with its value, aliases followed.
type entry struct {
	name       string
	key, value *yaml.Node
}

// mapping returns the entries of a mapping in their order. A key that is
// given twice is an error: YAML forbids it, and one of the two would be lost.
func (l *loader) mapping(n *yaml.Node, what string) ([]entry, error) {
	if n.Kind != yaml.Mapping {
		return nil, l.errorf(n, "%s must be a mapping of keys to values", what)
	}
	out := make([]entry, 0, len(n.Content)/2)
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := deref(n.Content[i])
		if k.Kind != yaml.Scalar {
			return nil, l.errorf(n.Content[i], "a key must be a text")
		}
		if k.Tag == "!!merge" {
			return nil, l.errorf(n.Content[i], "merge keys (<<) are not used in Sigma")
		}
		if line, ok := first[k.Value]; ok {
			return nil, l.errorf(n.Content[i], "the key %q is given twice, first in line %d", k.Value, line)
		}
		first[k.Value] = n.Content[i].Line
		out = append(out, entry{k.Value, n.Content[i], deref(n.Content[i+1])})
	}
	return out, nil
}

// deref follows an alias; YAML's aliases never name aliases.
func deref(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.Alias && n.Alias != nil {
		return n.Alias
	}
	return n
}

func (l *loader) meta(root *yaml.Node, parts []entry) error {
	r := l.rule
	texts := map[string]*string{
		"title": &r.Meta.Title, "id": &r.Meta.ID, "name": &r.Name, "status": &r.Status,
		"description": &r.Meta.Description, "author": &r.Meta.Author, "license": &r.License,
		"taxonomy": &r.Taxonomy, "date": &r.Date, "modified": &r.Modified,
	}
	lists := map[string]*[]string{
		"references": &r.References, "tags": &r.Tags, "fields": &r.Fields,
		"falsepositives": &r.Meta.Innocent, "scope": &r.Scope,
	}
	for _, e := range parts {
		var err error
		if to := texts[e.name]; to != nil {
			*to, err = l.text(e)
		} else if to := lists[e.name]; to != nil {
			*to, err = l.texts(e)
		} else if e.name == "related" {
			err = l.related(e)
		} else if e.name == "level" {
			r.Meta.Level, err = l.level(e)
		}
		if err != nil {
			return err
		}
	}
	if r.Meta.Title == "" {
		return l.errorf(root, "the rule has no title")
	}
	for _, id := range []string{r.Name, r.Meta.Title} {
		if r.Meta.ID == "" {
			r.Meta.ID = id
		}
	}
	if len(r.References) > 0 {
		r.Meta.Reference = r.References[0]
	}
	r.Meta.Attack, r.Meta.Rows = techniques(r.Tags), rows(r.Tags)
	return nil
}

func (l *loader) level(e entry) (footfall.Level, error) {
	s, err := l.text(e)
	if err != nil || s == "" {
		return 0, err
	}
	v, err := footfall.ParseLevel(strings.ToLower(s))
	if err != nil {
		return 0, l.errorf(e.value, "%s", err)
	}
	return v, nil
}

// text returns the value of a key that holds one text.
func (l *loader) text(e entry) (string, error) {
	if e.value.Kind != yaml.Scalar {
		return "", l.errorf(e.value, "%s must be a text", e.name)
	}
	if e.value.Tag == "!!null" {
		return "", nil
	}
	return strings.TrimSpace(e.value.Value), nil
}

// texts returns the value of a key that holds a list of texts; one text
// alone is a list of one.
func (l *loader) texts(e entry) ([]string, error) {
	if e.value.Kind == yaml.Scalar {
		s, err := l.text(e)
		if s == "" {
			return nil, err
		}
		return []string{s}, err
	}
	if e.value.Kind != yaml.Sequence {
		return nil, l.errorf(e.value, "%s must be a list of texts", e.name)
	}
	var out []string
	for _, n := range e.value.Content {
		s, err := l.text(entry{"each of " + e.name, n, deref(n)})
		if err != nil {
			return nil, err
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out, nil
}

// maxRelated bounds a list whose entries may be aliases of one long mapping.
const maxRelated = 1000

func (l *loader) related(e entry) error {
	if e.value.Kind == yaml.Scalar && e.value.Tag == "!!null" {
		return nil
	}
	if e.value.Kind != yaml.Sequence {
		return l.errorf(e.value, "related must be a list of ids with types")
	}
	if len(e.value.Content) > maxRelated {
		return l.errorf(e.value, "related has more than %d entries", maxRelated)
	}
	for _, n := range e.value.Content {
		parts, err := l.mapping(deref(n), "each of related")
		if err != nil {
			return err
		}
		var rel Related
		for _, p := range parts {
			s, err := l.text(p)
			if err != nil {
				return err
			}
			switch p.name {
			case "id":
				rel.ID = s
			case "type":
				rel.Type = s
			}
		}
		l.rule.Related = append(l.rule.Related, rel)
	}
	return nil
}

var technique = regexp.MustCompile(`(?i)^attack\.(t\d{4}(?:\.\d{3})?)$`)

// techniques returns the ATT&CK techniques among tags: attack.t1021.001 is
// T1021.001 (Sigma tags appendix).
func techniques(tags []string) []string {
	var out []string
	for _, t := range tags {
		if m := technique.FindStringSubmatch(t); m != nil {
			if id := strings.ToUpper(m[1]); !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

var catalogued = regexp.MustCompile(`(?i)^footfall\.([a-z]{1,4}-\d{2})$`)

// rows returns the rows of the detection catalogue among tags, which stand
// under the program's own namespace: footfall.rdp-04 is RDP-04.
func rows(tags []string) []string {
	var out []string
	for _, t := range tags {
		if m := catalogued.FindStringSubmatch(t); m != nil {
			if id := strings.ToUpper(m[1]); !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

func (l *loader) logsource(root *yaml.Node, parts []entry) error {
	i := slices.IndexFunc(parts, func(e entry) bool { return e.name == "logsource" })
	if i < 0 {
		return l.errorf(root, "the rule has no logsource")
	}
	src, err := l.mapping(parts[i].value, "logsource")
	if err != nil {
		return err
	}
	s := &l.rule.Logsource
	to := map[string]*string{"product": &s.Product, "service": &s.Service, "category": &s.Category}
	for _, e := range src {
		if e.name == "definition" && e.value.Kind == yaml.Scalar {
			s.Definition = e.value.Value
		}
		if to[e.name] == nil {
			continue
		}
		v, err := l.text(e)
		if err != nil {
			return err
		}
		*to[e.name] = strings.ToLower(v)
	}
	if s.Product == "" && s.Service == "" && s.Category == "" {
		return l.errorf(parts[i].key, "logsource names no product, service or category: the rule would be about no log")
	}
	return nil
}
