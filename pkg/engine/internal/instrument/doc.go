// Package instrument rewrites the code of a module, so that a guest can be
// stopped and its instructions counted.
//
// Native code never returns to Go by itself: no context ends it, no other goroutine
// runs on its processor, and the garbage collector waits for it. So a counter is added
// to the module, a global variable. The code subtracts the cost of the instructions
// ahead, and at the entry of a function and at the head of a loop it calls a host
// function if the counter is negative:
//
//	global.get $counter
//	i64.const 3
//	i64.sub
//	global.set $counter        ;; charge
//	global.get $counter
//	i64.const 0
//	i64.lt_s
//	if
//	  call $tick               ;; counter = host(counter)
//	end                        ;; check
//
// The host function can end the guest by a panic, which no code of the guest can
// catch. It returns the counter for the time until it is called again.
//
// [NewPlan] plans the change: it edits the sections around the code. It does not read
// the code, so it takes no time for a module whose native code is in a cache.
// [Plan.Code] walks the code.
//
// # Charges
//
// In the modes [Yield] and [Profile], a charge is a rough measure of time. A function's entry
// and a loop's header are charged a unit for each 32 instructions of the
// function or the loop, without inner loops, and one more. A long stretch of code
// is charged and checked again within. A leaf function of at most 32
// instructions is neither charged nor checked, as each call counts for nine
// instructions of the caller; nor is the entry of a function that begins with a
// loop. In the mode [Fuel], each basic block is charged for
// its instructions exactly.
//
// Bulk operations on memories and tables are charged for their length as well.
// Operations on memories are done in parts of 1 MiB, by functions that are added after
// the guest's. They check the bounds of the whole range before they write a part.
// memory.atomic.wait waits in slices. Instructions that call into Go themselves and may
// take long there, such as memory.grow, call the host function as well.
//
// # Moved indexes
//
// The import of the host function comes after the guest's imports, so each
// function that the guest defines gets an index that is one higher;
// [Plan.Original] translates back. Types, functions and the global are added at
// the end of their index spaces, so nothing else moves.
package instrument
