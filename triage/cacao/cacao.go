// Package cacao writes playbooks as CACAO Security Playbooks 2.0 (OASIS), in
// JSON, and checks such files. The same playbook gives the same bytes; nothing
// is read of a clock or of a network, and nothing is ever carried out.
package cacao

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
)

// A Playbook is a CACAO playbook, as far as Export writes it.
type Playbook struct {
	Type        string                         `json:"type"`
	Spec        string                         `json:"spec_version"`
	ID          string                         `json:"id"`
	Name        string                         `json:"name"`
	Description string                         `json:"description,omitempty"`
	Types       []string                       `json:"playbook_types,omitempty"`
	Activities  []string                       `json:"playbook_activities,omitempty"`
	Summary     map[string]bool                `json:"playbook_processing_summary,omitempty"`
	CreatedBy   string                         `json:"created_by"`
	Created     string                         `json:"created"`
	Modified    string                         `json:"modified"`
	Labels      []string                       `json:"labels,omitempty"`
	References  []Reference                    `json:"external_references,omitempty"`
	DerivedFrom []string                       `json:"derived_from,omitempty"`
	Markings    []string                       `json:"markings,omitempty"`
	Variables   map[string]Variable            `json:"playbook_variables,omitempty"`
	Start       string                         `json:"workflow_start"`
	Exception   string                         `json:"workflow_exception,omitempty"`
	Workflow    map[string]Step                `json:"workflow"`
	Extensions  map[string]any                 `json:"playbook_extensions,omitempty"`
	Agents      map[string]Party               `json:"agent_definitions,omitempty"`
	Targets     map[string]Party               `json:"target_definitions,omitempty"`
	Extending   map[string]ExtensionDefinition `json:"extension_definitions,omitempty"`
	Marking     map[string]Marking             `json:"data_marking_definitions,omitempty"`
}

// A Step is one step of a workflow, of any type.
type Step struct {
	Type         string              `json:"type"`
	Name         string              `json:"name,omitempty"`
	Description  string              `json:"description,omitempty"`
	References   []Reference         `json:"external_references,omitempty"`
	Delay        int64               `json:"delay,omitempty"`
	Timeout      int64               `json:"timeout,omitempty"`
	Variables    map[string]Variable `json:"step_variables,omitempty"`
	Owner        string              `json:"owner,omitempty"`
	OnCompletion string              `json:"on_completion,omitempty"`
	OnSuccess    string              `json:"on_success,omitempty"`
	OnFailure    string              `json:"on_failure,omitempty"`
	Extensions   map[string]any      `json:"step_extensions,omitempty"`
	Commands     []Command           `json:"commands,omitempty"`
	Agent        string              `json:"agent,omitempty"`
	Targets      []string            `json:"targets,omitempty"`
	InArgs       []string            `json:"in_args,omitempty"`
	OutArgs      []string            `json:"out_args,omitempty"`
	Condition    string              `json:"condition,omitempty"`
	OnTrue       string              `json:"on_true,omitempty"`
	OnFalse      string              `json:"on_false,omitempty"`
}

// A Command is what an agent does.
type Command struct {
	Type     string `json:"type"`
	Text     string `json:"command,omitempty"`
	Text64   string `json:"command_b64,omitempty"`
	Activity string `json:"playbook_activity,omitempty"`

	// Of commands that a program carries out, which Export writes none of.
	Headers   map[string][]string `json:"headers,omitempty"`
	Content   string              `json:"content,omitempty"`
	Content64 string              `json:"content_b64,omitempty"`
}

// A Variable has a value that is always text.
type Variable struct {
	Type        string  `json:"type"`
	Description string  `json:"description,omitempty"`
	Value       *string `json:"value,omitempty"`
	Constant    bool    `json:"constant,omitempty"`
	External    bool    `json:"external,omitempty"`
}

// A Party is an agent or a target.
type Party struct {
	Type        string              `json:"type"`
	Name        string              `json:"name"`
	Description string              `json:"description,omitempty"`
	Address     map[string][]string `json:"address,omitempty"`
}

// A Reference names something outside.
type Reference struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
	ExternalID  string `json:"external_id,omitempty"`
}

// An ExtensionDefinition says what the properties of an extension mean.
type ExtensionDefinition struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	CreatedBy   string `json:"created_by"`
	Schema      string `json:"schema"`
	Version     string `json:"version"`
}

// A Marking says how far a playbook may be passed on.
type Marking struct {
	Type      string `json:"type"`
	ID        string `json:"id"`
	CreatedBy string `json:"created_by"`
	Created   string `json:"created"`
	Level     string `json:"tlpv2_level"`
}

// Schema is the JSON Schema of the extension's properties.
//
//go:embed extension.schema.json
var Schema string

// Extension is the id of the one extension that Export uses.
var Extension = id("extension-definition", "footfall", "extension")

// id makes the id of an object: of a playbook's id and the object's key, as a
// version 4 UUID, so that it is the same every time.
func id(kind, playbook, key string) string {
	h := sha256.Sum256([]byte(playbook + "\x00" + key))
	h[6] = h[6]&0x0f | 0x40
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%s--%x-%x-%x-%x-%x", kind, h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// encode writes a playbook for people and machines.
func encode(p *Playbook) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("cacao: %w", err)
	}
	if faults := Lint(b.Bytes()); len(faults) > 0 {
		return nil, fmt.Errorf("cacao: %w", errors.Join(faults...))
	}
	return b.Bytes(), nil
}
