package memstat

import "testing"

func TestVerdictNames(t *testing.T) {
	for v, want := range verdictNames {
		var back Verdict
		text, err := Verdict(v).MarshalText()
		if err != nil || string(text) != want || back.UnmarshalText(text) != nil || back != Verdict(v) {
			t.Errorf("verdict %d: %q, %v, read back as %v", v, text, err, back)
		}
	}
	var v Verdict
	if err := v.UnmarshalText([]byte("dirty")); err == nil {
		t.Error("an unknown verdict was read")
	}
	if s := Verdict(9).String(); s != "unknown" {
		t.Errorf("verdict 9 is %q", s)
	}
}
