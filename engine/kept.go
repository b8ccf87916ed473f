package engine

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"os"
	"unsafe"

	"github.com/footfall/footfall"
)

// kept holds the identified steps of a run in order, on disk beyond a bound,
// for the reports that list them.
type kept struct {
	dir  string
	mem  []footfall.Step
	file *os.File
	w    *bufio.Writer
	err  error
}

// keptInMemory bounds the steps that are kept before they go to disk.
const keptInMemory = 1 << 17

func newKept(dir string) *kept { return &kept{dir: dir} }

func (k *kept) add(s *footfall.Step) {
	if k.err != nil {
		return
	}
	k.mem = append(k.mem, *s)
	if len(k.mem) < keptInMemory {
		return
	}
	if k.file == nil {
		if k.file, k.err = unnamed(k.dir); k.err != nil {
			return
		}
		k.w = bufio.NewWriterSize(k.file, 1<<20)
	}
	if _, err := k.w.Write(asBytes(k.mem)); err != nil {
		k.err = fmt.Errorf("engine: keeping steps: %w", err)
	}
	k.mem = k.mem[:0]
}

func (k *kept) all() iter.Seq[*footfall.Step] {
	return func(yield func(*footfall.Step) bool) {
		if k.file != nil && !k.replay(yield) {
			return
		}
		for i := range k.mem {
			if !yield(&k.mem[i]) {
				return
			}
		}
	}
}

func (k *kept) replay(yield func(*footfall.Step) bool) bool {
	if err := k.w.Flush(); err != nil {
		k.err = fmt.Errorf("engine: keeping steps: %w", err)
		return false
	}
	if _, err := k.file.Seek(0, io.SeekStart); err != nil {
		k.err = fmt.Errorf("engine: keeping steps: %w", err)
		return false
	}
	defer k.file.Seek(0, io.SeekEnd)
	r := bufio.NewReaderSize(k.file, 1<<20)
	var s footfall.Step
	p := unsafe.Slice((*byte)(unsafe.Pointer(&s)), stepSize)
	for {
		if _, err := io.ReadFull(r, p); err != nil {
			if err != io.EOF {
				k.err = fmt.Errorf("engine: keeping steps: %w", err)
				return false
			}
			return true
		}
		if !yield(&s) {
			return false
		}
	}
}

func (k *kept) close() error {
	if k.file == nil {
		return nil
	}
	return k.file.Close()
}
