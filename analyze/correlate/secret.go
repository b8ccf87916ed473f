package correlate

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"

	"github.com/footfall/footfall"
)

// A secret makes hashes of values that nobody outside can foresee: values made
// to collide would count as one. Unlike a seed of maphash it means the same in
// another process, which may go on with what this one counted.
type secret [2]uint64

func newSecret() secret {
	seed := maphash.MakeSeed()
	return secret{maphash.String(seed, "1") | 1, maphash.String(seed, "2")}
}

// hash adds a value to those that h stands for.
func (k *secret) hash(h uint64, v string) uint64 {
	n := uint64(len(v))
	p := footfall.Bytes(v)
	for ; len(p) >= 8; p = p[8:] {
		h = k.mix(h ^ binary.LittleEndian.Uint64(p))
	}
	var last [8]byte
	copy(last[:], p)
	return k.mix(k.mix(h^binary.LittleEndian.Uint64(last[:])) ^ n)
}

func (k *secret) mix(v uint64) uint64 {
	hi, lo := bits.Mul64(v^k[1], k[0])
	return hi ^ lo
}
