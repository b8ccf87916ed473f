package azurefw

import (
	"strings"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/internal/hostport"
	"github.com/footfall/footfall/internal/jsonscan"
)

// flows reads the tuples of a flow log, which stand below the rule that they
// met, at different depths in the versions. The walk is a loop: input is never
// recursed over.
func (r *reader) flows(b *footfall.Batch, head *footfall.Event, raw []byte) error {
	s := &r.scan
	if s.Reset(raw) == jsonscan.None || !s.Enter() {
		return s.Err()
	}
	var tuples [jsonscan.MaxDepth + 2]bool
	rule := ""
	for depth := 1; depth > 0; {
		if !s.Next() {
			if s.Err() != nil {
				return s.Err()
			}
			depth--
			continue
		}
		switch s.Kind() {
		case jsonscan.Object, jsonscan.Array:
			is := s.Kind() == jsonscan.Array && string(s.Key()) == "flowTuples"
			if depth >= jsonscan.MaxDepth || !s.Enter() {
				continue
			}
			depth++
			tuples[depth] = is
		case jsonscan.String:
			switch {
			case tuples[depth]:
				if !r.tuple(b, head, rule, s.Keep(b)) {
					b.Bad(0, errTuple.Error())
				}
			case string(s.Key()) == "rule":
				rule = s.Keep(b)
			}
		default:
		}
	}
	return nil
}

// tuple reads "TIME,FROM,TO,PORT,PORT,PROTOCOL,DIRECTION,DECISION[,STATE,...]":
// versions 1 and 2 count seconds and say A or D; the flow logs of virtual
// networks count milliseconds and give the state in the decision's place.
func (r *reader) tuple(b *footfall.Batch, head *footfall.Event, rule, s string) bool {
	var f [13]string
	n := 0
	for rest, more := s, true; more && n < len(f); n++ {
		f[n], rest, more = strings.Cut(rest, ",")
	}
	ns, ok := epoch(f[0])
	from, ok1 := hostport.Addr(f[1])
	to, ok2 := hostport.Addr(f[2])
	if n < 8 || !ok || !ok1 || !ok2 {
		return false
	}
	e := b.New()
	*e = *head
	e.Fields = nil
	e.Time, e.Object = ns, rule
	e.From, e.To = footfall.Endpoint{Addr: from}, footfall.Endpoint{Addr: to}
	e.From.Port, _ = hostport.Port(f[3])
	e.To.Port, _ = hostport.Port(f[4])
	if e.MAC = r.v.Get(kMAC); f[6] == "I" {
		e.MAC = "" // it is the virtual machine's own, which is To
	}
	action := "Allow"
	if f[7] == "D" {
		action = "Deny"
	}
	b.Add(r.srcIP, f[1])
	b.Add(r.dstIP, f[2])
	b.Add(r.srcPort, f[3])
	b.Add(r.dstPort, f[4])
	b.Add(r.protocol, f[5])
	b.Add(r.action, action)
	r.verdict(b, e, action)
	e.Returned = number(f[12])
	e.Bytes = number(f[10]) + e.Returned
	return true
}

// epoch reads seconds or milliseconds since 1970.
func epoch(s string) (ns int64, ok bool) {
	v := number(s)
	switch len(s) {
	case 10:
		return v * 1e9, v > 0
	case 13:
		return v * 1e6, v > 0
	}
	return 0, false
}

func number(s string) (v int64) {
	for i := range len(s) {
		if s[i]-'0' > 9 || i > 17 {
			return 0
		}
		v = v*10 + int64(s[i]-'0')
	}
	return v
}
