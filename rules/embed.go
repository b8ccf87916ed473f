// Package rules holds the Sigma rules that come with the program, as data,
// each beside a sample of records that hit it and records that must not.
package rules

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed */*.yml */*.txtar
var tree embed.FS

//go:embed catalogue.tsv
var catalogue string

// Catalogue returns the rows of the detection catalogue: id, techniques, what
// is found, the records that show it and the span that it looks at.
func Catalogue() (rows [][5]string) {
	for line := range strings.Lines(catalogue) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var r [5]string
		copy(r[:], strings.Split(strings.TrimRight(line, "\n"), "\t"))
		rows = append(rows, r)
	}
	return rows
}

// Files returns each rule file by its path, as rules/T1021.001/name.yml.
func Files() map[string][]byte {
	out := map[string][]byte{}
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yml") {
			return err
		}
		data, err := tree.ReadFile(path)
		out["rules/"+path] = data
		return err
	})
	if err != nil {
		panic("BUG: embedded rules: " + err.Error())
	}
	return out
}

// Sample returns the records beside a rule file, by its path, as
// rules/T1021.001/name.txtar.
func Sample(path string) ([]byte, error) {
	return tree.ReadFile(strings.TrimPrefix(path, "rules/"))
}
