;; The second element segment does not fit into its table.
(module
  (memory (export "memory") 1)
  (table 4 funcref)
  (func $f)
  (elem (i32.const 0) $f)
  (elem (i32.const 3) $f $f)
  (elem (i32.const 1) $f)
  (func (export "_start")))
