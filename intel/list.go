package intel

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A List is one file, read.
type List struct {
	Name    string
	Format  string // plain, csv, stix, misp
	Entries int
	Doubts  []Doubt // what could not be used, by reason

	nets    []netip.Prefix
	netMeta []uint32
	names   []named
	metas   []meta
	index   map[meta]uint32
}

// A Doubt is why entries of a list are not used.
type Doubt struct {
	Reason string
	Count  int
	Line   int // of the first; 0 in JSON
}

type named struct {
	name  string // of a host in lower case, or a key's fingerprint
	meta  uint32
	below bool // names below it too
}

// A meta is what a list says of an entry.
type meta struct {
	from, until  int64
	source, text string
	kind         uint8
	confidence   int8
}

const (
	maxHost = 253 // RFC 1035 section 3.1, as text
	maxText = 200
)

// Read reads a list whatever its format. Entries that cannot be used are
// Doubts; an error names the file, the line where there is one, and what is wrong.
func Read(name string, data []byte) (*List, error) {
	l := &List{Name: name, index: map[meta]uint32{}}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var err error
	switch head := bytes.TrimLeft(data, " \t\r\n"); {
	case len(head) > 0 && (head[0] == '{' || head[0] == '['):
		err = l.json(data)
	default:
		if h, ok := header(data); ok {
			l.Format = "csv"
			err = l.csv(data, h)
		} else {
			l.Format = "plain"
			l.plain(data)
		}
	}
	if err == nil && l.Entries == 0 && len(l.Doubts) > 0 {
		d := l.Doubts[0]
		err = fmt.Errorf("line %d: nothing in it can be used: %s", max(d.Line, 1), d.Reason)
	}
	if err != nil {
		return nil, fmt.Errorf("intelligence list %s: %w", name, err)
	}
	return l, nil
}

// Notes says what could not be used, for the reader of a run.
func (l *List) Notes() []string {
	var out []string
	for _, d := range l.Doubts {
		where := ""
		if d.Line > 0 {
			where = ", first at line " + strconv.Itoa(d.Line)
		}
		out = append(out, fmt.Sprintf("intelligence list %s: %d not used: %s%s", l.Name, d.Count, d.Reason, where))
	}
	return out
}

func (l *List) doubt(line int, reason error) {
	for i := range l.Doubts {
		if l.Doubts[i].Reason == reason.Error() {
			l.Doubts[i].Count++
			return
		}
	}
	l.Doubts = append(l.Doubts, Doubt{reason.Error(), 1, line})
}

// Reasons why an entry is not used; their text is constant, so that equal ones count together.
var (
	errEntry   = errors.New("neither an address, a network, a host name nor a key's fingerprint")
	errWide    = errors.New("a network that covers too much to be a list's")
	errNobody  = errors.New("an address that nobody comes from")
	errPrivate = errors.New("a private network as a whole")
	errHarm    = errors.New("listed as harmless")
	errType    = errors.New("a type of indicator that no log of remote access has")
	errPattern = errors.New("a pattern that is not a comparison of addresses, names or hashes, or several joined by OR")
	errTime    = errors.New("a time that is none")
	errRevoked = errors.New("revoked or deleted")
	errRange   = errors.New("a range of addresses that is none")
)

// add takes an entry of any type.
func (l *List) add(value string, m meta) error {
	if m.kind == harmless {
		return errHarm
	}
	value = strings.ReplaceAll(strings.TrimSpace(value), "[.]", ".")
	value = strings.TrimSuffix(strings.TrimPrefix(value, "["), "]")
	if key := fingerprint(value); key != "" {
		l.put(key, false, m)
		return nil
	}
	if from, to, ok := strings.Cut(value, "-"); ok {
		if a, err := netip.ParseAddr(strings.TrimSpace(from)); err == nil {
			b, err := netip.ParseAddr(strings.TrimSpace(to))
			if err != nil {
				return errRange
			}
			return l.between(a, b, m)
		}
	}
	p, err := netip.ParsePrefix(value)
	if a, e := netip.ParseAddr(value); e == nil {
		a = a.Unmap().WithZone("")
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err == nil {
		return l.network(p, m)
	}
	return l.host(value, false, m)
}

// network takes a network. One that is wide, or that nobody comes from, would
// make everybody suspect: such entries are mistakes, or lists of bogons.
func (l *List) network(p netip.Prefix, m meta) error {
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	p = p.Masked()
	a := p.Addr()
	switch {
	case a.Is4() && p.Bits() < 8 || a.Is6() && p.Bits() < 16:
		return errWide
	case a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() || a.Is4() && a.As4()[0] >= 224:
		return errNobody
	case a.IsPrivate() && p.Bits() < a.BitLen()-8:
		return errPrivate
	}
	l.nets, l.netMeta = append(l.nets, p), append(l.netMeta, l.meta(m))
	l.Entries++
	return nil
}

// between takes a range as the networks that it is made of.
func (l *List) between(a, b netip.Addr, m meta) error {
	a, b = a.Unmap(), b.Unmap()
	if a.BitLen() != b.BitLen() || b.Less(a) || a.Zone() != "" || b.Zone() != "" {
		return errRange
	}
	for {
		bits := a.BitLen()
		for bits > 0 {
			p, _ := a.Prefix(bits - 1)
			if p.Addr() != a || b.Less(last(p)) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(a, bits)
		if err := l.network(p, m); err != nil {
			return err
		}
		end := last(p)
		if a = end.Next(); end == b || !a.IsValid() {
			return nil
		}
	}
}

func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// host takes a name; with "*." or "." in front, or where the list's type is
// domain, it stands for those below it too.
func (l *List) host(value string, under bool, m meta) error {
	name := strings.ToLower(strings.TrimSuffix(value, "."))
	for _, front := range []string{"*.", "."} {
		if rest, ok := strings.CutPrefix(name, front); ok {
			name, under = rest, true
		}
	}
	if !hostName(name) {
		return errEntry
	}
	l.put(name, under && strings.Contains(name, "."), m)
	return nil
}

func hostName(s string) bool {
	if s == "" || len(s) > maxHost || s[0] == '-' || s[0] == '.' {
		return false
	}
	letter, hexOnly := false, true
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z' || c == '_':
			letter = true
			hexOnly = hexOnly && c <= 'f'
		case c >= '0' && c <= '9':
		case c == '-' || c == '.':
			hexOnly = false
		default:
			return false
		}
	}
	return letter && (!hexOnly || len(s) < 32)
}

// fingerprint is a key's as OpenSSH writes it, "" when s is none: SHA256 in
// base64 without padding, MD5 in pairs of hex digits.
func fingerprint(s string) string {
	if rest, ok := strings.CutPrefix(s, "SHA256:"); ok {
		if b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(rest, "=")); err == nil && len(b) == 32 {
			return "SHA256:" + base64.RawStdEncoding.EncodeToString(b)
		}
		return ""
	}
	rest := strings.TrimPrefix(strings.ToLower(s), "md5:")
	if len(rest) == 47 && strings.Count(rest, ":") == 15 {
		return hexKey(strings.ReplaceAll(rest, ":", ""))
	}
	return ""
}

// hexKey is the fingerprint whose digest is given in hex digits.
func hexKey(s string) string {
	b, err := hex.DecodeString(s)
	switch {
	case err != nil:
	case len(b) == 32:
		return "SHA256:" + base64.RawStdEncoding.EncodeToString(b)
	case len(b) == 16:
		out := "md5"
		for _, c := range b {
			out += fmt.Sprintf(":%02x", c)
		}
		return out
	}
	return ""
}

func (l *List) put(name string, under bool, m meta) {
	l.names = append(l.names, named{strings.Clone(name), l.meta(m), under})
	l.Entries++
}

func (l *List) meta(m meta) uint32 {
	i, ok := l.index[m]
	if !ok {
		m.source, m.text = strings.Clone(m.source), strings.Clone(m.text)
		i = uint32(len(l.metas))
		l.metas = append(l.metas, m)
		l.index[m] = i
	}
	return i
}

// kindOf tells by the words that a list has for an entry: its type, labels,
// tags. A word of malice outweighs how somebody hides.
func kindOf(words ...string) uint8 {
	kind := uint8(malicious)
	for _, w := range words {
		for tok := range strings.FieldsFuncSeq(strings.ToLower(w), func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
		}) {
			switch tok {
			case "malicious", "malware", "c2", "cc", "botnet", "compromised", "attack", "attacker", "bruteforce", "apt", "threat":
				return malicious
			case "tor", "anonymiser", "anonymizer", "anonymization", "anonymisation", "anonymous", "vpn", "proxy", "relay":
				kind = anonymiser
			case "hosting", "datacenter", "datacentre", "dch", "cloud":
				if kind == malicious {
					kind = hosting
				}
			case "benign", "harmless", "whitelist", "allowlist", "warninglist":
				kind = harmless
			}
		}
	}
	return kind
}

var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly, "2006-01-02 15:04:05 MST"}

// instant reads a time; "" is none given, which is no error.
func instant(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, nil
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1970 {
			return min(t.Unix(), 1<<33) * 1e9, nil
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 {
		switch {
		case n < 1e11:
			return min(n, 1<<33) * 1e9, nil
		case n < 1e14: // milliseconds
			return min(n/1e3, 1<<33) * 1e9, nil
		case n < 1e17: // microseconds, as MISP has them
			return min(n/1e6, 1<<33) * 1e9, nil
		}
	}
	return 0, errTime
}

// confidence reads a number to 100, or one of STIX's words (section 4.1 of
// the specification, appendix A); -1 when it says nothing.
func confidence(s string) int8 {
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "none", "no confidence":
		return 0
	case "low":
		return 15
	case "medium", "moderate", "med":
		return 50
	case "high":
		return 85
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil || n < 0 || n > 100 {
		return -1
	}
	if n > 0 && n < 1 {
		n *= 100
	}
	return int8(n)
}

// short cuts a text to what findings show of it.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "..."
	}
	return s
}

// plain reads one entry a line. A "#" or ";" begins a comment, and a comment
// "# kind: anonymiser", "# source: ...", "# confidence: ..." or "# valid_until:
// ..." holds for the entries behind it. The Tor project's list of exits
// ("ExitAddress 192.0.2.1 2026-03-02 10:00:00") is of anonymisers by itself.
func (l *List) plain(data []byte) {
	m := meta{confidence: -1}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		text, comment := string(line), ""
		if i := strings.IndexAny(text, "#;"); i >= 0 {
			text, comment = text[:i], text[i+1:]
		}
		text = strings.TrimSpace(text)
		if text == "" {
			if err := m.say(comment); err != nil {
				l.doubt(n, err)
			}
			continue
		}
		w := strings.Fields(text)
		switch {
		case slices.Contains([]string{"ExitNode", "Published", "LastStatus"}, w[0]):
			continue
		case w[0] == "ExitAddress" && len(w) > 1:
			exit := m
			exit.kind, exit.text = anonymiser, "Tor exit"
			if err := l.add(w[1], exit); err != nil {
				l.doubt(n, err)
			}
			continue
		case len(w) == 2 && (w[0] == "0.0.0.0" || w[0] == "127.0.0.1"): // a hosts file
			text = w[1]
		case len(w) > 1 && strings.ContainsAny(w[0], ".:") && !(len(w) == 3 && w[1] == "-"):
			text = w[0] // what stands behind is the maker's own
		}
		if err := l.add(text, m); err != nil {
			l.doubt(n, err)
		}
	}
}

// say takes what a comment says of the entries behind it.
func (m *meta) say(comment string) (err error) {
	key, value, ok := strings.Cut(strings.TrimLeft(comment, "# "), ":")
	if !ok {
		return nil
	}
	value = strings.TrimSpace(value)
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "kind":
		m.kind = kindOf(value)
	case "source":
		m.source = short(value)
	case "description":
		m.text = short(value)
	case "confidence":
		m.confidence = confidence(value)
	case "valid_from":
		m.from, err = instant(value)
	case "valid_until":
		m.until, err = instant(value)
	}
	return err
}
