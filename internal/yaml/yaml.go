// Package yaml is the one importer of the YAML module. It decodes strictly:
// an unknown key is an error that names its line.
package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// A Node is a parsed YAML value with its line and column.
type Node = yaml.Node

// The kinds of a Node.
const (
	Document = yaml.DocumentNode
	Sequence = yaml.SequenceNode
	Mapping  = yaml.MappingNode
	Scalar   = yaml.ScalarNode
	Alias    = yaml.AliasNode
)

// Strict decodes the one document of data into v; keys that v does not have
// and further documents are errors.
func Strict(data []byte, v any) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	var more Node
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return fmt.Errorf("line %d: a second document where one is expected", more.Line)
	}
	return nil
}

// Documents parses every document of data; an error names its line.
func Documents(data []byte) ([]*Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var out []*Node
	for {
		n := new(Node)
		err := d.Decode(n)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, n)
	}
}
