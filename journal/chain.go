package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A Broken is why a journal cannot be gone on with: an entry that is not as it
// was written, or is not there.
type Broken struct {
	Line   int // from 1
	Reason string
}

func (b *Broken) Error() string { return fmt.Sprintf("journal: line %d: %s", b.Line, b.Reason) }

// A Log is a journal as read.
type Log struct {
	*State
	Entries []Entry
	Size    int64  // bytes of whole entries
	Tail    []byte // what stands behind them: half an entry that a crash left; nil when there is none
	Unended bool   // the last entry is whole but for the end of its line
	Notes   []string
}

var hashKey = []byte(`,"hash":"`)

// hashed is how many bytes stand behind what the hash is of.
const hashed = len(`,"hash":"`) + 2*sha256.Size + len(`"}`)

// Read reads and verifies a journal. A broken one gives what stands before the
// break, and a *Broken. Half an entry at the end is no error.
func Read(r io.Reader) (*Log, error) {
	l := &Log{State: newState()}
	in := bufio.NewReaderSize(io.LimitReader(r, maxJournal+1), 1<<16)
	for n := 1; ; n++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return l, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return l, &Broken{n, err.Error()}
		}
		whole := err == nil
		e, bad := decode(line)
		if bad == nil {
			bad = l.State.follows(&e)
		}
		if bad == nil {
			bad = l.State.Add(&e)
		}
		switch {
		case bad == nil:
			l.Entries = append(l.Entries, e)
			l.Size += int64(len(line))
			if whole {
				l.Size++
			}
			l.Unended = !whole
		case !whole || bytes.IndexByte(line, 0) >= 0 && atEnd(in):
			// A crash leaves half a line, or one whose blocks were never written.
			l.Tail = line
			if whole {
				l.Tail = append(l.Tail, '\n')
			}
			return l, nil
		default:
			return l, &Broken{n, bad.Error()}
		}
		if l.Size > maxJournal {
			return l, &Broken{n, fmt.Sprintf("more than %d bytes", maxJournal)}
		}
	}
}

func atEnd(in *bufio.Reader) bool {
	_, err := in.Peek(1)
	return errors.Is(err, io.EOF)
}

// readLine returns a line of its own without its end; io.EOF when it has none.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return nil, fmt.Errorf("more than %d bytes in one line", maxLine)
		}
		line = append(line, part...)
		if err == nil {
			return line[:len(line)-1], nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// decode reads one line, which must be as append writes it, byte for byte.
func decode(line []byte) (e Entry, err error) {
	if len(line) < hashed {
		return e, errors.New("too short for an entry")
	}
	head, tail := line[:len(line)-hashed], line[len(line)-hashed:]
	if !bytes.HasPrefix(tail, hashKey) || !bytes.HasSuffix(tail, []byte(`"}`)) {
		return e, errors.New("it does not end in a hash")
	}
	e.Hash = string(tail[len(hashKey) : len(tail)-2])
	if e.Hash != sum(head) {
		return e, errors.New("its hash is not that of its text: it was changed, or is not whole")
	}
	d := json.NewDecoder(bytes.NewReader(append(head[:len(head):len(head)], '}')))
	d.DisallowUnknownFields()
	hash := e.Hash
	if err := d.Decode(&e); err != nil {
		return e, fmt.Errorf("it is no entry: %w", err)
	}
	e.Hash = hash
	again, err := encode(&e)
	if err != nil || !bytes.Equal(again, head) {
		return e, errors.New("it is not written as this program writes")
	}
	return e, nil
}

func sum(p []byte) string {
	h := sha256.Sum256(p)
	return hex.EncodeToString(h[:])
}

// follows reports why an entry is not the next one.
func (s *State) follows(e *Entry) error {
	switch {
	case e.Seq > s.Seq+1:
		return fmt.Errorf("entries %d to %d are missing before it", s.Seq+1, e.Seq-1)
	case e.Seq != s.Seq+1:
		return fmt.Errorf("it is entry %d where %d is due", e.Seq, s.Seq+1)
	case e.Chain != s.Head:
		return errors.New("it does not go on from the entry before it")
	case e.Before != s.heads[e.Case]:
		return errors.New("it does not go on from the entry of its case before it")
	}
	return nil
}

// bind numbers an entry, chains it behind the state and returns its line.
func (s *State) bind(e *Entry) ([]byte, error) {
	if err := e.usable(); err != nil {
		return nil, err
	}
	e.Time = e.Time.UTC()
	e.Seq, e.Chain, e.Before = s.Seq+1, s.Head, s.heads[e.Case]
	head, err := encode(e)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if len(head)+hashed > maxLine {
		return nil, fmt.Errorf("journal: an entry of %d bytes, more than the %d of a line", len(head), maxLine)
	}
	e.Hash = sum(head)
	line := append(append(append(head, hashKey...), e.Hash...), '"', '}', '\n')
	// What is read back is what was written: a time of finer grain than its
	// text or text that JSON alters would break the chain later.
	if _, err := decode(line[:len(line)-1]); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return line, nil
}
