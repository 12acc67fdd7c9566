;; walk(n) calls itself along a way that no call before it took: it takes a block there,
;; gives it back, and computes for n turns. dig(n) calls itself deeper than any call before.
(module
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  (func $malloc (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func $free (export "free") (param i32))
  (func $path (param $way i32) (param $steps i32) (param $n i32)
    (if (i32.eqz (local.get $steps))
      (then
        (call $free (call $malloc (i32.const 8)))
        (loop $turn
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br_if $turn (i32.gt_s (local.get $n) (i32.const 0))))
        (return)))
    (local.set $steps (i32.sub (local.get $steps) (i32.const 1)))
    (if (i32.and (local.get $way) (i32.const 1))
      (then (call $path (i32.shr_u (local.get $way) (i32.const 1)) (local.get $steps) (local.get $n)))
      (else (call $path (i32.shr_u (local.get $way) (i32.const 1)) (local.get $steps) (local.get $n)))))
  (func (export "walk") (param $n i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $path (global.get $calls) (i32.const 10) (local.get $n)))
  (func $down (param $depth i32)
    (if (local.get $depth) (then (call $down (i32.sub (local.get $depth) (i32.const 1))))))
  (func (export "dig") (param $n i32)
    (global.set $calls (i32.add (global.get $calls) (local.get $n)))
    (call $down (global.get $calls)))
)
