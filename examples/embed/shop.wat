(module
  (import "host" "price" (func $price (param i32) (result f64)))
  (import "host" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "adding up")

  ;; The sum of the prices of `count` items whose numbers stand from `at` on.
  (func (export "total") (param $at i32) (param $count i32) (result f64)
    (local $sum f64)
    (call $log (i32.const 1024) (i32.const 9))
    (loop $next
      (if (local.get $count)
        (then
          (local.set $sum (f64.add (local.get $sum) (call $price (i32.load (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $next))))
    (local.get $sum)))
