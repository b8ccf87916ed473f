// Package txtar reads and writes the files that samples are kept in: a free
// text, then parts under "-- name --" lines.
package txtar

import (
	"bytes"
	"strings"
)

// A File is a comment and named parts, in order.
type File struct {
	Comment []byte
	Parts   []Part
}

// A Part is one named part.
type Part struct {
	Name string
	Data []byte
}

// Get returns the data of the first part of a name, nil when there is none.
func (f *File) Get(name string) []byte {
	for _, p := range f.Parts {
		if p.Name == name {
			return p.Data
		}
	}
	return nil
}

// Set replaces the data of the first part of a name, or adds one.
func (f *File) Set(name string, data []byte) {
	for i := range f.Parts {
		if f.Parts[i].Name == name {
			f.Parts[i].Data = data
			return
		}
	}
	f.Parts = append(f.Parts, Part{name, data})
}

// Parse reads a file. Anything is one: what has no marker is all comment.
func Parse(data []byte) *File {
	f := &File{}
	into := &f.Comment
	for line := range bytes.Lines(data) {
		if name, ok := marker(line); ok {
			f.Parts = append(f.Parts, Part{Name: name})
			into = &f.Parts[len(f.Parts)-1].Data
			continue
		}
		*into = append(*into, line...)
	}
	return f
}

func marker(line []byte) (string, bool) {
	s := strings.TrimRight(string(line), "\r\n")
	if len(s) < 7 || !strings.HasPrefix(s, "-- ") || !strings.HasSuffix(s, " --") {
		return "", false
	}
	return strings.TrimSpace(s[3 : len(s)-3]), true
}

// Format writes a file as Parse reads it. Each part ends in a line end.
func Format(f *File) []byte {
	var b bytes.Buffer
	end := func(p []byte) {
		b.Write(p)
		if len(p) > 0 && p[len(p)-1] != '\n' {
			b.WriteByte('\n')
		}
	}
	end(f.Comment)
	for _, p := range f.Parts {
		b.WriteString("-- " + p.Name + " --\n")
		end(p.Data)
	}
	return b.Bytes()
}
