;; The start section traps: instantiation fails after memory and data are in place.
(module
  (memory (export "memory") 2)
  (data (i32.const 1024) "laid out before the start function runs")
  (func $boom
    unreachable)
  (start $boom)
  (func (export "_start")))
