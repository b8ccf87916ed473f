package sigma

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A testKind says how a value of a rule is compared with a field.
type testKind uint8

const (
	testText   testKind = iota + 1 // text fits the whole field
	testRegexp                     // re is found in the field
	testCIDR                       // the field is an address in net
	testNull                       // the field is missing, or has no value that is not empty
	testExists                     // the field is there, or is not when want is false
	testNumber                     // the field, or part of its date, compares with num
	testRef                        // text fits when %s of the event's field ref stands for its literal
)

// A test is one value of a rule.
type test struct {
	kind  testKind
	cased bool
	want  bool
	cmp   comparison
	part  datePart
	shape shape // for testRef: equal, prefix, suffix, contains
	text  pattern
	ref   string // the field that testRef compares with
	num   float64
	net   netip.Prefix
	re    *regexp.Regexp
	need  need // of re
	dfa   int  // 1 + index into Set.searches, for re; 0 when only re itself is to be used
}

type comparison uint8

const (
	equals comparison = iota
	less
	lessEqual
	greater
	greaterEqual
)

var comparisons = map[string]comparison{"lt": less, "lte": lessEqual, "gt": greater, "gte": greaterEqual}

// modifiers are what stands behind a field's name (modifiers appendix 2.1).
type modifiers struct {
	field  string
	all    bool
	neg    bool
	cased  bool
	expand bool
	kind   testKind
	cmp    comparison
	part   datePart
	flags  string   // of a regular expression
	chain  []string // what changes the value, in the order given
}

// parseModifiers reads the key of a field.
func parseModifiers(key string) (m modifiers, err error) {
	names := strings.Split(key, "|")
	m.field, m.kind = names[0], testText
	for i, name := range names[1:] {
		if slices.Contains(names[1:][:i], name) {
			return m, fmt.Errorf("the modifier %s is given twice", name)
		}
		if err := m.add(name); err != nil {
			return m, err
		}
	}
	return m, m.check()
}

func (m *modifiers) add(name string) error {
	switch name {
	case "all":
		m.all = true
	case "neq":
		m.neg = true
	case "cased":
		m.cased = true
	case "expand":
		m.expand = true
	case "contains", "startswith", "endswith", "windash", "base64", "base64offset", "wide", "utf16", "utf16le", "utf16be":
		m.chain = append(m.chain, name)
	case "re":
		return m.is(testRegexp, name)
	case "cidr":
		return m.is(testCIDR, name)
	case "exists":
		return m.is(testExists, name)
	case "fieldref":
		return m.is(testRef, name)
	case "lt", "lte", "gt", "gte":
		if m.kind == testNumber && m.cmp == equals {
			m.cmp = comparisons[name]
			return nil
		}
		m.cmp = comparisons[name]
		return m.is(testNumber, name)
	case "minute", "hour", "day", "week", "month", "year":
		m.part = dateParts[name]
		if m.kind == testNumber {
			return fmt.Errorf("%s stands before the comparison, and only once", name)
		}
		return m.is(testNumber, name)
	case "i", "m", "s":
		if m.kind != testRegexp {
			return fmt.Errorf("the modifier %s stands behind re", name)
		}
		m.flags += name
	case "":
		return errors.New("an empty modifier")
	default:
		return fmt.Errorf("there is no modifier %q", name)
	}
	return nil
}

func (m *modifiers) is(k testKind, name string) error {
	if m.kind != testText {
		return fmt.Errorf("the modifier %s cannot stand behind another that says how to compare", name)
	}
	m.kind = k
	return nil
}

// check refuses what can have no meaning together.
func (m *modifiers) check() error {
	placed := slices.DeleteFunc(slices.Clone(m.chain), func(s string) bool {
		return s == "contains" || s == "startswith" || s == "endswith"
	})
	switch m.kind {
	case testRegexp, testRef:
		if len(placed) > 0 {
			return fmt.Errorf("the modifier %s changes a text and cannot be combined with re or fieldref", placed[0])
		}
	case testCIDR, testExists, testNumber:
		if len(m.chain) > 0 {
			return fmt.Errorf("the modifier %s is for texts and cannot be combined with one for addresses, numbers or existence", m.chain[0])
		}
		if m.cased {
			return errors.New("the modifier cased is for texts")
		}
	}
	if m.field == "" && (m.kind == testExists || m.kind == testRef || m.kind == testNumber || m.kind == testCIDR) {
		return errors.New("the modifiers need a field")
	}
	if m.kind == testRef && len(m.chain) > 1 {
		return errors.New("fieldref takes one of contains, startswith and endswith")
	}
	if m.kind == testExists && m.expand {
		return errors.New("the modifiers exists and expand cannot be combined")
	}
	return nil
}

// add appends the tests for one value, or keeps it when it holds placeholders.
func (it *item) add(m modifiers, v value) error {
	if m.expand && v.kind == valueText {
		if it.pending == nil {
			it.pending = &pending{mods: m}
		}
		it.pending.values = append(it.pending.values, v)
		return nil
	}
	ts, err := m.tests(v)
	it.values = append(it.values, ts)
	return err
}

// tests returns the tests for one value, of which one must hold.
func (m modifiers) tests(v value) ([]test, error) {
	if v.kind == valueNull {
		if m.kind != testText || len(m.chain) > 0 || m.field == "" {
			return nil, errors.New("null is compared with a field, without other modifiers")
		}
		return []test{{kind: testNull}}, nil
	}
	switch m.kind {
	case testRegexp:
		return m.regexp(v)
	case testCIDR:
		net, err := parsePrefix(v.text)
		return []test{{kind: testCIDR, net: net}}, err
	case testExists:
		if v.text != "true" && v.text != "false" {
			return nil, fmt.Errorf("exists takes true or false, not %q", v.text)
		}
		return []test{{kind: testExists, want: v.text == "true"}}, nil
	case testNumber:
		f, ok := number(v.text)
		if !ok {
			return nil, fmt.Errorf("%q is not a number", v.text)
		}
		return []test{{kind: testNumber, num: f, cmp: m.cmp, part: m.part}}, nil
	case testRef:
		return m.fieldref(v)
	}
	return m.texts(v)
}

func (m modifiers) fieldref(v value) ([]test, error) {
	if v.text == "" {
		return nil, errors.New("fieldref needs the name of a field")
	}
	t := test{kind: testRef, ref: v.text, cased: m.cased, shape: shapeEqual}
	for _, c := range m.chain {
		t.shape = map[string]shape{"contains": shapeContains, "startswith": shapePrefix, "endswith": shapeSuffix}[c]
	}
	return []test{t}, nil
}

// maxRegexp bounds the text of a regular expression; the regexp package
// bounds what it is compiled to.
const maxRegexp = 20_000

func (m modifiers) regexp(v value) ([]test, error) {
	src := v.text
	if len(src) > maxRegexp {
		return nil, fmt.Errorf("the regular expression is longer than %d bytes", maxRegexp)
	}
	if src == "" {
		return nil, errors.New("the regular expression is empty")
	}
	for _, c := range m.chain {
		switch c {
		case "startswith":
			src = `\A(?:` + src + `)`
		case "endswith":
			src = `(?:` + src + `)\z`
		}
	}
	if m.flags != "" {
		src = "(?" + m.flags + ")" + src
	}
	re, err := regexp.Compile(src)
	if err != nil {
		return nil, regexpError(v.text, err)
	}
	return []test{{kind: testRegexp, re: re, need: needs(src)}}, nil
}

var perlOnly = regexp.MustCompile(`\(\?(?:[=!>|(#R&0-9+]|<[=!]|P[=>])|\\[1-9]|[*+?}]\+`)

// regexpError says in a rule author's words why an expression is refused.
func regexpError(src string, err error) error {
	if x := perlOnly.FindString(src); x != "" {
		return fmt.Errorf("the regular expression uses %q: look-around, back references and possessive quantifiers are not in the flavour that Sigma defines", x)
	}
	return fmt.Errorf("the regular expression is not valid: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}

// parsePrefix reads a network, or an address as the network of itself.
func parsePrefix(s string) (netip.Prefix, error) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%q is not a network such as 10.0.0.0/8", s)
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is not a network such as 10.0.0.0/8", s)
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return netip.Prefix{}, fmt.Errorf("%q holds IPv4 addresses and others", s)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// number reads a decimal number, or a whole hexadecimal one after 0x.
func number(s string) (float64, bool) {
	if len(s) == 0 || len(s) > 40 {
		return 0, false
	}
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		var n uint64
		for i := 2; i < len(s); i++ {
			d, ok := hexDigit(s[i])
			if !ok || i > 17 {
				return 0, false
			}
			n = n<<4 | uint64(d)
		}
		return float64(n), true
	}
	// The shape is checked first: an error of strconv costs an allocation, and
	// "inf", "nan" and "1_000" are no numbers of a log.
	if !numeric(s) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// numeric reports whether s is digits with perhaps a sign, a fraction and an exponent.
func numeric(s string) bool {
	s = unsigned(s)
	n := digits(s)
	if rest := s[n:]; rest != "" && rest[0] == '.' {
		m := digits(rest[1:])
		s, n = rest[1:], n+m
		s = s[m:]
	} else {
		s = rest
	}
	if n == 0 {
		return false
	}
	if s != "" && s[0]|0x20 == 'e' {
		// An exponent of three digits may be out of range, which strconv
		// reports with an allocation.
		s = unsigned(s[1:])
		n = digits(s)
		return n > 0 && n <= 2 && n == len(s)
	}
	return s == ""
}

func unsigned(s string) string {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[1:]
	}
	return s
}

// digits returns how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
