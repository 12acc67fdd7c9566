;; A plug-in of another host, which has the functions that this one lacks. It asks for its name's length, and logs only if
;; there is a name.
(module
  (import "env" "name_length" (func $name_length (result i64)))
  (import "env" "log" (func $log (param i32 f64)))
  (import "other\u{2026}" "never\ncalled" (func (param externref) (result f32)))
  (func $greet (export "greet") (result i64)
    (if (i64.ne (call $name_length) (i64.const 0))
      (then (call $log (i32.const 1) (f64.const 2))))
    (call $name_length))
  (func $start (export "_start")
    (drop (call $greet)))
)
