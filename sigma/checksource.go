package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// sources tells fields and values that no event of the rule's log source has.
func (c *checker) sources() {
	r := c.rule
	var fit []*Known
	read, open := false, false
	for i := range c.opt.Known {
		if k := &c.opt.Known[i]; r.Logsource.serves(k.Log) {
			fit, read, open = append(fit, k), read || k.Read, open || k.Open
		}
	}
	if len(fit) == 0 {
		c.warn(place{}, "unserved", "no known log source is %s", r.Logsource)
		return
	}
	if !read {
		c.warn(place{}, "unread", "nothing reads %s yet", r.Logsource)
	}
	c.dead = map[*item]bool{}
	seen := map[string]bool{}
	for _, s := range r.selections {
		s.root.each(func(x *expr) {
			if x.item == nil || x.item.field == "" {
				return
			}
			c.values(x.item, fit)
			if open || provided(fit, x.item.field) {
				return
			}
			c.dead[x.item] = !x.item.neg && !x.item.absent()
			if f := x.item.field; !seen[f] {
				seen[f] = true
				c.warn(x.item.at, "unknown-field", "no event of %s has a field %q%s", r.Logsource, f, c.meant(fit, f))
			}
		})
	}
	for i, s := range r.selections {
		s.root.looks(func(name string) {
			if !open && name != "" && !seen[name] && !provided(fit, name) { // of fieldref
				seen[name] = true
				c.warn(r.selections[i].at, "unknown-field", "no event of %s has a field %q%s", r.Logsource, name, c.meant(fit, name))
			}
		})
	}
	if may, _ := c.may(r.cond); !may {
		c.warn(place{}, "dead", "no event that is known can hit the rule: what it must have is in no event of %s", r.Logsource)
	}
}

// absent reports whether an item holds where its field is missing.
func (it *item) absent() bool {
	return slices.ContainsFunc(it.values, func(ts []test) bool {
		return slices.ContainsFunc(ts, func(t test) bool { return t.kind == testNull || t.kind == testExists && !t.want })
	})
}

// may says whether x may be true, and whether it may be false, when dead items never hold.
func (c *checker) may(x *expr) (yes, no bool) {
	switch x.op {
	case opSel:
		return c.may(c.rule.selections[x.sel].root)
	case opNot:
		yes, no = c.may(x.kids[0])
		return no, yes
	case opItem:
		return !c.dead[x.item], true
	}
	all, some := true, false // kids that may be true
	allNo, anyNo := true, false
	for _, k := range x.kids {
		y, n := c.may(k)
		all, some = all && y, some || y
		allNo, anyNo = allNo && n, anyNo || n
	}
	if x.op == opAnd {
		return all, anyNo
	}
	return some, allNo
}

// everywhere are the fields that every event has: Sigma's own and those of records.
var everywhere = []string{"EventID", "Channel", "Provider_Name", "SourceName", "Computer", "ComputerName", "Message"}

func provided(fit []*Known, name string) bool {
	return slices.ContainsFunc(fit, func(k *Known) bool { return slices.Contains(k.Fields, name) }) || slices.Contains(everywhere, name)
}

// meant names the field that is spelled alike, if there is one.
func (c *checker) meant(fit []*Known, name string) string {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == '_' || r == '-' || r == '.' || r == ' ' {
				return -1
			}
			return r
		}, fold(s))
	}
	for _, k := range fit {
		for _, f := range k.Fields {
			if plain(f) == plain(name) {
				return fmt.Sprintf("; %q is meant", f)
			}
		}
	}
	return ""
}

// values tells an item none of whose values its field ever has.
func (c *checker) values(it *item, fit []*Known) {
	if it == nil || it.neg || it.pending != nil || len(it.values) == 0 {
		return
	}
	var dead []string
	for i, ts := range it.values {
		if i < len(it.written) && !slices.ContainsFunc(ts, func(t test) bool { return possible(fit, it.field, &t) }) {
			dead = append(dead, it.written[i])
		}
	}
	if len(dead) == len(it.values) || it.all && len(dead) > 0 {
		c.dead[it] = true
		c.warn(it.at, "dead-value", "%s never is what is asked: %s", it.field, strings.Join(quoted(dead[:min(len(dead), 3)]), ", "))
	}
}

func quoted(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, fmt.Sprintf("%q", s))
	}
	return out
}

// possible reports whether some event of the log sources may pass a test.
func possible(fit []*Known, field string, t *test) bool {
	if t.kind != testText {
		return true
	}
	f := t.folded()
	for _, k := range fit {
		if !slices.Contains(k.Fields, field) || k.allows(field, &f) {
			return true
		}
	}
	return false
}

// allows reports whether a field of k may have a value that fits t, a folded test.
func (k *Known) allows(field string, t *test) bool {
	if empty := t.text.match("") || t.text.match("-"); empty {
		return true
	}
	if list := k.Values[field]; len(list) > 0 {
		return slices.ContainsFunc(list, func(v string) bool { return t.text.match(fold(v)) })
	}
	kind, text := t.text.shape()
	for _, n := range k.Never[field] {
		if strings.Contains(text, n) && kind != shapeGlob {
			return false
		}
	}
	if kind == shapeEqual && slices.Contains(k.Paths, field) && len(text) > 0 {
		return strings.ContainsAny(text, `\/`) || slices.Contains(pathless, text)
	}
	return true
}

// pathless are the programs that have no path, and what stands for none.
var pathless = []string{"system", "registry", "memcompression", "memory compression", "<unknown process>", "-", "vmmem", "secure system", "idle"}
