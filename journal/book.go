package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The files of a journal in its folder.
const (
	Name     = "journal.ndjson"
	headFile = "journal.head" // seq and hash of the last entry, so that entries cut off at the end are missed
	tornFile = "journal.torn" // halves of entries that crashes left
	lockFile = "journal.lock"
)

// A Book is a journal that is held for writing: nobody else writes before it
// is closed.
type Book struct {
	*Log
	dir  string
	lock *os.File
	file *os.File
}

// Load reads the journal of a folder. A folder without one has an empty
// journal.
func Load(dir string) (*Log, error) {
	// The head is read first: whoever writes meanwhile adds to the journal what
	// the head does not name yet, and never the other way round.
	at, err := readHead(dir)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(dir, Name))
	if errors.Is(err, fs.ErrNotExist) {
		l := &Log{State: newState()}
		return l, l.checkHead(at)
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	l, err := Read(f)
	if err == nil {
		err = l.checkHead(at)
	}
	if l.Tail != nil {
		l.Notes = append(l.Notes, fmt.Sprintf("line %d of %s is not whole (%d bytes): what was being written when a process ended; it counts for nothing", len(l.Entries)+1, Name, len(l.Tail)))
	}
	return l, err
}

type head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// readHead returns the text of a folder's head, nil when there is none.
func readHead(dir string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, headFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return data, nil
}

// checkHead compares a journal with what its head names.
func (l *Log) checkHead(data []byte) error {
	if data == nil {
		if len(l.Entries) > 0 {
			l.Notes = append(l.Notes, headFile+" is not there: entries cut off at the end would not be missed")
		}
		return nil
	}
	var h head
	if json.Unmarshal(data, &h) != nil || h.Seq < 1 {
		l.Notes = append(l.Notes, headFile+" cannot be read: entries cut off at the end would not be missed")
		return nil
	}
	return l.Anchored(h.Seq, h.Hash)
}

// Anchored reports whether the journal holds the entry of a number with a
// hash, as somebody wrote them down earlier.
func (l *Log) Anchored(seq int64, hash string) error {
	n := int64(len(l.Entries))
	if seq > n {
		return &Broken{int(n) + 1, fmt.Sprintf("entries %d to %d are missing at the end", n+1, seq)}
	}
	if seq < 1 || l.Entries[seq-1].Hash != hash {
		return &Broken{int(max(seq, 1)), fmt.Sprintf("entry %d is another one than was noted elsewhere", seq)}
	}
	return nil
}

// Hold takes the journal of a folder for writing and waits while somebody else
// has it. What half an entry a crash left is put aside, into a file of its own.
// A broken journal is not written to: the error is a *Broken then, and the
// book, which still must be closed, holds what stands before the break.
func Hold(dir string) (*Book, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	lock, err := lockPath(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	l, err := Load(dir)
	b := &Book{Log: l, dir: dir, lock: lock}
	if l == nil {
		return nil, errors.Join(err, unlock(lock))
	}
	return b, err
}

// Close lets others write.
func (b *Book) Close() error {
	var err error
	if b.file != nil {
		err = b.file.Close()
	}
	return errors.Join(err, unlock(b.lock))
}

// Append writes entries of one time and person, in one piece, and waits until
// the disk has them. When it fails, what it wrote is half an entry to the next
// who opens the journal, and the book must not be used any more.
func (b *Book) Append(now time.Time, who string, list ...Entry) error {
	if len(list) == 0 {
		return nil
	}
	if err := b.open(); err != nil {
		return err
	}
	var out bytes.Buffer
	if b.Unended {
		out.WriteByte('\n')
	}
	if b.Tail != nil {
		torn := Entry{What: Torn, Body: Body{Text: fmt.Sprintf("%d bytes behind entry %d were put into %s", len(b.Tail), b.Seq, tornFile)}}
		if err := b.setAside(); err != nil {
			return err
		}
		list = append([]Entry{torn}, list...)
	}
	for i := range list {
		e := &list[i]
		e.Time, e.Who = now, who
		if e.What == Torn {
			e.Who = Program
		}
		line, err := b.bind(e)
		if err != nil {
			return err
		}
		if err := b.Add(e); err != nil {
			return fmt.Errorf("journal: %s: %w", e.What, err)
		}
		out.Write(line)
		b.Entries = append(b.Entries, *e)
	}
	if _, err := b.file.WriteAt(out.Bytes(), b.Size); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := b.file.Sync(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	b.Size, b.Unended = b.Size+int64(out.Len()), false
	return b.writeHead()
}

func (b *Book) open() error {
	if b.file != nil {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(b.dir, Name), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	b.file = f
	return syncDir(b.dir)
}

// setAside moves what a crash left out of the journal.
func (b *Book) setAside() error {
	f, err := os.OpenFile(filepath.Join(b.dir, tornFile), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	_, err = f.Write(append(b.Tail[:len(b.Tail):len(b.Tail)], '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := b.file.Truncate(b.Size); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	b.Tail = nil
	return nil
}

func (b *Book) writeHead() error {
	data, err := json.Marshal(head{b.Seq, b.Head})
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	name := filepath.Join(b.dir, headFile)
	if err := os.WriteFile(name+".new", append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// syncDir makes a new file's name last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	_ = d.Sync() // not every file system can do this for a folder
	return d.Close()
}
