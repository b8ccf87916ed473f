package footfall

// ordinaryDays is on how many earlier days the same work from the same source
// makes it an account's own.
const ordinaryDays = 3

// burst is the probability, by the account's own days, below which the hosts
// that it works on in a day are more than its work.
const burst = 0.001

// Ordinary reports on how many earlier days an account did the same from the
// same source, and whether that makes it ordinary: administrators work with the
// tools of intruders, but from their own machines, day after day, on about as
// many hosts. What is done on a source that is new for it never is, nor is a
// day on which far more hosts are worked on. what names the work, as a rule's
// id does. The step that is being observed is learned from.
func (e *Env) Ordinary(account, what, source, host Name) (days int, ok bool) {
	if account == 0 || source == 0 || e.Past == nil {
		return 0, false
	}
	t := e.Past.Tally(TraitWork, account, what, source, 0)
	today := e.Past.Habit(TraitWorkHost, account)
	e.Past.Teach(TraitWork, account, what, source, 0)
	if host != 0 {
		e.Past.Teach(TraitWorkHost, account, what, host, 0)
	}
	if t.Days < ordinaryDays {
		return t.Days, false
	}
	return t.Days, e.Past.Tail(TraitWorkHost, account, today.Today+1) > burst
}
