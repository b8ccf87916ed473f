package read

import (
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// A utf16Reader turns UTF-16 into UTF-8. Halves of surrogate pairs that stand
// alone, and an odd last byte, become U+FFFD; a byte order mark is taken off.
type utf16Reader struct {
	r    io.Reader
	big  bool
	raw  [8 << 10]byte
	have int  // bytes of raw that are not turned yet
	past bool // the byte order mark
	out  []byte
	at   int // of out, what was given already
	err  error
}

func newUTF16(r io.Reader, big bool) *utf16Reader {
	return &utf16Reader{r: r, big: big, out: make([]byte, 0, 16<<10)}
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for u.at == len(u.out) {
		if u.err != nil {
			return 0, u.err
		}
		n, err := u.r.Read(u.raw[u.have:])
		u.have += n
		u.err = err
		u.turn()
		if n == 0 && err == nil {
			return 0, nil
		}
	}
	n := copy(p, u.out[u.at:])
	u.at += n
	return n, nil
}

func (u *utf16Reader) unit(i int) rune {
	if u.big {
		return rune(u.raw[i])<<8 | rune(u.raw[i+1])
	}
	return rune(u.raw[i]) | rune(u.raw[i+1])<<8
}

// turn turns the whole characters of raw.
func (u *utf16Reader) turn() {
	u.out, u.at = u.out[:0], 0
	i := 0
	for ; i+2 <= u.have; i += 2 {
		c := u.unit(i)
		if !u.past {
			u.past = true
			if c == 0xfeff {
				continue
			}
		}
		switch {
		case c < 0x80:
			u.out = append(u.out, byte(c))
			continue
		case utf16.IsSurrogate(c):
			if i+4 > u.have && u.err == nil {
				u.keep(i)
				return
			}
			pair := rune(utf8.RuneError)
			if i+4 <= u.have {
				pair = utf16.DecodeRune(c, u.unit(i+2))
			}
			if pair != utf8.RuneError {
				i += 2
			}
			c = pair
		}
		u.out = utf8.AppendRune(u.out, c)
	}
	if i < u.have && u.err != nil {
		u.out = utf8.AppendRune(u.out, utf8.RuneError)
		i = u.have
	}
	u.keep(i)
}

// keep moves what is not turned to the front.
func (u *utf16Reader) keep(i int) {
	u.have = copy(u.raw[:], u.raw[i:u.have])
}
