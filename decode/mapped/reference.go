package mapped

import (
	"fmt"
	"reflect"
	"strings"
)

// Reference is the list of a mapping's keys, as Markdown.
func Reference() string {
	var b strings.Builder
	b.WriteString("| key | what it names |\n|---|---|\n")
	for f := range reflect.TypeFor[file]().Fields() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.Tag.Get("yaml"), f.Tag.Get("doc"))
	}
	return b.String()
}
