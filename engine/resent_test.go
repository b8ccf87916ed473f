package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/footfall/footfall"
	"github.com/footfall/footfall/decode"
	"github.com/footfall/footfall/playbooks"
)

// TestResent holds that an event with an id of its own counts once when a
// shipper sent its batch again, in the same file and in another one.
func TestResent(t *testing.T) {
	const record = `{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/ana","accountId":"111122223333","userName":"ana"},` +
		`"eventTime":"2031-05-02T08:15:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"x",` +
		`"responseElements":{"ConsoleLogin":"Success"},"eventID":"3fcfb182-98f8-4744-bd45-10a395ab61cb","eventType":"AwsConsoleSignIn","recipientAccountId":"111122223333"}` + "\n"
	dir := t.TempDir()
	for name, data := range map[string]string{"a.json": record + record, "b.json": `{"Records":[` + record + `]}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, err := Find(context.Background(), Options{Paths: []string{dir}, Decoders: decode.All, Analytics: Analytics, Playbooks: playbooks.Files(), Receipt: time.Unix(2e9, 0), Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	var records int64
	for _, in := range h.Run.Inputs {
		records += in.Records
	}
	logons := 0
	for s := range h.Steps() {
		if s.Kind == footfall.KindLogon {
			logons++
		}
	}
	if records != 3 || logons != 1 {
		t.Errorf("%d records and %d logons, want 3 and 1", records, logons)
	}
}
