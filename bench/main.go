// Command bench measures the whole program against the limit of the machine in
// one run: how fast its input can be read from disk into memory at all, and
// how fast a hunt goes over dense EVTX and over sshd lines, with how much
// memory. It makes its input from recorded chunks, shifting times and record
// numbers so that no event is a double.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.data, "data", filepath.Join("..", "shared", "data", "dev"), "folder with recorded .evtx files")
	flag.StringVar(&o.rules, "rules", filepath.Join("..", "shared", "data", "dev", "sigma"), "Sigma rules to hunt with besides the built-in ones")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "where the input is made")
	flag.Int64Var(&o.mib, "mib", 512, "MiB of input of each kind")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each is measured; the least CPU time counts")
	flag.BoolVar(&o.keep, "keep", false, "keep the input")
	flag.StringVar(&o.only, "only", "", "evtx or sshd; both when empty")
	curve := flag.Bool("rules-curve", false, "measure an event's cost against the number of Sigma rules instead, and draw -svg")
	svg := flag.String("svg", filepath.Join("docs", "sigma-cost.svg"), "where -rules-curve draws to")
	logins := flag.Int64("month", 0, "hunt through a generated month with so many logins instead, against the bound of memory")
	flag.Parse()
	run := func() error { return o.run(os.Stdout) }
	if *curve {
		run = func() error { return o.curve(os.Stdout, *svg) }
	}
	if *logins > 0 {
		run = func() error { return o.month(os.Stdout, *logins) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	data, rules, dir, only string
	mib                    int64
	rounds                 int
	keep                   bool
}

func (o *options) run(w io.Writer) error {
	bin := filepath.Join(o.dir, "footfall-bench-bin")
	if err := build(bin); err != nil {
		return err
	}
	defer os.Remove(bin)
	fmt.Fprintf(w, "| what | input | records | CPU s | wall s | records per CPU s | records per s | MB per s | peak MiB |\n|---|---|---|---|---|---|---|---|---|\n")
	if o.only != "sshd" {
		if err := o.evtx(w, bin); err != nil {
			return err
		}
	}
	if o.only != "evtx" {
		return o.sshd(w, bin)
	}
	return nil
}

func build(bin string) error {
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/footfall").CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w\n%s", err, out)
	}
	return nil
}

func (o *options) evtx(w io.Writer, bin string) error {
	path := filepath.Join(o.dir, "footfall-bench.evtx")
	if !o.keep {
		defer os.Remove(path)
	}
	n, err := makeEVTX(path, o.data, o.mib<<20)
	if err != nil {
		return err
	}
	if err := o.limit(w, path, n); err != nil {
		return err
	}
	if err := o.hunt(w, "hunt, built-in rules", bin, path, n); err != nil {
		return err
	}
	return o.hunt(w, "hunt, all SigmaHQ rules", bin, path, n, "-r", o.rules)
}

func (o *options) sshd(w io.Writer, bin string) error {
	path := filepath.Join(o.dir, "footfall-bench-auth.log")
	if !o.keep {
		defer os.Remove(path)
	}
	n, err := makeSSHD(path, o.mib<<20)
	if err != nil {
		return err
	}
	if err := o.limit(w, path, n); err != nil {
		return err
	}
	return o.hunt(w, "hunt, sshd lines", bin, path, n, "--no-builtin")
}

// limit measures reading the file into memory, the least that any program pays.
func (o *options) limit(w io.Writer, path string, n int64) error {
	best := cost{cpu: time.Hour}
	for range o.rounds {
		c, err := measured(func() error {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			buf := make([]byte, 1<<20)
			for {
				if _, err := f.Read(buf); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		})
		if err != nil {
			return err
		}
		best = less(best, c)
	}
	return row(w, "read into memory (the limit)", path, n, best)
}

func (o *options) hunt(w io.Writer, what, bin, path string, n int64, args ...string) error {
	best := cost{cpu: time.Hour}
	for range o.rounds {
		c, err := once(o.dir, bin, n, append([]string{path}, args...)...)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		best = less(best, c)
	}
	return row(w, what, path, n, best)
}

// once hunts, and holds that n records were read.
func once(dir, bin string, n int64, args ...string) (cost, error) {
	stats := filepath.Join(dir, "footfall-bench-stats.json")
	cmd := exec.Command(bin, append([]string{"hunt", "--stats", stats, "-f", "ndjson"}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.Stderr = io.Discard
	begun := time.Now()
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 1 && code != 3 {
		return cost{}, err
	}
	u := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	c := cost{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(begun), peak: u.Maxrss << 10}
	if got, err := records(stats); err != nil || got != n {
		return c, fmt.Errorf("%d records were read of %d made: %w", got, n, err)
	}
	return c, nil
}

func records(stats string) (int64, error) {
	data, err := os.ReadFile(stats)
	if err != nil {
		return 0, err
	}
	defer os.Remove(stats)
	var s struct{ Events map[string]int64 }
	if err := json.Unmarshal(data, &s); err != nil {
		return 0, err
	}
	var n int64
	for _, v := range s.Events {
		n += v
	}
	return n, nil
}

type cost struct {
	cpu, wall time.Duration
	peak      int64
}

func less(a, b cost) cost {
	if b.cpu < a.cpu {
		return b
	}
	return a
}

func measured(f func() error) (cost, error) {
	var a, b syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &a); err != nil {
		return cost{}, err
	}
	begun := time.Now()
	if err := f(); err != nil {
		return cost{}, err
	}
	wall := time.Since(begun)
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &b); err != nil {
		return cost{}, err
	}
	cpu := time.Duration(b.Utime.Nano() - a.Utime.Nano() + b.Stime.Nano() - a.Stime.Nano())
	return cost{cpu: cpu, wall: wall}, nil
}

func row(w io.Writer, what, path string, n int64, c cost) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	cpu, wall := max(c.cpu.Seconds(), 1e-6), max(c.wall.Seconds(), 1e-6)
	_, err = fmt.Fprintf(w, "| %s | %d MiB %s | %d | %.2f | %.2f | %.0f | %.0f | %.0f | %d |\n", what, st.Size()>>20,
		strings.TrimPrefix(filepath.Ext(path), "."), n, cpu, wall, float64(n)/cpu, float64(n)/wall, float64(st.Size())/1e6/wall, c.peak>>20)
	return err
}

// makeSSHD writes lines of a busy server: mostly guesses, some logons.
func makeSSHD(path string, size int64) (n int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for i := 0; size > 0; i++ {
		at = at.Add(17 * time.Millisecond)
		stamp, host, pid, port := at.Format("2006-01-02T15:04:05.000000Z"), i%30, 1000+i%60000, 30000+i%30000
		var line string
		switch i % 5 {
		case 0:
			line = fmt.Sprintf("Invalid user user%d from 198.51.%d.%d port %d", i%700, i/250%250, i%250, port)
		case 1, 2:
			line = fmt.Sprintf("Failed password for invalid user user%d from 198.51.%d.%d port %d ssh2", i%700, i/250%250, i%250, port)
		case 3:
			line = fmt.Sprintf("Accepted publickey for admin%d from 10.0.%d.%d port %d ssh2: ED25519 SHA256:0123456789abcdefghijklmnopqrstuvwxyz%07d", i%50, i%7, i%50, port, i%50)
		case 4:
			line = fmt.Sprintf("pam_unix(sshd:session): session closed for user admin%d", i%50)
		}
		m, err := fmt.Fprintf(w, "%s web%02d sshd[%d]: %s\n", stamp, host, pid, line)
		if err != nil {
			return n, err
		}
		size -= int64(m)
		n++
	}
	return n, w.Flush()
}
