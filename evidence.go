package footfall

import (
	"fmt"
	"slices"
	"strconv"
)

// FindingID names a finding: the same rule, key and triggering event give the
// same id in any run (DESIGN section 10.1).
func FindingID(rule, key string, event uint64) string {
	return fmt.Sprintf("%016x", Hash(rule, key, strconv.FormatUint(event, 16)))
}

// Cite makes a step's record evidence of f: it counts it, widens First and
// Last, and keeps the first and the last MaxEvidence/2 references.
func (f *Finding) Cite(s *Step) {
	if f.Count == 0 || s.Time < f.First {
		f.First = s.Time
	}
	f.Last = max(f.Last, s.Time)
	f.Count++
	f.CiteRef(s.Ref)
}

// CiteRef adds a record that bears f out without being one of those it counts.
func (f *Finding) CiteRef(r Ref) {
	n := len(f.Evidence)
	if n > 0 && f.Evidence[n-1] == r {
		return
	}
	if n < MaxEvidence {
		f.Evidence = append(f.Evidence, r)
		return
	}
	copy(f.Evidence[MaxEvidence/2:], f.Evidence[MaxEvidence/2+1:])
	f.Evidence[n-1] = r
}

// MaxEntities is how many entities a finding names.
const MaxEntities = 40

// About names an entity of f once; an empty name is none.
func (f *Finding) About(role Role, kind, name string) {
	e := Entity{role, kind, name}
	if name != "" && len(f.Entities) < MaxEntities && !slices.Contains(f.Entities, e) {
		f.Entities = append(f.Entities, e)
	}
}

// Bear adds a technique that the records of f bear out; "" is none.
func (f *Finding) Bear(technique string) {
	if technique == "" {
		return
	}
	if i, have := slices.BinarySearch(f.Attack, technique); !have {
		f.Attack = slices.Insert(f.Attack, i, technique)
	}
}

// Clone returns a copy that later changes of f leave alone.
func (f *Finding) Clone() *Finding {
	c := *f
	c.Attack, c.Entities = slices.Clone(f.Attack), slices.Clone(f.Entities)
	c.Path, c.Evidence, c.Sessions = slices.Clone(f.Path), slices.Clone(f.Evidence), slices.Clone(f.Sessions)
	return &c
}

// Technique returns the ATT&CK technique of logging on through a service,
// "" when the service is none that T1021 or T1133 name.
func (s Service) Technique() string {
	switch s {
	case ServiceRDP:
		return "T1021.001"
	case ServiceSMB:
		return "T1021.002"
	case ServiceDCOM:
		return "T1021.003"
	case ServiceSSH:
		return "T1021.004"
	case ServiceVNC, ServiceARD:
		return "T1021.005"
	case ServiceWinRM:
		return "T1021.006"
	case ServiceCloud:
		return "T1021.007"
	case ServiceVPN, ServiceGateway, ServiceKube:
		return "T1133"
	case ServiceTelnet, ServiceR:
		return "T1021"
	}
	return ""
}

// Limit returns a threshold: the declared one, else def. A nil Context has none.
func (c *Context) Limit(name string, def float64) float64 {
	if c != nil {
		if v, ok := c.Limits[name]; ok {
			return v
		}
	}
	return def
}

// Weight is the log-odds of a finding that only its level speaks for: each
// level is worth about as much as two or three of the one below, so that
// several weak findings on one thing reach a strong one (odds 1:1 to 400:1).
func (l Level) Weight() float64 { return [...]float64{0, 0.2, 0.8, 2, 4, 6}[min(l, levelEnd-1)] }

// Source returns what names where a step came from best: its address, else
// its host; 0 when the record does not say.
func (s *Step) Source() Name {
	if s.SrcAddr != 0 {
		return s.SrcAddr
	}
	return s.SrcHost
}

// Refused reports whether a step of a kind is a try to get in that failed.
func Refused(k Kind, o Outcome) bool {
	switch k {
	case KindLogon, KindAttempt, KindReconnect, KindConnection, KindTicket:
		return o == Failure
	}
	return false
}

// Bare returns an account's name without its domain.
func Bare(account string) string {
	for i := len(account) - 1; i >= 0; i-- {
		if account[i] == '\\' {
			return account[i+1:]
		}
	}
	return account
}
