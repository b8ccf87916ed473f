package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A chromium is a browser that is spoken to over two pipes, as the DevTools
// protocol has it: messages of JSON that end in a zero byte.
type chromium struct {
	t       *testing.T
	to      *os.File
	from    *bufio.Reader
	session string
	last    int
	seen    []event // since the page was opened
}

type event struct {
	Method string
	Params json.RawMessage
}

// without ends a test that has no browser: in continuous integration that is a
// failure, elsewhere it is said.
func without(t *testing.T, what string) bool {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not there; tools/browser/install installs it", what)
	}
	t.Logf("%s is not there, so no page was opened in a browser; tools/browser/install installs it", what)
	return true
}

// newChromium starts a browser without a window; nil when there is none.
func newChromium(t *testing.T) *chromium {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil && path == "" {
			path = p
		}
	}
	if path == "" {
		without(t, "a Chromium")
		return nil
	}
	inRead, inWrite, err1 := os.Pipe()
	outRead, outWrite, err2 := os.Pipe()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
		"--disable-background-networking", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{inRead, outWrite}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &chromium{t: t, to: inWrite, from: bufio.NewReaderSize(outRead, 1<<20)}
	t.Cleanup(func() {
		c.session = ""
		c.call("Browser.close", nil, nil)
		if err := cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Error(err)
		}
	})
	for _, f := range []*os.File{inRead, outWrite} {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var target struct{ TargetID string }
	c.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var at struct{ SessionID string }
	c.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &at)
	c.session = at.SessionID
	for _, m := range []string{"Page.enable", "Runtime.enable", "Network.enable", "Log.enable"} {
		c.call(m, nil, nil)
	}
	return c
}

type message struct {
	ID     int
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *struct{ Message string }
}

func (c *chromium) read() message {
	c.t.Helper()
	data, err := c.from.ReadBytes(0)
	if err != nil {
		c.t.Fatalf("the browser said nothing more: %v", err)
	}
	var m message
	if err := json.Unmarshal(data[:len(data)-1], &m); err != nil {
		c.t.Fatal(err)
	}
	if m.Method != "" {
		c.seen = append(c.seen, event{m.Method, m.Params})
	}
	return m
}

// call does one thing and reads its result into out.
func (c *chromium) call(method string, params any, out any) {
	c.t.Helper()
	c.last++
	o := map[string]any{"id": c.last, "method": method}
	if params != nil {
		o["params"] = params
	}
	if c.session != "" {
		o["sessionId"] = c.session
	}
	data, err := json.Marshal(o)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.to.Write(append(data, 0)); err != nil {
		c.t.Fatal(err)
	}
	for {
		m := c.read()
		if m.ID != c.last {
			continue
		}
		if m.Error != nil {
			c.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if out != nil {
			if err := json.Unmarshal(m.Result, out); err != nil {
				c.t.Fatal(err)
			}
		}
		return
	}
}

// open loads a page of a disk and returns how long that took.
func (c *chromium) open(path string) time.Duration {
	c.t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		c.t.Fatal(err)
	}
	c.seen = nil
	begun := time.Now()
	c.call("Page.navigate", map[string]any{"url": "file://" + path}, nil)
	c.wait("Page.loadEventFired")
	return time.Since(begun)
}

// wait reads on until something was said.
func (c *chromium) wait(method string) {
	c.t.Helper()
	for _, e := range c.seen {
		if e.Method == method {
			return
		}
	}
	for c.read().Method != method {
	}
}

// eval runs a script in the page, waits for what it promises, and reads its
// value into out.
func (c *chromium) eval(script string, out any) {
	c.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	c.call("Runtime.evaluate", map[string]any{"expression": script, "awaitPromise": true, "returnByValue": true, "userGesture": true}, &r)
	if r.ExceptionDetails != nil {
		c.t.Fatalf("%.80s: %s", script, r.ExceptionDetails)
	}
	if out != nil {
		if err := json.Unmarshal(r.Result.Value, out); err != nil {
			c.t.Fatalf("%.80s: %v: %s", script, err, r.Result.Value)
		}
	}
}

func (c *chromium) truth(script string) bool {
	c.t.Helper()
	var b bool
	c.eval("!!("+script+")", &b)
	return b
}

// key presses and lets go of a key, as a person's keyboard does.
func (c *chromium) key(name string) {
	c.t.Helper()
	down := map[string]any{"type": "keyDown", "key": name}
	switch name {
	case "Tab":
		down["windowsVirtualKeyCode"] = 9
	case "Enter":
		down["windowsVirtualKeyCode"], down["text"] = 13, "\r"
	case "Escape":
		down["windowsVirtualKeyCode"] = 27
	default:
		down["text"] = name
	}
	c.call("Input.dispatchKeyEvent", down, nil)
	c.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": name}, nil)
}

func (c *chromium) theme(name string) {
	c.t.Helper()
	c.call("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": name}}}, nil)
}

func (c *chromium) size(wide, high int) {
	c.t.Helper()
	c.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// silent fails when the page asked for anything but itself, a script of it
// failed, a dialog opened, or its policy had to stop something.
func (c *chromium) silent(what string) {
	c.t.Helper()
	asked := 0
	for _, e := range c.seen {
		switch e.Method {
		case "Page.javascriptDialogOpening", "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled":
			c.t.Errorf("%s: %s %.400s", what, e.Method, e.Params)
		case "Network.requestWillBeSent":
			asked++
		}
	}
	if asked > 1 {
		c.t.Errorf("%s: %d requests, want the page alone", what, asked)
	}
}

// axe loads axe-core into the page and returns what it finds serious or
// critical, a line each.
func (c *chromium) axe(script string) (out []string) {
	c.t.Helper()
	c.eval(script+"; true", nil)
	var found []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML string }
	}
	c.eval(`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help,
		nodes: v.nodes.slice(0, 3).map(n => ({html: n.html.slice(0, 160)}))})))`, &found)
	for _, v := range found {
		if v.Impact == "serious" || v.Impact == "critical" {
			out = append(out, fmt.Sprintf("%s, %s: %s %q", v.Impact, v.ID, v.Help, v.Nodes))
		} else {
			c.t.Logf("axe, %s: %s: %s %q", v.Impact, v.ID, v.Help, v.Nodes)
		}
	}
	return out
}
