package footfall

// The enumerations that cases are made of are spelt out where a case is
// written to be read back, so that a number may change its meaning between two
// versions and nothing else does.

// MarshalText writes what String says.
func (s Status) MarshalText() ([]byte, error)    { return []byte(s.String()), nil }
func (j Judgement) MarshalText() ([]byte, error) { return []byte(j.String()), nil }
func (r Role) MarshalText() ([]byte, error)      { return []byte(r.String()), nil }
func (s Service) MarshalText() ([]byte, error)   { return []byte(s.String()), nil }
func (o Outcome) MarshalText() ([]byte, error)   { return []byte(o.String()), nil }
func (l Level) MarshalText() ([]byte, error)     { return []byte(l.String()), nil }
func (v Verdict) MarshalText() ([]byte, error)   { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText writes; it fails on anything else.
func (s *Status) UnmarshalText(p []byte) error { return spelt(s, "status", statusNames[:], p) }

func (j *Judgement) UnmarshalText(p []byte) error { return spelt(j, "verdict", judgementNames[:], p) }
func (r *Role) UnmarshalText(p []byte) error      { return spelt(r, "role", roleNames[:], p) }
func (s *Service) UnmarshalText(p []byte) error   { return spelt(s, "service", serviceNames[:], p) }
func (o *Outcome) UnmarshalText(p []byte) error   { return spelt(o, "outcome", outcomeNames[:], p) }
func (l *Level) UnmarshalText(p []byte) error     { return spelt(l, "level", levelNames[:], p) }
func (v *Verdict) UnmarshalText(p []byte) error   { return spelt(v, "verdict", verdictNames[:], p) }

func spelt[T ~uint8](into *T, what string, names []string, p []byte) (err error) {
	*into, err = named[T](what, names, string(p))
	return err
}
