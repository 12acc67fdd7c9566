;; A data segment that ends one byte behind the memory: instantiation fails.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "within bounds")
  (data (i32.const 65533) "four")
  (func (export "_start")))
