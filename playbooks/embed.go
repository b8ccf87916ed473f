// Package playbooks holds the playbooks that ship with the program, as data:
// one YAML file for each technique, with the columns of its document as keys.
// It holds no code and changes nothing.
package playbooks

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.yaml *.txtar
var files embed.FS

// Files returns the playbooks by file name, as triage.Load reads them.
func Files() map[string][]byte {
	out := map[string][]byte{}
	for _, n := range glob("*.yaml") {
		data, err := Sample(n)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		out[n] = data
	}
	return out
}

// Samples returns the names of the samples beside the playbooks, as Sample
// reads them.
func Samples() []string { return glob("*.txtar") }

// Sample reads a file by the name that Files and Samples give it.
func Sample(name string) ([]byte, error) { return files.ReadFile(strings.TrimPrefix(name, folder)) }

const folder = "playbooks/"

func glob(pattern string) (out []string) {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	for _, n := range names {
		out = append(out, folder+n)
	}
	return out
}
