package evtx

import (
	"bytes"
	"hash/crc32"

	"github.com/footfall/footfall"
)

const (
	recordSig  = 0x00002a2a
	recordHead = 24 // signature, size, number, time
	recordMin  = recordHead + 4
)

// Reasons for which something could not be read.
const (
	badMagic    = "not an event log chunk"
	badShort    = "chunk is cut off in its header"
	badLong     = "bytes beyond the end of a chunk"
	badHeadSum  = "checksum of a chunk header does not match; its records were read"
	badSum      = "checksum of a chunk's records does not match; its records were read"
	badCut      = "record is cut off"
	badSize     = "record has an impossible size"
	badContent  = "record content is damaged"
	badEventXML = "record is damaged after its system part, which was read"
	badGarbage  = "bytes between records that are no record"
	badStale    = "records left over from earlier use of a chunk, not read"
	badHidden   = "record was hidden inside another; it was read"
	badCost     = "record needs more room than a chunk may take"
)

// decode appends the events of one chunk.
func (d *decoder) decode(b *footfall.Batch, frame []byte) error {
	if len(frame) > chunkSize {
		b.Bad(chunkSize, badLong)
		frame = frame[:chunkSize:chunkSize]
	}
	d.b, d.buf, d.used = b, frame, budget{}
	d.noneFrom, d.noneTo = 0, 0
	d.seal++
	if d.seal == 0 { // after 2^32 chunks old slots would look new
		d.defs, d.nameSlots, d.seal = [len(d.defs)]defSlot{}, [len(d.nameSlots)]nameSlot{}, 1
	}
	d.chunk()
	d.flush()
	d.b, d.e, d.buf = nil, nil, nil
	return nil
}

func (d *decoder) chunk() {
	if !hasMagic(d.buf, 0, chunkMagic) {
		if len(bytes.TrimLeft(d.buf, "\x00")) > 0 {
			d.b.Bad(0, badMagic)
			d.carve()
		}
		return
	}
	if len(d.buf) < chunkHead {
		d.b.Bad(0, badShort)
		return
	}
	free := le.Uint32(d.buf[48:])
	if free < chunkHead || free > chunkSize {
		free = chunkSize
	}
	d.checksums(free)
	d.records(min(free, uint32(len(d.buf))), free)
}

// checksums notes a header or records that were changed after they were
// written. Logs that were not closed, and chunks that say so, have none.
func (d *decoder) checksums(free uint32) {
	const none = 4
	if d.dirty || le.Uint32(d.buf[120:])&none != 0 {
		return
	}
	sum := crc32.Update(crc32.ChecksumIEEE(d.buf[:120]), crc32.IEEETable, d.buf[128:chunkHead])
	if sum != le.Uint32(d.buf[124:]) {
		d.b.Bad(0, badHeadSum)
	}
	if int(free) <= len(d.buf) && crc32.ChecksumIEEE(d.buf[chunkHead:free]) != le.Uint32(d.buf[52:]) {
		d.b.Bad(chunkHead, badSum)
	}
}

// records reads the records up to end. free is where the chunk says that they
// end, beyond end when the frame is torn.
func (d *decoder) records(end, free uint32) {
	pos, last, final := uint32(chunkHead), uint64(0), le.Uint64(d.buf[32:])
	for pos+recordMin <= end {
		n := d.recordAt(pos, end)
		if n == 0 {
			pos = d.resync(pos, end, free)
			continue
		}
		number := le.Uint64(d.buf[pos+8:])
		if last == final && number < last {
			// The header names its last record and this is an older one: it lies about where records end.
			d.b.Bad(int64(pos), badStale)
			return
		}
		last = number
		d.record(pos, n)
		pos += n
	}
	if pos < end && end < free {
		d.b.Bad(int64(pos), badCut)
	}
	if end == free {
		d.beyond(pos, last)
	}
}

// beyond reads on where the header says that the records end: the header of a
// log that was copied while in use lags behind. What lies there is part of the
// log only if it continues the numbers; older records are left alone.
func (d *decoder) beyond(pos uint32, last uint64) {
	end := uint32(len(d.buf))
	for last != 0 && pos+recordMin <= end {
		n := d.recordAt(pos, end)
		if n == 0 || le.Uint64(d.buf[pos+8:]) != last+1 || le.Uint32(d.buf[pos+n-4:]) != n {
			return
		}
		last++
		d.record(pos, n)
		pos += n
	}
}

// recordAt returns the length of the record at pos, 0 when none is there. When
// the two copies of the length disagree, the second is looked for before the
// next record or the end, and the first is believed when one of them follows.
func (d *decoder) recordAt(pos, end uint32) uint32 {
	if le.Uint32(d.buf[pos:]) != recordSig {
		return 0
	}
	n := le.Uint32(d.buf[pos+4:])
	fits := n >= recordMin && n <= end-pos
	if fits && le.Uint32(d.buf[pos+n-4:]) == n {
		return n
	}
	if next, ok := d.nextRecord(pos+recordMin, end); ok && le.Uint32(d.buf[next-4:]) == next-pos {
		return next - pos
	}
	if le.Uint32(d.buf[end-4:]) == end-pos {
		return end - pos
	}
	if fits && (pos+n == end || pos+n+4 <= end && le.Uint32(d.buf[pos+n:]) == recordSig) {
		return n
	}
	return 0
}

// resync notes what is at pos, which is no whole record, and returns where to
// go on.
func (d *decoder) resync(pos, end, free uint32) uint32 {
	isRecord := le.Uint32(d.buf[pos:]) == recordSig
	next, ok := d.nextRecord(pos+1, end)
	switch {
	case isRecord && !ok && end < free:
		d.b.Bad(int64(pos), badCut)
	case isRecord:
		d.b.Bad(int64(pos), badSize)
	case ok || len(bytes.TrimLeft(d.buf[pos:end], "\x00")) > 0:
		d.b.Bad(int64(pos), badGarbage)
	}
	if !ok {
		return end
	}
	return next
}

// nextRecord finds the next signature at or after pos: where records are
// written, at multiples of eight, and only when there is none anywhere.
func (d *decoder) nextRecord(pos, end uint32) (uint32, bool) {
	if pos < d.noneFrom || end > d.noneTo {
		for p := (pos + 7) &^ 7; p+recordMin <= end; p += 8 {
			if le.Uint32(d.buf[p:]) == recordSig {
				return p, true
			}
		}
		d.noneFrom, d.noneTo = pos, end
	}
	if pos >= end {
		return 0, false
	}
	i := bytes.Index(d.buf[pos:end], []byte{0x2a, 0x2a, 0, 0})
	if i < 0 || pos+uint32(i)+recordMin > end {
		return 0, false
	}
	return pos + uint32(i), true
}

// carve reads the first run of records of a chunk without its header.
func (d *decoder) carve() {
	end := uint32(len(d.buf))
	pos, ok := d.nextRecord(chunkHead, end)
	for ok && pos+recordMin <= end {
		n := d.recordAt(pos, end)
		if n == 0 {
			return
		}
		d.record(pos, n)
		pos += n
	}
}

// record decodes the record of n bytes at pos into an event.
func (d *decoder) record(pos, n uint32) {
	e := d.b.New()
	d.e = e
	e.Offset, e.Len = int64(pos), n
	e.Native = true
	d.subs = d.subs[:0]
	stop, ok := d.fragment(pos+recordHead, pos+n-4, 0)
	system := e.EventID != 0 || e.Channel != "" || e.Provider != ""
	switch {
	case d.overBudget():
		d.b.Drop()
		d.b.Bad(int64(pos), badCost)
		return
	case !ok && !system:
		d.b.Drop()
		d.b.Bad(int64(pos), badContent)
		return
	case !ok:
		d.b.Bad(int64(pos), badEventXML)
	}
	if e.Record == 0 {
		e.Record = le.Uint64(d.buf[pos+8:])
	}
	if e.Time == 0 {
		e.Time = unixNano(le.Uint64(d.buf[pos+16:]))
	}
	if ok && pos+n-stop >= recordMin {
		d.hidden(stop, pos+n)
	}
}

// hidden reads a record inside another: intruders' tools (eventlogedit of
// DanderSpritz, described by Fox-IT in 2017) remove a record by growing the one
// before over it.
func (d *decoder) hidden(pos, end uint32) {
	pos, ok := d.nextRecord(pos, end)
	if !ok || pos+recordMin > end {
		return
	}
	if n := d.recordAt(pos, end); n != 0 {
		d.b.Bad(int64(pos), badHidden)
		d.record(pos, n)
	}
}
