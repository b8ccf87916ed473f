package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/journal"
)

// changing is a command that writes down something about one case.
func (f *casing) changing(use, short string, args cobra.PositionalArgs, do func(d *desk, x *journal.File, k *footfall.Case, args []string) (journal.Entry, string, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: func(c *cobra.Command, args []string) error {
			return f.change(c, args[0], func(d *desk, x *journal.File, k *footfall.Case) ([]journal.Entry, string, error) {
				e, said, err := do(d, x, k, args[1:])
				e.Case = x.Key
				return []journal.Entry{e}, said, err
			})
		},
	}
}

// words are the rest of the arguments as one text.
func words(args []string) string { return strings.TrimSpace(strings.Join(args, " ")) }

func (f *casing) takeCommand() *cobra.Command {
	var to, tier string
	c := f.changing("take CASE", "Take a case, or give it to somebody", oneCase(0), func(_ *desk, x *journal.File, _ *footfall.Case, _ []string) (journal.Entry, string, error) {
		owner := to
		if owner == "" {
			var err error
			if owner, err = f.person(); err != nil {
				return journal.Entry{}, "", err
			}
		}
		return journal.Entry{What: journal.Taken, Body: journal.Body{Owner: owner, Tier: tier}}, fmt.Sprintf("Case %d is %s's.", x.Work.Number, clean(owner)), nil
	})
	c.Flags().StringVar(&to, "to", "", "give it to `NAME`")
	c.Flags().StringVar(&tier, "tier", "", "for tier `L1`, T2 or T3")
	return c
}

func (f *casing) noteCommand() *cobra.Command {
	return f.changing("note CASE TEXT...", "Write a note about a case", oneCase(-1), func(_ *desk, x *journal.File, _ *footfall.Case, args []string) (journal.Entry, string, error) {
		text := words(args)
		if text == "" {
			return journal.Entry{}, "", usage{errors.New("the note is missing")}
		}
		return journal.Entry{What: journal.Noted, Body: journal.Body{Text: text}}, fmt.Sprintf("Noted on case %d.", x.Work.Number), nil
	})
}

func (f *casing) taskCommand() *cobra.Command {
	c := f.changing("task CASE TASK done|open [TEXT...]", "Say that a task is done or open again, or set a new one", oneCase(-1), func(_ *desk, x *journal.File, k *footfall.Case, args []string) (journal.Entry, string, error) {
		if len(args) > 1 && args[0] == "new" {
			b := journal.Body{Task: ownTask(x), State: "open", Text: words(args[1:])}
			return journal.Entry{What: journal.Tasked, Body: b}, fmt.Sprintf("Task %s is set on case %d.", b.Task, x.Work.Number), nil
		}
		if len(args) < 2 || args[1] != "done" && args[1] != "open" {
			return journal.Entry{}, "", usage{errors.New("which task, and is it done or open? footfall case task CASE TASK done")}
		}
		t, err := closest(k, args[0])
		if err != nil {
			return journal.Entry{}, "", err
		}
		return journal.Entry{What: journal.Tasked, Body: journal.Body{Task: t.ID, Tier: t.Tier, State: args[1], Text: words(args[2:])}},
			fmt.Sprintf("Task %s of case %d is %s.", clean(t.ID), x.Work.Number, args[1]), nil
	})
	c.Long = `Task says that a task of a case is done or open again, with what came of it.
A task is named by its id, or by the end of it that is unique. "new" in the place
of TASK sets one of your own: footfall case task 1 new "call the branch office".`
	return c
}

// ownTask is the id of the next task that people set themselves.
func ownTask(x *journal.File) string {
	n := 1
	for _, t := range x.Tasks {
		if strings.HasPrefix(t.ID, "own-") {
			n++
		}
	}
	return fmt.Sprintf("own-%d", n)
}

func (f *casing) escalateCommand() *cobra.Command {
	var to, reason string
	c := f.changing("escalate CASE", "Hand a case to a higher tier", oneCase(0), func(_ *desk, x *journal.File, k *footfall.Case, _ []string) (journal.Entry, string, error) {
		tier := to
		if tier == "" {
			tier = k.Decision.To
		}
		if tier == "" {
			tier = "T2"
		}
		why := reason
		if why == "" {
			why = because(k)
		}
		if why == "" {
			return journal.Entry{}, "", usage{errors.New("no reason of the playbook matched: --reason says why it is escalated")}
		}
		return journal.Entry{What: journal.Escalated, Body: journal.Body{Tier: tier, Reason: why}}, fmt.Sprintf("Case %d is escalated to %s.", x.Work.Number, clean(tier)), nil
	})
	c.Flags().StringVar(&to, "to", "", "the `TIER` (default as the playbook says)")
	c.Flags().StringVar(&reason, "reason", "", "why, in `WORDS` (default the reasons that matched)")
	return c
}

// because are the reasons to escalate that matched, in words.
func because(k *footfall.Case) string {
	var out []string
	for _, g := range k.Decision.Reasons {
		if g.State == "matched" {
			out = append(out, g.Because)
		}
	}
	return strings.Join(out, "; ")
}

func (f *casing) statusCommand() *cobra.Command {
	return f.changing("status CASE triage|escalated|contained|recovering", "Say how far the work on a case is", oneCase(1), func(_ *desk, x *journal.File, _ *footfall.Case, args []string) (journal.Entry, string, error) {
		status, err := footfall.ParseStatus(words(args))
		if err != nil || status == footfall.StatusNew {
			return journal.Entry{}, "", usage{fmt.Errorf("the status is triage, escalated, contained or recovering")}
		}
		if status == footfall.StatusClosed {
			return journal.Entry{}, "", usage{errors.New("footfall case close closes a case, with a verdict and a reason")}
		}
		return journal.Entry{What: journal.Moved, Body: journal.Body{Status: status}}, fmt.Sprintf("Case %d: %s.", x.Work.Number, status), nil
	})
}

func (f *casing) closeCommand() *cobra.Command {
	var reason string
	var days int
	c := &cobra.Command{
		Use: "close CASE VERDICT", Short: "Close a case with a verdict", Args: oneCase(1),
		Long: `Close closes a case with one of OCSF's verdicts: false-positive, true-positive,
disregard, suspicious, benign, test, insufficient-data, security-risk,
managed-externally, duplicate.

After false-positive and benign it prints what would suppress the same again: a
rule with the account, the host and the source of this case, for 30 days. Nothing
is suppressed before somebody says so: footfall case suppress CASE --confirm.`,
		RunE: func(c *cobra.Command, args []string) error {
			verdict, err := footfall.ParseJudgement(words(args[1:]))
			if err != nil || verdict == footfall.JudgementNone {
				return usage{errors.New("with which verdict? false-positive, true-positive, disregard, suspicious, benign, test, insufficient-data, security-risk, managed-externally or duplicate")}
			}
			if strings.TrimSpace(reason) == "" {
				return usage{errors.New("--reason says why")}
			}
			if days < 1 || days > mostDays {
				return usage{fmt.Errorf("--days is 1 to %d", mostDays)}
			}
			return f.change(c, args[0], func(d *desk, x *journal.File, k *footfall.Case) ([]journal.Entry, string, error) {
				if x.Work.Status == footfall.StatusClosed {
					return nil, "", fmt.Errorf("case %d is closed as %s: footfall case reopen opens it again", x.Work.Number, x.Work.Judgement)
				}
				list := []journal.Entry{{Case: x.Key, What: journal.Closed, Body: journal.Body{Verdict: verdict, Reason: reason}}}
				said := fmt.Sprintf("Case %d is closed as %s.", x.Work.Number, verdict)
				if verdict != footfall.JudgementFalsePositive && verdict != footfall.JudgementBenign {
					return list, said, nil
				}
				who, err := f.person()
				if err != nil {
					return nil, "", err
				}
				suggested := suggest(k, fmt.Sprintf("%s: %s (%s, case %d)", verdict, reason, who, x.Work.Number), days)
				for i := range suggested {
					list = append(list, journal.Entry{Case: x.Key, What: journal.Suggested, Body: journal.Body{Suppress: &suggested[i]}})
				}
				return list, said + toldSuggested(suggested, x.Work.Number), nil
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why, in `WORDS`; must be given")
	c.Flags().IntVar(&days, "days", 30, "for how many days a suppression is suggested, `N` up to 90")
	return c
}

func (f *casing) reopenCommand() *cobra.Command {
	var reason string
	c := f.changing("reopen CASE", "Open a closed case again", oneCase(0), func(_ *desk, x *journal.File, _ *footfall.Case, _ []string) (journal.Entry, string, error) {
		if strings.TrimSpace(reason) == "" {
			return journal.Entry{}, "", usage{errors.New("--reason says why")}
		}
		return journal.Entry{What: journal.Reopened, Body: journal.Body{Cause: reason}}, fmt.Sprintf("Case %d is open again.", x.Work.Number), nil
	})
	c.Flags().StringVar(&reason, "reason", "", "why, in `WORDS`; must be given")
	return c
}

func (f *casing) mergeCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "merge CASE OTHER...", Short: "Make other cases part of a case", Args: oneCase(-1),
		Long: `Merge makes other cases part of the first, which survives: it is built again of
all findings, so that its sentence, answers and decision are those of the whole.
The ids of the others lead to it from then on. footfall case unmerge takes it back.`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage{errors.New("which other case?")}
			}
			return f.change(c, args[0], func(d *desk, x *journal.File, _ *footfall.Case) (list []journal.Entry, said string, err error) {
				if x.Work.Status == footfall.StatusClosed {
					return nil, "", fmt.Errorf("case %d is closed: what is merged into it would be too; footfall case reopen opens it again", x.Work.Number)
				}
				for _, id := range args[1:] {
					o, _, err := d.find(id)
					if err != nil {
						return nil, "", err
					}
					if o == x {
						return nil, "", fmt.Errorf("%q is case %d itself", id, x.Work.Number)
					}
					if slices.ContainsFunc(list, func(e journal.Entry) bool { return e.Body.Case == o.Key }) {
						continue // named twice
					}
					list = append(list, journal.Entry{Case: x.Key, What: journal.Merged, Body: journal.Body{Case: o.Key}})
					said += fmt.Sprintf("Case %d is part of case %d now.\n", o.Work.Number, x.Work.Number)
				}
				return list, strings.TrimSuffix(said, "\n"), nil
			})
		},
	}
	return c
}

func (f *casing) unmergeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "unmerge CASE", Short: "Make a merged case a case of its own again", Args: oneCase(0),
		RunE: func(c *cobra.Command, args []string) error {
			return f.change(c, args[0], func(d *desk, _ *journal.File, _ *footfall.Case) ([]journal.Entry, string, error) {
				o, err := d.log.Find(args[0])
				if err != nil {
					return nil, "", err
				}
				if o.Into == "" || !o.ByHand {
					return nil, "", fmt.Errorf("case %d was not merged by hand", o.Work.Number)
				}
				return []journal.Entry{{Case: o.Into, What: journal.Unmerged, Body: journal.Body{Case: o.Key}}},
					fmt.Sprintf("Case %d is a case of its own again.", o.Work.Number), nil
			})
		},
	}
}

func (f *casing) splitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "split CASE FINDING...", Short: "Make findings of a case a case of their own", Args: oneCase(-1),
		Long: `Split makes findings of a case, named by their ids (footfall case show --all), a
case of their own; both are built again. footfall case merge puts them together
again.`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage{errors.New("which findings? footfall case show --all names them")}
			}
			return f.change(c, args[0], func(d *desk, x *journal.File, k *footfall.Case) ([]journal.Entry, string, error) {
				return d.split(x, k, args[1:])
			})
		},
	}
}

// split is the entry that makes findings a case of their own.
func (d *desk) split(x *journal.File, k *footfall.Case, ids []string) ([]journal.Entry, string, error) {
	if len(k.Work.Merged) > 0 {
		return nil, "", fmt.Errorf("other cases are part of case %d: footfall case unmerge takes one out", x.Work.Number)
	}
	var list []*footfall.Finding
	rest := len(k.Findings)
	for _, id := range ids {
		f, err := findingOf(k, id)
		if err != nil {
			return nil, "", err
		}
		if slices.Contains(list, f) {
			continue // named twice
		}
		list = append(list, f)
		rest--
	}
	b := journal.Body{Level: footfall.LevelUnknown}
	for _, f := range list {
		b.Findings = append(b.Findings, f.ID)
		if b.Case == "" && f.Level >= footfall.LevelMedium {
			b.Case, b.Text = f.ID, strings.ToValidUTF8(f.Title[:min(len(f.Title), 1<<10)], "?")
		}
		b.Level = max(b.Level, f.Level)
	}
	if b.Case == "" || rest <= 0 {
		return nil, "", errors.New("a finding of medium or above must go, and another finding must stay")
	}
	if b.Text == "" {
		b.Text = b.Case
	}
	for n, id := 2, b.Case; d.log.File(b.Case) != nil; n++ { // the case itself is called after the finding
		b.Case = fmt.Sprintf("%s~%d", id, n)
	}
	return []journal.Entry{{Case: x.Key, What: journal.Split, Body: b}},
		fmt.Sprintf("%s of case %d: case %d now.", counted(len(list), "finding", "findings"), x.Work.Number, len(d.log.Files)+1), nil
}

func findingOf(k *footfall.Case, id string) (*footfall.Finding, error) {
	var found *footfall.Finding
	for _, f := range k.Findings {
		if strings.HasPrefix(f.ID, id) {
			if found != nil {
				return nil, fmt.Errorf("%q: the ids of several findings begin so", id)
			}
			found = f
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%q is no finding of the case", id)
	}
	return found, nil
}
