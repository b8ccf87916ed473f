package footfall

import (
	"reflect"
	"testing"
	"unsafe"
)

// TestStepSize holds DESIGN section 10.3: a step is at most 128 bytes and has
// no pointers.
func TestStepSize(t *testing.T) {
	if n := unsafe.Sizeof(Step{}); n > 128 {
		t.Errorf("a Step has %d bytes, want at most 128", n)
	}
	var walk func(reflect.Type)
	walk = func(rt reflect.Type) {
		switch rt.Kind() {
		case reflect.Struct:
			for i := range rt.NumField() {
				walk(rt.Field(i).Type)
			}
		case reflect.Pointer, reflect.String, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
			t.Errorf("a Step holds a pointer: %v", rt)
		}
	}
	walk(reflect.TypeFor[Step]())
}
