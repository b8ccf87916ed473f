package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/footfall/footfall"
)

// mostPictures is how many paths one SVG shows.
const mostPictures = 20

// withPaths are the cases that have hops.
func withPaths(cases []*footfall.Case) (out []*footfall.Case) {
	for _, c := range cases {
		if len(c.Path) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// Paths writes the paths of cases: svg as pictures with hosts as lanes, text
// for a terminal, dot and graphml as graphs with an edge a hop, ndjson with a
// hop a line. It says how many it wrote.
func Paths(w io.Writer, format string, cases []*footfall.Case, opt TextOptions) (int, error) {
	list := withPaths(cases)
	b := bufio.NewWriter(w)
	switch format {
	case "svg":
		pathsSVG(b, list, opt.Zone)
	case "text":
		pathsText(newText(b, opt), list)
	case "dot":
		pathsDOT(b, list)
	case "graphml":
		pathsML(b, list)
	case "ndjson":
		if err := pathsNDJSON(b, list); err != nil {
			return 0, err
		}
	default:
		return 0, fmt.Errorf("report: format %q is not svg, text, dot, graphml or ndjson", format)
	}
	return len(list), b.Flush()
}

// pathsSVG writes pictures below one another, each with its case above it.
func pathsSVG(b *bufio.Writer, list []*footfall.Case, zone *time.Location) {
	const edge = 16
	var body strings.Builder
	var told []string
	width, y := 480, edge
	for i, c := range list {
		if i == mostPictures {
			fmt.Fprintf(&body, `<text class="s t" x="%d" y="%d">%s</text>`+"\n", edge, y+14, escape(plural(len(list)-i, "path more is", "paths more are")+" in ndjson."))
			y += 24
			break
		}
		s := newFigure(c.Path, zone)
		title := fmt.Sprintf("%s  %s  %s", short(c.ID, 16), strings.ToUpper(levelWord(c.Level)), short(c.Title, 110))
		fmt.Fprintf(&body, `<g transform="translate(%d %d)"><text class="name" x="0" y="12">%s</text></g>`+"\n", edge, y, escape(title))
		fmt.Fprintf(&body, `<g transform="translate(%d %d)">`+"\n", edge, y+28)
		s.draw(&body)
		body.WriteString("</g>\n")
		width = max(width, s.width+2*edge, int(float64(columns(title))*glyph)+2*edge)
		y += 28 + s.height + 30
		told = append(told, s.summary()+" of case "+short(c.ID, 16)+". "+s.told())
	}
	if len(list) == 0 {
		fmt.Fprintf(&body, `<text x="%d" y="%d">No case has a path.</text>`+"\n", edge, y+14)
		told, y = append(told, "No case has a path."), y+24
	}
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" class="path" role="img" width="%d" height="%d" viewBox="0 0 %d %d"><title>%s</title><desc>%s</desc>`+"\n",
		width, y, width, y, escape(plural(len(list), "path", "paths")), escape(strings.Join(told, " ")))
	b.WriteString("<style>" + plainStyle() + "</style>\n" + body.String() + "</svg>\n")
}

// plainStyle is the lanes' style for a file that stands alone. Its colours are
// written out, for programs other than browsers do not know variables.
func plainStyle() string {
	var s strings.Builder
	for _, set := range strings.Split(strings.TrimSpace(colorStyle), "\n") {
		media, vars, _ := strings.Cut(set, ":root{")
		style := laneStyle + "svg.path{background:var(--bg)}"
		for v := range strings.SplitSeq(strings.TrimRight(vars, "}"), ";") {
			if name, value, ok := strings.Cut(v, ":"); ok {
				style = strings.ReplaceAll(style, "var("+name+")", value)
			}
		}
		if media != "" {
			style = media + style + "}"
		}
		s.WriteString(strings.ReplaceAll(style, "\n", ""))
	}
	return s.String()
}

// pathsNDJSON writes a hop a line.
func pathsNDJSON(w io.Writer, list []*footfall.Case) error {
	for _, c := range list {
		p := newWalk(c.Path, unfolded(c.Path))
		for i, h := range c.Path {
			o := object{
				"case": c.ID, "hop": i + 1, "from": h.From, "to": h.To, "account": h.Account,
				"service": h.Service.String(), "outcome": h.Outcome.String(),
			}
			if h.Time != 0 {
				o["time"] = csvTime(h.Time)
			}
			if h.Switch != "" {
				o["switch"] = h.Switch
			}
			if s := p.whose(i); s != "" {
				o["whose"] = s
			}
			hand(o, h)
			if err := writeObject(w, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// pathsDOT writes an edge a hop; other hands that it can have been are dotted.
func pathsDOT(b *bufio.Writer, list []*footfall.Case) {
	b.WriteString("digraph paths {\n\trankdir=LR;\n\tnode [shape=box];\n")
	for _, c := range list {
		w := newWalk(c.Path, unfolded(c.Path))
		for i, h := range c.Path {
			x := w.hands(i)
			label := fmt.Sprintf("%d %s %s", i+1, service(h), hostName(h.Account, 40))
			style := ""
			switch {
			case h.Outcome == footfall.Failure:
				label, style = label+" failed", ", color=red3"
			case changed(h):
				label, style = label+", was "+short(h.Switch, 40), ", color=orange3"
			}
			if doubtful(h) {
				label, style = label+", "+known(h), style+", style=dashed"
			}
			fmt.Fprintf(b, "\t%s -> %s [label=%s, path=%s, id=%s, after=%s, weight=%d%s];\n", quote(hostName(h.From, maxWord)), quote(hostName(h.To, maxWord)),
				quote(label), quote(short(c.ID, maxWord)), quote(hopID(h.ID)), quote(hopID(h.After)), 1+int(100*bound(h.Sure)), style)
			for _, e := range x.rest[:min(len(x.rest), mostAlts)] {
				if e.from != "" && e.from != h.From {
					fmt.Fprintf(b, "\t%s -> %s [label=%s, path=%s, style=dotted, weight=0];\n", quote(hostName(e.from, maxWord)), quote(hostName(h.From, maxWord)),
						quote(fmt.Sprintf("%s %s of %d", e.text(40), percent(e.sure), i+1)), quote(short(c.ID, maxWord)))
				}
			}
		}
	}
	b.WriteString("}\n")
}

// pathsML writes an edge a hop.
func pathsML(b *bufio.Writer, list []*footfall.Case) {
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">` + "\n")
	for _, k := range []struct{ id, kind string }{
		{"account", "string"},
		{"service", "string"},
		{"time", "string"},
		{"outcome", "string"},
		{"switch", "string"},
		{"id", "string"},
		{"shown", "boolean"},
		{"of", "int"},
		{"whose", "string"},
	} {
		fmt.Fprintf(b, "<key id=%q for=\"edge\" attr.name=%q attr.type=%q/>\n", k.id, k.id, k.kind)
	}
	b.WriteString(pathKeys + "<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n<graph edgedefault=\"directed\">\n")
	id := map[string]int{}
	for _, c := range list {
		for _, h := range c.Path {
			for _, name := range []string{h.From, h.To} {
				if _, ok := id[name]; !ok {
					id[name] = len(id)
					fmt.Fprintf(b, "<node id=\"n%d\"><data key=\"name\">%s</data></node>\n", id[name], escape(name))
				}
			}
		}
	}
	for _, c := range list {
		w := newWalk(c.Path, unfolded(c.Path))
		for i, h := range c.Path {
			fmt.Fprintf(b, `<edge source="n%d" target="n%d">`, id[h.From], id[h.To])
			for _, d := range [][2]string{
				{"account", h.Account},
				{"service", h.Service.String()},
				{"time", csvTime(h.Time)},
				{"outcome", h.Outcome.String()},
				{"switch", h.Switch},
				{"path", c.ID},
				{"id", hopID(h.ID)},
				{"after", hopID(h.After)},
				{"whose", w.whose(i)},
			} {
				if d[1] != "" {
					fmt.Fprintf(b, `<data key="%s">%s</data>`, d[0], escape(d[1]))
				}
			}
			if h.Of > 0 || h.Shown || h.Sure > 0 {
				fmt.Fprintf(b, `<data key="weight">%g</data><data key="shown">%t</data><data key="of">%d</data>`, bound(h.Sure), h.Shown, h.Of)
			}
			b.WriteString("</edge>\n")
		}
	}
	b.WriteString("</graph>\n</graphml>\n")
}
