package nxlog

import "github.com/footfall/footfall/internal/winevent"

// times are the times that a record may have.
type times struct {
	event, received, stamp, utc moment
}

type moment struct {
	winevent.Moment
	ok bool
}

func (t *times) set(m *moment, v []byte) {
	if parsed, ok := winevent.Time(v); ok && !m.ok {
		*m = moment{parsed, true}
	}
}

const (
	quarter   = 15 * 60     // zones are whole quarters of an hour from UTC
	farthest  = 14 * 3600   // Line Islands
	backwards = 60          // how far a receiver's clock may be behind
	nearby    = 2           // seconds between an activity and its record
	records   = uint64(1e6) // record numbers are taken modulo a millisecond of nanoseconds
)

// resolve returns when the event happened, and whether that is only what the
// clock on the wall showed. The event's own time wins over those of the
// stations on its way.
func (t *times) resolve(record uint64) (at int64, zoneless bool) {
	m := t.event
	switch {
	case m.ok:
	case t.utc.ok:
		return t.utc.UnixNano(), false
	case t.stamp.ok:
		return t.stamp.UnixNano(), !t.stamp.Zoned
	default:
		m = t.received
	}
	if !m.ok {
		return 0, false
	}
	if !m.Zoned {
		ahead, known := t.ahead(m)
		m.Sec -= ahead
		zoneless = !known
	}
	at = m.UnixNano()
	if at == 0 || !m.Whole {
		return at, zoneless
	}
	if u := t.utc; u.ok && u.Sec-m.Sec <= nearby && m.Sec-u.Sec <= nearby {
		return u.UnixNano(), zoneless
	}
	return at + int64(record%records), zoneless
}

// ahead returns how many seconds the clock on the wall is ahead of UTC: what
// lies between the time of receipt on both clocks, or between the event and
// its receipt, cut to whole quarters of an hour; known is false when the record
// does not tell.
func (t *times) ahead(m moment) (seconds int64, known bool) {
	if !t.stamp.ok || !t.stamp.Zoned {
		return 0, false
	}
	slack := int64(backwards)
	if t.received.ok && !t.received.Zoned {
		m, slack = t.received, quarter/2
	}
	late := t.stamp.Sec - m.Sec + slack
	off := late / quarter
	if late%quarter < 0 {
		off--
	}
	if off *= quarter; off > farthest || off < -farthest {
		return 0, false
	}
	return -off, true
}
