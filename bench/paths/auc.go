package main

import (
	"math"
	"slices"
)

// auc is the probability that one of yes is above one of no; ties count half.
func auc(yes, no []float64) float64 {
	if len(yes) == 0 || len(no) == 0 {
		return math.NaN()
	}
	slices.Sort(no)
	sum := 0.0
	for _, v := range yes {
		lo, _ := slices.BinarySearch(no, v)
		hi, found := lo, true
		for hi < len(no) && found {
			if found = no[hi] == v; found {
				hi++
			}
		}
		sum += float64(lo) + float64(hi-lo)/2
	}
	return sum / float64(len(yes)) / float64(len(no))
}
