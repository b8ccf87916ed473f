package analyze_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/footfall/footfall/analyze"
	"github.com/footfall/footfall/internal/txtar"
)

// crowd is an account that installs services by the dozen, then reads a file of
// a share and goes on to another host, with all logs that would let no be said.
const crowd = `-- in --
2026-03-08T08:00:00Z credential success kerberos user=corp\kim dst=dc1 event=4768
2026-03-08T08:10:00Z share success user=corp\kim src=10.1.2.8 dst=srv5 session=0x50 object=\\*\public event=5140
2026-03-08T08:20:00Z connection success smb from=srv5 dst=srv1 port=445 bytes=2048 took=12 observed
2026-03-08T08:30:00Z privilege success user=corp\kim dst=srv5 session=0x50 event=4672
x80 every=10s 2026-03-09T10:00:00Z logon success network auth=ntlm type=3 user=corp\bob src=10.1.2.4 dst=srv5 session=0x7%d event=4624
x80 every=10s 2026-03-09T10:00:01Z service success user=corp\bob dst=srv5 session=0x7%d object=y%d image=C:\y%d.exe event=4697
2026-03-09T11:00:00Z share success user=corp\bob src=10.1.2.4 dst=srv5 session=0x99 object=\\*\data\plans.xlsx event=5145
2026-03-09T11:10:00Z logon success rdp auth=kerberos type=10 user=corp\bob from=srv5 dst=srv9 session=0x11 event=4624
2026-03-09T11:20:00Z group success user=corp\bob dst=srv5 session=0x98 object=Administrators event=4732
2026-03-09T13:00:00Z credential success kerberos user=corp\kim dst=dc1 event=4768
2026-03-09T14:00:00Z connection success smb from=srv5 dst=srv1 port=445 bytes=2048 took=12 observed
2026-03-09T14:10:00Z privilege success user=corp\kim dst=srv5 session=0x51 event=4672
`

// TestCrowdSaysNoNo holds that of findings that gave way to later ones about
// the same account and host nobody says that nothing followed, when it did.
func TestCrowdSaysNoNo(t *testing.T) {
	for name, kinds := range map[string][]string{"around": {"transfer-after"}, "after": {"movement-after", "privileges-after"}} {
		var about [][]byte
		for _, a := range analyze.All {
			if a.Name == name {
				about = bytes.Split(run(t, txtar.Parse([]byte(crowd)), analyze.All, a, nil), []byte("\n"))
			}
		}
		for _, kind := range kinds {
			n, unknown := 0, 0
			for _, line := range about {
				head := fmt.Sprintf("fact %s of ", kind)
				if !strings.HasPrefix(string(line), head) {
					continue
				}
				n++
				if bytes.Contains(line, []byte(": no ")) {
					t.Errorf("%s", line)
				}
				if bytes.Contains(line, []byte("not followed to the end")) {
					unknown++
				}
			}
			if n < 80 || unknown == 0 {
				t.Errorf("%s: %d facts, %d of them not followed to the end", kind, n, unknown)
			}
		}
	}
}
