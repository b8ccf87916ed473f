package runfile

import (
	"encoding/base64"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/footfall/footfall"
)

// A walker copies a value with all that it points to, and changes the texts
// and references of the copy. So what is added to the vocabulary is kept too
// without a line here.
type walker struct {
	text   func(string) string
	ref    func(footfall.Ref) footfall.Ref
	finite bool
}

func (w walker) copy(v any) any { return w.value(reflect.ValueOf(v)).Interface() }

var refType = reflect.TypeFor[footfall.Ref]()

func (w walker) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		if w.text == nil {
			return v
		}
		return reflect.ValueOf(w.text(v.String())).Convert(v.Type())
	case reflect.Float64:
		if f := v.Float(); w.finite && (math.IsNaN(f) || math.IsInf(f, 0)) {
			return reflect.Zero(v.Type())
		}
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(w.value(v.Elem()))
		return out
	case reflect.Struct:
		return w.structure(v)
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(w.value(v.Index(i)))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(w.value(it.Key()), w.value(it.Value()))
		}
		return out
	}
	return v
}

func (w walker) structure(v reflect.Value) reflect.Value {
	if v.Type() == refType {
		if w.ref == nil {
			return v
		}
		return reflect.ValueOf(w.ref(v.Interface().(footfall.Ref)))
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			out.Field(i).Set(w.value(v.Field(i)))
		}
	}
	return out
}

// mark stands before text that JSON cannot hold as it is; as JSON writes it.
var mark = []byte(`\u0000`)

func toJSON(s string) string {
	if utf8.ValidString(s) && !strings.HasPrefix(s, "\x00") {
		return s
	}
	return "\x00" + base64.StdEncoding.EncodeToString([]byte(s))
}

func fromJSON(s string) string {
	if !strings.HasPrefix(s, "\x00") {
		return s
	}
	b, err := base64.StdEncoding.DecodeString(s[1:])
	if err != nil {
		return s
	}
	return string(b)
}
