;; A table that begins with more elements than an instance may have by default.
(module
  (memory (export "memory") 1)
  (table 10000001 funcref)
  (func (export "_start")))
