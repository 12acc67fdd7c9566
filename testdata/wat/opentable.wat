;; A table without a maximum, as the Go compiler makes them, and no table.grow.
(module
  (memory (export "memory") 1)
  (table 10 funcref)
  (func (export "_start")))
