package sigma_test

import (
	"fmt"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/sigma"
)

// A rule is loaded, compiled, and matched against an event that a decoder
// would have made.
func Example() {
	rules, errs := sigma.Load([]sigma.Source{{Name: "whoami.yml", Data: []byte(`
title: Whoami
level: low
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\whoami.exe'
    filter:
        User|contains: 'SYSTEM'
    condition: selection and not filter
`)}})
	for _, err := range errs {
		fmt.Println(err)
	}
	schema := footfall.NewSchema(false)
	set, err := sigma.Compile(rules, schema, sigma.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := footfall.Event{
		Log: schema.AddLog(footfall.Log{Product: "windows", Services: []string{"sysmon"}, Categories: []string{"process_creation"}}),
		Fields: []footfall.Field{
			{ID: schema.Asked("Image"), Val: `C:\Windows\System32\WHOAMI.EXE`},
			{ID: schema.Asked("User"), Val: `CORP\bob`},
		},
	}
	set.New().Match(&e, func(rule int) {
		fmt.Println(set.Rules()[rule].Meta.Title)
		for _, f := range set.Values(rule, &e) {
			fmt.Println(schema.FieldName(f.ID), "is", f.Val)
		}
	})
	// Output:
	// Whoami
	// Image is C:\Windows\System32\WHOAMI.EXE
}

// A filter is joined to the rule that it names, wherever it stands.
func ExampleLoad_filter() {
	rules, errs := sigma.Load([]sigma.Source{{Name: "rules.yml", Data: []byte(`
title: Logon to a server by RDP
name: rdp_logon
logsource: {product: windows, service: security}
detection:
    selection:
        EventID: 4624
        LogonType: 10
    condition: selection
---
title: Our jump host
logsource: {product: windows}
filter:
    rules: [rdp_logon]
    jump:
        IpAddress: 10.0.0.7
    condition: not jump
`)}})
	if len(errs) > 0 {
		fmt.Println(errs)
		return
	}
	schema := footfall.NewSchema(false)
	set, err := sigma.Compile(rules, schema, sigma.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	log := schema.AddLog(footfall.Log{Product: "windows", Services: []string{"security"}})
	m := set.New()
	for _, from := range []string{"10.0.0.7", "10.0.0.99"} {
		e := footfall.Event{Log: log, EventID: 4624, Fields: []footfall.Field{
			{ID: schema.Asked("LogonType"), Val: "10"}, {ID: schema.Asked("IpAddress"), Val: from},
		}}
		hits := 0
		m.Match(&e, func(int) { hits++ })
		fmt.Println(from, hits)
	}
	// Output:
	// 10.0.0.7 0
	// 10.0.0.99 1
}

// Check says what is wrong with rules, also with those that load.
func ExampleCheck() {
	known := []sigma.Known{{
		Log:    footfall.Log{Product: "windows", Services: []string{"sysmon"}, Categories: []string{"process_creation"}},
		Read:   true,
		Fields: []string{"Image", "CommandLine"},
	}}
	_, issues := sigma.Check([]sigma.Source{{Name: "whoami.yml", Data: []byte(`title: Whoami
id: 7a2f0c9e-1f1e-4d0a-9a57-3b8f6f0c5b11
level: low
tags: [attack.t1033]
falsepositives: [administrators]
logsource: {product: windows, category: process_creation}
detection:
    selection:
        Commandline|contains: whoami
    condition: selection
`)}}, sigma.CheckOptions{Known: known})
	for _, i := range issues {
		fmt.Printf("%d:%d %s: %s\n", i.Line, i.Column, i.Code, i.Reason)
	}
	// Output:
	// 1:1 dead: no event that is known can hit the rule: what it must have is in no event of product windows, category process_creation
	// 9:9 unknown-field: no event of product windows, category process_creation has a field "Commandline"; "CommandLine" is meant
}

// Explain says which part of a rule an event does not fit.
func ExampleSet_Explain() {
	rules, _ := sigma.Load([]sigma.Source{{Name: "net.yml", Data: []byte(`
title: Share mounted
logsource: {product: windows, category: process_creation}
detection:
    program:
        Image|endswith: '\net.exe'
    share:
        CommandLine|contains: '\\'
    condition: program and share
`)}})
	schema := footfall.NewSchema(false)
	set, err := sigma.Compile(rules, schema, sigma.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := footfall.Event{
		Log: schema.AddLog(footfall.Log{Product: "windows", Categories: []string{"process_creation"}}),
		Fields: []footfall.Field{
			{ID: schema.Asked("Image"), Val: `C:\Windows\System32\net.exe`},
			{ID: schema.Asked("CommandLine"), Val: "net view"},
		},
	}
	x := set.Explain(0, &e)
	fmt.Println("hit:", x.Hit)
	for _, p := range x.Parts {
		fmt.Println(p.Name, p.Hit)
		for _, l := range p.Lines {
			if !l.Hit {
				fmt.Println(" ", l.Key, "had", l.Had)
			}
		}
	}
	// Output:
	// hit: false
	// program true
	// share false
	//   CommandLine|contains had [net view]
}

// A correlation comes out with its references resolved. Hits of the rules that
// it refers to carry the values that it groups by, and are no findings.
func ExampleSet_Correlations() {
	rules, errs := sigma.Load([]sigma.Source{{Name: "guessing.yml", Data: []byte(`
title: Many failed logons from one address
correlation:
    type: event_count
    rules: [failed]
    group-by: [IpAddress]
    timespan: 10m
    condition: {gte: 20}
---
title: Failed logon
name: failed
logsource: {product: windows, service: security}
detection:
    selection:
        EventID: 4625
    condition: selection
`)}})
	if len(errs) > 0 {
		fmt.Println(errs)
		return
	}
	schema := footfall.NewSchema(false)
	set, err := sigma.Compile(rules, schema, sigma.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range set.Correlations() {
		fmt.Println(c.Type, "by", c.GroupBy, "within", time.Duration(c.Span), "of", c.Parts[0].Title)
	}
	e := footfall.Event{
		Log:     schema.AddLog(footfall.Log{Product: "windows", Services: []string{"security"}}),
		EventID: 4625,
		Fields:  []footfall.Field{{ID: schema.Asked("IpAddress"), Val: "192.0.2.7"}},
	}
	set.New().Match(&e, func(rule int) {
		carried := footfall.CarriedValues(nil, string(set.Carry(nil, rule, &e)))
		fmt.Println("hit, a finding:", set.Stands(rule), "carries:", carried)
	})
	// Output:
	// event_count by [IpAddress] within 10m0s of Failed logon
	// hit, a finding: false carries: [192.0.2.7]
}
