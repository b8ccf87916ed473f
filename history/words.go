package history

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
)

// words are the names of items that are not names in a step: made once each.
type words struct {
	names    *footfall.Names
	ports    map[uint16]footfall.Name
	hours    [168]footfall.Name
	services footfall.ServiceItems
	programs map[footfall.Name]footfall.Name
}

// maxPrograms bounds the memory of program names; it only saves work.
const maxPrograms = 1 << 14

func newWords(n *footfall.Names) words {
	return words{names: n, ports: map[uint16]footfall.Name{}, programs: map[footfall.Name]footfall.Name{}}
}

func (w *words) port(p uint16) footfall.Name {
	n, ok := w.ports[p]
	if !ok {
		n = w.names.Intern(strconv.Itoa(int(p)))
		w.ports[p] = n
	}
	return n
}

func (w *words) hour(h int) footfall.Name {
	if w.hours[h] == 0 {
		w.hours[h] = w.names.Intern(footfall.HourName(h))
	}
	return w.hours[h]
}

func (w *words) service(s footfall.Service) footfall.Name { return w.services.Of(w.names, s) }

// program is a program's name without its folder and in lower case.
func (w *words) program(image footfall.Name) footfall.Name {
	n, ok := w.programs[image]
	if !ok {
		if len(w.programs) >= maxPrograms {
			clear(w.programs)
		}
		s := w.names.String(image)
		n = w.names.Intern(strings.ToLower(s[strings.LastIndexAny(s, `\/`)+1:]))
		w.programs[image] = n
	}
	return n
}

// network is the network that an address counts with.
func (w *words) network(addr footfall.Name) footfall.Name {
	return w.names.Intern(footfall.NetworkItem(w.names.String(addr)))
}
