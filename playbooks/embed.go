// Package playbooks holds the playbooks that ship with the program, as data:
// one YAML file for each technique, with the columns of its document as keys.
// It holds no code and changes nothing.
package playbooks

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml
var files embed.FS

// Files returns the playbooks by file name, as triage.Load reads them.
func Files() map[string][]byte {
	out := map[string][]byte{}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	for _, n := range names {
		data, err := files.ReadFile(n)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		out["playbooks/"+n] = data
	}
	return out
}
