package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

func madeLogons(s string) []footfall.Logon {
	return []footfall.Logon{
		{Account: "dev" + s, Source: "", Address: "203.0.113.50" + s, Destination: "jump1" + s, Service: footfall.ServiceSSH, Auth: footfall.AuthPassword, Successes: 1, Failures: 41, First: at("02:10:02"), Last: at("02:16:40")},
		{Account: s, Source: s, Address: s, Destination: s, Service: footfall.ServiceSMB, Successes: 1234567, First: at("00:00:00"), Last: at("23:00:00")},
	}
}

func madeEdges(s string) []footfall.Edge {
	return []footfall.Edge{
		{From: "203.0.113.50" + s, To: "jump1" + s, Account: "dev" + s, Service: footfall.ServiceSSH, Count: 42, Failures: 41, First: at("02:10:02"), Last: at("02:16:40")},
		{From: "jump1" + s, To: "fs01" + s, Account: `acme\svc-copy` + s, Service: footfall.ServiceSMB, Count: 3, First: at("02:22:05"), Last: at("02:30:00")},
		{From: "jump1" + s, To: "fs01" + s, Account: "dev" + s, Service: footfall.ServiceRDP, Count: 2, Failures: 2, First: at("02:22:05"), Last: at("02:30:00")},
		{From: "fs01" + s, To: "dc01", Account: s, Count: 1, First: at("02:40:00"), Last: at("02:40:00")},
		{From: "dc01", To: "dc01", Account: "x", Service: footfall.ServiceKerberos, Count: 9, First: at("02:40:00"), Last: at("02:40:00")},
	}
}

// xmlWell holds that a document is well-formed and has no script or handler.
func xmlWell(t *testing.T, name string, out []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(out))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if e, ok := tok.(xml.StartElement); ok {
			noHandlers(t, name, e)
		}
	}
}

func noHandlers(t *testing.T, name string, e xml.StartElement) {
	t.Helper()
	switch e.Name.Local {
	case "script", "img", "iframe", "object", "embed", "foreignObject", "image", "use":
		t.Errorf("%s: an element %s", name, e.Name.Local)
	}
	for _, a := range e.Attr {
		n := strings.ToLower(a.Name.Local)
		if strings.HasPrefix(n, "on") || n == "style" || n == "src" || n == "href" && !ours.MatchString(a.Value) {
			t.Errorf("%s: an attribute %s=%q", name, n, a.Value)
		}
	}
}

// ours are the links that pages have: to parts of themselves and to files that
// a report is made of.
var ours = regexp.MustCompile(`^(#[a-z0-9-]*|\.\./index\.html|(cases/)?[0-9a-z-]+\.(html|md|stix\.json)(#f[0-9]+)?)$`)

// wellFormed reads a page as XML, which it is but for its first line and what
// is in its script: every element is closed in its place, so no text has
// become markup.
func wellFormed(t *testing.T, name, page string) {
	t.Helper()
	page = strings.TrimPrefix(page, "<!doctype html>")
	style, rest, ok := strings.Cut(page, "<style>"+pageStyle+"</style>")
	if !ok {
		t.Fatalf("%s: the page has not its style", name)
	}
	body, end, ok := strings.Cut(rest, "<script>"+pageScript+"</script>")
	if !ok {
		t.Fatalf("%s: the page has not its script", name)
	}
	xmlWell(t, name, []byte(style+body+end))
}

// dotWell holds that every quote of a DOT file is closed on its line, so that
// no name reaches beyond its own.
func dotWell(t *testing.T, name, out string) {
	t.Helper()
	for line := range strings.Lines(out) {
		open := false
		for i := 0; i < len(line); i++ {
			switch line[i] {
			case '\\':
				i++
			case '"':
				open = !open
			}
		}
		if open {
			t.Errorf("%s: an open quote in %.80q", name, line)
		}
	}
}
