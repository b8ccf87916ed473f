package main

import (
	"os"
	"strconv"
)

// width is how wide text is laid out: $COLUMNS where it is set, else 80.
func width(any) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= 40 {
		return min(n, 240)
	}
	return 80
}
