package sigma_test

import (
	"fmt"

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
