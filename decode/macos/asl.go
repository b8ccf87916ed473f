package macos

import (
	"bytes"
	"encoding/binary"

	"github.com/footfall/footfall"
)

// ASL reads the binary files of the Apple System Log.
var ASL = footfall.Decoder{
	Name: "macos-asl", Doc: "Binary files of the Apple System Log (/var/log/asl): messages, which go on to the decoder of their program.",
	Source: "Apple Libc: asl_file.h; asl(3)", Frame: footfall.FrameWhole, By: "the cookie ASL DB",
	Sniff: func(head []byte) int {
		if bytes.HasPrefix(head, aslCookie) && len(head) >= aslHeader {
			return 100
		}
		return 0
	},
	New: func(s *footfall.Schema, _ []byte) (footfall.DecodeFunc, error) {
		d := &asl{log: s.AddLog(text.Log), message: s.Asked("message"), program: s.Asked("program"), host: s.Asked("hostname")}
		return d.file, nil
	},
}

var aslCookie = []byte("ASL DB\x00\x00\x00\x00\x00\x00")

const (
	aslHeader = 80
	aslFixed  = 6 + 8*3 + 4 + 2*2 + 4*7 + 8*6 // a message before its pairs
	errASL    = constError("macos: a header of ASL without records")
	errLink   = "macos: a record of ASL that lies outside the file"
)

type asl struct {
	log                    footfall.LogID
	message, program, host footfall.FieldID
}

// file walks the list of messages. Each lies behind the one before, as the
// file is only appended to: a list that goes back is broken.
func (d *asl) file(b *footfall.Batch, in []byte) error {
	if len(in) < aslHeader || !bytes.HasPrefix(in, aslCookie) {
		return errASL
	}
	at := binary.BigEndian.Uint64(in[16:])
	for last := uint64(aslHeader - 1); at != 0; {
		if at <= last || at > uint64(len(in)) || uint64(len(in))-at < aslFixed {
			b.Bad(int64(min(at, uint64(len(in)))), errLink)
			return nil
		}
		d.record(b, in, at)
		last, at = at, binary.BigEndian.Uint64(in[at+6:])
	}
	return nil
}

func (d *asl) record(b *footfall.Batch, in []byte, at uint64) {
	r := in[at:]
	be := binary.BigEndian
	e := b.New()
	e.Log = d.log
	e.Offset, e.Len = int64(at), min(be.Uint32(r[2:])+6, uint32(len(r)))
	if sec := be.Uint64(r[22:]); sec < 1<<33 {
		e.Time = int64(sec)*1e9 + int64(be.Uint32(r[30:])%1e9)
	}
	e.PID = be.Uint32(r[38:])
	strings := r[66:]
	e.Computer, e.Program, e.Message = d.text(b, in, strings), d.text(b, in, strings[8:]), d.text(b, in, strings[24:])
	b.Add(d.message, e.Message)
	b.Add(d.program, e.Program)
	b.Add(d.host, e.Computer)
}

// text reads a string by its 8 bytes: up to seven letters lie in them, with
// their number and the highest bit in the first; else they are the place of a
// record of kind 1.
func (d *asl) text(b *footfall.Batch, in, ref []byte) string {
	if ref[0]&0x80 != 0 {
		return b.Keep(ref[1 : 1+min(ref[0]&0x7f, 7)])
	}
	at := binary.BigEndian.Uint64(ref)
	if at < aslHeader || at > uint64(len(in)) || uint64(len(in))-at < 6 || binary.BigEndian.Uint16(in[at:]) != 1 {
		return ""
	}
	size := uint64(binary.BigEndian.Uint32(in[at+2:]))
	if size > uint64(len(in))-at-6 || size > 1<<16 {
		return ""
	}
	return b.Keep(bytes.TrimRight(in[at+6:at+6+size], "\x00"))
}
