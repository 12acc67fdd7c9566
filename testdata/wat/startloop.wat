;; The start function never ends.
(module
  (func $start (loop $forever (br $forever)))
  (func (export "_start"))
  (start $start))
