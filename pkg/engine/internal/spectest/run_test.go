package spectest

import "testing"

func TestJudge(t *testing.T) {
	done := Outcome{}
	refused, rejected := Outcome{Kind: Refused}, Outcome{Kind: Rejected}
	trap, overflow, thrown := TrapOutcome("unreachable"), TrapOutcome("stack overflow"), TrapOutcome("uncaught exception")
	all := []Outcome{done, refused, rejected, trap, overflow, thrown, {Kind: Failed}}
	for _, tc := range []struct {
		command Command
		pass    []Outcome // the others fail
	}{
		{Command{Type: "module"}, []Outcome{done}},
		{Command{Type: "action"}, []Outcome{done}},
		{Command{Type: "assert_return"}, []Outcome{done}},
		{Command{Type: "assert_trap", Text: "unreachable"}, []Outcome{trap}},
		{Command{Type: "assert_trap", Text: "integer overflow"}, nil},
		{Command{Type: "assert_trap", Text: "uncaught exception"}, []Outcome{thrown}},
		{Command{Type: "assert_exhaustion"}, []Outcome{overflow}},
		{Command{Type: "assert_exception"}, []Outcome{thrown}},
		{Command{Type: "assert_invalid"}, []Outcome{refused}},
		{Command{Type: "assert_malformed"}, []Outcome{refused}},
		{Command{Type: "assert_unlinkable"}, []Outcome{rejected}},
		{Command{Type: "assert_uninstantiable"}, []Outcome{rejected, trap}},
	} {
		passed := map[Kind]bool{}
		for _, o := range tc.pass {
			passed[o.Kind] = true
		}
		for _, o := range all {
			if got, err := tc.command.judge(o); err != nil || got != passed[o.Kind] {
				t.Errorf("%s %q: %v passes: %v, %v", tc.command.Type, tc.command.Text, o.Kind, got, err)
			}
		}
	}
}

func TestDiffers(t *testing.T) {
	unreachable, overflow := TrapOutcome("unreachable"), TrapOutcome("integer overflow")
	for _, tc := range []struct {
		a, b Result
		want bool
	}{
		{Result{Passed: true}, Result{Passed: true}, false},
		{Result{Passed: true}, Result{}, true},
		{Result{Outcome: unreachable}, Result{Outcome: unreachable}, false},
		{Result{Outcome: unreachable}, Result{Outcome: overflow}, true},
		{Result{Outcome: Outcome{Kind: Refused, Message: "a"}}, Result{Outcome: Outcome{Kind: Refused, Message: "b"}}, false},
		{Result{Outcome: Outcome{Kind: Refused}}, Result{Outcome: Outcome{Kind: Rejected}}, true},
	} {
		if got := tc.a.Differs(tc.b); got != tc.want {
			t.Errorf("%v and %v: %v", tc.a, tc.b, got)
		}
	}
}
