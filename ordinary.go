package footfall

// ordinaryDays is on how many earlier days the same work from the same source
// makes it an account's own.
const ordinaryDays = 3

// burst is the probability, by the account's own days, below which the hosts
// that it works on in a day are more than its work.
const burst = 0.001

// Ordinary reports on how many earlier days an account did the same, and
// whether that makes it ordinary: administrators work with the tools of
// intruders, but from their own machines, day after day, on about as many
// hosts. It must have been from the same source, or from any while this one is
// where the account usually comes from. What is done from a source that is new
// for it never is, nor is a day on which far more hosts are worked on. what
// names the work, as a rule's id does. The step that is being observed is
// learned from.
func (e *Env) Ordinary(account, what, source, host Name) (days int, ok bool) {
	if account == 0 || source == 0 || e.Past == nil {
		return 0, false
	}
	here, anywhere := e.Past.Tally(TraitWork, account, what, source, 0), e.Past.Tally(TraitWork, account, what, 0, 0)
	today := e.Past.Habit(TraitWorkHost, account)
	e.Past.Teach(TraitWork, account, what, source, 0)
	e.Past.Teach(TraitWork, account, what, 0, 0)
	if host != 0 {
		e.Past.Teach(TraitWorkHost, account, what, host, 0)
	}
	days = here.Days
	if own := e.Past.Tally(TraitSource, account, source, 0, 0); own.Days >= ordinaryDays {
		days = anywhere.Days
	}
	if days < ordinaryDays {
		return days, false
	}
	return days, e.Past.Tail(TraitWorkHost, account, today.Today+1) > burst
}
