package triage

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/footfall/footfall"
)

// Card writes a playbook for people, with all that it adds to: to print and
// tick off, or as Markdown. Lines of text have at most width columns.
func (p *Playbook) Card(width int, markdown bool) []byte {
	k := &card{chain: p.Chain(), width: max(width, 40), markdown: markdown}
	k.head(p)
	k.list("Log sources", func(b *Playbook) []string { return b.LogSources })
	k.list("Indicators", func(b *Playbook) []string { return b.Indicators })
	k.questions()
	k.rules()
	k.duties("L1: further steps", func(b *Playbook) []Duty { return b.L1 })
	k.duties("T2: actions", func(b *Playbook) []Duty { return b.T2 })
	k.measures()
	k.clocks()
	return k.b.Bytes()
}

// A card is one that is being written.
type card struct {
	b        bytes.Buffer
	chain    []*Playbook
	width    int
	markdown bool
}

func (k *card) head(p *Playbook) {
	var names []string
	for _, b := range k.chain {
		names = append(names, b.Name)
	}
	title := strings.Join(names, ": ")
	if k.markdown {
		fmt.Fprintf(&k.b, "# %s\n", title)
	} else {
		fmt.Fprintf(&k.b, "%s\n%s\n", title, strings.Repeat("=", min(utf8.RuneCountInString(title), k.width)))
	}
	var tactic []string
	for _, b := range k.chain {
		tactic = append(tactic, b.Tactic...)
	}
	k.line("playbook %s of %s, for %s (%s)", p.ID, p.Modified, strings.Join(p.Attack, ", "), strings.Join(tactic, ", "))
	for _, w := range []struct {
		what string
		list []footfall.Service
	}{{"used for cases with hops by", p.Services}, {"used for cases that came in from outside by", p.Entry}} {
		if len(w.list) > 0 {
			var names []string
			for _, s := range w.list {
				names = append(names, s.String())
			}
			k.line("%s %s", w.what, strings.Join(names, ", "))
		}
	}
}

func (k *card) line(format string, args ...any) {
	if k.markdown {
		k.b.WriteByte('\n')
	}
	k.wrap("", "", fmt.Sprintf(format, args...))
}

func (k *card) section(title string) {
	if k.markdown {
		fmt.Fprintf(&k.b, "\n## %s\n\n", title)
		return
	}
	fmt.Fprintf(&k.b, "\n%s\n", strings.ToUpper(title))
}

// item writes an entry and what is told below it.
func (k *card) item(mark, text string, below ...[2]string) {
	indent := strings.Repeat(" ", len(mark)+1)
	if k.markdown {
		mark = strings.TrimLeft(mark, " ")
		head, _, _ := strings.Cut(mark, " ")
		indent = strings.Repeat(" ", len(head)+1)
	}
	k.wrap(mark+" ", indent, text)
	for _, l := range below {
		switch {
		case l[1] == "":
		case k.markdown:
			k.wrap(indent+"- *"+l[0]+"*: ", indent+"  ", l[1])
		default:
			k.wrap(indent+l[0]+": ", indent+"  ", l[1])
		}
	}
}

// wrap breaks a text into lines between words.
func (k *card) wrap(first, rest, text string) {
	if k.markdown {
		text = escapeMarkdown.Replace(text)
	}
	line, empty := first, true
	for _, w := range strings.Fields(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) > k.width {
			fmt.Fprintln(&k.b, strings.TrimRight(line, " "))
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+w, false
	}
	fmt.Fprintln(&k.b, strings.TrimRight(line, " "))
}

var escapeMarkdown = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "]", `\]`, "|", `\|`, "#", `\#`)

func (k *card) bullet() string {
	if k.markdown {
		return "-"
	}
	return " *"
}

func (k *card) box() string {
	if k.markdown {
		return "- [ ]"
	}
	return " [ ]"
}

func (k *card) list(title string, of func(*Playbook) []string) {
	k.section(title)
	for _, b := range k.chain {
		for _, s := range of(b) {
			k.item(k.bullet(), s)
		}
	}
}

func (k *card) questions() {
	k.section("Questions")
	n := 0
	for _, b := range k.chain {
		for _, q := range b.Questions {
			n++
			speaks := "yes"
			if q.Abuse == footfall.No {
				speaks = "no"
			}
			k.item(fmt.Sprintf("%2d.", n), q.Ask+" ("+q.Tier+")",
				[2]string{"answer", "yes / no / unknown; " + speaks + " speaks for abuse"},
				[2]string{"why", q.Why},
				[2]string{"facts", negated(q) + strings.Join(q.Facts, ", ")},
				[2]string{"evidence", strings.Join(q.Takes, "; ")},
				[2]string{"if unknown", q.Unknown})
		}
	}
}

func (k *card) rules() {
	k.section("Escalate if")
	for _, b := range k.chain {
		for _, r := range b.Escalate {
			k.item(k.box(), r.Because, [2]string{"to", r.To + ", " + r.Level.String() + " (" + urgency(r.Level) + ")"}, [2]string{"rule", r.Source})
		}
	}
}

func (k *card) duties(title string, of func(*Playbook) []Duty) {
	k.section(title)
	for _, b := range k.chain {
		for _, d := range of(b) {
			k.item(k.box(), d.Text, [2]string{"gathered by", strings.Join(d.GatheredBy, ", ")},
				[2]string{"helped by", strings.Join(d.HelpedBy, ", ")})
		}
	}
}

func (k *card) measures() {
	k.section("Containment and further analysis")
	for _, b := range k.chain {
		for _, m := range b.Contain {
			what := strings.ReplaceAll(m.Verb, "_", " ") + ": " + strings.ReplaceAll(m.Target, "_", " ")
			if m.For != "" {
				what += ", for " + m.For
			}
			k.item(k.box(), m.Text, [2]string{"action", what + "; approved by " + m.Approval}, [2]string{"undo", m.Undo},
				[2]string{"references", strings.Join(m.References, ", ")})
		}
	}
}

func (k *card) clocks() {
	k.section("Clocks")
	for _, l := range []footfall.Level{footfall.LevelCritical, footfall.LevelHigh, footfall.LevelMedium, footfall.LevelLow} {
		var parts []string
		for _, b := range k.chain {
			for _, c := range b.Clocks[l] {
				parts = append(parts, fmt.Sprintf("%s within %s", c.ID, spell(c.Within)))
			}
		}
		if parts != nil {
			k.item(k.bullet(), l.String()+": "+strings.Join(parts, ", "))
		}
	}
}

func negated(q Question) string {
	if q.Negated {
		return "the opposite of "
	}
	return ""
}
