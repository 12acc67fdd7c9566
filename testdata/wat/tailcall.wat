;; Functions that call in a loop, without a frame for each call: with plain calls a million of them overflow the stack.
(module
  (type $step (func (param i64) (result i32)))
  (table funcref (elem $even $odd))
  ;; sum of 1 to n, and of $so_far
  (func $sum (export "sum") (param $n i64) (param $so_far i64) (result i64)
    (if (i64.eqz (local.get $n)) (then (return (local.get $so_far))))
    (return_call $sum
      (i64.sub (local.get $n) (i64.const 1))
      (i64.add (local.get $so_far) (local.get $n))))
  ;; whether n is even, through the table
  (func $even (export "even") (type $step)
    (if (i64.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call_indirect (type $step) (i64.sub (local.get 0) (i64.const 1)) (i32.const 1)))
  (func $odd (type $step)
    (if (i64.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call_indirect (type $step) (i64.sub (local.get 0) (i64.const 1)) (i32.const 0))))
