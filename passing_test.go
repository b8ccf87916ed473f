package footfall

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// TestPass: the same text is the same name as long as it is held, whatever was
// forgotten meanwhile, and no number is given twice.
func TestPass(t *testing.T) {
	n, rnd := NewNames(), rand.New(rand.NewPCG(1, 2))
	held := map[string]Name{}
	given := map[Name]string{}
	for i := range 60 {
		for range 3000 {
			text := fmt.Sprint("host|", rnd.IntN(40_000))
			id := n.Pass(text)
			if was, ok := held[text]; ok && was != id {
				t.Fatalf("round %d: %q is %d and was %d", i, text, id, was)
			}
			if was, ok := given[id]; ok && was != text {
				t.Fatalf("round %d: %d is %q and was %q", i, id, text, was)
			}
			if !id.Passes() || n.String(id) != text || n.HashOf(id) != Hash(text) {
				t.Fatalf("%d is %q, want %q", id, n.String(id), text)
			}
			held[text], given[id] = id, text
		}
		for text := range held {
			if rnd.IntN(3) > 0 {
				delete(held, text)
			}
		}
		if err := n.Forget(func(mark func(Name)) error {
			for _, id := range held {
				mark(id)
			}
			mark(n.Intern("one that stays"))
			mark(0)
			mark(All)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := n.Passing(); got < len(held) || got > len(held)+passPage {
			t.Fatalf("round %d: %d names for %d that are held", i, got, len(held))
		}
		all := map[Name]string{}
		for id, text := range n.All() {
			all[id] = text
		}
		for text, id := range held {
			if n.String(id) != text || all[id] != text {
				t.Fatalf("round %d: %q is %q, listed as %q", i, text, n.String(id), all[id])
			}
		}
	}
	long := strings.Repeat("x", 3*MaxName)
	if a, b := n.Pass(long), n.Pass(long+"y"); a != b || len(n.String(a)) != MaxName {
		t.Errorf("a long text is kept with %d bytes, another as %d and %d", len(n.String(a)), a, b)
	}
	if n.Pass("") != 0 || All.Passes() || n.Find("host|1") != 0 {
		t.Error("the empty text, All and names that stay do not pass")
	}
}

// TestForgetFails: nothing is forgotten when it is not known what is held.
func TestForgetFails(t *testing.T) {
	n := NewNames()
	id := n.Pass("srv|1")
	for i := range 3 * passPage {
		n.Pass(fmt.Sprint("srv|", i))
	}
	bad := errors.New("bad")
	if err := n.Forget(func(mark func(Name)) error { mark(id); return bad }); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
	if n.String(id) != "srv|1" || n.Passing() != 3*passPage {
		t.Errorf("%q, %d names", n.String(id), n.Passing())
	}
}

// TestPassManyReaders: names are read while others are made and forgotten.
func TestPassManyReaders(t *testing.T) {
	n := NewNames()
	ids := make([]Name, 3000)
	for i := range ids {
		ids[i] = n.Pass(fmt.Sprint("srv|", i))
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if k := i % len(ids); n.String(ids[k]) != fmt.Sprint("srv|", k) {
					t.Errorf("%d is %q", ids[k], n.String(ids[k]))
					return
				}
			}
		})
	}
	for i := range 30_000 {
		n.Pass(fmt.Sprint("other|", i))
		if i%5000 == 0 {
			if err := n.Forget(func(mark func(Name)) error {
				for _, id := range ids {
					mark(id)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	wg.Wait()
}
