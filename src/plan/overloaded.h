// A visitor made of lambdas. Without a generic alternative, a new kind of change does not compile until it is handled.
#pragma once

namespace pgcharter {

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;  // clang 14 does not make it itself

}  // namespace pgcharter
