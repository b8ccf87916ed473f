package intel

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A head is the first line of a CSV file: what its columns are.
type head struct {
	comma   rune
	values  []int // columns of indicators
	domains []int // those of names that stand for names below
	kind    []int
	what    int // type of the indicator
	confid  int
	source  int
	from    int
	until   int
	text    int
	length  int // of the file up to the end of the header
	lines   int
}

// column is what a column is by its name, as the makers of lists call them.
var columns = map[string][]string{
	"value": {
		"indicator", "ioc", "ioc_value", "value", "ip", "ips", "ip_address", "ipaddress", "ipv4", "ipv6", "address", "addr", "src_ip", "dst_ip", "source_ip",
		"cidr", "network", "netblock", "subnet", "prefix", "range", "host", "hostname", "fingerprint", "ssh_fingerprint", "key",
	},
	"domain": {"domain", "domain_name", "fqdn"},
	"type":   {"type", "indicator_type", "ioc_type"},
	"kind":   {"kind", "category", "threat_type", "tags", "labels", "tag", "label", "malware", "malware_printable"},
	"confid": {"confidence", "confidence_level", "score"},
	"source": {"source", "provider", "feed", "reporter", "source_name"},
	"from":   {"valid_from", "first_seen", "first_seen_utc", "firstseen", "created"},
	"until":  {"valid_until", "valid_to", "expires", "expiration", "expires_at"},
	"text":   {"description", "comment", "notes", "note", "title", "name"},
}

func columnOf(name string) string {
	name = strings.ToLower(strings.Trim(strings.TrimSpace(name), `"'`))
	name = strings.ReplaceAll(strings.ReplaceAll(name, " ", "_"), "-", "_")
	for what, names := range columns {
		if slices.Contains(names, name) {
			return what
		}
	}
	return ""
}

// header finds the line that names the columns: the first that is no comment,
// or a comment before it, as some makers write it.
func header(data []byte) (head, bool) {
	at, lines := 0, 0
	for line := range bytes.Lines(data) {
		at, lines = at+len(line), lines+1
		text := strings.TrimSpace(string(line))
		bare := strings.TrimSpace(strings.TrimLeft(text, "#"))
		if h, ok := heads(bare); ok {
			h.length, h.lines = at, lines
			return h, true
		}
		if text != "" && text[0] != '#' || lines > 100 {
			break
		}
	}
	return head{}, false
}

func heads(line string) (head, bool) {
	for _, comma := range ",;\t" {
		names := strings.Split(line, string(comma))
		if len(names) < 2 || len(names) > 200 {
			continue
		}
		h := head{comma: comma, what: -1, confid: -1, source: -1, from: -1, until: -1, text: -1}
		for i, n := range names {
			switch columnOf(n) {
			case "value":
				h.values = append(h.values, i)
			case "domain":
				h.domains = append(h.domains, i)
			case "kind":
				h.kind = append(h.kind, i)
			case "type":
				h.what = i
			case "confid":
				h.confid = i
			case "source":
				h.source = i
			case "from":
				h.from = i
			case "until":
				h.until = i
			case "text":
				h.text = i
			}
		}
		if len(h.values)+len(h.domains) > 0 {
			return h, true
		}
	}
	return head{}, false
}

func (l *List) csv(data []byte, h head) error {
	r := csv.NewReader(bytes.NewReader(data[h.length:]))
	r.Comma, r.Comment, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord, r.TrimLeadingSpace = h.comma, '#', -1, true, true, true
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			line := h.lines
			if p := (*csv.ParseError)(nil); errors.As(err, &p) {
				line, err = line+p.Line, p.Err
			}
			return fmt.Errorf("line %d: %w", line, err)
		}
		line, _ := r.FieldPos(0)
		if err := l.row(row, &h); err != nil {
			l.doubt(h.lines+line, err)
		}
	}
}

// row takes one line: an entry of each of its indicators.
func (l *List) row(row []string, h *head) error {
	cell := func(i int) string {
		if i < 0 || i >= len(row) {
			return ""
		}
		return strings.TrimSpace(row[i])
	}
	what := strings.ToLower(cell(h.what))
	m := meta{confidence: confidence(cell(h.confid)), source: short(cell(h.source)), text: short(cell(h.text))}
	words := []string{what}
	for _, i := range h.kind {
		words = append(words, cell(i))
	}
	m.kind = kindOf(words...)
	var err error
	if m.from, err = instant(cell(h.from)); err != nil {
		return err
	}
	if m.until, err = instant(cell(h.until)); err != nil {
		return err
	}
	found := false
	take := func(i int, under bool) {
		v := cell(i)
		if v == "" || err != nil {
			return
		}
		found = true
		err = l.typed(what, v, under, m)
	}
	for _, i := range h.values {
		take(i, false)
	}
	for _, i := range h.domains {
		take(i, true)
	}
	if err == nil && !found {
		err = errEntry
	}
	return err
}

// typed takes an entry whose type is told, in the words of CSV files and MISP.
func (l *List) typed(what, value string, under bool, m meta) error {
	switch {
	case strings.Contains(what, "url") || strings.Contains(what, "email") || strings.Contains(what, "file"):
		return errType
	case strings.Contains(what, "port"): // ip:port, ip-src|port
		if i := strings.LastIndexAny(value, ":|"); i > 0 {
			value = value[:i]
		}
	case what == "domain" || what == "domain-name" || what == "fqdn":
		under = true
	}
	if under && m.kind != harmless {
		if hostName(strings.ToLower(value)) {
			return l.host(value, true, m)
		}
	}
	return l.add(value, m)
}
