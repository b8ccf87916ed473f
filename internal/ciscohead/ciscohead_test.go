package ciscohead

import (
	"fmt"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		h, ok := Parse(in)
		when := "none"
		if h.Time != 0 {
			when = time.Unix(0, h.Time).UTC().Format(time.RFC3339Nano)
		}
		got := "no"
		if ok {
			got = fmt.Sprint(when, " ", h.Pri, " ", h.Host, "|", in[h.At:])
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	f("%ASA-3-710003: x", "none -1 |%ASA-3-710003: x")
	f("Jun 27 2021 12:17:46: %ASA-3-710003: x", "2021-06-27T12:17:46Z -1 |%ASA-3-710003: x")
	f("<166>Jun 27 2021 12:17:46 fw1 : %ASA-3-710003: x", "2021-06-27T12:17:46Z 166 fw1|%ASA-3-710003: x")
	f("Jun 27 12:17:46 fw1: %FTD-6-302013: x", "1972-06-27T12:17:46Z -1 fw1|%FTD-6-302013: x")
	f("Jun 27 12:17:46 192.0.2.1 %ASA-6-302013: x", "1972-06-27T12:17:46Z -1 192.0.2.1|%ASA-6-302013: x")
	f("Jun 27 2021 12:17:46 EDT: %ASA-session-5-106100: x", "2021-06-27T16:17:46Z -1 |%ASA-session-5-106100: x")
	f("2021-06-27T12:17:46Z fw1  %FTD-1-430003: x", "2021-06-27T12:17:46Z -1 fw1|%FTD-1-430003: x")
	f("2021-06-27T12:17:46Z  : %FTD-1-430003: x", "2021-06-27T12:17:46Z -1 |%FTD-1-430003: x")
	f("Jun 27 12:17:46 192.0.2.1 585917: Jun 27 12:17:45.272: %SEC-6-IPACCESSLOGRP: x", "1972-06-27T12:17:45.272Z -1 192.0.2.1|%SEC-6-IPACCESSLOGRP: x")
	f("Jun 27 12:17:46 192.0.2.1 585917: Jun 27 12:17:45.272 UTC: %SYS-6-LOGOUT: x", "1972-06-27T12:17:45.272Z -1 192.0.2.1|%SYS-6-LOGOUT: x")
	f("<165>7433: R1: 007439: 2y10w: %SEC_LOGIN-5-LOGIN_SUCCESS: x", "none 165 R1|%SEC_LOGIN-5-LOGIN_SUCCESS: x")
	f("<189>: sw1: Jan  6 2022 21:01:34.964: %SYS-5-CONFIG_I: x", "2022-01-06T21:01:34.964Z 189 sw1|%SYS-5-CONFIG_I: x")
	f("000123: *Mar  1 18:46:11.123 UTC: %SEC-6-IPACCESSLOGP: x", "1972-03-01T18:46:11.123Z -1 |%SEC-6-IPACCESSLOGP: x")
	f("00:00:46: %LINK-3-UPDOWN: x", "none -1 |%LINK-3-UPDOWN: x")
	f("Oct 10 2018 12:34:56 fw1 CiscoASA[999]: %ASA-6-305011: x", "2018-10-10T12:34:56Z -1 fw1|%ASA-6-305011: x")
	f("2021 May 06 09:28:12 relay May 6 07:28:11 sw2: %DOT1X-5-FAIL: x", "2021-05-06T09:28:12Z -1 sw2|%DOT1X-5-FAIL: x")
	f("RP/0/RSP0/CPU0:Jan  1 00:00:00.123 : exec[65756]: %SECURITY-LOGIN-6-AUTHEN_SUCCESS : x", "1972-01-01T00:00:00.123Z -1 RP/0/RSP0/CPU0|%SECURITY-LOGIN-6-AUTHEN_SUCCESS : x")
	f("Jun 27 12:17:46 web1 100% of disk", "no")
	f("%d-3-x: y", "no")
	f("", "no")
}

func FuzzParse(f *testing.F) {
	f.Add("<166>Jun 27 2021 12:17:46 fw1 : %ASA-3-710003: x")
	f.Add("000123: *Mar  1 18:46:11.123 UTC: %SEC-6-IPACCESSLOGP: x")
	f.Fuzz(func(t *testing.T, s string) {
		if h, ok := Parse(s); ok && (h.At >= len(s) || s[h.At] != '%') {
			t.Fatalf("%q: message at %d", s, h.At)
		}
	})
}
