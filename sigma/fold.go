package sigma

import (
	"unicode"
	"unicode/utf8"
)

// Case is ignored by folding rules and values the same way: each character
// becomes one that stands for all that differ from it only in case (Unicode
// simple folding), lower case for ASCII. Bytes that are no UTF-8 stay. What
// is equal, contained or a prefix after folding is so regardless of case.

const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080
)

// fold returns s in folded form. It is s itself when nothing changes.
func fold(s string) string {
	out, changed := appendFold(nil, s)
	if !changed {
		return s
	}
	return string(out)
}

// appendFold appends the folded form of s to dst; when folding changes
// nothing it leaves dst as it was and says so.
func appendFold(dst []byte, s string) (out []byte, changed bool) {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := load(s, i)
		if w&tops != 0 || uppers(w) != 0 {
			return foldFrom(dst, s, i), true
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return foldFrom(dst, s, i), true
		}
	}
	return dst, false
}

// foldFrom appends s, whose first i bytes are folded already, in folded form.
func foldFrom(dst []byte, s string, i int) []byte {
	dst = append(dst, s[:i]...)
	for ; i+8 <= len(s); i += 8 {
		w := load(s, i)
		if w&tops != 0 {
			return foldRunes(dst, s[i:])
		}
		w |= uppers(w) >> 2
		dst = append(dst, byte(w), byte(w>>8), byte(w>>16), byte(w>>24), byte(w>>32), byte(w>>40), byte(w>>48), byte(w>>56))
	}
	return foldRunes(dst, s[i:])
}

// foldRunes is foldFrom for texts that are not all ASCII.
func foldRunes(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, c)
		} else {
			dst = utf8.AppendRune(dst, foldRune(r))
		}
		i += n
	}
	return dst
}

// foldRune returns the least of the characters that differ from r only in
// case, in lower case when it is an ASCII letter.
func foldRune(r rune) rune {
	least := r
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		least = min(least, o)
	}
	if 'A' <= least && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}

// uppers returns a word with the top bit set of each byte of w, all of them
// ASCII, that is an upper-case letter.
func uppers(w uint64) uint64 {
	fromA := w + ones*(0x80-'A')
	pastZ := w + ones*(0x80-'Z'-1)
	return fromA &^ pastZ & tops
}

// ascii reports whether s is ASCII.
func ascii(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if load(s, i)&tops != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func load(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
