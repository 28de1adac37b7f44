// What the C library keeps of memory that was freed.
#pragma once

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace pgcharter {

/// Gives it back to the system: after a stage that needed much and left little, so that the next one does not come on top of it.
inline void give_memory_back() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace pgcharter
