package emulate

import (
	"context"
	"time"
)

// A sim runs the company from one event to the next. Everything happens in one
// goroutine in the order of time, so a seed always gives the same bytes.
type sim struct {
	world  *world
	p      *params
	dice   *dice
	now    moment
	end    moment
	due    queue[func()]
	tell   queue[*record] // records that will be written at their time
	truth  *truths
	files  files
	spared []*record
	buf    []byte
	err    error

	sources           []*source
	sessions          uint64
	count             uint64
	written           int64
	idp               *source
	left              map[*person]*session // desktops on terminal servers
	jobs              map[*person][]job
	pursuits          map[role][]pursuit
	watcher           *session
	scanDay, patchDay int
	intruders
}

// after does something later. What would be after the end is left out.
func (s *sim) after(d time.Duration, f func()) { s.at(s.now.add(d), f) }

func (s *sim) at(t moment, f func()) {
	if t < s.now {
		t = s.now
	}
	if t >= s.end {
		return
	}
	if c := s.actor; c != nil {
		act := f
		f = func() { s.as(c, act) }
	}
	s.due.push(t, f)
}

// run works off what there is to do until the end, and writes what was told.
func (s *sim) run(ctx context.Context) error {
	for n := 0; s.err == nil; n++ {
		if n&0xfff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		act, some := s.due.next()
		if told, ok := s.tell.next(); ok && (!some || told <= act) {
			r := s.tell.pop()
			if told < s.end {
				s.now = max(s.now, told)
				s.collect(r)
			}
			continue
		}
		if !some {
			break
		}
		s.now = max(s.now, act)
		s.due.pop()()
	}
	s.now = s.end
	for _, src := range s.sources {
		src.flush(s, s.end.add(365*24*time.Hour))
		src.close(s)
	}
	return s.err
}

// newRecord is a record of a host that happens after a delay.
func (s *sim) newRecord(h *host, delay time.Duration) *record {
	var r *record
	if n := len(s.spared); n > 0 {
		r = s.spared[n-1]
		s.spared = s.spared[:n-1]
		*r = record{}
	} else {
		r = new(record)
	}
	r.host, r.at, r.campaign = h, s.now.add(delay), s.actor
	if h != nil {
		r.to = h.to
	}
	return r
}

func (s *sim) spare(r *record) { s.spared = append(s.spared, r) }

func (s *sim) put(r *record) { s.tell.push(r.at, r) }

// collect is what becomes of a record: numbered and stamped by its host, then
// lost, kept back, or on its way.
func (s *sim) collect(r *record) {
	h := r.host
	if r.event != 0 {
		c := channelOf(r.event)
		h.number[c]++
		r.number = h.number[c]
	}
	r.stamp = r.at.add(h.skew)
	r.unsent = h.muted != 0 && r.at >= h.muted && r.to == h.to
	if r.to == nil || h.silent || r.to.lossy && r.to.failed > s.now {
		s.spare(r)
		return
	}
	if !h.online && r.to == h.to {
		h.spool = append(h.spool, r)
		return
	}
	r.received = s.now
	if r.to != h.to {
		r.to.add(s, r)
		return
	}
	if r.event != 0 {
		d := s.dice
		if r.campaign != nil {
			d = r.campaign.dice
		}
		r.received = r.received.add(h.lag/2 + time.Duration(d.Int64N(int64(h.lag))))
	}
	if r.to.failed > s.now {
		r.received = r.to.failed.add(3 * h.lag)
	}
	h.sent = max(h.sent, r.received) // a host's records stay in their order
	r.received = h.sent
	r.to.add(s, r)
}

// line is a record of a Unix host.
func (s *sim) line(h *host, delay time.Duration, program string, pid int, message string) *record {
	r := s.newRecord(h, delay)
	r.program, r.pid, r.message = program, pid, message
	s.put(r)
	return r
}

// text is a record of some product's own form.
func (s *sim) text(to *source, h *host, delay time.Duration, render func([]byte, time.Time) []byte) *record {
	r := s.newRecord(h, delay)
	r.to, r.render = to, render
	s.put(r)
	return r
}

// source makes a collector's log.
func (s *sim) source(path string, dress func([]byte, *sim, *record) []byte) *source {
	src := &source{path: path, dress: dress, zone: time.UTC}
	s.sources = append(s.sources, src)
	return src
}

// plain is the dress of records that render themselves.
func plain(b []byte, _ *sim, r *record) []byte { return r.render(b, r.stamp.utc()) }
