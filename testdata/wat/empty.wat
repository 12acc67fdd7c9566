;; The smallest command: a memory of one page and a _start that does nothing.
(module
  (memory (export "memory") 1)
  (func (export "_start")))
