package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero/sys"
)

func TestHistogram(t *testing.T) {
	for bucket := range histogramBuckets - 1 {
		top := bucketTop(bucket)
		if bucketOf(top) != bucket || bucketOf(top+1) != bucket+1 {
			t.Fatalf("bucket %d ends at %d, which is in %d and the next in %d", bucket, top, bucketOf(top), bucketOf(top+1))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	var all []time.Duration
	var a, b, empty histogram
	for i := range 10_000 {
		d := time.Duration(random.ExpFloat64() * 30_000)
		all = append(all, d)
		[]*histogram{&a, &b}[i%2].add(d)
	}
	a.merge(&b)
	slices.Sort(all)
	for _, p := range []uint64{0, 1, 50, 90, 99, 100} {
		exact := all[max((len(all)*int(p)+99)/100, 1)-1]
		if got := a.percentile(p); got < exact || float64(got) > float64(exact)*(1+1.0/128)+1 {
			t.Errorf("p%d is %v, and exactly %v", p, got, exact)
		}
	}
	if got := a.percentile(100); got != all[len(all)-1] {
		t.Errorf("p100 is %v, the largest %v", got, all[len(all)-1])
	}
	if got := empty.percentile(50); got != 0 {
		t.Errorf("p50 of nothing is %v", got)
	}
}

func TestCodeRanges(t *testing.T) {
	const maps = `00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/program
7f0000000000-7f0000004000 r-xp 00000000 00:00 0 
7f0000010000-7f0000011000 rw-p 00000000 00:00 0 
7f0000020000-7f0000021000 rwxp 00000000 00:00 0
7ffff7fc1000-7ffff7fc3000 r-xp 00000000 00:00 0                          [vdso]
`
	got := parseMaps([]byte(maps))
	want := codeRanges{{0x7f0000000000, 0x7f0000004000}, {0x7f0000020000, 0x7f0000021000}}
	if !slices.Equal(got, want) {
		t.Fatalf("%x, want %x", got, want)
	}
	for _, tc := range []struct {
		before, after codeRanges
		want          uint64
	}{
		{nil, want, 0x5000},
		{want, want, 0},
		{want, nil, 0},
		{codeRanges{{0x1000, 0x2000}}, codeRanges{{0x1000, 0x5000}}, 0x3000},                   // merged with a neighbour
		{codeRanges{{0x2000, 0x3000}, {0x4000, 0x5000}}, codeRanges{{0x1000, 0x6000}}, 0x3000}, // all around
	} {
		if n := tc.after.beyond(tc.before); n != tc.want {
			t.Errorf("%x beyond %x: %#x, want %#x", tc.after, tc.before, n, tc.want)
		}
	}
}

func TestOutcomeOf(t *testing.T) {
	background := context.Background()
	cancelled, cancel := context.WithCancel(background)
	cancel()
	late, cancel := context.WithDeadline(background, time.Now().Add(-time.Second))
	defer cancel()
	const frames = "\nwasm stack trace:\n\t.$7(i32)\n\t\t0x1: ?:1\n\t.$0()"
	stack := &Stack{traced: []tracedFrame{{function: "$7(i32)", guest: true, index: 7, place: 1}, {function: "$0()", guest: true}}}
	unreachable, oops := errors.New("unreachable"), errors.New("oops")
	for _, tc := range []struct {
		name string
		ctx  context.Context
		err  error
		want Outcome
	}{
		{"return", background, nil, Outcome{}},
		{"exit", background, sys.NewExitError(3), Outcome{ExitCode: 3}},
		{"exit 0", cancelled, sys.NewExitError(0), Outcome{}},
		{"exit -1", background, sys.NewExitError(sys.ExitCodeContextCanceled), Outcome{ExitCode: 1<<32 - 1}},
		{"exit as a deadline", background, sys.NewExitError(sys.ExitCodeDeadlineExceeded), Outcome{ExitCode: 0xefffffff}},
		{"wrapped exit", background, fmt.Errorf("x: %w", sys.NewExitError(4)), Outcome{ExitCode: 4}},
		{"cancelled", cancelled, sys.NewExitError(sys.ExitCodeContextCanceled), Outcome{Kind: OutcomeInterrupted, Err: context.Canceled}},
		{"deadline", late, sys.NewExitError(sys.ExitCodeDeadlineExceeded), Outcome{Kind: OutcomeTimeout, Err: context.DeadlineExceeded}},
		{"trap", background, fmt.Errorf("wasm error: %w"+frames, unreachable), Outcome{Kind: OutcomeTrap, Err: &TrapError{Message: "unreachable", Stack: stack}}},
		{"start", background, fmt.Errorf("start function[0] failed: %w", fmt.Errorf("wasm error: %w"+frames, unreachable)),
			Outcome{Kind: OutcomeTrap, Err: &TrapError{Message: "unreachable", Stack: stack}}},
		{"overflow", background, errors.New("stack overflow"), Outcome{Kind: OutcomeTrap, Err: &TrapError{Message: "stack overflow", Stack: &Stack{}}}},
		{"overflow in start", background, fmt.Errorf("start function[0] failed: %w", errors.New("stack overflow")),
			Outcome{Kind: OutcomeTrap, Err: &TrapError{Message: "stack overflow", Stack: &Stack{}}}},
		{"host", background, fmt.Errorf("%w (recovered by wazero)"+frames, oops), Outcome{Kind: OutcomeError, Err: &InternalError{Message: "oops", Stack: stack, Err: oops}}},
		{"host, no error", background, errors.New("oops (recovered by wazero)" + frames), Outcome{Kind: OutcomeError, Err: &InternalError{Message: "oops", Stack: stack}}},
		{"host bug", background, fmt.Errorf("%w (recovered by wazero)"+frames+"\n\nGo runtime stack trace:\ngoroutine 1", oops),
			Outcome{Kind: OutcomeError, Err: &InternalError{Message: "oops", Stack: stack, GoStack: "goroutine 1", Err: oops}}},
	} {
		got := (*Module)(nil).outcomeOf(tc.ctx, tc.err, nil)
		if got.Kind != tc.want.Kind || got.ExitCode != tc.want.ExitCode {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
		if !errors.Is(got.Err, tc.want.Err) {
			if !reflect.DeepEqual(got.Err, tc.want.Err) {
				t.Errorf("%s: %#v, want %#v", tc.name, got.Err, tc.want.Err)
			}
		}
	}
}

// TestCloseGoesOn lets a step of Close panic: the other steps are made all the
// same, and the lost resource is named.
func TestCloseGoesOn(t *testing.T) {
	in := &Instance{}
	var made []string
	first := in.step(context.Background(), func(context.Context, *Instance) error { panic("first") })
	second := in.step(context.Background(), func(context.Context, *Instance) error { made = append(made, "second"); return errors.New("second") })
	if len(made) != 1 || first == nil || !strings.Contains(first.Error(), "first") || second == nil || second.Error() != "second" {
		t.Errorf("made %v, errors %v and %v", made, first, second)
	}
}
