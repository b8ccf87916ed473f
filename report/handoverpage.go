package report

import (
	"bufio"
	"fmt"
	"html/template"
	"io"
)

func (p *page) text(w io.Writer, opt TextOptions) error {
	t := newText(bufio.NewWriter(w), opt)
	t.line(t.paint(bold, p.title))
	for _, s := range p.head {
		t.para(0, "", s)
	}
	for i, b := range p.blocks {
		t.head(fmt.Sprintf("%d. %s", i+1, b.title))
		if len(b.items) == 0 {
			t.para(3, "", b.none)
		}
		for _, x := range b.items {
			lead := ""
			if x.lead != "" {
				lead = word(x.lead, 24) + "  "
			}
			t.clipped(3, lead, bold, x.text, 2)
			for _, m := range x.more {
				t.clipped(6, "", "", m, 2)
			}
		}
	}
	return t.w.Flush()
}

func (p *page) markdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	inMarkdown := (&markdown{b: b}).text
	fmt.Fprintf(b, "# %s\n\n", inMarkdown(p.title))
	for _, s := range p.head {
		fmt.Fprintf(b, "%s  \n", inMarkdown(s))
	}
	for i, x := range p.blocks {
		fmt.Fprintf(b, "\n## %d. %s\n\n", i+1, inMarkdown(x.title))
		if len(x.items) == 0 {
			fmt.Fprintf(b, "%s\n", inMarkdown(x.none))
		}
		for _, it := range x.items {
			b.WriteString("- ")
			if it.lead != "" {
				fmt.Fprintf(b, "**%s** ", inMarkdown(it.lead))
			}
			fmt.Fprintf(b, "%s\n", inMarkdown(it.text))
			for _, m := range it.more {
				fmt.Fprintf(b, "  - %s\n", inMarkdown(m))
			}
		}
	}
	return b.Flush()
}

// The page loads nothing and runs nothing, and prints to one sheet.
var handoverPage = template.Must(template.New("handover").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Title}}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root{color-scheme:light dark}
body{font:13px/1.35 system-ui,sans-serif;max-width:62rem;margin:1rem auto;padding:0 1rem}
h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:.7rem 0 .15rem;border-bottom:1px solid}
p{margin:.1rem 0;overflow-wrap:anywhere}ul{margin:.1rem 0;padding-left:1.1rem}li{margin:.1rem 0;overflow-wrap:anywhere}
li div{padding-left:.6rem}
@page{size:A4;margin:12mm}
@media print{body{font-size:8pt;line-height:1.2;margin:0;max-width:none;padding:0;color:#000;background:#fff}h2{margin:.4rem 0 .1rem;break-after:avoid}li{break-inside:avoid}main{columns:2;column-gap:7mm}}
</style></head><body><main>
<h1>{{.Title}}</h1>
{{range .Head}}<p>{{.}}</p>
{{end}}{{range .Blocks}}<section><h2>{{.N}}. {{.Title}}</h2>
{{if .Items}}<ul>{{range .Items}}<li>{{if .Lead}}<strong>{{.Lead}}</strong> {{end}}{{.Text}}{{range .More}}<div>{{.}}</div>{{end}}</li>
{{end}}</ul>{{else}}<p>{{.None}}</p>{{end}}</section>
{{end}}</main></body></html>
`))

func (p *page) html(w io.Writer) error {
	type li struct {
		Lead, Text string
		More       []string
	}
	type part struct {
		N           int
		Title, None string
		Items       []li
	}
	data := struct {
		Title  string
		Head   []string
		Blocks []part
	}{Title: p.title}
	for _, s := range p.head {
		data.Head = append(data.Head, tidy(s))
	}
	for i, b := range p.blocks {
		x := part{N: i + 1, Title: b.title, None: tidy(b.none)}
		for _, it := range b.items {
			l := li{Lead: tidy(it.lead), Text: tidy(it.text)}
			for _, m := range it.more {
				l.More = append(l.More, tidy(m))
			}
			x.Items = append(x.Items, l)
		}
		data.Blocks = append(data.Blocks, x)
	}
	return handoverPage.Execute(w, data)
}
