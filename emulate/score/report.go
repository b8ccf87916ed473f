package score

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A finding is what the judge needs of a Detection Finding (OCSF 2004).
type finding struct {
	Severity int   `json:"severity_id"`
	Start    int64 `json:"start_time"`
	End      int64 `json:"end_time"`
	Info     struct {
		UID string `json:"uid"`
	} `json:"finding_info"`
	Evidences []struct {
		Data place `json:"data"`
	} `json:"evidences"`
	Observables []observable `json:"observables"`
	Unmapped    struct {
		Footfall struct {
			Total int       `json:"evidence_total"`
			Path  []toldHop `json:"path"`
		} `json:"footfall"`
	} `json:"unmapped"`
}

type observable struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// A place is where a record is.
type place struct {
	Input  string     `json:"input"`
	Offset int64      `json:"offset"`
	Time   *time.Time `json:"time"`
}

// A toldHop is a hop as a report tells it.
type toldHop struct {
	ID          string  `json:"id"`
	After       string  `json:"after"` // ID of the hop that it went on from
	Source      string  `json:"source"`
	Destination string  `json:"destination"`
	Account     string  `json:"account"`
	Evidence    []place `json:"evidence"`
}

// A reported is what the judge needs of an Incident Finding (OCSF 2005).
type reported struct {
	Severity int   `json:"severity_id"`
	Start    int64 `json:"start_time"`
	End      int64 `json:"end_time"`
	Metadata struct {
		UID string `json:"uid"`
	} `json:"metadata"`
	List []struct {
		UID string `json:"uid"`
	} `json:"finding_info_list"`
	Unmapped struct {
		Footfall struct {
			Path []toldHop `json:"path"`
		} `json:"footfall"`
	} `json:"unmapped"`
}

// readReport reads a report's cases and findings.
func readReport(dir string) (cases []*reported, findings map[string]*finding, err error) {
	findings = map[string]*finding{}
	err = readLines(dir, "cases.ndjson", func(c *reported) {
		own := *c
		cases = append(cases, &own)
	})
	if err == nil {
		err = readLines(dir, "findings.ndjson", func(f *finding) {
			own := *f
			findings[f.Info.UID] = &own
		})
	}
	return cases, findings, err
}

func readLines[T any](dir, name string, take func(*T)) error {
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) { // a very large one is compressed
		if z, err := os.Open(filepath.Join(dir, name+".gz")); err == nil {
			defer z.Close()
			r, err := gzip.NewReader(z)
			if err != nil {
				return fmt.Errorf("report: %s.gz: %w", name, err)
			}
			return lines(name+".gz", r, take)
		}
	}
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer f.Close()
	return lines(name, f, take)
}
