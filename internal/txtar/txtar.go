// Package txtar is the one importer of the txtar module: the files that
// samples are kept in, a free text and then parts under "-- name --" lines.
package txtar

import "golang.org/x/tools/txtar"

// A File is a comment and named parts, in order.
type File txtar.Archive

// A Part is one named part.
type Part = txtar.File

// Parse reads a file. Anything is one: what has no marker is all comment.
func Parse(data []byte) *File { return (*File)(txtar.Parse(data)) }

// Format writes a file as Parse reads it. Each part ends in a line end.
func Format(f *File) []byte { return txtar.Format((*txtar.Archive)(f)) }

// Get returns the data of the first part of a name, nil when there is none.
func (f *File) Get(name string) []byte {
	for _, p := range f.Files {
		if p.Name == name {
			return p.Data
		}
	}
	return nil
}

// Set replaces the data of the first part of a name, or adds one.
func (f *File) Set(name string, data []byte) {
	for i := range f.Files {
		if f.Files[i].Name == name {
			f.Files[i].Data = data
			return
		}
	}
	f.Files = append(f.Files, Part{Name: name, Data: data})
}
