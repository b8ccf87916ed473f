package winevent

import (
	"bytes"
	"slices"
	"strings"
)

// flatLabels are labels outside Security messages that forwarders write on one line.
var flatLabels = []string{
	"|User", "|Domain", "|Session ID", "|Source Network Address", "|Reason", "|Service Name", "|Service File Name", "|Service Type", "|Service Start Type", "|Service Account",
}

// flatWithin lists the sections that have a label; sections are their names.
var flatWithin, sections = map[string][]string{}, map[string]string{}

// flat says of each label what it is: the head of a section, in a section, at the front.
var flat = func() map[string]uint8 {
	m := map[string]uint8{}
	put := func(key string) {
		section, name, _ := strings.Cut(key, "|")
		if section != "" {
			m[section] |= flatSection
			m[name] |= flatInner
			sections[section] = section
			flatWithin[name] = append(flatWithin[name], section)
		} else {
			m[name] |= flatFront
		}
	}
	for _, table := range []map[string]string{securityLabels, logoffLabels, stationLabels, filterLabels} {
		for key := range table {
			put(key)
		}
	}
	for _, key := range flatLabels {
		put(key)
	}
	for name := range sysmonFields {
		m[name] |= flatFront
	}
	return m
}()

const (
	flatSection = 1 << iota
	flatInner
	flatFront
)

// Unfold appends to dst the text of a message that a forwarder wrote on one line,
// with blanks for line ends and tabs, as Windows rendered it: each label on a line
// of its own. A label is known by its name and stands behind two blanks, or behind
// one when the text has no two in a row. What a client chose may look like a
// label; Parse expects that of any message.
func Unfold(dst, text []byte) []byte {
	gap := 2
	if !bytes.Contains(text, []byte("  ")) {
		gap = 1
	}
	blanks, fresh, section := gap, false, ""
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == ' ' || c == '\t' {
			blanks++
			dst = append(dst, ' ')
			continue
		}
		if blanks >= gap && c >= 'A' && c <= 'Z' {
			if name, kind := flatLabel(text[i:]); kind != 0 {
				switch {
				case kind == flatSection:
					dst, section = append(dst, "\r\n\r\n"...), sections[string(name)]
				case section != "" && (kind == flatInner || slices.Contains(flatWithin[string(name)], section)):
					dst = append(dst, "\r\n\t"...)
				default:
					dst, section = append(dst, "\r\n\r\n"...), ""
				}
				dst = append(append(dst, name...), ":\t"...)
				i, blanks, fresh = i+len(name), gap, true
				continue
			}
			if blanks >= 4 && !fresh { // a sentence behind an empty line
				dst = append(dst, "\r\n\r\n"...)
			}
		}
		fresh = false
		blanks = 0
		dst = append(dst, c)
	}
	return dst
}

// flatLabel returns the label that s begins with.
func flatLabel(s []byte) (name []byte, kind uint8) {
	i := bytes.IndexByte(s[:min(len(s), 48)], ':')
	if i < 1 || i+1 < len(s) && s[i+1] != ' ' && s[i+1] != '\t' {
		return nil, 0
	}
	return s[:i], flat[string(s[:i])]
}
