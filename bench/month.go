package main

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// A month of logins of a large company: people who mostly go the ways that
// they always go. Each login is a session of its own that ends later.
const (
	people     = 30_000
	machines   = 60_000
	usualWays  = 100          // machines that somebody goes to, some of them often
	newWays    = 500          // one login in so many goes anywhere
	windows    = 25           // one login in so many is one of Windows
	shiftMost  = 4 * 3600e3   // milliseconds that a session lasts at most
	monthLasts = 30 * 86400e3 // milliseconds
	sshFiles   = 3
)

// knownEdge is what a known edge may cost in memory, and besides them there is
// a bound that does not grow.
const (
	knownEdge = 24
	fixedMost = 512 << 20
)

// A month writes the logs.
type month struct {
	files  [sshFiles + 1]*output // the last is that of Windows
	keys   [people]string        // the fingerprint of each person's key
	nexts  [machines]uint32      // the number of the next session of each machine
	record uint64                // of Windows' log
	ending map[int64][]visit     // by the second
	usual  []uint64              // bits: which usual ways were gone
	edges  int64
	gone   map[[2]uint32]bool // the others
	lines  int64
	rnd    uint64
	buf    []byte
}

// A visit is a session that has begun.
type visit struct {
	who, host uint32
	number    uint32
	port      uint16
	windows   bool
}

type output struct {
	path string
	file *os.File
	zip  *gzip.Writer
	buf  *bufio.Writer
}

func newOutput(path string) (*output, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &output{path, f, z, bufio.NewWriterSize(z, 1<<20)}, nil
}

func (o *output) close() error {
	return errors.Join(o.buf.Flush(), o.zip.Close(), o.file.Close())
}

// makeMonth writes a month with a number of logins into a folder.
func makeMonth(dir string, logins int64) (m *month, err error) {
	m = &month{ending: map[int64][]visit{}, usual: make([]uint64, people*usualWays/64+1), gone: map[[2]uint32]bool{}, rnd: 88172645463325252}
	for i := range m.files {
		if m.files[i], err = newOutput(filepath.Join(dir, fmt.Sprintf("month%d.log.gz", i))); err != nil {
			return nil, err
		}
	}
	for i := range m.keys {
		sum := sha256.Sum256([]byte(strconv.Itoa(i)))
		m.keys[i] = base64.RawStdEncoding.EncodeToString(sum[:])
	}
	for i := range m.nexts {
		m.nexts[i] = 900 + uint32(i)%500
	}
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	second := begin / 1000
	for i := range logins {
		at := begin + int64(float64(i)/float64(logins)*monthLasts)
		for ; second <= at/1000; second++ {
			if err := m.leave(second); err != nil {
				return nil, err
			}
		}
		if err := m.login(at); err != nil {
			return nil, err
		}
	}
	for len(m.ending) > 0 {
		if err := m.leave(second); err != nil {
			return nil, err
		}
		second++
	}
	for _, o := range m.files {
		err = errors.Join(err, o.close())
	}
	return m, err
}

// roll gives a number below n, the same in each run.
func (m *month) roll(n int) int {
	m.rnd ^= m.rnd << 13
	m.rnd ^= m.rnd >> 7
	m.rnd ^= m.rnd << 17
	return int(m.rnd >> 33 % uint64(n))
}

// login writes one login and notes when it ends.
func (m *month) login(at int64) error {
	who := m.roll(people)
	way := m.roll(1 + m.roll(usualWays)) // the first ones often
	host := (who*2_654_435 + way*way*40_503 + way*97) % machines
	if m.roll(newWays) == 0 {
		host = m.roll(machines)
		if k := [2]uint32{uint32(who), uint32(host)}; !m.gone[k] {
			m.gone[k] = true
			m.edges++
		}
	} else if bit := who*usualWays + way; m.usual[bit/64]>>(bit%64)&1 == 0 {
		m.usual[bit/64] |= 1 << (bit % 64)
		m.edges++
	}
	v := visit{uint32(who), uint32(host), m.nexts[host], uint16(32768 + m.roll(28000)), host%windows == 0}
	m.nexts[host] += 3
	end := (at + 1000 + int64(m.roll(1+m.roll(shiftMost)))) / 1000
	m.ending[end] = append(m.ending[end], v)
	return m.line(at, &v, true)
}

// leave ends the sessions of a second.
func (m *month) leave(second int64) error {
	for i := range m.ending[second] {
		if err := m.line(second*1000+int64(i%1000), &m.ending[second][i], false); err != nil {
			return err
		}
	}
	delete(m.ending, second)
	return nil
}

func (m *month) line(at int64, v *visit, opens bool) error {
	out := m.files[v.host%sshFiles]
	m.buf = m.buf[:0]
	if v.windows {
		out = m.files[sshFiles]
		m.record++
		m.event(at, v, opens)
	} else {
		m.text(at, v, opens)
	}
	m.lines++
	_, err := out.buf.Write(append(m.buf, '\n'))
	return err
}

// text is a line of sshd.
func (m *month) text(at int64, v *visit, opens bool) {
	b := time.UnixMilli(at).UTC().AppendFormat(m.buf, "2006-01-02T15:04:05.000Z srv")
	b = strconv.AppendUint(b, uint64(v.host), 10)
	b = strconv.AppendUint(append(b, " sshd["...), uint64(v.number), 10)
	if !opens {
		b = append(b, "]: pam_unix(sshd:session): session closed for user p"...)
		m.buf = strconv.AppendUint(b, uint64(v.who), 10)
		return
	}
	b = strconv.AppendUint(append(b, "]: Accepted publickey for p"...), uint64(v.who), 10)
	b = address(append(b, " from "...), v.who)
	b = strconv.AppendUint(append(b, " port "...), uint64(v.port), 10)
	m.buf = append(append(b, " ssh2: ED25519 SHA256:"...), m.keys[v.who]...)
}

// event is a 4624 or 4634 as Winlogbeat ships it.
func (m *month) event(at int64, v *visit, opens bool) {
	id, b := uint64(4634), time.UnixMilli(at).UTC().AppendFormat(append(m.buf, `{"@timestamp":"`...), "2006-01-02T15:04:05.000Z")
	if opens {
		id = 4624
	}
	b = strconv.AppendUint(append(b, `","event":{"code":"`...), id, 10)
	b = strconv.AppendUint(append(b, `","provider":"Microsoft-Windows-Security-Auditing"},"winlog":{"channel":"Security","computer_name":"srv`...), uint64(v.host), 10)
	b = strconv.AppendUint(append(b, `","event_id":"`...), id, 10)
	b = strconv.AppendUint(append(b, `","provider_name":"Microsoft-Windows-Security-Auditing","record_id":`...), m.record, 10)
	b = strconv.AppendUint(append(b, `,"event_data":{"TargetUserName":"p`...), uint64(v.who), 10)
	b = strconv.AppendUint(append(b, `","TargetDomainName":"CORP","TargetLogonId":"0x`...), 0x10000+uint64(v.number), 16)
	b = append(b, `","LogonType":"3"`...)
	if opens {
		b = address(append(b, `,"AuthenticationPackageName":"Kerberos","IpAddress":"`...), v.who)
		b = strconv.AppendUint(append(b, `","IpPort":"`...), uint64(v.port), 10)
		b = append(b, '"')
	}
	m.buf = append(b, "}}}"...)
}

// address is that of somebody's own machine.
func address(b []byte, who uint32) []byte {
	b = strconv.AppendUint(append(b, "10."...), uint64(who>>16), 10)
	b = strconv.AppendUint(append(b, '.'), uint64(who>>8&255), 10)
	return strconv.AppendUint(append(b, '.'), uint64(who&255), 10)
}

// month hunts through a month and compares the memory with its bound.
func (o *options) month(w io.Writer, logins int64) error {
	dir, err := os.MkdirTemp(o.dir, "footfall-month-*")
	if err != nil {
		return err
	}
	if !o.keep {
		defer os.RemoveAll(dir)
	}
	bin := filepath.Join(dir, "footfall")
	if err := build(bin); err != nil {
		return err
	}
	m, err := makeMonth(dir, logins)
	if err != nil {
		return err
	}
	paths := make([]string, len(m.files))
	packed := int64(0)
	for i, f := range m.files {
		st, err := os.Stat(f.path)
		if err != nil {
			return err
		}
		paths[i], packed = f.path, packed+st.Size()
	}
	c, err := once(dir, bin, m.lines, paths...)
	if err != nil {
		return err
	}
	bound := int64(fixedMost + knownEdge*m.edges)
	within := "yes"
	if c.peak > bound {
		within = "no"
	}
	_, err = fmt.Fprintf(w, "| logins | records | input, packed | CPU s | wall s | logins per s | peak MiB | known edges | bound MiB | within |\n|---|---|---|---|---|---|---|---|---|---|\n"+
		"| %d | %d | %d MiB | %.0f | %.0f | %.0f | %d | %d | %d | %s |\n",
		logins, m.lines, packed>>20, c.cpu.Seconds(), c.wall.Seconds(), float64(logins)/c.wall.Seconds(), c.peak>>20, m.edges, bound>>20, within)
	return err
}
