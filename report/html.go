package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

//go:embed parts.html
var partsText string

//go:embed queue.html
var queueText string

//go:embed case.html
var caseText string

//go:embed evidence.html
var evidenceText string

//go:embed page.css
var pageOwnStyle string

//go:embed page.js
var pageScript string

var pageStyle = colorStyle + pageOwnStyle + laneStyle

// How much a page holds; what is beyond is in the files beside it, and the
// page says so.
const (
	pageHops      = 200
	pageHands     = 6  // hops that tell whose hand they can have been
	pageActions   = 10 // of one kind
	pageFindings  = 20 // of one rule in one case, at most
	leastFindings = 5  // and at least
	allFindings   = 3000
	pageAlone     = 25 // of one rule in no case
	pageInputs    = 500
	pageSimilar   = 20
)

// A frame is what every page has around its own part.
type frame struct {
	Policy template.HTMLAttr
	Style  template.CSS
	Script template.JS
	Title  string
	Up     string // path to the folder of the report
	Zone   *time.Location
}

// newFrame is the frame of a page. Its policy lets nothing be loaded and no
// script run but the one that it carries.
func newFrame(title, up string, zone *time.Location) frame {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	policy := "default-src 'none'; style-src " + hash(pageStyle) + "; script-src " + hash(pageScript) + "; base-uri 'none'; form-action 'none'"
	return frame{
		Policy: template.HTMLAttr(`content="` + policy + `"`), Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Title: title, Up: up, Zone: zone,
	}
}

// Place is the reader's zone as the page names it; "" when it is UTC.
func (f frame) Place() string {
	if !local(f.Zone) {
		return ""
	}
	return f.Zone.String()
}

// Time is an event time in UTC and in the reader's zone.
func (f frame) Time(t int64) template.HTML { return timeTag(t, f.Zone) }

// pages are the templates of all pages.
type pages struct{ t *template.Template }

func newPages() pages {
	t := template.New("").Funcs(template.FuncMap{
		"clean": clean, "tidy": tidy, "lines": lines, "fold": func(s string) string { return fold(clean(s), 80) }, "number": anyNumber,
		"plural": func(n any, one, many string) string { return plural(wide(n), one, many) },
		"verb":   func(s string) string { return clean(strings.ReplaceAll(s, "_", " ")) },
		"level":  levelName, "stateclass": stateClass, "stateword": stateWord, "standing": standing, "touches": touches,
		"lasting": lasting, "percent": percent, "add": func(a, b int) int { return a + b },
		"dict": func(pairs ...any) map[string]any {
			m := map[string]any{}
			for i := 0; i+1 < len(pairs); i += 2 {
				m[pairs[i].(string)] = pairs[i+1]
			}
			return m
		},
	})
	for name, text := range map[string]string{"parts": partsText, "queue": queueText, "case": caseText, "evidence": evidenceText} {
		if _, err := t.New(name).Parse(text); err != nil {
			panic("BUG: " + err.Error())
		}
	}
	return pages{t}
}

func (p pages) write(w io.Writer, name string, data any) error {
	return p.t.ExecuteTemplate(w, name, data)
}

func levelName(l footfall.Level) string {
	if l == footfall.LevelUnknown {
		return "unrated"
	}
	return l.String()
}

func wide(n any) int64 {
	switch n := n.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case uint64:
		return int64(n)
	case uint32:
		return int64(n)
	}
	panic(fmt.Sprintf("BUG: %T is no number", n))
}

func anyNumber(n any) string { return number(wide(n)) }

func stateClass(s string) string {
	switch s {
	case "matched", "not_matched":
		return s
	}
	return "unknown"
}

func stateWord(s string) string {
	switch s {
	case "matched":
		return "● Yes"
	case "not_matched":
		return "○ No"
	}
	return "? Open"
}

// first returns at most n of list and how many are left out.
func first[T any](list []T, n int) ([]T, int) {
	n = min(n, len(list))
	return list[:n], len(list) - n
}

// pageNames gives each case of a run the name of its page: its id where that
// is plain, else its number.
func pageNames(r *footfall.Run) []string {
	out := make([]string, len(r.Cases))
	taken := map[string]bool{}
	for i, c := range r.Cases {
		out[i] = c.ID
		if !plainID(c.ID) || taken[c.ID] {
			out[i] = fmt.Sprintf("case-%d", i+1)
		}
		taken[out[i]] = true
	}
	return out
}

// plainID reports whether an id may stand in the name of a file.
func plainID(s string) bool {
	for i := 0; i < len(s); i++ {
		if b := s[i]; b != '-' && (b != '~' || i == 0) && (b < '0' || b > '9') && (b < 'a' || b > 'z') {
			return false
		}
	}
	return s != "" && len(s) <= 64 && !strings.HasPrefix(s, "case-") && s[0] != '-'
}
