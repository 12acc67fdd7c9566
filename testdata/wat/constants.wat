;; Constants that are computed: of globals, and of the places of a data segment and an element segment.
(module
  (memory (export "memory") 1)
  (table 8 funcref)
  (global $base i32 (i32.mul (i32.const 16) (i32.add (i32.const 3) (i32.const 1))))
  (global $wide (export "wide") i64 (i64.sub (i64.const 0x1_0000_0000) (i64.const 1)))
  (data (i32.add (i32.const 60) (i32.const 4)) "found")
  (data (i32.const 128) "plain")
  (elem (offset (i32.sub (i32.const 8) (i32.const 1))) $seven)
  (type $number (func (result i32)))
  (func $seven (type $number) (i32.const 7))
  ;; the bytes at $base, "foun"
  (func (export "load") (result i32) (i32.load (global.get $base)))
  (func (export "plain") (result i32) (i32.load8_u (i32.const 128)))
  (func (export "call") (result i32) (call_indirect (type $number) (i32.const 7)))
  (func (export "global") (result i64) (global.get $wide)))
