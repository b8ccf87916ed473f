package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	chunkSize  = 64 << 10
	headerSize = 4096
	minute100  = 600_000_000 // a minute in FILETIME's 100 ns
)

// A source is a recorded chunk and where in it times and numbers stand.
type source struct {
	data    []byte
	records []place
}

// A place is a record of a chunk: where its header's number and time are,
// and the same two values in its XML.
type place struct {
	at, size     int
	ids, moments []int
}

// makeEVTX writes a file of at least size bytes out of the dense chunks of the
// recordings under dir, each copy later than the one before and with numbers
// of its own. It returns how many records it has.
func makeEVTX(path, dir string, size int64) (n int64, err error) {
	chunks, header, err := dense(dir)
	if err != nil {
		return 0, err
	}
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if _, err := w.Write(header); err != nil {
		return 0, err
	}
	buf := make([]byte, chunkSize)
	for i := 0; size > 0; i++ {
		c := &chunks[i%len(chunks)]
		n += c.shifted(buf, uint64(n)+1, uint64(i/len(chunks)))
		if _, err := w.Write(buf); err != nil {
			return n, err
		}
		size -= chunkSize
	}
	return n, w.Flush()
}

// dense finds the different chunks that are at least nine tenths full.
func dense(dir string) (chunks []source, header []byte, err error) {
	seen := map[uint32]bool{}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".evtx") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) < headerSize {
			return err
		}
		if header == nil {
			header = bytes.Clone(data[:headerSize])
		}
		for at := headerSize; at+chunkSize <= len(data); at += chunkSize {
			c := data[at : at+chunkSize]
			sum := crc32.ChecksumIEEE(c)
			if string(c[:8]) != "ElfChnk\x00" || binary.LittleEndian.Uint32(c[48:]) < chunkSize*9/10 || seen[sum] {
				continue
			}
			seen[sum] = true
			if s := (source{data: bytes.Clone(c)}); s.index() {
				chunks = append(chunks, s)
			}
		}
		return nil
	})
	if err == nil && len(chunks) == 0 {
		err = errors.New("no dense EVTX chunk under " + dir)
	}
	return chunks, header, err
}

// index finds the records of a chunk; it reports whether all of it is sound.
func (s *source) index() bool {
	end := int(binary.LittleEndian.Uint32(s.data[48:]))
	for at := 512; at+28 <= end; {
		if binary.LittleEndian.Uint32(s.data[at:]) != 0x2a2a {
			return false
		}
		size := int(binary.LittleEndian.Uint32(s.data[at+4:]))
		if size < 28 || at+size > end {
			return false
		}
		p := place{at: at, size: size}
		rec := s.data[at : at+size]
		id, moment := rec[8:16], rec[16:24]
		for i := 24; i+8 <= size; i++ {
			switch {
			case bytes.Equal(rec[i:i+8], id):
				p.ids = append(p.ids, i)
			case bytes.Equal(rec[i:i+8], moment):
				p.moments = append(p.moments, i)
			}
		}
		if len(p.ids) != 1 { // ambiguous: the value could be something else
			return false
		}
		s.records = append(s.records, p)
		at += size
	}
	return len(s.records) > 0
}

// shifted writes the chunk into buf with numbers from first on and times moved
// by turn times 45 minutes, and mends its checksums.
func (s *source) shifted(buf []byte, first, turn uint64) int64 {
	copy(buf, s.data)
	le := binary.LittleEndian
	for i, p := range s.records {
		id := first + uint64(i)
		moment := le.Uint64(s.data[p.at+16:]) + turn*45*minute100
		le.PutUint64(buf[p.at+8:], id)
		le.PutUint64(buf[p.at+16:], moment)
		for _, at := range p.ids {
			le.PutUint64(buf[p.at+at:], id)
		}
		for _, at := range p.moments {
			le.PutUint64(buf[p.at+at:], moment)
		}
	}
	n := uint64(len(s.records))
	le.PutUint64(buf[8:], first)
	le.PutUint64(buf[16:], first+n-1)
	le.PutUint64(buf[24:], first)
	le.PutUint64(buf[32:], first+n-1)
	end := le.Uint32(buf[48:])
	le.PutUint32(buf[52:], crc32.ChecksumIEEE(buf[512:end]))
	le.PutUint32(buf[124:], crc32.Update(crc32.ChecksumIEEE(buf[:120]), crc32.IEEETable, buf[128:512]))
	return int64(n)
}
