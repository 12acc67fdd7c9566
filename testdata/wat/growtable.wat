;; A table that can grow. _start grows it as far as it gets, in steps of 100,000 elements.
(module
  (memory (export "memory") 1)
  (table $t 10 funcref)
  (func $f)
  (elem (i32.const 0) $f)
  (func (export "_start")
    (loop (br_if 0 (i32.ne (table.grow $t (ref.null func) (i32.const 100000)) (i32.const -1)))))
  (func (export "grow") (param i32) (result i32)
    (table.grow $t (ref.null func) (local.get 0)))
  (func (export "size") (result i32)
    (table.size $t)))
