package engine

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/footfall/footfall"
)

// kept holds the identified steps of a run in order, packed, on disk beyond a
// bound, for the reports that list them.
type kept struct {
	names *footfall.Names
	dir   string
	off   bool // nobody will ask for them
	pack  packer
	mem   []byte
	file  *os.File
	end   int64 // of what is in the file
	err   error
}

// keptInMemory bounds the bytes that are kept before they go to disk.
const keptInMemory = 8 << 20

func newKept(n *footfall.Names, dir string) *kept { return &kept{names: n, dir: dir} }

func (k *kept) add(s *footfall.Step) {
	if k.err != nil || k.off {
		return
	}
	k.mem = k.pack.append(k.mem, s, k.text)
	if len(k.mem) < keptInMemory {
		return
	}
	if k.file == nil {
		if k.file, k.err = unnamed(k.dir); k.err != nil {
			return
		}
	}
	if _, err := k.file.WriteAt(k.mem, k.end); err != nil {
		k.err = fmt.Errorf("engine: keeping steps: %w", err)
	}
	k.end += int64(len(k.mem))
	k.mem = k.mem[:0]
}

// text is that of a name that passes: it may be forgotten before the step is
// asked for.
func (k *kept) text(n footfall.Name) []byte {
	if !n.Passes() {
		return nil
	}
	return footfall.Bytes(k.names.String(n))
}

// all yields the steps. What a step names is good until the next one.
func (k *kept) all() iter.Seq[*footfall.Step] {
	return func(yield func(*footfall.Step) bool) {
		u := unpacker{r: bufio.NewReaderSize(k.packed(), 256<<10)}
		for {
			more, err := u.next()
			if err != nil {
				k.err = err
			}
			if !more {
				return
			}
			s := u.cur
			u.texts.named(&s, k.names)
			if !yield(&s) {
				return
			}
			if k.names.Passing() > passingNames {
				k.err = k.names.Forget(func(func(footfall.Name)) error { return nil })
			}
		}
	}
}

func (k *kept) packed() io.Reader {
	if k.file == nil {
		return bytes.NewReader(k.mem)
	}
	return io.MultiReader(io.NewSectionReader(k.file, 0, k.end), bytes.NewReader(k.mem))
}

func (k *kept) close() error {
	if k.file == nil {
		return nil
	}
	return k.file.Close()
}
