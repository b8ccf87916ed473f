package read

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/footfall/footfall"
)

// Each kind of bad input says what is wrong and where, and what is whole is
// read all the same.
func TestBadInput(t *testing.T) {
	text := strings.Repeat("a line of a log\n", 1000)
	r := rand.New(rand.NewPCG(1, 1))
	noise := make([]byte, 30_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	gz := gzipped(t, text+string(noise))
	f := func(name, data, want string, limits ...Limits) {
		t.Helper()
		dir := write(t, map[string]string{name: data})
		opt := Options{Recognise: func(_ string, head []byte) (Format, bool) {
			return Format{Name: "lines", Frame: footfall.FrameLines}, !bytes.HasPrefix(head, []byte("\x00\x01"))
		}}
		if len(limits) > 0 {
			opt.Limits = limits[0]
		}
		if got := run(t, opt, dir).states(dir); got != want {
			t.Errorf("got  %swant %s", got, want)
		}
	}
	f("empty", "", "empty empty [1 at 0: nothing is in it]\n")
	f("empty.gz", gzipped(t, ""), "empty.gz empty [1 at 0: nothing is in it]\n")
	f("unknown", "\x00\x01\x02\xff", "unknown unrecognised [1 at 0: not recognised; it begins with \"\\x00\\x01\\x02\\xff\"]\n")
	f("short.gz", gz[:5], "short.gz unreadable [1 at 0: gzip: the stream ends before its end]\n")
	f("cut.gz", gz[:len(gz)/2],
		"cut.gz partly [1 at 30929: gzip: the stream ends before its end]\n")
	f("trailing.gz", gzipped(t, "x\n")+"garbage", "trailing.gz partly [1 at 2: gzip: what follows the last member is no gzip]\n")
	f("sum.gz", gz[:len(gz)-8]+"12345678",
		"sum.gz partly [1 at 46000: gzip: invalid checksum]\n")
	f("cut.zst", zstded(t, text)[:20],
		"cut.zst unreadable [1 at 0: zstd: the stream ends before its end]\n")
	f("bad.bz2", bzip2ed[:30]+"xxxx",
		"bad.bz2 unreadable [1 at 0: bzip2: bzip2 data invalid: tree index too large]\n")
	f("a.xz", "\xfd7zXZ\x00rest", "a.xz unreadable [1 at 0: xz is not read here: unpack it first]\n")
	torn := zipped(t, "a", "1\n", "b", string(noise), "c", text)
	f("torn.zip", torn[:20000],
		"torn.zip!/a read\ntorn.zip!/b partly [1 at 19904: zip: the stream ends before its end]\ntorn.zip partly [1 at 55: zip: the directory at its end is missing or damaged; 2 members were found without it]\n")
	f("tornend.zip", torn[:len(torn)-10],
		"tornend.zip!/a read\ntornend.zip!/b read\ntornend.zip!/c read\ntornend.zip partly [1 at 30117: zip: the directory at its end is missing or damaged; 3 members were found without it]\n")
	f("fake.zip", "PK\x03\x04",
		"fake.zip unreadable [1 at 0: zip: the directory at its end is missing or damaged; 0 members were found without it]\n")
	f("none.zip", zipped(t), "none.zip empty [1 at 0: an archive without files]\n")
	f("locked.zip", encrypted(t), "locked.zip!/a unreadable [1 at 0: zip: the member is encrypted]\nlocked.zip!/b read\n")
	f("sum.zip", lying(t, 16),
		"sum.zip!/a partly [1 at 6: zip: the checksum does not fit]\nsum.zip!/b read\n")
	f("size.zip", lying(t, 24),
		"size.zip!/a read\nsize.zip!/b read\n")
	f("packed.zip", lying(t, 20),
		"packed.zip!/a read\npacked.zip!/b read\n")
	f("cut.tar", tarred(t, "a", text, "b", text)[:20000],
		"cut.tar!/a read\ncut.tar!/b partly [1 at 2592: tar: the stream ends before its end]\ncut.tar partly [1 at 20000: tar: the stream ends before its end]\n")
	f("cut.tgz", gzipped(t, tarred(t, "a", text, "b", string(noise)))[:20000],
		"cut.tgz!/a read\ncut.tgz!/b partly [1 at 19696: gzip: the stream ends before its end]\ncut.tgz partly [1 at 37104: gzip: the stream ends before its end]\n")
	f("huge.tar", hugeTar(t),
		"huge.tar!/a read\nhuge.tar!/b partly [1 at 1536: tar: the stream ends before its end]\nhuge.tar partly [1 at 3072: tar: the stream ends before its end]\n")
	f("deep.gz", gzipped(t, gzipped(t, gzipped(t, "x\n"))), "deep.gz unreadable [1 at 0: gzip within more than 2 archives]\n", Limits{Depth: 2})
	f("zip.zip", zipped(t, "a.zip", zipped(t, "b.zip", zipped(t, "c", "x\n")), "d", "y\n"),
		"zip.zip!/a.zip!/b.zip unreadable [1 at 0: zip within more than 2 archives]\nzip.zip!/d read\n", Limits{Depth: 2})
	f("bomb.gz", gzipped(t, strings.Repeat("\n", 66<<20)),
		"bomb.gz partly [1 at 67108864: gzip: more than 500 bytes come out of each byte, which is what a decompression bomb does]\n", Limits{Ratio: 500})
	f("bomb.zip", zipped(t, "a", strings.Repeat("a\n", 34<<20), "b", "x\n"),
		"bomb.zip!/a partly [1 at 67108864: zip: more than 300 bytes come out of each byte, which is what a decompression bomb does]\nbomb.zip!/b read\n", Limits{Ratio: 300})
	f("large.gz", gz,
		"large.gz unreadable [1 at 0: gzip: more than 1000 bytes come out of it]\n", Limits{Member: 1000})
	f("many.tar", tarred(t, "a", "1\n", "b", "2\n", "c", "3\n"),
		"many.tar!/a read\nmany.tar!/b read\nmany.tar partly [1 at 0: more than 2 members; the rest is not read]\n", Limits{Members: 2})
	f("many.zip", zipped(t, "a", "1\n", "b", "2\n", "c", "3\n"),
		"many.zip!/a read\nmany.zip!/b read\nmany.zip partly [1 at 0: more than 2 members; the rest is not read]\n", Limits{Members: 2})
	f("long", "a\n"+strings.Repeat("x", 3<<20)+"\nb\n"+strings.Repeat("y", 2<<20),
		"long partly [2 at 2: a record of more than 1048576 bytes is passed over]\n", Limits{Record: 1 << 20})
}

// encrypted is a zip of two members, the first marked as encrypted.
func encrypted(t *testing.T) string {
	b := []byte(zipped(t, "a", "secret\n", "b", "open\n"))
	b[6] |= 1
	b[bytes.Index(b, []byte("PK\x01\x02"))+8] |= 1
	return string(b)
}

// hugeTar says that its second member has 8 GiB.
func hugeTar(t *testing.T) string {
	b := []byte(tarred(t, "a", "x\n", "b", "y\n"))
	h := b[1024:1536]
	copy(h[124:], "77777777777\x00")
	copy(h[148:], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], []byte{'0', byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0, ' '})
	return string(b)
}

// lying is a zip whose directory has another value in the field at offset of
// its first member: the checksum (16), the packed (20) or the unpacked size (24).
func lying(t *testing.T, offset int) string {
	b := []byte(zipped(t, "a", "first\n", "b", "second\n"))
	b[bytes.Index(b, []byte("PK\x01\x02"))+offset] ^= 0x11
	return string(b)
}
