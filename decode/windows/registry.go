package windows

import (
	"strconv"
	"strings"

	"github.com/footfall/footfall"
)

// What was done to a key or value; also the index of entry.logs.
const (
	didUnknown = iota
	didMake
	didSet
	didRemove
)

// registryKey chooses the category of Sysmon 12 by what was done.
func registryKey(r *Reader, _ *footfall.Batch, e *footfall.Event) {
	t := r.at
	switch {
	case hasPrefixFold(r.got(toOperation), "create"):
		e.Log = t.logs[didMake]
	case hasPrefixFold(r.got(toOperation), "delete"):
		e.Log = t.logs[didRemove]
	}
}

// registryValue reads Security 4657, and gives it the fields that rules for
// Sysmon look at: key and value in one, and the value as Sysmon renders it.
func registryValue(r *Reader, b *footfall.Batch, e *footfall.Event) {
	t := r.at
	did, name := didUnknown, ""
	switch {
	case r.got(toOperation) == "%%1904" || hasPrefixFold(r.got(toOperation), "new registry value"):
		did, name = didMake, "SetValue"
	case r.got(toOperation) == "%%1905" || hasPrefixFold(r.got(toOperation), "existing registry value"):
		did, name = didSet, "SetValue"
	case r.got(toOperation) == "%%1906" || hasPrefixFold(r.got(toOperation), "registry value deleted"):
		did, name = didRemove, "DeleteValue"
	}
	e.Log = t.logs[did]
	key := asKey.apply(b, e.Object)
	if r.got(toValueName) != "" {
		v := append(append(b.Grow(len(key)+1+len(r.got(toValueName))), key...), '\\')
		key = b.Kept(append(v, r.got(toValueName)...))
	}
	e.Object = key
	b.Add(r.sigma.object, key)
	if name != "" {
		b.Add(r.sigma.eventType, name)
	}
	if r.sigma.details != 0 && r.got(toValue) != "" {
		b.Add(r.sigma.details, details(b, r.got(toValueType), r.got(toValue)))
	}
}

// details renders a value as Sysmon does. Type numbers are message numbers of
// the Security provider: %%1873 REG_SZ and on.
func details(b *footfall.Batch, kind, v string) string {
	n := decimal(v)
	switch {
	case kind == "%%1876" || equalFold(kind, "reg_dword"):
		out := append(b.Grow(18), "DWORD (0x"...)
		return b.Kept(append(padded(out, n&0xffffffff), ')'))
	case kind == "%%1883" || equalFold(kind, "reg_qword"):
		out := append(b.Grow(29), "QWORD (0x"...)
		out = append(padded(out, n>>32), "-0x"...)
		return b.Kept(append(padded(out, n&0xffffffff), ')'))
	case kind == "%%1875" || equalFold(kind, "reg_binary"):
		return "Binary Data"
	}
	return v
}

// padded appends n as eight hexadecimal digits.
func padded(out []byte, n uint64) []byte {
	for i := 1; i < 8; i++ {
		if n < 1<<(4*uint(8-i)) {
			out = append(out, '0')
		} else {
			break
		}
	}
	return strconv.AppendUint(out, n, 16)
}

// keyName spells a key as Sysmon does since version 6: HKLM, HKU, and
// CurrentControlSet for the set in use.
func keyName(b *footfall.Batch, v string) string {
	root, rest := "", ""
	switch {
	case hasPrefixFold(v, `\registry\machine\`):
		root, rest = `HKLM\`, v[len(`\registry\machine\`):]
	case hasPrefixFold(v, `\registry\user\`):
		root, rest = `HKU\`, v[len(`\registry\user\`):]
	default:
		return v
	}
	out := append(b.Grow(len(v)+len("CurrentControlSet")), root...)
	if hasPrefixFold(rest, `system\controlset00`) && len(rest) > len(`system\controlset00`) {
		set := len(`system\controlset00`) + 1
		if rest[set-1] >= '0' && rest[set-1] <= '9' && (len(rest) == set || rest[set] == '\\') {
			out = append(append(out, rest[:len(`system\`)]...), "CurrentControlSet"...)
			rest = rest[set:]
		}
	}
	return b.Kept(append(out, rest...))
}

// drive spells the path of a device as a path: the volume that holds Windows
// is C: nearly everywhere, and the record does not say which it is.
func drive(b *footfall.Batch, v string) string {
	const device = `\device\harddiskvolume`
	if !hasPrefixFold(v, device) {
		return v
	}
	i := strings.IndexByte(v[len(device):], '\\')
	if i < 0 {
		return v
	}
	rest := v[len(device)+i:]
	out := append(b.Grow(len(rest)+2), "C:"...)
	return b.Kept(append(out, rest...))
}
