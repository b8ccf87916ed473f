package evtx

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Types of values (MS-EVEN6 2.2.12.2). typArray marks an array of the type.
const (
	typNull     = 0x00
	typString   = 0x01
	typANSI     = 0x02
	typInt8     = 0x03
	typUint8    = 0x04
	typInt16    = 0x05
	typUint16   = 0x06
	typInt32    = 0x07
	typUint32   = 0x08
	typInt64    = 0x09
	typUint64   = 0x0a
	typFloat    = 0x0b
	typDouble   = 0x0c
	typBool     = 0x0d
	typBinary   = 0x0e
	typGUID     = 0x0f
	typSize     = 0x10
	typFiletime = 0x11
	typSystime  = 0x12
	typSID      = 0x13
	typHex32    = 0x14
	typHex64    = 0x15
	typBinXML   = 0x21
	typArray    = 0x80
)

// width returns the bytes of a value of a type that always has as many, else 0.
func width(typ uint8) uint32 {
	switch typ {
	case typInt8, typUint8:
		return 1
	case typInt16, typUint16:
		return 2
	case typInt32, typUint32, typFloat, typBool, typHex32:
		return 4
	case typInt64, typUint64, typDouble, typFiletime, typHex64:
		return 8
	case typGUID, typSystime:
		return 16
	}
	return 0
}

func isInt(typ uint8) bool { return typ >= typInt8 && typ <= typUint64 }

func (d *decoder) raw(v value) []byte { return d.buf[v.off : v.off+uint32(v.n)] }

// trimmed returns UTF-16 without the NULs at its end.
func (d *decoder) trimmed(v value) []byte { return trim16(d.raw(v)) }

func trim16(b []byte) []byte {
	n := len(b) &^ 1
	for n >= 2 && b[n-1] == 0 && b[n-2] == 0 {
		n -= 2
	}
	return b[:n]
}

// loadUint reads the little-endian number that b is; what is beyond eight
// bytes is left out.
func loadUint(b []byte) uint64 {
	switch len(b) {
	case 8:
		return le.Uint64(b)
	case 4:
		return uint64(le.Uint32(b))
	case 2:
		return uint64(le.Uint16(b))
	}
	var n uint64
	for i := range b[:min(len(b), 8)] {
		n |= uint64(b[i]) << (8 * i)
	}
	return n
}

// loadInt reads a number with the sign of its type.
func (d *decoder) loadInt(v value) int64 {
	n := loadUint(d.raw(v))
	if v.typ&1 != 0 && v.n < 8 && v.n > 0 { // signed types have odd numbers
		shift := 64 - 8*v.n
		return int64(n<<shift) >> shift
	}
	return int64(n)
}

// small holds the numbers that most levels, tasks and versions are.
var small = func() (t [64]string) {
	for i := range t {
		t[i] = strconv.Itoa(i)
	}
	return t
}()

// appendValue appends one value as Windows writes it in XML. It appends at
// most 3*n+64 bytes.
func (d *decoder) appendValue(dst []byte, v value) []byte {
	b := d.raw(v)
	if len(b) == 0 {
		return dst
	}
	switch v.typ {
	case typString:
		return appendUTF16(dst, trim16(b))
	case typANSI:
		return appendANSI(dst, b)
	case typInt8, typInt16, typInt32, typInt64:
		return strconv.AppendInt(dst, d.loadInt(v), 10)
	case typUint8, typUint16, typUint32, typUint64:
		return strconv.AppendUint(dst, loadUint(b), 10)
	case typFloat:
		return strconv.AppendFloat(dst, float64(math.Float32frombits(uint32(loadUint(b)))), 'g', -1, 32)
	case typDouble:
		return strconv.AppendFloat(dst, math.Float64frombits(loadUint(b)), 'g', -1, 64)
	case typBool:
		return strconv.AppendBool(dst, loadUint(b) != 0)
	case typGUID:
		return appendGUID(dst, b)
	case typSize, typHex32, typHex64:
		return strconv.AppendUint(append(dst, "0x"...), loadUint(b), 16)
	case typFiletime:
		return d.clock.append(dst, loadUint(b))
	case typSystime:
		return appendSystime(dst, b)
	case typSID:
		return appendSID(dst, b)
	}
	return appendHex(dst, b)
}

// appendAny appends a value, or the items of an array with commas between.
func (d *decoder) appendAny(dst []byte, v value) []byte {
	if v.typ&typArray == 0 {
		return d.appendValue(dst, v)
	}
	start := len(dst)
	for it := newItems(d, v); it.next(); {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = d.appendValue(dst, it.item)
	}
	return dst
}

// items walks an array. Strings end with a NUL each; everything else has the
// width of its type, SIDs their own.
type items struct {
	d     *decoder
	rest  value  // what is still to come
	width uint16 // of each item, 0 when each has its own
	item  value
}

func newItems(d *decoder, v value) items {
	v.typ &^= typArray
	w := uint16(width(v.typ))
	if v.typ == typSize {
		w = 4
		if v.n%8 == 0 { // nothing says whether the host had 32 bits; few have
			w = 8
		}
	}
	return items{d: d, rest: v, width: w}
}

func (it *items) next() bool {
	if it.rest.n == 0 {
		return false
	}
	n, gap := it.size()
	it.item = value{it.rest.off, n, it.rest.typ}
	it.rest.off += uint32(n + gap)
	it.rest.n -= n + gap
	return true
}

// size returns the bytes of the next item and of what parts it from the one
// after.
func (it *items) size() (n, gap uint16) {
	b := it.d.raw(it.rest)
	whole := it.rest.n
	if it.width > 0 {
		return min(it.width, whole), 0
	}
	switch it.rest.typ {
	case typString:
		for i := 0; i+1 < len(b); i += 2 {
			if b[i] == 0 && b[i+1] == 0 {
				return uint16(i), 2
			}
		}
		return whole, 0
	case typANSI:
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return uint16(i), 1
		}
		return whole, 0
	case typSID:
		if len(b) < 8 {
			return whole, 0
		}
		return min(8+4*uint16(b[1]), whole), 0
	}
	return whole, 0
}

// appendUTF16 appends UTF-16 as UTF-8; halves of a surrogate pair that stand
// alone become U+FFFD.
func appendUTF16(dst, b []byte) []byte {
	dst = slices.Grow(dst, len(b)/2+8)
	n := len(dst)
	out := dst[:cap(dst)]
	for len(b) >= 16 {
		x, y := le.Uint64(b), le.Uint64(b[8:])
		if (x|y)&0xff80ff80ff80ff80 != 0 {
			break
		}
		// Four units 00aa00bb00cc00dd become the four bytes aabbccdd.
		x = (x | x>>8) & 0x0000ffff0000ffff
		y = (y | y>>8) & 0x0000ffff0000ffff
		le.PutUint64(out[n:], (x|x>>16)&0xffffffff|(y|y>>16)<<32)
		n += 8
		b = b[16:]
	}
	for len(b) >= 2 && b[1] == 0 && b[0] < 0x80 {
		out[n] = b[0]
		n++
		b = b[2:]
	}
	dst = out[:n]
	if len(b) < 2 {
		return dst
	}
	return appendWide(dst, b)
}

func appendWide(dst, b []byte) []byte {
	for len(b) >= 2 {
		u := rune(le.Uint16(b))
		b = b[2:]
		if u < 0x80 {
			dst = append(dst, byte(u))
			continue
		}
		if u >= 0xd800 && u < 0xdc00 && len(b) >= 2 {
			if v := rune(le.Uint16(b)); v >= 0xdc00 && v < 0xe000 {
				u = (u-0xd800)<<10 | (v - 0xdc00) + 0x10000
				b = b[2:]
			}
		}
		dst = utf8.AppendRune(dst, u) // writes U+FFFD for a half
	}
	return dst
}

// appendANSI appends text of a code page that the file does not name: UTF-8
// when it is, else Latin-1.
func appendANSI(dst, b []byte) []byte {
	b = bytes.TrimRight(b, "\x00")
	if utf8.Valid(b) {
		return append(dst, b...)
	}
	for _, c := range b {
		dst = utf8.AppendRune(dst, rune(c))
	}
	return dst
}

const (
	lowerHex = "0123456789abcdef"
	upperHex = "0123456789ABCDEF"
)

func appendHex(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, upperHex[c>>4], upperHex[c&15])
	}
	return dst
}

// appendGUID appends a GUID as today's Windows writes it: in braces and lower
// case.
func appendGUID(dst, b []byte) []byte {
	if len(b) != 16 {
		return appendHex(dst, b)
	}
	const order = "\x03\x02\x01\x00-\x05\x04-\x07\x06-\x08\x09-\x0a\x0b\x0c\x0d\x0e\x0f"
	dst = append(dst, '{')
	for i := range len(order) {
		if k := order[i]; k == '-' {
			dst = append(dst, '-')
		} else {
			dst = append(dst, lowerHex[b[k]>>4], lowerHex[b[k]&15])
		}
	}
	return append(dst, '}')
}

// appendSID appends a SID as S-revision-authority-subauthorities.
func appendSID(dst, b []byte) []byte {
	if len(b) < 8 {
		return appendHex(dst, b)
	}
	dst = strconv.AppendUint(append(dst, "S-"...), uint64(b[0]), 10)
	authority := uint64(b[2])<<40 | uint64(b[3])<<32 | uint64(b[4])<<24 | uint64(b[5])<<16 | uint64(b[6])<<8 | uint64(b[7])
	dst = strconv.AppendUint(append(dst, '-'), authority, 10)
	count := int(b[1])
	for b = b[8:]; len(b) >= 4 && count > 0; b = b[4:] {
		dst = strconv.AppendUint(append(dst, '-'), uint64(le.Uint32(b)), 10)
		count--
	}
	return dst
}

func parseUint(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}
