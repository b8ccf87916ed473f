package main

import (
	"os"
	"strconv"
)

// Bounds on the width of text: below, tables do not fit; beyond, lines are hard
// to follow.
const (
	leastWidth = 60
	mostWidth  = 140
)

// width is how wide text is laid out: $COLUMNS where it is set, else what a
// terminal has, else 80.
func width(w any) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= 40 {
		return min(n, 240)
	}
	if f, ok := w.(*os.File); ok && terminal(w) {
		if n := terminalWidth(f); n > 0 {
			return max(leastWidth, min(n, mostWidth))
		}
	}
	return 80
}
