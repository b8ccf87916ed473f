// Command footfall hunts through logs for the abuse of remote services, says
// who walked where and which steps were an intruder's, and why. Each file is a
// subcommand: flags in, calls to the stages, text out; no logic lives here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/metrics"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit statuses of the contract.
const (
	exitFound = 3
	exitUsage = 2
	exitError = 1
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// A found is the error that stands for exit status 3: not a failure.
type found struct{}

func (found) Error() string { return "findings at or above the level asked for" }

// A usage is an error in how the program was called.
type usage struct{ error }

// An unread is the error for inputs that could not all be read; the summary
// has already said which.
type unread struct{}

func (unread) Error() string { return "not everything could be read" }

// A room is what a hunt may take: the bounds on what it keeps leave its live
// memory well below the least of it, but for the baseline, which has 24 bytes
// for a thing that it knows. Near it the collector works harder instead of
// taking more. Where more than that is alive the limit follows it: a collector
// that fights for what it cannot have takes half of the time.
type room struct{ set int64 }

const leastRoom = 400 << 20

func (r *room) grow(known int) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	want := max(leastRoom+24*int64(known), int64(live[0].Value.Uint64())*9/8+48<<20)
	if want > r.set+r.set/64 || want < r.set-r.set/16 {
		r.set = want
		debug.SetMemoryLimit(want)
	}
}

func run(args []string, in io.Reader, out, errs io.Writer) int {
	debug.SetMemoryLimit(leastRoom)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // who asks a second time does not wait
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.As(err, new(found)):
		return exitFound
	case errors.As(err, new(unread)):
		return exitError
	case errors.As(err, new(usage)):
		fmt.Fprintf(errs, "footfall: %v\nSee 'footfall help'.\n", err)
		return exitUsage
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(errs, "footfall: %v\n", err)
	return exitError
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "footfall",
		Short: "Find the abuse of remote services in logs",
		Long: `Footfall reads the logs that record remote access, tells who walked where and
which of those steps an intruder took, and why.

Start with a folder of evidence:

  footfall hunt evidence/

Any mix of files, folders and archives will do; formats are recognised by content.`,
		SilenceErrors: true, SilenceUsage: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage{fmt.Errorf("unknown command %q", args[0])}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage{err} })
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(huntCommand(), logonsCommand(), graphCommand(), timelineCommand(), eventsCommand(),
		explainCommand(), sourcesCommand(), rulesCommand(), playbooksCommand(), emulateCommand(), versionCommand())
	root.AddCommand(caseCommand())
	return root
}

// some asks for at least one argument.
func some(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage{fmt.Errorf("%s is missing", what)}
		}
		return nil
	}
}

func none(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}
