package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/footfall/footfall"
)

// Graph writes the login graph: svg as a picture, dot for Graphviz, graphml for
// graph tools, ndjson with an edge a line, text for a terminal. What belongs to
// the path of a case is marked, and ndjson has the hops of the paths behind the
// edges.
func Graph(w io.Writer, format string, all []footfall.Edge, cases []*footfall.Case, opt TextOptions) error {
	b := bufio.NewWriter(w)
	edges := marked(all, cases)
	switch format {
	case "svg":
		graphSVG(b, edges)
	case "dot":
		graphDOT(b, edges)
	case "graphml":
		graphML(b, edges)
	case "ndjson":
		for _, e := range edges {
			if err := writeObject(b, edgeObject(e)); err != nil {
				return err
			}
		}
		if err := pathsNDJSON(b, withPaths(cases)); err != nil {
			return err
		}
	case "text":
		graphText(newText(b, opt), edges)
	default:
		return fmt.Errorf("report: format %q is not svg, dot, graphml, ndjson or text", format)
	}
	return b.Flush()
}

// An edge is an edge of the login graph with what paths went over it.
type edge struct {
	footfall.Edge
	path   []string // ids of cases
	after  []string // ids of the hops that its own went on from
	weight float64  // how probable the surest of these is; 0 when nothing was inferred
}

// marked adds the paths of cases to edges.
func marked(all []footfall.Edge, cases []*footfall.Case) []edge {
	type ends struct{ from, to, account string }
	type walked struct {
		c *footfall.Case
		h footfall.Hop
	}
	on := map[ends][]walked{}
	for _, c := range cases {
		for _, h := range c.Path {
			k := ends{h.From, h.To, h.Account}
			on[k] = append(on[k], walked{c, h})
		}
	}
	out := make([]edge, len(all))
	for i, e := range all {
		out[i].Edge = e
		for _, x := range on[ends{e.From, e.To, e.Account}] {
			if x.h.Service != e.Service && !vague(x.h.Service) && !vague(e.Service) {
				continue
			}
			if !slices.Contains(out[i].path, x.c.ID) {
				out[i].path = append(out[i].path, x.c.ID)
			}
			if id := hopID(x.h.After); id != "" && !slices.Contains(out[i].after, id) {
				out[i].after = append(out[i].after, id)
			}
			out[i].weight = max(out[i].weight, bound(x.h.Sure))
		}
	}
	return out
}

func onPath(edges []edge) bool {
	return slices.ContainsFunc(edges, func(e edge) bool { return len(e.path) > 0 })
}

// vague reports whether a record does not say which service was used.
func vague(s footfall.Service) bool {
	return s == footfall.ServiceUnknown || s == footfall.ServiceNetwork
}

func edgeObject(e edge) object {
	o := object{"from": e.From, "to": e.To, "account": e.Account, "service": e.Service.String(), "count": e.Count, "failures": e.Failures}
	if e.First != 0 {
		o["first"], o["last"] = csvTime(e.First), csvTime(e.Last)
	}
	if len(e.path) > 0 {
		o["path"] = e.path
	}
	if len(e.after) > 0 {
		o["after"] = e.after
	}
	if e.weight > 0 {
		o["weight"] = e.weight
	}
	return o
}

// escape makes text safe inside XML, attributes too.
func escape(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(clean(s))); err != nil {
		panic("BUG: " + err.Error())
	}
	return b.String()
}

// quote makes a DOT string: only the quote and the backslash have a meaning in
// it (Graphviz, The DOT Language).
func quote(s string) string {
	s = strings.ReplaceAll(clean(s), `\`, `\\`)
	return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
}

func graphDOT(b *bufio.Writer, edges []edge) {
	b.WriteString("digraph logons {\n\trankdir=LR;\n\tnode [shape=box];\n")
	for _, e := range edges {
		label := e.Account
		if e.Service != footfall.ServiceUnknown {
			label += " " + e.Service.String()
		}
		label += fmt.Sprintf(" x%d", e.Count)
		style := ""
		if e.Failures > 0 && e.Failures == e.Count {
			style = ", style=dashed"
		}
		if len(e.path) > 0 {
			style += fmt.Sprintf(", color=red3, penwidth=2, path=%s, after=%s, weight=%d", quote(short(strings.Join(e.path, " "), 300)), quote(strings.Join(e.after, " ")), 1+int(100*e.weight))
		}
		fmt.Fprintf(b, "\t%s -> %s [label=%s%s];\n", quote(fold(e.From, maxWord)), quote(fold(e.To, maxWord)), quote(fold(label, maxWord)), style)
	}
	b.WriteString("}\n")
}

func graphML(b *bufio.Writer, edges []edge) {
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">` + "\n")
	for _, k := range []struct{ id, kind string }{
		{"account", "string"}, {"service", "string"}, {"count", "long"}, {"failures", "long"}, {"first", "string"}, {"last", "string"},
	} {
		fmt.Fprintf(b, "<key id=%q for=\"edge\" attr.name=%q attr.type=%q/>\n", k.id, k.id, k.kind)
	}
	if onPath(edges) {
		b.WriteString(pathKeys)
	}
	b.WriteString("<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n<graph edgedefault=\"directed\">\n")
	id := map[string]int{}
	for _, n := range hostsOf(edges) {
		id[n] = len(id)
		fmt.Fprintf(b, "<node id=\"n%d\"><data key=\"name\">%s</data></node>\n", id[n], escape(n))
	}
	for _, e := range edges {
		fmt.Fprintf(b, "<edge source=\"n%d\" target=\"n%d\">", id[e.From], id[e.To])
		fmt.Fprintf(b, `<data key="account">%s</data><data key="service">%s</data><data key="count">%d</data><data key="failures">%d</data>`,
			escape(e.Account), escape(e.Service.String()), e.Count, e.Failures)
		if e.First != 0 {
			fmt.Fprintf(b, `<data key="first">%s</data><data key="last">%s</data>`, csvTime(e.First), csvTime(e.Last))
		}
		if len(e.path) > 0 {
			fmt.Fprintf(b, `<data key="path">%s</data><data key="after">%s</data><data key="weight">%g</data>`,
				escape(strings.Join(e.path, " ")), escape(strings.Join(e.after, " ")), e.weight)
		}
		b.WriteString("</edge>\n")
	}
	b.WriteString("</graph>\n</graphml>\n")
}

// pathKeys are what only edges on a path have.
const pathKeys = `<key id="path" for="edge" attr.name="path" attr.type="string"/>
<key id="after" for="edge" attr.name="after" attr.type="string"/>
<key id="weight" for="edge" attr.name="weight" attr.type="double"/>
`

// hostsOf returns the ends of edges in the order of their names.
func hostsOf(edges []edge) []string {
	var out []string
	for _, e := range edges {
		out = append(out, e.From, e.To)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A bundle is all edges from one host to another, drawn as one line.
type bundle struct {
	from, to        string
	count, failures int64
	accounts        []string
	services        []string
	path            []string
}

func bundles(edges []edge) []bundle {
	at := map[[2]string]int{}
	var out []bundle
	for _, e := range edges {
		k := [2]string{e.From, e.To}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, bundle{from: e.From, to: e.To})
		}
		out[i].count += e.Count
		out[i].failures += e.Failures
		out[i].accounts = append(out[i].accounts, e.Account)
		out[i].services = append(out[i].services, e.Service.String())
		out[i].path = append(out[i].path, e.path...)
	}
	for i := range out {
		slices.Sort(out[i].accounts)
		slices.Sort(out[i].services)
		slices.Sort(out[i].path)
		out[i].path = slices.Compact(out[i].path)
		out[i].accounts, out[i].services = slices.Compact(out[i].accounts), slices.Compact(out[i].services)
	}
	slices.SortFunc(out, func(a, b bundle) int {
		return cmp.Or(strings.Compare(a.from, b.from), strings.Compare(a.to, b.to))
	})
	return out
}

// The picture is in columns: what nobody comes to stands left, and each host
// one column right of the nearest host that reaches it.
const (
	columnStep = 350
	rowStep    = 52
	boxWidth   = 204
	boxHeight  = 28
	boxLabel   = 26 // characters
	labelsEach = 3  // ways out of a box that are labelled; the others tell when pointed at
	margin     = 24
	maxDrawn   = 400 // hosts; beyond, a picture shows nothing
)

const graphStyle = `<style>text{font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1b1e22}text.l{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px}rect{fill:#f5f6f8;stroke:#68717b}path.e{fill:none;stroke:#0a55a3;stroke-width:1.5}path.f{stroke:#a61b1b;stroke-dasharray:5 4}path.h{fill:#0a55a3}svg{background:#fff}@media(prefers-color-scheme:dark){text{fill:#e8eaed}text.l{stroke:#14171b}rect{fill:#1d2126}path.e{stroke:#8cc0ff}path.f{stroke:#ff9b94}path.h{fill:#8cc0ff}svg{background:#14171b}}</style>`

// graphPathStyle marks what belongs to the path of a case.
const graphPathStyle = `<style>path.p{stroke:#8a5300;stroke-width:4}path.k{fill:#8a5300}@media(prefers-color-scheme:dark){path.p{stroke:#f3c178}path.k{fill:#f3c178}}</style>
<defs><marker id="on" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="14" markerHeight="14" orient="auto"><path class="k" d="M0 0L10 5L0 10z"/></marker></defs>`

// crowdSize is how many hosts with the same ways share one box of the picture.
const crowdSize = 4

// crowd draws hosts that nobody comes to and that have the same ways, all
// failed or not, as one box: a hundred sources that guess at one port are one
// thing to see. It returns the edges between boxes.
func crowd(edges []edge) []edge {
	in, ways := map[string]bool{}, map[string][]string{}
	for _, e := range bundles(edges) {
		way := e.to + " ok"
		if e.failures == e.count {
			way = e.to + " failed"
		}
		in[e.to] = true
		ways[e.from] = append(ways[e.from], way)
	}
	alike := map[string][]string{}
	for _, h := range hostsOf(edges) {
		if !in[h] && len(ways[h]) > 0 {
			k := strings.Join(ways[h], "\x00")
			alike[k] = append(alike[k], h)
		}
	}
	box := map[string]string{}
	for _, list := range alike {
		for _, h := range list {
			if len(list) >= crowdSize {
				box[h] = fmt.Sprintf("%d sources: %s, %s, ...", len(list), list[0], list[1])
			}
		}
	}
	out := slices.Clone(edges)
	for i := range out {
		if b, ok := box[out[i].From]; ok {
			out[i].From = b
		}
	}
	return out
}

func graphSVG(b *bufio.Writer, edges []edge) {
	edges = crowd(edges)
	all := bundles(edges)
	hosts := hostsOf(edges)
	left := max(0, len(hosts)-maxDrawn)
	hosts = busiest(hosts, all)
	place, wide, high := layout(hosts, all)
	width, height := margin*2+(wide-1)*columnStep+boxWidth+columnStep/4, margin*2+max(1, high)*rowStep
	if left > 0 {
		height += rowStep
	}
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Login graph" width="%d" height="%d" viewBox="0 0 %d %d">`+"\n", width, height, width, height)
	b.WriteString(graphStyle + "\n" + `<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path class="h" d="M0 0L10 5L0 10z"/></marker></defs>` + "\n")
	if onPath(edges) {
		b.WriteString(graphPathStyle + "\n")
	}
	var labels bytes.Buffer
	nth := map[string]int{}
	for _, e := range all {
		from, ok := place[e.from]
		to, there := place[e.to]
		if !ok || !there {
			continue
		}
		drawEdge(b, e, from, to)
		if nth[e.from] < labelsEach && e.from != e.to {
			what := fmt.Sprintf("%s x%d", strings.Join(e.services, ","), e.count)
			fmt.Fprintf(&labels, `<text class="l" x="%d" y="%d">%s</text>`+"\n", from[0]+boxWidth+14, from[1]-5+nth[e.from]*13, escape(cutLabel(what)))
		}
		nth[e.from]++
	}
	b.Write(labels.Bytes())
	for _, h := range hosts {
		p := place[h]
		fmt.Fprintf(b, `<g><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" rx="4"/><text x="%d" y="%d">%s</text></g>`+"\n",
			escape(fold(h, 300)), p[0], p[1]-boxHeight/2, boxWidth, boxHeight, p[0]+8, p[1]+4, escape(cutLabel(h)))
	}
	if left > 0 {
		fmt.Fprintf(b, `<text x="%d" y="%d">%s with fewer logons are left out of the picture; dot, graphml and ndjson have them.</text>`+"\n", margin, height-margin, plural(left, "host", "hosts"))
	}
	b.WriteString("</svg>\n")
}

// cutLabel shortens a name to what a box has room for.
func cutLabel(h string) string {
	h = clean(h)
	if columns(h) <= boxLabel {
		return h
	}
	return cutColumns(h, boxLabel-2) + ".."
}

// busiest returns the hosts that a picture has room for, those with the most
// logons, in the order of their names.
func busiest(hosts []string, all []bundle) []string {
	if len(hosts) <= maxDrawn {
		return hosts
	}
	n := map[string]int64{}
	for _, e := range all {
		n[e.from] += e.count
		n[e.to] += e.count
	}
	out := slices.Clone(hosts)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(n[b], n[a]) })
	out = out[:maxDrawn]
	slices.Sort(out)
	return out
}

// layout gives each host its column by a walk from the hosts that nobody comes
// to, and its row by name; it returns places and the number of columns and rows.
func layout(hosts []string, all []bundle) (place map[string][2]int, wide, high int) {
	drawn, in := map[string]bool{}, map[string]int{}
	for _, h := range hosts {
		drawn[h] = true
	}
	next := map[string][]string{}
	for _, e := range all {
		if e.from != e.to && drawn[e.from] && drawn[e.to] {
			next[e.from] = append(next[e.from], e.to)
			in[e.to]++
		}
	}
	column := map[string]int{}
	visit := func(start string) {
		if _, ok := column[start]; ok {
			return
		}
		column[start] = 0
		queue := []string{start}
		for len(queue) > 0 {
			h := queue[0]
			queue = queue[1:]
			for _, to := range next[h] {
				if _, ok := column[to]; !ok {
					column[to] = column[h] + 1
					queue = append(queue, to)
				}
			}
		}
	}
	for _, roots := range []bool{true, false} {
		for _, h := range hosts {
			if in[h] == 0 == roots {
				visit(h)
			}
		}
	}
	place = map[string][2]int{}
	rows := map[int]int{}
	sorted := slices.Clone(hosts)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(column[a], column[b]) })
	for _, h := range sorted {
		c := column[h]
		place[h] = [2]int{margin + c*columnStep, margin + boxHeight/2 + rows[c]*rowStep}
		rows[c]++
		wide, high = max(wide, c+1), max(high, rows[c])
	}
	return place, max(1, wide), high
}

func drawEdge(b *bufio.Writer, e bundle, from, to [2]int) {
	class := "e"
	if e.failures == e.count {
		class = "e f"
	}
	on, head := "", "head"
	if len(e.path) > 0 {
		class, head = class+" p", "on"
		on = ", on the path of case " + short(strings.Join(e.path, ", "), 200)
	}
	x1, y1, x2, y2 := from[0]+boxWidth, from[1], to[0], to[1]
	path := fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1+50, y1, x2-50, y2, x2-2, y2)
	switch {
	case e.from == e.to:
		path = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1-6, x1+40, y1-20, x1+40, y1+20, x1+2, y1+6)
	case from[0] >= to[0]:
		// Back or within a column: around the outside, so that it does not run through boxes.
		x2 = to[0] + boxWidth
		path = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1+70, y1, x2+70, y2, x2+2, y2)
	}
	fmt.Fprintf(b, `<g><title>%s to %s: %s, %s failed, as %s by %s%s</title><path class="%s" d="%s" marker-end="url(#%s)"/></g>`+"\n",
		escape(fold(e.from, maxWord)), escape(fold(e.to, maxWord)), plural(e.count, "logon", "logons"), number(e.failures),
		escape(fold(strings.Join(e.accounts, ", "), 200)), escape(strings.Join(e.services, ", ")), escape(on), class, path, head)
}
