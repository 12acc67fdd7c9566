;; A library: functions of each number type, for calls by name with typed arguments.
(module
  (func $add (export "add") (export "add_i32") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func $add_i64 (export "add_i64") (param i64 i64) (result i64)
    (i64.add (local.get 0) (local.get 1)))
  (func $add_f32 (export "add_f32") (param f32 f32) (result f32)
    (f32.add (local.get 0) (local.get 1)))
  (func $add_f64 (export "add_f64") (param f64 f64) (result f64)
    (f64.add (local.get 0) (local.get 1)))

  ;; Traps for a divisor of 0 and for the smallest number divided by -1.
  (func $div (export "div") (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1)))

  (func $neg_i32 (export "neg_i32") (param i32) (result i32)
    (i32.sub (i32.const 0) (local.get 0)))
  (func $neg_i64 (export "neg_i64") (param i64) (result i64)
    (i64.sub (i64.const 0) (local.get 0)))
  (func $neg_f32 (export "neg_f32") (param f32) (result f32)
    (f32.neg (local.get 0)))
  (func $neg_f64 (export "neg_f64") (param f64) (result f64)
    (f64.neg (local.get 0)))

  ;; Several results, of several types.
  (func $swap (export "swap") (param i32 i64) (result i64 i32)
    (local.get 1)
    (local.get 0))
  (func $each (export "each") (param i32 i64 f32 f64) (result i32 i64 f32 f64)
    (local.get 0)
    (local.get 1)
    (local.get 2)
    (local.get 3))

  (func $nothing (export "nothing"))
  (func $opaque (export "opaque") (param externref) (result externref)
    (local.get 0))

  ;; Calls itself, so a large argument makes many frames.
  (func $sum (export "sum") (param $n i32) (result i32)
    (if (result i32) (i32.eqz (local.get $n))
      (then (i32.const 0))
      (else
        (i32.add
          (local.get $n)
          (call $sum (i32.sub (local.get $n) (i32.const 1))))))))
