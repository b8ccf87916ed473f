// Command gen makes geo/countries.bin, the table of countries that comes with
// the program, from an MMDB file of countries. docs/geo.md says which.
package main

import (
	"fmt"
	"os"

	"github.com/footfall/footfall/geo"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: go run ./geo/gen COUNTRY.mmdb geo/countries.bin")
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	f, err := geo.Open(args[0], data)
	if err != nil {
		return err
	}
	four, six, err := f.Ranges()
	if err != nil {
		return err
	}
	out, err := geo.WriteTable(four, six)
	if err != nil {
		return err
	}
	fmt.Printf("%d ranges of IPv4, %d of IPv6, %d bytes\n", len(four), len(six), len(out))
	return os.WriteFile(args[1], out, 0o644)
}
